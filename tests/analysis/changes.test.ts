import { describe, expect, it } from 'vitest';
import { type Change, CHANGES, classifyChange } from '../../src/analysis/changes.ts';
import { layerChanges } from '../../src/analysis/layerSizes.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { treeRows } from '../../src/analysis/treeRows.ts';
import { ROW_FLAGS } from '../../src/analysis/treeView.ts';
import { wasteReport } from '../../src/analysis/waste.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import type { Xattr } from '../../src/tar/tarEntry.ts';
import { directory, file, layer, type Member, trees } from './layers.ts';

function xattr(name: string, value: string): Xattr {
  return { name: encodeName(name), value: encodeName(value) };
}

const link = (target: string, rest: Partial<Member> = {}): Member => ({
  path: 'x',
  type: 'symlink',
  link: target,
  ...rest,
});
const device = (major: number, minor: number): Member => ({ path: 'x', type: 'charDevice', device: { major, minor } });
const caps = [xattr('security.capability', 'a'), xattr('user.b', 'b')];

describe('classifyChange', () => {
  const cases: readonly [string, Member, Member, boolean | undefined, Change][] = [
    ['the same file', file('x', 'abc'), file('x', 'abc'), undefined, 'rewritten'],
    ['equal size, other time', file('x', 'abc'), file('x', 'abd', { mtimeSec: 2 }), undefined, 'modified'],
    ['equal size, other time, read and the same', file('x', 'abc'), file('x', 'abc', { mtimeSec: 2 }), true, 'touched'],
    ['equal size and time, read and other', file('x', 'abc'), file('x', 'abd'), false, 'modified'],
    ['other size', file('x', 'abc'), file('x', 'abcd'), undefined, 'modified'],
    ['other mode', file('x', 'abc'), file('x', 'abc', { mode: 0o4755 }), undefined, 'touched'],
    ['other kind', file('x', 'abc'), directory('x'), undefined, 'modified'],
    [
      'the same xattrs in another order',
      file('x', '', { xattrs: caps }),
      file('x', '', { xattrs: [...caps].reverse() }),
      undefined,
      'rewritten',
    ],
    ['another xattr', file('x', '', { xattrs: caps }), file('x', '', { xattrs: caps.slice(1) }), undefined, 'touched'],
    [
      'another value',
      file('x', '', { xattrs: [xattr('user.b', 'a')] }),
      file('x', '', { xattrs: [xattr('user.b', 'b')] }),
      undefined,
      'touched',
    ],
    ['a directory listed again later', directory('x'), directory('x', { mtimeSec: 2 }), undefined, 'unchanged'],
    ['a directory of another owner', directory('x'), directory('x', { uid: 3 }), undefined, 'touched'],
    ['the same link', link('a'), link('a'), undefined, 'rewritten'],
    ['a later link', link('a'), link('a', { mtimeSec: 2 }), undefined, 'touched'],
    ['another target', link('a'), link('b'), undefined, 'modified'],
    ['the same device', device(1, 3), device(1, 3), undefined, 'rewritten'],
    ['another device', device(1, 3), device(1, 5), undefined, 'modified'],
    ['the same fifo', { path: 'x', type: 'fifo' }, { path: 'x', type: 'fifo' }, undefined, 'rewritten'],
  ];
  it.each(cases)('%s', (_, lower, upper, same, expected) => {
    const below = layer(lower).tree;
    const above = layer(upper).tree;
    expect(CHANGES[classifyChange(below, 1, above, 1, same)]).toBe(expected);
  });
});

describe('a sparse file', () => {
  const sparse = { sizeBytes: 1_000_000, extents: [{ offset: 999_997, length: 3 }] };
  const layers = trees([layer(file('s', 'end', { sparse })), layer(file('.wh.s', ''))]);

  it('weighs what is stored, and shows what a reader sees', async () => {
    const stack = await buildTimeline(layers);
    expect(layerChanges(stack)[0]).toMatchObject({ contentBytes: 3, cumulativeBytes: 3 });
    expect(await wasteReport(stack)).toMatchObject({ totalBytes: 3, imageBytes: 3 });
    const filter = { changes: [], text: '', minBytes: 0 };
    const rows = await treeRows(stack, { layer: 0, mode: 'union', xray: false, filter, sort: 'name' });
    expect(rows.size[0]).toBe(1_000_000);
    expect((rows.flags[0] as number) & ROW_FLAGS.sparse).toBe(ROW_FLAGS.sparse);
  });
});
