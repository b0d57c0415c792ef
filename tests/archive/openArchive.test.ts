import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { ArchiveError, type Archive } from '../../src/archive/archive.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { concatenate, configOf, dockerArchive, input, json, sampleLayers, sha256, tarOf, work } from './buildTar.ts';

async function open(bytes: Uint8Array): Promise<Archive> {
  return openArchive(input(bytes), work);
}

async function refusal(bytes: Uint8Array): Promise<ArchiveError> {
  try {
    await open(bytes);
  } catch (error) {
    if (error instanceof ArchiveError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

const codes = ({ findings }: { readonly findings: readonly { readonly code: string }[] }) =>
  findings.map(({ code }) => code);

describe('openArchive', () => {
  it('finds an image, its layers and their order in a docker-archive', async () => {
    const [base, top] = await sampleLayers();
    const archive = await open(await dockerArchive([base, top]));
    expect(archive).toMatchObject({ format: 'docker-archive', alsoFormats: [], outerCompression: [], findings: [] });
    const image = archive.images[0];
    expect(image).toMatchObject({ describedBy: 'manifest.json', tags: ['app:1'], isArtifact: false, findings: [] });
    expect(image?.imageId).toBe(sha256(new TextEncoder().encode(configOf([sha256(base), sha256(top)]))));
    expect(image?.layers.map(({ diffId }) => diffId)).toEqual([sha256(base), sha256(top)]);
    const index = await image?.layers[1]?.readIndex(work);
    expect(index).toMatchObject({ entryCount: 4, sizeBytes: top.length });
  });

  it('reads an index once, however often it is asked for', async () => {
    const archive = await open(await dockerArchive(await sampleLayers()));
    const layer = archive.layers[0];
    expect(await layer?.readIndex(work)).toBe(await layer?.readIndex(work));
  });

  it('ARC-1 undoes compressions around it, twice with a warning', async () => {
    const plain = await dockerArchive(await sampleLayers());
    const once = await open(gzipSync(plain));
    expect(once).toMatchObject({ outerCompression: ['gzip'], findings: [] });
    const twice = await open(gzipSync(gzipSync(plain)));
    expect(twice.outerCompression).toEqual(['gzip', 'gzip']);
    expect(codes(twice)).toEqual(['compressedTwice']);
    expect(twice.images[0]?.imageId).toBe(once.images[0]?.imageId);
    await Promise.all([once.close(), twice.close()]);
  });

  it('IMG-7 opens a config of wrong types, and tells the first', async () => {
    const [base] = await sampleLayers();
    const config = configOf([sha256(base)], { history: 'x', config: { Env: { A: 'b' } } });
    const manifest = json([{ Config: 'c.json', RepoTags: ['app:1'], Layers: ['l'] }]);
    const members: [string, string | Uint8Array][] = [
      ['l', base],
      ['c.json', config],
      ['manifest.json', manifest],
    ];
    const { images } = await open(await tarOf(members));
    expect(images[0]?.findings).toMatchObject([{ severity: 'warning', code: 'documentTypes' }]);
    expect(images[0]).toMatchObject({ tags: ['app:1'], layers: [{ diffId: sha256(base) }] });
  });

  it('tells more layers than docker takes', async () => {
    const [base] = await sampleLayers();
    const { images } = await open(await dockerArchive(Array.from({ length: 126 }, () => base)));
    expect(images[0]?.findings).toMatchObject([{ code: 'tooManyLayers', params: { layers: 126 } }]);
    expect((await open(await dockerArchive(Array.from({ length: 125 }, () => base)))).images[0]?.findings).toEqual([]);
  });

  it('reads a gzip layer whose header sets reserved flags, and tells it', async () => {
    const [base] = await sampleLayers();
    const stored = gzipSync(base);
    stored[3] = 0xe0;
    const manifest = json([{ Config: 'c.json', RepoTags: null, Layers: ['l'] }]);
    const members: [string, string | Uint8Array][] = [
      ['l', stored],
      ['c.json', configOf([sha256(base)])],
      ['manifest.json', manifest],
    ];
    const index = await (await open(await tarOf(members))).layers[0]?.readIndex(work);
    expect(index).toMatchObject({ sizeBytes: base.length, findings: [{ code: 'gzipFlags' }] });
  });

  it('ARC-6 refuses what is compressed without end', async () => {
    let bytes: Uint8Array = await dockerArchive(await sampleLayers());
    for (let i = 0; i < 6; i++) bytes = gzipSync(bytes);
    expect((await refusal(bytes)).code).toBe('limit');
  });

  it.each([
    ['no bytes', new Uint8Array(), 'empty', 0],
    ['text', new TextEncoder().encode('hello '.repeat(200)), 'unknownFormat', 0],
    ['zeros', new Uint8Array(10240), 'noImage', 0],
    ['a zip', concatenate([Uint8Array.of(0x50, 0x4b, 3, 4), new Uint8Array(600)]), 'unknownFormat', 0],
    ['a gzip header alone', Uint8Array.of(0x1f, 0x8b, 8), 'truncated', undefined],
  ])('%s: %3$s', async (_, bytes, code, offset) => {
    const error = await refusal(bytes);
    expect(error.code).toBe(code);
    if (offset !== undefined) expect(error.offset).toBe(offset);
    expect(error.message).toContain('test.tar');
  });

  it.each([
    ['[]', 'noImage'],
    ['null', 'noImage'],
    ['{}', 'malformed'],
    ['[1]', 'malformed'],
    ['{', 'malformed'],
  ])('manifest.json %s beside layers: %s', async (manifest, code) => {
    const [base] = await sampleLayers();
    const bytes = await tarOf([
      ['0/layer.tar', base],
      ['manifest.json', manifest],
    ]);
    expect(await refusal(bytes)).toMatchObject({ code });
  });

  it.each(['null', '{"name":"web app"}', 'no json', '[]', '[{"name":"x"}]'])(
    'a rootfs may have a manifest.json: %s',
    async (manifest) => {
      const archive = await open(
        await tarOf([
          ['index.html', 'x'],
          ['manifest.json', manifest],
        ]),
      );
      expect(archive).toMatchObject({ format: 'rootfs', findings: [{ code: 'manifestNotUsed' }] });
    },
    5000,
  );

  it('ARC-2 shows what can be shown of an image whose parts are missing or wrong', async () => {
    const [base, top] = await sampleLayers();
    const cases: [object, string][] = [
      [{ Config: 'none.json' }, 'configMissing'],
      [{ Config: '../../etc/passwd' }, 'configMissing'],
      [{ Config: '0/layer.tar' }, 'configUnreadable'],
      [{ Layers: ['0/layer.tar', 'none'] }, 'layerMissing'],
      [{ Layers: ['0/layer.tar', '../../x'] }, 'layerEscapes'],
      [{ Layers: ['0/layer.tar', 'loop'] }, 'layerLinkLoop'],
      [{ Layers: ['0/layer.tar'] }, 'layerCountMismatch'],
      [{ RepoTags: ['UPPER'] }, 'tagInvalid'],
    ];
    for (const [manifest, code] of cases) {
      const archive = await open(await dockerArchive([base, top], manifest, [['loop', { symlink: 'loop' }]]));
      expect(codes(archive.images[0] ?? { findings: [] })).toEqual([code]);
    }
  });

  it('ARC-3 shares a layer that two images name, or that is a link to another', async () => {
    const [base, top] = await sampleLayers();
    const config = configOf([sha256(base), sha256(top), sha256(base)]);
    const item = { Config: 'c.json', Layers: ['a/layer.tar', 'b/layer.tar', 'l/layer.tar'] };
    const archive = await open(
      await tarOf([
        ['a/layer.tar', base],
        ['b/layer.tar', top],
        ['l/layer.tar', { symlink: '../a/layer.tar' }],
        ['c.json', config],
        ['manifest.json', json([item, { ...item, RepoTags: ['two:1'] }])],
      ]),
    );
    expect(archive.images).toHaveLength(1);
    expect(archive.images[0]?.tags).toEqual(['two:1']);
    expect(archive.images[0]?.layers.map(({ index }) => index)).toEqual([0, 1, 0]);
    expect(archive.layers).toHaveLength(2);
  });

  it('IMG-2 puts layers in the order of the config when their names tell it', async () => {
    const [base, top] = await sampleLayers();
    const name = (layer: Uint8Array) => `${sha256(layer).slice(7)}/layer.tar`;
    const archive = await open(
      await tarOf([
        [name(base), base],
        [name(top), top],
        ['c.json', configOf([sha256(base), sha256(top)])],
        ['manifest.json', json([{ Config: 'c.json', Layers: [name(top), name(base)] }])],
      ]),
    );
    expect(archive.images[0]?.layers.map(({ path }) => path)).toEqual([name(base), name(top)]);
    expect(codes(archive.images[0] ?? { findings: [] })).toEqual(['layersReordered']);
  });

  it('looks into a folder that was packed around the archive', async () => {
    const [base] = await sampleLayers();
    const members = (folder: string) =>
      [
        [folder, ''],
        [`${folder}c.json`, configOf([sha256(base)])],
        [`${folder}l/layer.tar`, base],
        [`${folder}manifest.json`, json([{ Config: 'c.json', Layers: ['l/layer.tar'] }])],
      ] as const;
    const archive = await open(await tarOf(members('saved/')));
    expect(archive).toMatchObject({ format: 'docker-archive', findings: [{ code: 'membersNested' }] });
    expect((await archive.layers[0]?.verify(work))?.diffIdMatches).toBe(true);
    const beside = await open(await tarOf([...members('saved/'), ['other', '']]));
    expect(beside.format).toBe('rootfs');
  });

  it('ARC-7 opens a cut archive when the list of images is before the cut', async () => {
    const [base, top] = await sampleLayers();
    const bytes = await tarOf([
      ['manifest.json', json([{ Config: 'c.json', Layers: ['0/layer.tar', '1/layer.tar'] }])],
      ['c.json', configOf([sha256(base), sha256(top)])],
      ['0/layer.tar', base],
      ['1/layer.tar', top],
    ]);
    const archive = await open(bytes.subarray(0, bytes.length - top.length - 1024));
    expect(codes(archive)).toEqual(['truncatedArchive']);
    expect((await archive.layers[0]?.readIndex(work))?.findings).toEqual([]);
    const half = archive.layers[1];
    if (half?.presence === 'present') {
      const index = await half.readIndex(work).catch((error: unknown) => error);
      expect(index).toBeDefined();
    } else expect(half?.presence).toBe('missing');
  });

  it('says of a cut archive without its list that it is cut', async () => {
    const bytes = await dockerArchive(await sampleLayers());
    expect((await refusal(bytes.subarray(0, 3000))).code).toBe('truncated');
    const packed = gzipSync(bytes);
    expect((await refusal(packed.subarray(0, packed.length / 2))).code).toBe('truncated');
  });

  it('ARC-5 never throws but a typed error, wherever the archive is cut', async () => {
    const bytes = await dockerArchive(await sampleLayers());
    for (let length = 0; length < bytes.length; length += 97) {
      const result = await open(bytes.subarray(0, length)).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toBeInstanceOf(ArchiveError);
    }
  });

  it('takes a folder, links of a repository included', async () => {
    const [base] = await sampleLayers();
    const config = new TextEncoder().encode(configOf([sha256(base)]));
    const descriptor = (mediaType: string, bytes: Uint8Array) => ({
      mediaType,
      digest: sha256(bytes),
      size: bytes.length,
    });
    const manifest = new TextEncoder().encode(
      json({
        schemaVersion: 2,
        config: descriptor('application/vnd.oci.image.config.v1+json', config),
        layers: [descriptor('application/vnd.oci.image.layer.v1.tar', base)],
      }),
    );
    const index = new TextEncoder().encode(
      json({ manifests: [descriptor('application/vnd.oci.image.manifest.v1+json', manifest)] }),
    );
    const at = (bytes: Uint8Array) => `blobs/sha256/${sha256(bytes).slice(7)}`;
    const files: [string, Uint8Array][] = [
      ['oci-layout', new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}')],
      ['index.json', index],
      [at(manifest), manifest],
      [at(config), config],
      [at(base), new TextEncoder().encode('../../rootfs.tar')],
      ['rootfs.tar', base],
    ];
    const folder = files.map(([path, bytes]) => ({ path, source: new MemorySource(bytes) }));
    const archive = await openArchive({ fileName: 'layout', folder }, work);
    expect(archive).toMatchObject({ format: 'oci-layout', findings: [] });
    expect(archive.layers[0]).toMatchObject({ presence: 'present', path: 'rootfs.tar', blobSizeBytes: base.length });
    expect((await archive.layers[0]?.verify(work))?.blobDigestMatches).toBe(true);
  });

  it('is cancelled by its signal', async () => {
    const bytes = await dockerArchive(await sampleLayers());
    const signal = AbortSignal.abort();
    await expect(openArchive(input(bytes), { ...work, signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
