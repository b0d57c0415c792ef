import { describe, expect, it } from 'vitest';
import type { ArchiveRecord, StateStore } from '../../src/persistence/stateStore.ts';
import type { ArchiveSummary, FileRef } from '../../src/worker/protocol.ts';
import { asFile, buildDockerArchive, buildTar, sha256 } from '../support/buildArchive.ts';
import { type Explorer, memoryStore, PLAIN_QUERY, rowsOf, startExplorer } from './harness.ts';

const ARCHIVE = buildDockerArchive('demo:1', [[{ path: 'a', body: 'first' }], [{ path: 'b', body: 'second' }]]);
const FILE = asFile(ARCHIVE, 'demo.tar');

async function openDemo({ service, until }: Explorer, file = FILE): Promise<ArchiveSummary> {
  const summary = await service.open({ kind: 'file', file }, 'open');
  await until((event) => event.type === 'indexed' && event.archiveId === summary.id);
  return summary;
}

/** An OCI image layout (image-layout.md) of one image with one layer, as the files of a folder. */
function ociLayout(body: string): readonly { readonly path: string; readonly file: File }[] {
  const layer = buildTar([{ path: 'a', body }]);
  const config = JSON.stringify({ rootfs: { type: 'layers', diff_ids: [sha256(layer)] } });
  const descriptor = (bytes: string | Uint8Array) => ({ digest: sha256(bytes), size: bytes.length });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...descriptor(config) },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...descriptor(layer) }],
  });
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const index = JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: manifestType, ...descriptor(manifest) }] });
  const files: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] = [
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', index],
    ...[layer, config, manifest].map((blob) => [`blobs/${sha256(blob).replace(':', '/')}`, blob] as const),
  ];
  return files.map(([path, bytes]) => ({ path, file: new File([bytes], path.split('/').at(-1) ?? '') }));
}

/** A store with one archive that was open and indexed. */
async function storeWithDemo(): Promise<{ readonly store: StateStore; readonly id: string }> {
  const store = memoryStore();
  const { id } = await openDemo(startExplorer(store));
  return { store, id };
}

async function paths({ service }: Explorer, archiveId: string): Promise<readonly string[]> {
  const view = await service.treeView({ ...PLAIN_QUERY, archiveId, layer: 1 });
  return rowsOf(view).map(({ path }) => path);
}

function firstFile(archiveId: string): FileRef {
  return { archiveId, image: 0, layer: 0, entry: 1 };
}

async function readFirst({ service }: Explorer, archiveId: string): Promise<string> {
  return new TextDecoder().decode(await service.readFile(firstFile(archiveId), 0, 100));
}

describe('PAGE-4 a page that is loaded again', () => {
  it('has everything that was open, the same, without the file', async () => {
    const store = memoryStore();
    const first = startExplorer(store);
    const { id } = await openDemo(first);
    const [before] = await first.service.restore();
    const second = startExplorer(store);
    expect(await second.service.restore()).toEqual([{ ...before, needsFile: true }]);
    expect(await paths(second, id)).toEqual(['a', 'b']);
    expect(await second.service.documents(id, 0)).toEqual(await first.service.documents(id, 0));
    expect(await second.service.historyTable(id, 0)).toEqual(await first.service.historyTable(id, 0));
    expect(await second.service.entryDetail(id, 0, 'a', 1)).toEqual(await first.service.entryDetail(id, 0, 'a', 1));
    expect(await second.service.search(id, 0, { text: 'b', in: 'names', limit: 5 }, 's')).toHaveLength(1);
    await expect(readFirst(second, id)).rejects.toMatchObject({ code: 'gone' });
  });

  it('has them once, although it asks twice', async () => {
    const { store } = await storeWithDemo();
    const explorer = startExplorer(store);
    await explorer.service.restore();
    expect(await explorer.service.restore()).toHaveLength(1);
  });

  it('has its view', async () => {
    const store = memoryStore();
    await startExplorer(store).service.saveView({ selected: 'a' });
    expect(await startExplorer(store).service.loadView()).toEqual({ selected: 'a' });
  });

  it('does not bring back what was closed', async () => {
    const { store, id } = await storeWithDemo();
    const explorer = startExplorer(store);
    await explorer.service.restore();
    await explorer.service.close(id);
    expect(await startExplorer(store).service.restore()).toEqual([]);
  });

  it('goes on indexing where it was ended, once the file is there', async () => {
    const store = memoryStore();
    const ended = startExplorer(store);
    const { id } = await ended.service.open({ kind: 'file', file: FILE }, 'open');
    await ended.service.cancel('open');
    const explorer = startExplorer(store);
    const [restored] = await explorer.service.restore();
    expect(restored?.layers.map(({ state }) => state)).toContain('waiting');
    await explorer.service.reopen(id, { kind: 'file', file: FILE }, 'again');
    await explorer.until(({ type }) => type === 'indexed');
    expect(await paths(explorer, id)).toEqual(['a', 'b']);
  });
});

describe('re-opening', () => {
  it('gives the contents back', async () => {
    const { store, id } = await storeWithDemo();
    const explorer = startExplorer(store);
    await explorer.service.restore();
    const summary = await explorer.service.reopen(id, { kind: 'file', file: FILE }, 'again');
    expect(summary).toMatchObject({ id, needsFile: false });
    expect(await readFirst(explorer, id)).toBe('first');
  });

  it.each([
    ['another archive', asFile(buildDockerArchive('other:1', [[{ path: 'x' }]]), 'demo.tar')],
    ['the same bytes with another time', asFile(ARCHIVE, 'demo.tar', 5)],
    ['a cut file', asFile(ARCHIVE.slice(0, -512), 'demo.tar')],
  ])('refuses %s, and keeps what was restored', async (_case, file) => {
    const { store, id } = await storeWithDemo();
    const explorer = startExplorer(store);
    await explorer.service.restore();
    const reopening = explorer.service.reopen(id, { kind: 'file', file }, 'again');
    await expect(reopening).rejects.toMatchObject({ code: 'changed' });
    expect(await paths(explorer, id)).toEqual(['a', 'b']);
    expect(await explorer.service.restore()).toHaveLength(1);
  });
});

describe('KEEP-6 keeping', () => {
  it('needs no file any more', async () => {
    const store = memoryStore();
    const first = startExplorer(store);
    const { id } = await openDemo(first);
    expect(await first.service.keep(id)).toMatchObject({ kept: true });
    const second = startExplorer(store);
    expect(await second.service.restore()).toMatchObject([{ id, kept: true, needsFile: false }]);
    expect(await readFirst(second, id)).toBe('first');
  });

  it('forgets', async () => {
    const store = memoryStore();
    const first = startExplorer(store);
    const { id } = await openDemo(first);
    await first.service.keep(id);
    expect(await first.service.forget(id)).toMatchObject({ kept: false });
    expect(await store.contents(id)).toBeUndefined();
    expect(await startExplorer(store).service.restore()).toMatchObject([{ kept: false, needsFile: true }]);
  });

  it('keeps a folder', async () => {
    const store = memoryStore();
    const first = startExplorer(store);
    const { id } = await first.service.open({ kind: 'folder', name: 'layout', files: ociLayout('first') }, 'open');
    await first.until(({ type }) => type === 'indexed');
    await first.service.keep(id);
    const second = startExplorer(store);
    expect(await second.service.restore()).toMatchObject([{ id, kept: true, origin: 'folder', format: 'oci-layout' }]);
    expect(await readFirst(second, id)).toBe('first');
  });

  it('KEEP-4 refuses what there is no room for, before it writes', async () => {
    const store = memoryStore();
    const explorer = startExplorer(store, { freeBytes: 100 });
    const { id } = await openDemo(explorer);
    await expect(explorer.service.keep(id)).rejects.toMatchObject({ code: 'quota' });
    expect(await store.contents(id)).toBeUndefined();
    expect(await explorer.service.restore()).toMatchObject([{ kept: false }]);
  });

  it('KEEP-4 loses nothing when the disk is full', async () => {
    const store = memoryStore();
    const full: StateStore = {
      ...store,
      putContents: () => Promise.reject(new DOMException('full', 'QuotaExceededError')),
    };
    const explorer = startExplorer(full);
    const { id } = await openDemo(explorer);
    await expect(explorer.service.keep(id)).rejects.toMatchObject({ name: 'QuotaExceededError' });
    expect(await explorer.service.restore()).toMatchObject([{ kept: false }]);
    expect(await readFirst(explorer, id)).toBe('first');
  });
});

describe('KEEP-4 a store that fails', () => {
  it('is told once, and what is open can be used', async () => {
    const store = memoryStore();
    const refuse = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    const explorer = startExplorer({ ...store, putArchive: refuse, putLayers: refuse });
    const { id } = await openDemo(explorer);
    expect(await paths(explorer, id)).toEqual(['a', 'b']);
    const told = explorer.events.filter((event) => event.type === 'storeFailed');
    expect(told).toMatchObject([{ fault: { code: 'quota' } }]);
  });

  it.each<[string, (record: ArchiveRecord) => unknown]>([
    ['no body', (record) => ({ ...record, body: {} })],
    ['no images', (record) => ({ ...record, body: { ...(record.body as object), facts: {} } })],
    ['layers that are none', (record) => ({ ...record, body: { ...(record.body as object), layers: [1] } })],
    ['fewer layers than images name', (record) => ({ ...record, body: { ...(record.body as object), layers: [] } })],
  ])('loses only the record that is damaged: %s', async (_case, damage) => {
    const { store, id } = await storeWithDemo();
    const { id: other } = await openDemo(startExplorer(store));
    const record = (await store.archives()).records.find((one) => one.id === id);
    if (!record) throw new Error('the archive was not stored');
    await store.putArchive(damage(record) as ArchiveRecord);
    const explorer = startExplorer(store);
    expect((await explorer.service.restore()).map((one) => one.id)).toEqual([other]);
    expect(explorer.events).toMatchObject([{ type: 'storedDiscarded', reason: 'corrupt', fileName: 'demo.tar' }]);
    expect((await store.archives()).records).toHaveLength(1);
  });

  it('indexes a layer again when its stored tree is damaged', async () => {
    const { store, id } = await storeWithDemo();
    const damaged: StateStore = {
      ...store,
      layer: (archive, layer) => (layer === 0 ? Promise.reject(new Error('damaged')) : store.layer(archive, layer)),
    };
    const explorer = startExplorer(damaged);
    await explorer.service.restore();
    await expect(paths(explorer, id)).rejects.toMatchObject({ code: 'gone' });
    await explorer.service.reopen(id, { kind: 'file', file: FILE }, 'again');
    expect(await paths(explorer, id)).toEqual(['a', 'b']);
    expect(explorer.events).toContainEqual({ type: 'storedDiscarded', reason: 'corrupt', fileName: 'demo.tar' });
  });
});

describe('KEEP-5 two tabs on one store', () => {
  it('the last writer wins, and both go on', async () => {
    const { store, id } = await storeWithDemo();
    const [left, right] = [startExplorer(store), startExplorer(store)];
    await Promise.all([left.service.restore(), right.service.restore()]);
    await Promise.all([
      left.service.reopen(id, { kind: 'file', file: FILE }, 'l'),
      right.service.reopen(id, { kind: 'file', file: FILE }, 'r'),
    ]);
    await Promise.all([left.service.keep(id), right.service.keep(id)]);
    await left.service.forget(id);
    expect(await paths(right, id)).toEqual(['a', 'b']);
    await left.service.close(id);
    expect(await paths(right, id)).toEqual(['a', 'b']);
    expect(await startExplorer(store).service.restore()).toEqual([]);
  });
});
