import { describe, expect, it } from 'vitest';
import type { LayerThreads } from '../../src/archive/archive.ts';
import { indexInBackground } from '../../src/worker/indexing.ts';
import type { OpenedArchive } from '../../src/worker/openedArchive.ts';
import type { Session } from '../../src/worker/session.ts';

/** An archive of layers of these sizes, whose trees come when the test says so. */
function controlled(sizes: readonly number[], compression = 'none') {
  const asked: number[] = [];
  const ends = new Map<number, () => void>();
  const trees = new Map<number, Promise<void>>();
  const told: string[] = [];
  const threads: LayerThreads = {
    maxCount: 2,
    during: (_, task) => task(),
    index: async () => undefined,
  };
  const opened = {
    id: 'a',
    indexingCallId: '',
    lifetime: new AbortController(),
    summary: () => ({
      layers: sizes.map((storedBytes, index) => ({
        index,
        storedBytes,
        state: 'waiting',
        presence: 'present',
        compression,
      })),
    }),
    tree: (layer: number) => {
      const known = trees.get(layer) ?? new Promise<void>((resolve) => ends.set(layer, resolve));
      if (!trees.has(layer)) asked.push(layer);
      trees.set(layer, known);
      return known;
    },
    indexOn: (_: LayerThreads, lanes: number, task: () => Promise<unknown>) => {
      told.push(`${lanes} lanes`);
      return task();
    },
    saved: async () => undefined,
  } as unknown as OpenedArchive;
  const session = {
    calls: { run: (_: string, task: (work: { signal: AbortSignal }) => Promise<void>) => task(opened.lifetime) },
    host: async () => ({ threads }),
    emit: ({ type }: { type: string }) => told.push(type),
  } as unknown as Session;
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  const end = async (layer: number) => {
    ends.get(layer)?.();
    await settle();
  };
  return { done: indexInBackground(session, opened, 'call'), asked, told, settle, end };
}

describe('indexing in the background', () => {
  it('goes layer by layer where compressed layers are small', async () => {
    const { done, asked, told, settle, end } = controlled([10, 10, 10], 'gzip');
    await settle();
    expect(asked).toEqual([0]);
    for (const layer of [0, 1, 2]) await end(layer);
    await done;
    expect([asked, told]).toEqual([
      [0, 1, 2],
      ['1 lanes', 'indexed'],
    ]);
  });

  it('takes the base alone, then three plain layers at a time, where they are small', async () => {
    const { done, asked, told, settle, end } = controlled([1e9, 10, 10, 10, 10], 'none');
    await settle();
    expect(asked).toEqual([0]);
    await end(0);
    expect(asked).toEqual([0, 1, 2, 3]);
    await end(2);
    expect(asked).toEqual([0, 1, 2, 3, 4]);
    for (const layer of [3, 1, 4]) await end(layer);
    await done;
    expect(told).toEqual(['3 lanes', 'indexed']);
  });

  it('takes the base alone, then large plain layers side by side', async () => {
    const { done, asked, told, settle, end } = controlled([1e9, 4e8, 1e8, 1e8], 'none');
    await settle();
    expect(asked).toEqual([0]);
    await end(0);
    expect(asked).toEqual([0, 1, 2]);
    for (const layer of [2, 1, 3]) await end(layer);
    await done;
    expect(told).toEqual(['2 lanes', 'indexed']);
  });

  it('takes small plain layers beside the base, and large ones after it', async () => {
    const { done, asked, told, settle, end } = controlled([1e9, 4e8, 1e6, 1e6, 4e8], 'none');
    await settle();
    expect(asked).toEqual([0, 2]);
    await end(2);
    await end(3);
    expect(asked).toEqual([0, 2, 3]);
    await end(0);
    expect(asked).toEqual([0, 2, 3, 1, 4]);
    for (const layer of [4, 1]) await end(layer);
    await done;
    expect(told).toEqual(['2 lanes', 'indexed']);
  });

  it('takes large compressed ones side by side, the base before the last', async () => {
    const { done, asked, told, settle, end } = controlled([1e8, 4e7, 1e7], 'gzip');
    await settle();
    expect(asked).toEqual([0, 1]);
    await end(1);
    expect(asked).toEqual([0, 1]);
    await end(0);
    expect(asked).toEqual([0, 1, 2]);
    await end(2);
    await done;
    expect(told).toEqual(['2 lanes', 'indexed']);
  });
});
