import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparisonTree as comparisonTreeOrStale,
  filterComparison,
  foldedAtFirst,
  openRows,
} from '../../src/app/panels/compare/comparisonTree.ts';
import type { ComparisonEntry } from '../../src/client/protocol.ts';

const comparisonTree = async (entries: readonly ComparisonEntry[]) => (await comparisonTreeOrStale(entries)) ?? [];
const inTreeOrder = (a: string, b: string): number => {
  const [left, right] = [a.split('/'), b.split('/')];
  const at = left.findIndex((name, i) => name !== right[i]);
  if (at < 0) return left.length - right.length;
  return right[at] === undefined || (left[at] as string) > right[at] ? 1 : -1;
};

const entry = (path: string, status: ComparisonEntry['status'] = 'content', left = 1, right = 3): ComparisonEntry => ({
  path,
  status,
  leftBytes: left,
  rightBytes: right,
  leftLayer: 0,
  rightLayer: 0,
});

describe('comparisonTree', () => {
  it('puts paths below their directories, with sums', async () => {
    const rows = await comparisonTree([entry('etc/a', 'onlyLeft', 5, 0), entry('etc/b'), entry('usr/lib/x')]);
    expect(rows.map((row) => [row.path, row.depth, row.count, row.deltaBytes, row.end])).toEqual([
      ['etc', 0, 2, -3, 3],
      ['etc/a', 1, 1, -5, 2],
      ['etc/b', 1, 1, 2, 3],
      ['usr', 0, 1, 2, 6],
      ['usr/lib', 1, 1, 2, 6],
      ['usr/lib/x', 2, 1, 2, 6],
    ]);
  });

  it('keeps the entry of a directory that differs itself', async () => {
    const [directory] = await comparisonTree([entry('etc', 'metadata', 0, 0), entry('etc/a')]);
    expect(directory).toMatchObject({ path: 'etc', count: 2, entry: { status: 'metadata' } });
  });

  it('has each path once, and counts all of them', async () => {
    const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 60 }), async (paths) => {
        const rows = await comparisonTree([...paths].sort(inTreeOrder).map((one) => entry(one)));
        expect(
          rows
            .filter((row) => row.entry)
            .map((row) => row.path)
            .sort(),
        ).toEqual([...paths].sort());
        const top = rows.filter((row) => row.depth === 0).reduce((sum, row) => sum + row.count, 0);
        expect(top).toBe(paths.length);
        expect(new Set(rows.map((row) => row.path)).size).toBe(rows.length);
      }),
    );
  });

  it('takes a path of 20,000 directories', async () => {
    expect(await comparisonTree([entry(Array.from({ length: 20_000 }, () => 'd').join('/'))])).toHaveLength(20_000);
  });

  it('stops when it is not wanted any more', async () => {
    const many = Array.from({ length: 300_000 }, (_, i) => entry(`d${i % 9}-${i}/f`));
    expect(await comparisonTreeOrStale(many, () => true)).toBeUndefined();
  });
});

describe('openRows', () => {
  it.each([
    [[], ['etc', 'etc/a', 'etc/b', 'usr', 'usr/x']],
    [['etc'], ['etc', 'usr', 'usr/x']],
    [
      ['etc', 'usr'],
      ['etc', 'usr'],
    ],
    [['nowhere'], ['etc', 'etc/a', 'etc/b', 'usr', 'usr/x']],
  ])('with %j folded', async (folded, shown) => {
    const rows = await comparisonTree([entry('etc/a'), entry('etc/b'), entry('usr/x')]);
    expect(openRows(rows, new Set(folded)).map((index) => rows[index]?.path)).toEqual(shown);
  });

  it('folds at first only what is large and not at the top', async () => {
    const many = await comparisonTree(Array.from({ length: 9 }, (_, i) => entry(`usr/share/doc${i}`)));
    expect([...foldedAtFirst(many, 8)]).toEqual(['usr/share']);
    expect(foldedAtFirst(many, 9).size).toBe(0);
  });
});

describe('filterComparison', () => {
  const entries = [entry('etc/Passwd', 'onlyLeft'), entry('usr/x', 'content')];
  it.each([
    [[], '', 2],
    [['content'], '', 1],
    [[], 'PASS', 1],
    [['content'], 'pass', 0],
  ] as const)('%j %j', (statuses, text, count) => {
    expect(filterComparison(entries, new Set(statuses), text)).toHaveLength(count);
  });
});
