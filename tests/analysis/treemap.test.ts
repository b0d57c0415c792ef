import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerChanges } from '../../src/analysis/layerSizes.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { treemap, type TreemapNode } from '../../src/analysis/treemap.ts';
import { anyStack, file, layer, type Member, trees } from './layers.ts';

function allNodes(root: TreemapNode): TreemapNode[] {
  return [root, ...root.children.flatMap(allNodes)];
}

describe('treemap', () => {
  it('nests sizes, each inode once, coloured by the largest share', async () => {
    const layers = [
      layer(file('a/big', 'x'.repeat(100)), file('a/small', 'x'.repeat(10)), {
        path: 'a/link',
        type: 'hardlink',
        link: 'a/big',
      }),
      layer(file('a/new', 'x'.repeat(60)), file('a/new2', 'x'.repeat(60)), file('a/.wh.small', ''), file('empty', '')),
    ];
    const map = await treemap(await buildTimeline(trees(layers)), 1);
    expect(map).toMatchObject({ name: '', sizeBytes: 220, layer: 1 });
    expect(map.children.map(({ name }) => name)).toEqual(['a']);
    expect(map.children[0]?.children.map(({ name, sizeBytes, layer: at }) => [name, sizeBytes, at])).toEqual([
      ['big', 100, 0],
      ['new', 60, 1],
      ['new2', 60, 1],
    ]);
    expect((await treemap(await buildTimeline(trees(layers)), 'all')).sizeBytes).toBe(230);
  });

  it('folds small children, and ends at a bound', async () => {
    const members: Member[] = [];
    for (let d = 0; d < 120; d++) for (let f = 0; f < 70; f++) members.push(file(`d${d}/f${f}`, 'x'.repeat(1 + f)));
    const map = await treemap(await buildTimeline(trees([layer(...members)])), 0);
    const nodes = allNodes(map);
    expect(nodes.length).toBeLessThanOrEqual(4000);
    expect(nodes.length).toBeGreaterThan(3000);
    const folded = map.children.at(-1);
    expect(folded).toMatchObject({ name: '', foldedCount: 120 - 63 });
    for (const node of nodes) {
      const sum = node.children.reduce((bytes, child) => bytes + child.sizeBytes, 0);
      if (node.children.length > 0) expect(sum).toBe(node.sizeBytes);
    }
  });

  it('is empty for an empty stack', async () => {
    await expect(treemap(await buildTimeline([]), 0)).rejects.toMatchObject({ code: 'noLayer' });
  });

  it('VIEW-7 law: the whole is the cumulative size, and with what is hidden all bytes', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, async (layers) => {
        const stack = await buildTimeline(trees(layers));
        const sizes = layerChanges(stack);
        expect((await treemap(stack, layers.length - 1)).sizeBytes).toBe(sizes.at(-1)?.cumulativeBytes);
        const all = sizes.reduce((bytes, { contentBytes }) => bytes + contentBytes, 0);
        expect((await treemap(stack, 'all')).sizeBytes).toBe(all);
      }),
    );
  });
});
