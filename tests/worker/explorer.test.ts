import { beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveSummary, SaveRequest, TreeQuery } from '../../src/worker/protocol.ts';
import { FATES } from '../../src/worker/protocol.ts';
import { asFile, buildDockerArchive, buildTar, sha256 } from '../support/buildArchive.ts';
import { type Explorer, PLAIN_QUERY, rowsOf, startExplorer } from './harness.ts';

const SECRET = 'hunter2\n'.repeat(3);
const NEW = 'second version';

/** Three layers: /app/secret is deleted, /etc/conf replaced, /link added. */
const ARCHIVE = buildDockerArchive('demo:1', [
  [
    { path: 'app/' },
    { path: 'app/secret', body: SECRET },
    { path: 'app/main', body: 'main' },
    { path: 'etc/' },
    { path: 'etc/conf', body: 'first' },
  ],
  [
    { path: 'app/' },
    { path: 'app/.wh.secret', body: '' },
    { path: 'etc/' },
    { path: 'etc/conf', body: NEW, mode: 0o600 },
  ],
  [{ path: 'link', linkTarget: 'etc/conf' }],
]);

let explorer: Explorer;
let archive: ArchiveSummary;

async function openDemo(target: Explorer): Promise<ArchiveSummary> {
  const summary = await target.service.open({ kind: 'file', file: asFile(ARCHIVE, 'demo.tar') }, 'open-demo');
  await target.until((event) => event.type === 'indexed' && event.archiveId === summary.id);
  return summary;
}

function treeOf(query: Partial<TreeQuery>) {
  return explorer.service.treeView({ ...PLAIN_QUERY, archiveId: archive.id, layer: 2, ...query }).then(rowsOf);
}

beforeEach(async () => {
  explorer = startExplorer();
  archive = await openDemo(explorer);
});

describe('an archive that was opened', () => {
  it('tells its images, tags and layers', () => {
    expect(archive).toMatchObject({
      fileName: 'demo.tar',
      sizeBytes: ARCHIVE.length,
      format: 'docker-archive',
      origin: 'file',
      kept: false,
      needsFile: false,
      hasHandle: false,
    });
    expect(archive.images.map(({ tags, layers }) => ({ tags, layers }))).toEqual([
      { tags: ['demo:1'], layers: [0, 1, 2] },
    ]);
    expect(archive.layers).toHaveLength(3);
  });

  it('tells when each layer is begun and indexed, base first, then that all are', () => {
    const layersOf = (type: 'layerStarted' | 'layerIndexed') =>
      explorer.events.flatMap((event) => (event.type === type ? [event.layer.index] : []));
    expect(layersOf('layerStarted')).toEqual([0, 1, 2]);
    const indexed = layersOf('layerIndexed');
    expect([...indexed].sort()).toEqual([0, 1, 2]);
    expect(indexed[0]).toBe(0);
    const told = explorer.events.filter(({ type }) => type !== 'progress');
    for (const layer of indexed) {
      const places = ['layerStarted', 'layerIndexed'].map((type) =>
        told.findIndex((event) => event.type === type && 'layer' in event && event.layer.index === layer),
      );
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
    expect(told.at(-1)?.type).toBe('indexed');
  });

  it('counts what is in a layer', async () => {
    expect(await explorer.service.layer(archive.id, 1)).toMatchObject({
      state: 'indexed',
      addedCount: 3,
      whiteoutCount: 1,
      opaqueCount: 0,
      contentBytes: NEW.length,
    });
  });

  it('shows the union', async () => {
    expect((await treeOf({})).map(({ path, layer }) => [path, layer])).toEqual([
      ['app', 1],
      ['app/main', 0],
      ['etc', 1],
      ['etc/conf', 1],
      ['link', 2],
    ]);
  });

  it('shows one layer', async () => {
    expect((await treeOf({ mode: 'layer', layer: 2 })).map(({ path }) => path)).toEqual(['link']);
  });

  it('x-rays what is hidden, and reads it', async () => {
    const rows = await treeOf({ xray: true });
    const secret = rows.find(({ path, fate }) => path === 'app/secret' && FATES[fate] === 'deleted');
    expect(secret).toMatchObject({ layer: 0, byLayer: 1 });
    const file = { archiveId: archive.id, image: 0, layer: secret?.layer ?? -1, entry: secret?.entry ?? -1 };
    const { service } = explorer;
    const bytes = await service.readFile(file, 0, 1000);
    expect(new TextDecoder().decode(bytes)).toBe(SECRET);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
    expect(new TextDecoder().decode(await service.readFile(file, 8, 7))).toBe('hunter2');
    expect(await service.fileDigest(file, 'digest')).toBe(sha256(SECRET));
    expect(await (await service.fileBlob(file, 'blob')).text()).toBe(SECRET);
  });

  it('gives the documents byte for byte', async () => {
    const { config, index } = await explorer.service.documents(archive.id, 0);
    expect(sha256(config ?? '')).toBe(archive.images[0]?.imageId);
    expect(JSON.parse(index ?? '')).toMatchObject([{ RepoTags: ['demo:1'] }]);
  });

  it('tells its history beside the layers', async () => {
    const rows = await explorer.service.historyTable(archive.id, 0);
    expect(rows.map(({ createdBy, layer, cumulativeBytes }) => [createdBy, layer, cumulativeBytes])).toEqual([
      ['step 0', 0, SECRET.length + 4 + 5],
      ['step 1', 1, 4 + NEW.length],
      ['step 2', 2, 4 + NEW.length],
    ]);
    expect(rows[0]?.chainId).toBe(rows[0]?.diffId);
    expect(rows[1]?.chainId).toBe(sha256(`${rows[0]?.chainId} ${rows[1]?.diffId}`));
  });

  it('verifies, and tells each row', async () => {
    const rows = await explorer.service.verify(archive.id, 'verify');
    expect(rows.filter(({ what }) => what === 'layer').map(({ layer, ok }) => [layer, ok])).toEqual([
      [0, true],
      [1, true],
      [2, true],
    ]);
    expect(explorer.events.filter(({ type }) => type === 'layerVerified')).toHaveLength(rows.length);
  });

  it('puts layers right that lie in another order, once their digests are known', async () => {
    const layers = [[{ path: 'a', body: 'old' }], [{ path: 'a', body: 'newer' }]];
    const swapped = asFile(buildDockerArchive('swapped:1', layers, [1, 0]), 'swapped.tar');
    const { service } = explorer;
    const { id } = await service.open({ kind: 'file', file: swapped }, 'swapped');
    const sizes = async () => rowsOf(await service.treeView({ ...PLAIN_QUERY, archiveId: id, layer: 1 }))[0]?.size;
    expect(await sizes()).toBe('old'.length);
    await service.verify(id, 'verify');
    expect(await sizes()).toBe('newer'.length);
    const changed = explorer.events.find(({ type }) => type === 'archiveChanged');
    expect(changed).toMatchObject({ archive: { id, images: [{ layers: [1, 0] }] } });
    expect(changed).toMatchObject({
      archive: { layers: layers.toReversed().map((one) => ({ diffId: sha256(buildTar(one)) })) },
    });
  });

  it('tells what is wasted', async () => {
    const report = await explorer.service.waste(archive.id, 0, true, 'waste');
    expect(report.entries.map(({ path, cause, bytes }) => [path, cause, bytes])).toEqual([
      ['app/secret', 'deleted', SECRET.length],
      ['etc/conf', 'superseded', 5],
    ]);
  });

  it('finds names in all layers, hidden ones too', async () => {
    const hits = await explorer.service.search(archive.id, 0, { text: 'secret', in: 'names', limit: 10 }, 'search');
    expect(hits.map(({ path, layer, visible }) => [path, layer, visible])).toContainEqual(['app/secret', 0, false]);
  });

  it('finds contents in all layers', async () => {
    const hits = await explorer.service.search(archive.id, 0, { text: 'ter2', in: 'contents', limit: 10 }, 'search');
    expect(hits).toMatchObject([{ path: 'app/secret', layer: 0, visible: false, offset: 3, line: 'hunter2' }]);
  });

  it('finds what was left behind', async () => {
    const archiveOf = buildDockerArchive('left:1', [
      [{ path: 'root/.netrc', body: 'machine h login u password p4ssw0rd' }],
    ]);
    const { id } = await explorer.service.open({ kind: 'file', file: asFile(archiveOf, 'left.tar') }, 'open');
    const found = await explorer.service.leftovers(id, 0, 'leftovers');
    expect(found).toMatchObject([{ kind: 'credential', path: 'root/.netrc', layer: 0, hidden: false }]);
  });

  it('compares with another image, by contents', async () => {
    const other = buildDockerArchive('demo:2', [
      [
        { path: 'app/' },
        { path: 'app/main', body: 'MAIN' },
        { path: 'etc/' },
        { path: 'etc/conf', body: NEW, mode: 0o600 },
        { path: 'link', linkTarget: 'etc/conf' },
        { path: 'new', body: '12' },
      ],
    ]);
    const { id } = await explorer.service.open({ kind: 'file', file: asFile(other, 'other.tar') }, 'open');
    const view = await explorer.service.compare({ archiveId: archive.id, image: 0 }, { archiveId: id, image: 0 });
    expect(view).toMatchObject({
      sharedLayers: 0,
      left: { layers: 3, bytes: 4 + NEW.length },
      right: { layers: 1, bytes: 4 + NEW.length + 2 },
      counts: { onlyLeft: 0, onlyRight: 1, content: 1, metadata: 0 },
    });
    expect(view.entries.map(({ path, status }) => [path, status])).toEqual([
      ['app/main', 'content'],
      ['new', 'onlyRight'],
    ]);
  });

  it('maps sizes to a treemap', async () => {
    expect(await explorer.service.treemap(archive.id, 0, 2)).toMatchObject({ sizeBytes: 4 + NEW.length });
    expect(await explorer.service.treemap(archive.id, 0, 'all')).toMatchObject({
      sizeBytes: SECRET.length + 4 + 5 + NEW.length,
    });
  });
});

describe('SAVE-1 saving', () => {
  async function saved(request: SaveRequest) {
    const { blob, fileName } = await explorer.service.save(request, 'save');
    return { bytes: new Uint8Array(await blob.arrayBuffer()), fileName };
  }

  it.each([
    ['docker-archive', 'docker-archive'],
    ['docker-legacy', 'docker-archive'],
    ['oci-layout', 'oci-layout'],
  ] as const)('as %s keeps the digests of config and layers', async (format, reopenedFormat) => {
    const { bytes, fileName } = await saved({ kind: 'archive', archiveId: archive.id, images: [0], format });
    expect(fileName).toBe(`demo_1.${format}.tar`);
    const again = await explorer.service.open({ kind: 'file', file: asFile(bytes, fileName) }, 'again');
    expect(again.format).toBe(reopenedFormat);
    expect(again.images[0]?.imageId).toBe(archive.images[0]?.imageId);
    expect(again.layers.map(({ diffId }) => diffId)).toEqual(archive.layers.map(({ diffId }) => diffId));
    const rows = await explorer.service.verify(again.id, 'verify');
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('gives a layer byte for byte', async () => {
    const { bytes, fileName } = await saved({ kind: 'layer', archiveId: archive.id, layer: 1 });
    expect(fileName).toBe('demo.layer-1.tar');
    expect(sha256(bytes)).toBe(archive.layers[1]?.diffId);
  });

  it.each<[string, SaveRequest & { upToLayer: number }, readonly string[]]>([
    ['all', { kind: 'flatten', archiveId: '', image: 0, upToLayer: 2 }, ['app', 'app/main', 'etc', 'etc/conf', 'link']],
    [
      'the base',
      { kind: 'flatten', archiveId: '', image: 0, upToLayer: 0 },
      ['app', 'app/main', 'app/secret', 'etc', 'etc/conf'],
    ],
    ['a folder', { kind: 'subtree', archiveId: '', image: 0, upToLayer: 2, path: 'app' }, ['app', 'app/main']],
    [
      'a folder of one layer',
      { kind: 'subtree', archiveId: '', image: 0, upToLayer: 1, path: 'etc', from: 'layer' },
      ['etc', 'etc/conf'],
    ],
    ['a file', { kind: 'subtree', archiveId: '', image: 0, upToLayer: 2, path: 'etc/conf' }, ['conf']],
  ])('flattens %s', async (_case, request, expected) => {
    const { bytes } = await saved({ ...request, archiveId: archive.id });
    const { service } = explorer;
    const { id } = await service.open({ kind: 'file', file: asFile(bytes, 'flat.tar') }, 'flat');
    const rows = rowsOf(await service.treeView({ ...PLAIN_QUERY, archiveId: id, layer: 0 }));
    expect(rows.map(({ path }) => path)).toEqual(expected);
  });

  it('refuses a path that is not there', async () => {
    const request = { kind: 'subtree', archiveId: archive.id, image: 0, upToLayer: 2, path: 'app/secret' } as const;
    await expect(saved(request)).rejects.toMatchObject({ code: 'badRequest' });
  });

  it('can be cancelled', async () => {
    const saving = explorer.service.save({ kind: 'layer', archiveId: archive.id, layer: 0 }, 'save');
    await explorer.service.cancel('save');
    await expect(saving).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the detail of a path', () => {
  it('tells a file that was replaced', async () => {
    const detail = await explorer.service.entryDetail(archive.id, 0, 'etc/conf', 2);
    expect(detail).toMatchObject({ path: 'etc/conf', layer: 1, visible: true, mode: 0o600, sizeBytes: NEW.length });
    expect(detail.biography.map(({ layer, deed }) => [layer, deed])).toEqual([
      [0, 'created'],
      [1, 'replaced'],
    ]);
  });

  it('tells a file that was deleted by its last version', async () => {
    const detail = await explorer.service.entryDetail(archive.id, 0, '/app/secret', 2);
    expect(detail).toMatchObject({ path: 'app/secret', layer: 0, visible: false, sizeBytes: SECRET.length });
    expect(detail.biography.map(({ layer, deed }) => [layer, deed])).toEqual([
      [0, 'created'],
      [1, 'deleted'],
    ]);
  });

  it('sees it as it was below the layer that deleted it, and tells what comes later', async () => {
    const detail = await explorer.service.entryDetail(archive.id, 0, 'app/secret', 0);
    expect(detail.visible).toBe(true);
    expect(detail.biography).toHaveLength(2);
  });

  it('names a link target', async () => {
    expect(await explorer.service.entryDetail(archive.id, 0, 'link', 2)).toMatchObject({ linkTarget: 'etc/conf' });
  });

  it.each(['nowhere', 'app/secret/below'])('refuses %s, which no layer has', async (path) => {
    await expect(explorer.service.entryDetail(archive.id, 0, path, 2)).rejects.toMatchObject({ code: 'badRequest' });
  });
});

describe('a question that makes no sense', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['an archive that is not open', () => explorer.service.documents('none', 0), 'gone'],
    ['an image that is not there', () => explorer.service.documents(archive.id, 7), 'badRequest'],
    ['a layer that is not there', () => explorer.service.layer(archive.id, 9), 'badRequest'],
    ['a tree up to no layer', () => treeOf({ layer: 9 }), 'badRequest'],
    ['a negative image', () => explorer.service.historyTable(archive.id, -1), 'badRequest'],
    [
      'a directory as a file',
      () => explorer.service.readFile({ archiveId: archive.id, image: 0, layer: 0, entry: 0 }, 0, 1),
      'badRequest',
    ],
    [
      'an entry beyond the end',
      () => explorer.service.readFile({ archiveId: archive.id, image: 0, layer: 0, entry: 1e6 }, 0, 1),
      'badRequest',
    ],
  ])('%s', async (_case, ask, code) => {
    await expect(ask()).rejects.toMatchObject({ code });
  });
});

describe('PAGE-5 what fails', () => {
  it.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['nothing', new Uint8Array(), 'empty'],
    ['text', new TextEncoder().encode('no archive at all\n'.repeat(100)), 'unknownFormat'],
    ['a tar of nothing', buildTar([]), 'noImage'],
  ])('%s is refused, and what was open stays', async (_case, bytes, code) => {
    const failing = explorer.service.open({ kind: 'file', file: asFile(bytes, 'bad.tar') }, 'bad');
    await expect(failing).rejects.toMatchObject({ name: 'ArchiveError', code });
    expect((await explorer.service.restore()).map(({ id }) => id)).toEqual([archive.id]);
    expect(await treeOf({})).toHaveLength(5);
  });

  it('a cancelled opening rejects, and leaves nothing', async () => {
    const opening = explorer.service.open({ kind: 'file', file: asFile(ARCHIVE, 'again.tar') }, 'cancelled');
    await explorer.service.cancel('cancelled');
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(await explorer.service.restore()).toHaveLength(1);
  });

  it('indexing that is cancelled can be asked for again', async () => {
    const summary = await explorer.service.open({ kind: 'file', file: asFile(ARCHIVE, 'again.tar') }, 'stopped');
    await explorer.service.cancel('stopped');
    expect(await explorer.service.layer(summary.id, 2)).toMatchObject({ state: 'indexed', addedCount: 1 });
  });

  it('a closed archive is gone', async () => {
    await explorer.service.close(archive.id);
    await expect(treeOf({})).rejects.toMatchObject({ code: 'gone' });
    expect(await explorer.service.restore()).toEqual([]);
  });
});
