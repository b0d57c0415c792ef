import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../src/analysis/changes.ts';
import { layerChanges } from '../../src/analysis/layerSizes.ts';
import { buildTimeline, HideHow, NO_LAYER, type StackTimeline } from '../../src/analysis/timeline.ts';
import type { LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { anyStack, directory, file, layer, type TestLayer, trees } from './layers.ts';
import { naiveUnion } from './naiveUnion.ts';

/** path@layer → what became of it */
async function fates(layers: readonly TestLayer[]): Promise<Record<string, string>> {
  const stack = await buildTimeline(trees(layers));
  const told: Record<string, string> = {};
  stack.layers.forEach((tree, at) => {
    const timeline = stack.timelines[at];
    if (!tree || !timeline) return;
    for (let entry = 1; entry < tree.length; entry++) {
      const by = timeline.hiddenBy[entry];
      const how = Object.entries(HideHow).find(([, code]) => code === timeline.how[entry])?.[0];
      const change = CHANGES[timeline.change[entry] as number];
      told[`${tree.path(entry)}@${at}`] = by === NO_LAYER ? `${change}` : `${change} ${how} by ${by}`;
    }
  });
  return told;
}

describe('buildTimeline', () => {
  const base = layer(directory('d'), file('d/f', 'one'), file('d/g', 'two'));
  const cases: readonly [string, readonly TestLayer[], Record<string, string>][] = [
    [
      'a new version',
      [base, layer(directory('d'), file('d/f', 'three'))],
      { 'd/f@0': 'added superseded by 1', 'd/f@1': 'modified', 'd@1': 'unchanged', 'd/g@0': 'added' },
    ],
    ['a touched file', [base, layer(file('d/f', 'one', { mode: 0o600 }))], { 'd/f@1': 'touched' }],
    ['a rewritten file', [base, layer(file('d/f', 'one'))], { 'd/f@1': 'rewritten' }],
    [
      'a touched directory',
      [base, layer(directory('d', { uid: 5 }))],
      { 'd@1': 'touched', 'd@0': 'added', 'd/f@0': 'added' },
    ],
    [
      'a deleted file',
      [base, layer(file('d/.wh.f', ''))],
      { 'd/f@0': 'added whiteout by 1', 'd/f@1': 'removed', 'd/g@0': 'added' },
    ],
    ['a whiteout of nothing', [base, layer(file('.wh.zz', ''))], { 'zz@1': 'unchanged' }],
    [
      'a deleted directory',
      [base, layer(file('.wh.d', ''))],
      { 'd@0': 'added whiteout by 1', 'd/f@0': 'added parentWhiteout by 1', 'd/g@0': 'added parentWhiteout by 1' },
    ],
    [
      'an opaque directory',
      [base, layer(directory('d'), file('d/.wh..wh..opq', ''), file('d/f', 'newer'))],
      { 'd/f@0': 'added superseded by 1', 'd/g@0': 'added opaque by 1', 'd/f@1': 'modified' },
    ],
    [
      'a directory replaced by a file',
      [base, layer(file('d', 'x'))],
      { 'd@0': 'added superseded by 1', 'd/f@0': 'added replaced by 1', 'd@1': 'modified' },
    ],
    [
      'gone and back',
      [base, layer(file('.wh.d', '')), layer(file('d/f', 'again'))],
      { 'd/f@0': 'added parentWhiteout by 1', 'd/f@2': 'added', 'd@2': 'added' },
    ],
    [
      'a file between two directories',
      [base, layer(file('d', 'x')), layer(directory('d'))],
      { 'd/f@0': 'added replaced by 1', 'd@1': 'modified superseded by 2', 'd@2': 'modified' },
    ],
    [
      'the first culprit counts',
      [base, layer(file('d/.wh.f', '')), layer(file('.wh.d', ''))],
      { 'd/f@0': 'added whiteout by 1', 'd/g@0': 'added parentWhiteout by 2' },
    ],
  ];
  it.each(cases)('%s', async (_, layers, expected) => {
    expect(await fates(layers)).toMatchObject(expected);
  });

  it('leaves out a missing layer', async () => {
    const stack = await buildTimeline([base.tree, undefined, layer(file('.wh.d', '')).tree]);
    expect(stack.timelines[1]).toBeUndefined();
    expect([...(stack.timelines[0]?.hiddenBy ?? [])]).toEqual([NO_LAYER, 2, 2, 2]);
  });

  it('ends when it is told to', async () => {
    const layers = [base.tree, base.tree];
    await expect(buildTimeline(layers, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('VIEW-1 law: what is hidden by no layer up to k is what the union of 0..k shows, for the plain model and the union tree', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, async (layers) => {
        const stack = await buildTimeline(trees(layers));
        for (let top = 0; top < layers.length; top++) {
          const expected = [...naiveUnion(trees(layers), top)].map(([path, at]) => `${path}@${at.layer}`).sort();
          expect(shownAt(stack, top)).toEqual(expected);
          expect(shownByUnion(trees(layers).slice(0, top + 1))).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function shownAt(stack: StackTimeline, top: number): string[] {
  const shown: string[] = [];
  stack.layers.forEach((tree, at) => {
    const timeline = stack.timelines[at];
    if (!tree || !timeline || at > top) return;
    for (let entry = 1; entry < tree.length; entry++) {
      const isCovered = (timeline.coveredBy[entry] as number) <= top;
      const isHidden = (timeline.hiddenBy[entry] as number) <= top;
      if (!isCovered && !isHidden && !tree.isWhiteout(entry)) shown.push(`${tree.path(entry)}@${at}`);
    }
  });
  return shown.sort();
}

function shownByUnion(layers: readonly LayerTree[]): string[] {
  const union = new LayerUnion(layers);
  const shown: string[] = [];
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const child of Array.from(union.children(node))) {
      shown.push(`${union.path(child)}@${union.layer(child)}`);
      open.push(child);
    }
  }
  return shown.sort();
}

describe('layerChanges', () => {
  it('counts what each layer does', async () => {
    const stack = await buildTimeline(
      trees([
        layer(directory('d'), file('d/f', '12345'), file('d/g', '123'), { path: 'd/h', type: 'hardlink', link: 'd/f' }),
        layer(directory('d'), file('d/f', '1234567'), file('.wh.none', '')),
        layer(file('.wh.d', ''), file('n', '1')),
      ]),
    );
    const [base, second, third] = layerChanges(stack);
    expect(base).toMatchObject({ contentBytes: 8, contributedBytes: 8, cumulativeBytes: 8, counts: { added: 4 } });
    // d/h still names the first inode, so nothing went away yet.
    expect(second).toMatchObject({
      contentBytes: 7,
      contributedBytes: 7,
      cumulativeBytes: 15,
      counts: { modified: 1, unchanged: 2, removed: 0 },
    });
    expect(third).toMatchObject({
      contentBytes: 1,
      cumulativeBytes: 1,
      counts: { added: 1, removed: 4 },
      bytes: { removed: 15 },
    });
  });

  it('VIEW-1 law: cumulative bytes are the bytes of the files that the union shows', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, async (layers) => {
        const sizes = layerChanges(await buildTimeline(trees(layers)));
        sizes.forEach(({ cumulativeBytes }, top) => {
          let bytes = 0;
          for (const at of naiveUnion(trees(layers), top).values()) {
            const tree = layers[at.layer]?.tree as LayerTree;
            if (tree.kind(at.entry) === 0) bytes += tree.sizeBytes(at.entry);
          }
          expect(cumulativeBytes).toBe(bytes);
        });
      }),
    );
  });
});
