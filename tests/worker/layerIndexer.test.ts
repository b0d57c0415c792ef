import { describe, expect, it } from 'vitest';
import { LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerIndexer } from '../../src/worker/layerIndexer.ts';
import { flatColumns } from '../persistence/columns.ts';

const tree = new LayerTree(flatColumns(1));

/** An indexer whose layers end when the test says so. */
function controlled() {
  const started: number[] = [];
  const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const indexer = new LayerIndexer((layer) => {
    started.push(layer);
    return new Promise((resolve, reject) => ends.set(layer, { resolve: () => resolve(tree), reject }));
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { indexer, started, ends, settle };
}

describe('indexing one layer after another', () => {
  it('WORK-2 runs one at a time, in the order in which they were asked for, each once', async () => {
    const { indexer, started, ends, settle } = controlled();
    const asked = [indexer.tree(2), indexer.tree(0), indexer.tree(2)];
    await settle();
    expect(started).toEqual([2]);
    ends.get(2)?.resolve();
    await settle();
    expect(started).toEqual([2, 0]);
    ends.get(0)?.resolve();
    expect(await Promise.all(asked)).toEqual([tree, tree, tree]);
  });

  it('runs as many at a time as there are lanes', async () => {
    const { indexer, started, ends, settle } = controlled();
    indexer.lanes = 2;
    const asked = [0, 1, 2, 3].map((layer) => indexer.tree(layer));
    await settle();
    expect(started).toEqual([0, 1]);
    ends.get(1)?.resolve();
    await settle();
    expect(started).toEqual([0, 1, 2]);
    indexer.lanes = 1;
    ends.get(0)?.resolve();
    await settle();
    expect(started).toEqual([0, 1, 2]);
    ends.get(2)?.resolve();
    await settle();
    ends.get(3)?.resolve();
    expect(await Promise.all(asked)).toEqual([tree, tree, tree, tree]);
  });

  it('tries again what was broken off, and goes on with others', async () => {
    const { indexer, started, ends, settle } = controlled();
    const first = indexer.tree(0);
    const second = indexer.tree(1);
    await settle();
    ends.get(0)?.reject(new Error('cancelled'));
    await expect(first).rejects.toThrow('cancelled');
    await settle();
    ends.get(1)?.resolve();
    expect(await second).toBe(tree);
    void indexer.tree(0);
    await settle();
    expect(started).toEqual([0, 1, 0]);
  });
});
