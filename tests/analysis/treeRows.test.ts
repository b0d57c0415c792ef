import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../src/analysis/changes.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { treeRows } from '../../src/analysis/treeRows.ts';
import { FATES, ROW_FLAGS, type TreeRowsQuery, type TreeView } from '../../src/analysis/treeView.ts';
import { decodeName } from '../../src/bytes/byteName.ts';
import { anyStack, directory, file, layer, type TestLayer, trees } from './layers.ts';
import { naiveUnion } from './naiveUnion.ts';

const ALL = { changes: [], text: '', minBytes: 0 };

async function view(layers: readonly TestLayer[], query: Partial<TreeRowsQuery> = {}): Promise<TreeView> {
  const stack = await buildTimeline(trees(layers));
  const whole = { layer: layers.length - 1, mode: 'union' as const, xray: false, filter: ALL, sort: 'name' as const };
  return treeRows(stack, { ...whole, ...query });
}

function rowName(rows: TreeView, row: number): string {
  return decodeName(rows.names.subarray(rows.nameStart[row], rows.nameStart[row + 1]));
}

/** A line a row: indent, name, layer, then what is not usual: fate and culprit, change. */
function print(rows: TreeView): string[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const fate = rows.fate[row] === 0 ? '' : ` ${FATES[rows.fate[row] as number]}`;
    const by = rows.byLayer[row] === 0xffff ? '' : ` by ${rows.byLayer[row]}`;
    const change = rows.change[row] === 0 ? '' : ` ${CHANGES[rows.change[row] as number]}`;
    const parent = (rows.flags[row] as number) & ROW_FLAGS.filteredParent ? ' (parent)' : '';
    return `${'  '.repeat(rows.depth[row] as number)}${rowName(rows, row)} @${rows.layer[row]}${fate}${by}${change}${parent}`;
  });
}

const base = layer(directory('d'), file('d/f', '12345'), file('d/g', '123'), file('e', '1'), file('s', 'x'));
const upper = layer(directory('d'), file('d/f', '1234567'), file('d/.wh.g', ''), file('.wh.s', ''), directory('n'));

describe('treeRows', () => {
  it('shows the union', async () => {
    expect(print(await view([base, upper]))).toEqual(['d @1', '  f @1 modified', 'e @0', 'n @1 added']);
  });

  it('shows the union below the top', async () => {
    expect(print(await view([base, upper], { layer: 0 }))).toEqual([
      'd @0 added',
      '  f @0 added',
      '  g @0 added',
      'e @0 added',
      's @0 added',
    ]);
  });

  it('x-rays: hidden rows stand behind the row of their name, or where it would be', async () => {
    expect(print(await view([base, upper], { xray: true }))).toEqual([
      'd @1',
      '  f @1 modified',
      '  f @0 superseded by 1',
      '  g @1 whiteout removed',
      '  g @0 deleted by 1 removed',
      'e @0',
      'n @1 added',
      's @1 whiteout removed',
      's @0 deleted by 1 removed',
    ]);
  });

  it('x-rays a directory that was removed and made again', async () => {
    const layers = [base, layer(file('.wh.d', '')), layer(file('d/new', 'x'))];
    expect(print(await view(layers, { xray: true }))).toEqual([
      'd @2 added',
      '  new @2 added',
      'd @1 whiteout by 2',
      'd @0 deleted by 1',
      '  f @0 parentHidden by 1',
      '  g @0 parentHidden by 1',
      'e @0',
      's @0',
    ]);
  });

  it('x-rays an opaque directory', async () => {
    const layers = [base, layer(directory('d'), file('d/.wh..wh..opq', ''), file('d/h', 'x'))];
    const rows = await view(layers, { xray: true, layer: 1 });
    expect(print(rows).slice(0, 5)).toEqual([
      'd @1',
      '  h @1 added',
      'd @0 opaque by 1 removed',
      '  f @0 opaque by 1 removed',
      '  g @0 opaque by 1 removed',
    ]);
    expect((rows.flags[0] as number) & ROW_FLAGS.opaque).toBe(ROW_FLAGS.opaque);
  });

  it('shows one layer, and with x-ray what it hides and what became of it', async () => {
    const layers = [base, upper, layer(file('.wh.n', ''))];
    const own = ['d @1', '  f @1 modified', '  g @1 whiteout removed', 'n @1 added', 's @1 whiteout removed'];
    expect(print(await view(layers, { layer: 1, mode: 'layer' }))).toEqual(own);
    expect(print(await view(layers, { layer: 1, mode: 'layer', xray: true }))).toEqual([
      'd @1',
      '  f @1 modified',
      '  f @0 superseded by 1',
      '  g @1 whiteout removed',
      '  g @0 deleted by 1 removed',
      'n @1 deleted by 2 added',
      's @1 whiteout removed',
      's @0 deleted by 1 removed',
    ]);
  });

  const filters: readonly [string, Partial<TreeRowsQuery['filter']>, boolean, readonly string[]][] = [
    ['changes', { changes: ['modified'] }, false, ['d @1 (parent)', '  f @1 modified']],
    [
      'removed, without x-ray',
      { changes: ['removed'] },
      false,
      ['d @1 (parent)', '  g @0 deleted by 1 removed', 's @0 deleted by 1 removed'],
    ],
    [
      'hidden',
      { changes: ['hidden'] },
      true,
      [
        'd @1 (parent)',
        '  f @0 superseded by 1',
        '  g @1 whiteout removed',
        '  g @0 deleted by 1 removed',
        's @1 whiteout removed',
        's @0 deleted by 1 removed',
      ],
    ],
    ['part of a name', { text: 'F' }, false, ['d @1 (parent)', '  f @1 modified']],
    ['a glob of paths', { text: 'd/*' }, false, ['d @1 (parent)', '  f @1 modified']],
    ['size', { minBytes: 7 }, false, ['d @1 (parent)', '  f @1 modified']],
    ['nothing fits', { text: 'zzz' }, true, []],
  ];
  it.each(filters)('VIEW-3 filters by %s', async (_, filter, xray, expected) => {
    const rows = await view([base, upper], { xray, filter: { ...ALL, ...filter } });
    expect(print(rows)).toEqual(expected);
    expect(rows.matched).toBe(expected.filter((line) => !line.endsWith('(parent)')).length);
  });

  it('sums directories, hard links once', async () => {
    const linked = layer(
      file('a/one', '12345'),
      { path: 'a/two', type: 'hardlink', link: 'a/one' },
      file('a/b/c', '12'),
    );
    const rows = await view([linked]);
    expect(print(rows)).toEqual(['a @0 added', '  b @0 added', '    c @0 added', '  one @0 added', '  two @0 added']);
    expect([...rows.size]).toEqual([7, 2, 2, 5, 5]);
    expect((rows.flags[4] as number) & ROW_FLAGS.hardLink).toBe(ROW_FLAGS.hardLink);
  });

  it('sorts by size and by layer, names within their directory', async () => {
    const layers = [layer(file('a', '1'), file('b', '123'), file('c/x', '12')), layer(file('z', '1'), file('b', '1'))];
    expect(print(await view(layers, { sort: 'size', xray: true }))).toEqual([
      'c @0',
      '  x @0',
      'a @0',
      'b @1 modified',
      'b @0 superseded by 1',
      'z @1 added',
    ]);
    expect(print(await view(layers, { sort: 'layer' }))).toEqual([
      'b @1 modified',
      'z @1 added',
      'a @0',
      'c @0',
      '  x @0',
    ]);
  });

  it('refuses a layer that the stack does not have', async () => {
    await expect(view([base], { layer: 3 })).rejects.toMatchObject({ code: 'noLayer' });
  });

  it('VIEW-2 law: the rows of a union are its paths; ends and depths nest; every order has the same rows', async () => {
    const sort = fc.constantFrom('name' as const, 'size' as const, 'layer' as const);
    await fc.assert(
      fc.asyncProperty(anyStack, sort, fc.boolean(), async (layers, order, xray) => {
        const rows = await view(layers, { sort: order, xray });
        const shown: string[] = [];
        const open: { name: string; end: number }[] = [];
        for (let row = 0; row < rows.count; row++) {
          while (open.length > 0 && row >= (open.at(-1)?.end as number)) open.pop();
          expect(rows.depth[row]).toBe(open.length);
          const end = rows.end[row] as number;
          expect(end).toBeGreaterThan(row);
          expect(end).toBeLessThanOrEqual(open.at(-1)?.end ?? rows.count);
          open.push({ name: rowName(rows, row), end });
          if (rows.fate[row] === 0) shown.push(`${open.map(({ name }) => name).join('/')}@${rows.layer[row]}`);
        }
        const expected = [...naiveUnion(trees(layers))].map(([path, at]) => `${path}@${at.layer}`);
        expect(shown.sort()).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  it('VIEW-2 law: x-ray leaves out nothing but directories that merge', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, async (layers) => {
        const stack = await buildTimeline(trees(layers));
        const rows = await view(layers, { xray: true });
        let expected = 0;
        stack.timelines.forEach((timeline, at) => {
          const tree = layers[at]?.tree;
          for (let entry = 1; entry < (tree?.length ?? 0); entry++) {
            const merges = timeline?.coveredBy[entry] !== 0xffff && timeline?.hiddenBy[entry] === 0xffff;
            if (!merges) expected++;
          }
        });
        expect(rows.count).toBe(expected);
      }),
    );
  });
});
