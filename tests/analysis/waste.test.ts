import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestContents } from '../../src/analysis/contentDigests.ts';
import { layerChanges } from '../../src/analysis/layerSizes.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { type WasteReport, wasteReport } from '../../src/analysis/waste.ts';
import { remedyFor } from '../../src/analysis/wasteRemedy.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { EntryKind, type LayerTree } from '../../src/vfs/layerTree.ts';
import { anyStack, contentsOf, directory, file, layer, type TestLayer, trees } from './layers.ts';
import { naiveUnion } from './naiveUnion.ts';

const work = { platform: nodePlatform() };

async function report(layers: readonly TestLayer[], way: 'names' | 'random' | number = 'random'): Promise<WasteReport> {
  const stack = await buildTimeline(trees(layers));
  const digests = way === 'names' ? undefined : await digestContents(stack, contentsOf(layers, way), work);
  return wasteReport(stack, { digests });
}

function lines({ entries }: WasteReport): string[] {
  return entries.map(({ path, layer: at, bytes, cause, byLayer, otherPath, by }) =>
    [`${path}@${at}`, bytes, cause, `by ${byLayer}`, by, otherPath].filter((part) => part !== undefined).join(' '),
  );
}

const base = layer(directory('d'), file('d/f', '12345'), file('d/g', '123'));

describe('wasteReport', () => {
  const cases: readonly [string, readonly TestLayer[], readonly string[]][] = [
    ['nothing', [base], []],
    ['superseded', [base, layer(file('d/f', '123456'))], ['d/f@0 5 superseded by 1']],
    ['metadata only', [base, layer(file('d/f', '12345', { mode: 0o600 }))], ['d/f@0 5 metadataOnly by 1']],
    ['equal size, other content', [base, layer(file('d/f', '54321'))], ['d/f@0 5 superseded by 1']],
    ['deleted', [base, layer(file('d/.wh.f', ''))], ['d/f@0 5 deleted by 1 whiteout']],
    [
      'deleted with its directory',
      [base, layer(file('.wh.d', ''))],
      ['d/f@0 5 deleted by 1 parentWhiteout', 'd/g@0 3 deleted by 1 parentWhiteout'],
    ],
    [
      'opaque',
      [base, layer(file('d/.wh..wh..opq', ''), file('d/f', '1'))],
      ['d/f@0 5 superseded by 1', 'd/g@0 3 deleted by 1 opaque'],
    ],
    [
      'directory replaced',
      [base, layer(file('d', ''))],
      ['d/f@0 5 deleted by 1 replaced', 'd/g@0 3 deleted by 1 replaced'],
    ],
    ['duplicate', [base, layer(file('copy', '12345'))], ['copy@1 5 duplicate by 0 d/f']],
    [
      'three copies, two wasted',
      [layer(file('a', 'x'), file('b', 'x'), file('c', 'x'))],
      ['b@0 1 duplicate by 0 a', 'c@0 1 duplicate by 0 a'],
    ],
    ['hard links are no duplicates', [layer(file('a', 'xyz'), { path: 'b', type: 'hardlink', link: 'a' })], []],
    ['empty files are no duplicates', [layer(file('a', ''), file('b', ''))], []],
    [
      'a hard link keeps the bytes',
      [layer(file('a', 'xyz'), { path: 'b', type: 'hardlink', link: 'a' }), layer(file('.wh.a', ''))],
      [],
    ],
    [
      'until the last of them goes',
      [
        layer(file('a', 'xyz'), { path: 'b', type: 'hardlink', link: 'a' }),
        layer(file('.wh.a', '')),
        layer(file('.wh.b', '')),
      ],
      ['b@0 3 deleted by 2 whiteout'],
    ],
    [
      'each version once',
      [base, layer(file('d/f', '1')), layer(file('d/f', '12'))],
      ['d/f@0 5 superseded by 1', 'd/f@1 1 superseded by 2'],
    ],
    [
      'a hidden file is no duplicate',
      [base, layer(file('d/.wh.f', '')), layer(file('n', '12345'))],
      ['d/f@0 5 deleted by 1 whiteout'],
    ],
  ];
  it.each(cases)('%s', async (_, layers, expected) => {
    expect(lines(await report(layers))).toEqual(expected);
    expect(lines(await report(layers, 100))).toEqual(expected);
  });

  it('does not tell contents apart that it has not read', async () => {
    const layers = [base, layer(file('d/f', '12345', { mode: 0o600 }), file('copy', '123'))];
    const told = await report(layers, 'names');
    expect(told.contentsCompared).toBe(false);
    expect(lines(told)).toEqual(['d/f@0 5 superseded by 1']);
  });

  it('WASTE-1 WASTE-2 law: visible and hidden bytes are all bytes; no byte is wasted twice', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, async (layers) => {
        const stack = await buildTimeline(trees(layers));
        const told = await report(layers);
        const hidden = told.totalBytes - told.byCause.duplicate;
        expect((layerChanges(stack).at(-1)?.cumulativeBytes ?? 0) + hidden).toBe(told.imageBytes);
        expect(told.entries.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(told.totalBytes);
        expect(Object.values(told.byCause).reduce((sum, bytes) => sum + bytes, 0)).toBe(told.totalBytes);
        expect(told.byLayer.reduce((sum, bytes) => sum + bytes, 0)).toBe(told.totalBytes);
        expect(new Set(told.entries.map(({ layer: at, entry }) => `${at}:${entry}`)).size).toBe(told.entryCount);
      }),
      { numRuns: 200 },
    );
  });

  it('WASTE-1 law: a squashed image wastes nothing but duplicates', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, async (layers) => {
        const told = await report([squash(layers)]);
        expect({ ...told.byCause, duplicate: 0 }).toEqual({ superseded: 0, deleted: 0, metadataOnly: 0, duplicate: 0 });
        expect(told.dive).toMatchObject({ efficiency: 1, wastedBytes: 0 });
      }),
    );
  });
});

function squash(layers: readonly TestLayer[]): TestLayer {
  const members = [...naiveUnion(trees(layers))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, at]) => {
      const tree = layers[at.layer]?.tree as LayerTree;
      if (tree.isDirectory(at.entry)) return directory(path);
      return file(path, tree.kind(at.entry) === EntryKind.file ? 'x'.repeat(tree.sizeBytes(at.entry)) : '');
    });
  return layer(...members);
}

describe('digestContents', () => {
  it('reads only what could be equal, the same by reads and by stream', async () => {
    const big = 'b'.repeat(5000);
    const layers = [layer(file('a', big), file('lone', '12'), file('c', big)), layer(file('a', big, { uid: 1 }))];
    const stack = await buildTimeline(trees(layers));
    for (const way of ['random', 700, 100_000] as const) {
      const digests = await digestContents(stack, contentsOf(layers, way), work);
      expect(digests.sha256(0, 1)).toMatch(/^[0-9a-f]{64}$/);
      expect(digests.id(0, 1)).toBe(digests.id(1, 1));
      expect(digests.id(0, 2)).toBe(digests.id(0, 1));
      expect(digests.id(0, 3)).toBeUndefined();
      expect(digests.sameContent(0, 1, 1, 1)).toBe(true);
    }
  });

  it('leaves a file without a digest where its layer ends early', async () => {
    const cut = layer(file('a', 'x'.repeat(600)), file('b', 'y'.repeat(600)));
    const layers = [{ tree: cut.tree, tar: cut.tar.subarray(0, 1700) }];
    const stack = await buildTimeline(trees(layers));
    for (const way of ['random', 500] as const) {
      const digests = await digestContents(stack, contentsOf(layers, way), work);
      expect([digests.id(0, 1) === undefined, digests.id(0, 2) === undefined]).toEqual([false, true]);
    }
  });

  it('stops when it is told to', async () => {
    const layers = [layer(file('a', 'x'), file('b', 'y'))];
    const stack = await buildTimeline(trees(layers));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(digestContents(stack, contentsOf(layers, 600), { ...work, signal })).rejects.toThrow('enough');
  });
});

describe('WASTE-1 remedyFor', () => {
  const RUN = 'RUN /bin/sh -c make # buildkit';
  const COPY = 'COPY . /app # buildkit';
  const OLD_COPY = '/bin/sh -c #(nop) COPY dir:abc in / ';
  const cases: readonly [...Parameters<typeof remedyFor>, ReturnType<typeof remedyFor>][] = [
    ['duplicate', 'a', RUN, RUN, 'linkInstead'],
    ['metadataOnly', 'a', COPY, RUN, 'copyWithChmod'],
    ['metadataOnly', 'a', RUN, RUN, 'squash'],
    ['deleted', 'var/lib/apt/lists/deb.debian.org_x', RUN, RUN, 'cleanPackageCache'],
    ['deleted', 'root/.cache/pip/http/0/1', RUN, RUN, 'cleanPackageCache'],
    ['deleted', 'a', RUN, RUN, 'removeInSameLayer'],
    ['deleted', 'a', OLD_COPY, RUN, 'multiStage'],
    ['deleted', 'a', undefined, undefined, 'removeInSameLayer'],
    ['superseded', 'a', COPY, COPY, 'orderCopies'],
    ['superseded', 'var/lib/dpkg/status', RUN, RUN, 'squash'],
  ];
  it.each(cases)('%s %s of %j by %j: %s', (cause, path, madeBy, wastedBy, expected) => {
    expect(remedyFor(cause, path, madeBy, wastedBy)).toBe(expected);
  });
});
