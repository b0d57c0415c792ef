import { describe, expect, it } from 'vitest';
import { memoryKeyValues } from '../../src/persistence/keyValues.ts';
import { keyValueStateStore } from '../../src/persistence/keyValueStateStore.ts';
import { type ArchiveRecord, type LayerRecord, STORE_VERSION } from '../../src/persistence/stateStore.ts';
import type { LayerColumns } from '../../src/vfs/layerTree.ts';
import { flatColumns } from './columns.ts';

function record(id: string, openedAtMs = 1): ArchiveRecord {
  return { version: STORE_VERSION, id, fileName: `${id}.tar`, openedAtMs, body: { kept: false } };
}

function layer(columns: LayerColumns = flatColumns(3)): LayerRecord {
  return { version: STORE_VERSION, columns };
}

function stored() {
  const keyValues = memoryKeyValues();
  return { keyValues, store: keyValueStateStore(keyValues) };
}

async function keysOf(keyValues: ReturnType<typeof memoryKeyValues>) {
  return (await keyValues.pairs('')).map(([key]) => key);
}

describe('the state store', () => {
  it('gives archives back in the order in which they were opened', async () => {
    const { store } = stored();
    await store.putArchive(record('b', 2));
    await store.putArchive(record('a', 3));
    await store.putArchive(record('c', 1));
    const { records, discarded } = await store.archives();
    expect(records.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(discarded).toEqual([]);
  });

  it('gives a layer back as it was', async () => {
    const { store } = stored();
    await store.putArchive(record('a'));
    await store.putLayers(record('a'), [[0, layer()]]);
    expect(await store.layer('a', 0)).toEqual(layer());
    expect(await store.layer('a', 1)).toBeUndefined();
  });

  it('stores no more of a shared buffer than a column shows', async () => {
    const { store, keyValues } = stored();
    const large = new Uint8Array(1 << 20);
    const columns = flatColumns(2);
    large.set(columns.pool, 4096);
    await store.putArchive(record('a'));
    await store.putLayers(record('a'), [
      [0, layer({ ...columns, pool: large.subarray(4096, 4096 + columns.pool.length) })],
    ]);
    const value = (await keyValues.get('layer/a/0')) as LayerRecord;
    expect(value.columns.pool.buffer.byteLength).toBe(columns.pool.length);
    expect(await store.layer('a', 0)).toEqual(layer(columns));
  });

  it('KEEP-5 does not bring back what another tab has removed', async () => {
    const { store, keyValues } = stored();
    await store.putArchive(record('a'));
    await store.removeArchive('a');
    await store.putLayers(record('a'), [[0, layer()]]);
    await store.updateArchive(record('a'));
    expect(await keysOf(keyValues)).toEqual([]);
  });

  it('removes an archive with all that is its own, and nothing else', async () => {
    const { store, keyValues } = stored();
    for (const id of ['a', 'ab']) {
      await store.putArchive(record(id));
      await store.putLayers(record(id), [[0, layer()]]);
      await store.putLayers(record(id), [[10, layer()]]);
      await store.putContents(record(id), [{ path: 'x', blob: new Blob(['x']) }]);
    }
    await store.putView({ tab: 1 });
    await store.removeArchive('a');
    expect(await keysOf(keyValues)).toEqual(['archive/ab', 'contents/ab', 'layer/ab/0', 'layer/ab/10', 'view']);
  });

  it('keeps contents and forgets them', async () => {
    const { store } = stored();
    await store.putContents(record('a'), [{ path: 'a.tar', blob: new Blob(['bytes']) }]);
    const [file] = (await store.contents('a')) ?? [];
    expect(await file?.blob.text()).toBe('bytes');
    await store.removeContents(record('a'));
    expect(await store.contents('a')).toBeUndefined();
    expect((await store.archives()).records).toHaveLength(1);
  });

  it('KEEP-1 writes nothing of a change that holds one value which cannot be cloned', async () => {
    const { store, keyValues } = stored();
    const bad = { ...record('a'), body: { call: () => 1 } };
    await expect(store.putContents(bad, [{ path: 'x', blob: new Blob(['x']) }])).rejects.toThrow();
    expect(await keysOf(keyValues)).toEqual([]);
  });

  it('keeps the view', async () => {
    const { store } = stored();
    expect(await store.view()).toBeUndefined();
    await store.putView({ theme: 'dark' });
    expect(await store.view()).toEqual({ theme: 'dark' });
  });
});

describe('KEEP-2 what a store cannot use', () => {
  it.each([
    ['another version', { ...record('x'), version: 99 }, 'version', 'x.tar'],
    ['no record', 'text', 'corrupt', undefined],
    ['null', null, 'corrupt', undefined],
    ['no body', { ...record('x'), body: undefined }, 'corrupt', 'x.tar'],
    ['a time that is none', { ...record('x'), openedAtMs: Number.NaN }, 'corrupt', 'x.tar'],
    ['a name that is none', { ...record('x'), fileName: 7 }, 'corrupt', undefined],
  ])('is removed with its layers: %s', async (_case, value, reason, fileName) => {
    const { store, keyValues } = stored();
    await store.putArchive(record('good'));
    await keyValues.change({
      put: [
        ['archive/x', value],
        ['layer/x/0', 1],
        ['contents/x', 1],
      ],
      durability: 'relaxed',
    });
    const { records, discarded } = await store.archives();
    expect(records.map(({ id }) => id)).toEqual(['good']);
    expect(discarded).toEqual([{ reason, fileName }]);
    expect(await keysOf(keyValues)).toEqual(['archive/good']);
  });

  const columns = flatColumns(3);
  it.each<[string, Partial<Record<keyof LayerColumns, unknown>>]>([
    ['a column is missing', { uid: undefined }],
    ['a column of another type', { uid: new Float64Array(4) }],
    ['a column of another length', { gid: new Uint32Array(3) }],
    ['no root', { kind: Uint8Array.of(0, 0, 0, 0) }],
    ['a parent behind its child', { parent: Uint32Array.of(0, 2, 0, 0) }],
    ['children beyond the end', { childCount: Uint32Array.of(4, 0, 0, 0) }],
    ['children that are their own parents', { childCount: Uint32Array.of(3, 1, 0, 0) }],
    ['a name beyond the pool', { nameStart: Uint32Array.of(0, 0, 4, 9) }],
    ['an inode that is not there', { inode: Uint32Array.of(0, 1, 2, 4) }],
    ['a kind that is not known', { kind: Uint8Array.of(1, 0, 0, 7) }],
    ['a link target beyond the pool', { kind: Uint8Array.of(1, 0, 0, 2) }],
    ['names of another type', { pool: 'text' }],
    ['no side table', { rare: {} }],
  ])('is told of a layer: %s', async (_case, damage) => {
    const { store, keyValues } = stored();
    const value = { version: STORE_VERSION, columns: { ...columns, ...damage } };
    await keyValues.change({ put: [['layer/a/0', value]], durability: 'relaxed' });
    await expect(store.layer('a', 0)).rejects.toMatchObject({ name: 'PersistenceError', code: 'corrupt' });
  });

  it('is told of kept contents', async () => {
    const { store, keyValues } = stored();
    await keyValues.change({ put: [['contents/a', [{ path: 'x' }]]], durability: 'relaxed' });
    await expect(store.contents('a')).rejects.toMatchObject({ code: 'corrupt' });
  });
});
