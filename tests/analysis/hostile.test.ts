import { describe, expect, it } from 'vitest';
import { biography } from '../../src/analysis/biography.ts';
import { compareImages } from '../../src/analysis/compareImages.ts';
import { diveFigures } from '../../src/analysis/dive.ts';
import { findLeftovers } from '../../src/analysis/leftovers.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { treemap } from '../../src/analysis/treemap.ts';
import { treeRows } from '../../src/analysis/treeRows.ts';
import { wasteReport } from '../../src/analysis/waste.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { contentsOf, file, layer, type TestLayer, trees } from './layers.ts';

const work = { platform: nodePlatform() };
const ALL = { changes: [], text: '', minBytes: 0 };

describe('a path of thousands of levels', () => {
  const path = Array.from({ length: 8000 }, () => 'a').join('/');
  const layers: TestLayer[] = [layer(file(path, 'xyz')), layer(file(path, 'other')), layer(file('.wh.a', ''))];

  it('VIEW-8 is followed without recursion', async () => {
    const stack = await buildTimeline(trees(layers));
    const rows = await treeRows(stack, { layer: 2, mode: 'union', xray: true, filter: ALL, sort: 'size' });
    expect(rows.count).toBe(2 * 8000 + 1);
    expect(Math.max(...rows.depth)).toBe(7999);
    expect(await wasteReport(stack)).toMatchObject({ totalBytes: 8, imageBytes: 8 });
    expect((await diveFigures(trees(layers))).wastedBytes).toBe(8);
    expect(biography(trees(layers), path).map(({ deed }) => deed)).toEqual(['created', 'replaced', 'hiddenByParent']);
    expect(await findLeftovers(stack, contentsOf(layers, 'random'), undefined, work)).toEqual([]);
    expect(structuredClone(await treemap(stack, 'all')).sizeBytes).toBe(8);
    const image = { layers: trees(layers.slice(0, 1)), diffIds: [], config: undefined };
    const other = { layers: trees(layers.slice(1, 2)), diffIds: [], config: undefined };
    expect((await compareImages(image, other, work)).counts).toMatchObject({ content: 1, onlyLeft: 0 });
  });
});

describe('a stack of thousands of layers', () => {
  it('VIEW-8 costs its entries, not their square', async () => {
    const one = layer(file('d/f', 'x'));
    const layers = Array.from({ length: 5000 }, () => one);
    const stack = await buildTimeline(trees(layers));
    const told = await wasteReport(stack);
    expect(told.totalBytes).toBe(4999);
    expect(told.dive.wastedBytes).toBe(5000);
    expect(biography(trees(layers), 'd/f')).toHaveLength(5000);
  });

  it('is refused where a layer could not be numbered', async () => {
    const layers = Array.from({ length: 70_000 }, () => undefined);
    await expect(buildTimeline(layers)).rejects.toMatchObject({ code: 'tooManyLayers' });
  });
});

describe('a layer that tells of more than there is', () => {
  it('is read as far as it goes', async () => {
    const { tree } = layer(file('root/.netrc', 'x'.repeat(4000)), file('etc/a', 'y'.repeat(4000)));
    const layers = [{ tree, tar: new Uint8Array(600) }];
    const stack = await buildTimeline(trees(layers));
    for (const way of ['random', 100] as const) {
      expect(await findLeftovers(stack, contentsOf(layers, way), undefined, work)).toEqual([]);
    }
  });
});
