import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { ArchiveError, type ArchiveLayer } from '../../src/archive/archive.ts';
import { readFileContent } from '../../src/archive/fileContent.ts';
import { digestFiles } from '../../src/archive/fileDigests.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { reorderLayers } from '../../src/archive/reorderLayers.ts';
import { verifyArchive, type VerifyRow } from '../../src/archive/verifyArchive.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import { RunSource } from '../../src/bytes/runSource.ts';
import { stretchesOf } from '../../src/bytes/stretchBuilder.ts';
import { bytesOf, configOf, dockerArchive, input, json, sampleLayers, sha256, tarOf, work } from './buildTar.ts';

async function layersOf(...stored: Uint8Array[]): Promise<readonly ArchiveLayer[]> {
  return (await openArchive(input(await dockerArchive(stored)), work)).layers;
}

function entryAt(tree: Awaited<ReturnType<ArchiveLayer['readIndex']>>['tree'], path: string): number {
  return path.split('/').reduce((entry, name) => tree.lookup(entry, encodeName(name)), 0);
}

describe('a layer', () => {
  it.each([
    ['plain', (bytes: Uint8Array) => bytes, 'none'],
    ['gzip', (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)), 'gzip'],
  ])('%s: index, stream, content and digests agree', async (_, store, compression) => {
    const [base] = await sampleLayers();
    const stored = store(base);
    const layer = (await layersOf(stored))[0] as ArchiveLayer;
    expect(layer.compression).toBe(compression);
    expect(await bytesOf(layer.stream(work))).toEqual(base);
    const content = await layer.content(work);
    expect(content.sizeBytes).toBe(base.length);
    expect(await content.read(512, 700)).toEqual(base.subarray(512, 1212));
    const digests = await layer.verify(work);
    expect(digests).toMatchObject({ diffId: sha256(base), blobDigest: sha256(stored) });
    const { tree } = await layer.readIndex(work);
    const motd = await readFileContent(layer, tree, entryAt(tree, 'etc/same'), work);
    expect(new TextDecoder().decode(await motd.read(0, 99))).toBe('hello');
    await expect(readFileContent(layer, tree, 0, work)).rejects.toBeInstanceOf(ArchiveError);
  });

  it('ARC-7 that breaks off is indexed up to there', async () => {
    const [, top] = await sampleLayers();
    const cut = gzipSync(top);
    const layer = (await layersOf(cut.subarray(0, cut.length - 20)))[0] as ArchiveLayer;
    const { tree, findings } = await layer.readIndex(work);
    expect(entryAt(tree, 'bin')).toBeGreaterThan(0);
    expect(findings.map(({ code, severity }) => [code, severity])).toContainEqual(['layerTruncated', 'error']);
  });

  it.each([0, 4, 30])(
    'ARC-7 that breaks off %s bytes behind its gzip header has no entries, and a fault',
    async (more) => {
      const [base, top] = await sampleLayers();
      const layers = await layersOf(gzipSync(base).subarray(0, 10 + more), top);
      const { tree, entryCount, findings } = await (layers[0] as ArchiveLayer).readIndex(work);
      expect([tree.length, entryCount]).toEqual([1, 0]);
      expect(findings).toContainEqual(expect.objectContaining({ code: 'layerTruncated', severity: 'error' }));
      expect((await layers[1]?.readIndex(work))?.entryCount).toBeGreaterThan(0);
    },
  );

  it('whose tar has a known size gives its content without an index', async () => {
    const [base] = await sampleLayers();
    const layer = (await layersOf(gzipSync(base)))[0] as ArchiveLayer;
    layer.setTarBytes(1024); // less than there is: an index would tell
    expect(await bytesOf((await layer.content(work)).stream())).toEqual(base.subarray(0, 1024));
  });

  it('that is no tar throws, and may be asked again', async () => {
    const layer = (await layersOf(new TextEncoder().encode('text '.repeat(300))))[0] as ArchiveLayer;
    await expect(layer.readIndex(work)).rejects.toMatchObject({ name: 'TarError', code: 'notTar', offset: 0 });
    await expect(layer.readIndex(work)).rejects.toMatchObject({ code: 'notTar' });
  });

  it('that was cancelled can be read afterwards', async () => {
    const [base] = await sampleLayers();
    const layer = (await layersOf(gzipSync(base)))[0] as ArchiveLayer;
    await expect(layer.verify({ ...work, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect((await layer.verify(work)).diffId).toBe(sha256(base));
  });
});

describe('digestFiles', () => {
  it('gives each file its digest in one pass', async () => {
    const [base] = await sampleLayers();
    const layer = (await layersOf(gzipSync(base)))[0] as ArchiveLayer;
    const { tree } = await layer.readIndex(work);
    const digests = await digestFiles(layer, tree, undefined, work);
    const digestAt = (path: string) => digests.get(tree.inode(entryAt(tree, path)));
    expect(`sha256:${digestAt('etc/motd')}`).toBe(sha256(encodeName('hello')));
    expect(digestAt('etc/same')).toBe(digestAt('etc/motd'));
    expect(digests.size).toBe(2);
    const some = await digestFiles(layer, tree, [entryAt(tree, 'etc/gone')], work);
    expect([...some.values()].map((hex) => `sha256:${hex}`)).toEqual([sha256(encodeName('soon'))]);
  });
});

describe('a sparse file', () => {
  it('reads as the expanded file does', async () => {
    const piece = fc.record({ hole: fc.nat(40), length: fc.nat(40) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 6 }),
        fc.nat(30),
        fc.nat(300),
        fc.nat(300),
        async (pieces, tail, from, length) => {
          let at = 0;
          const extents = pieces.map((one) => {
            const extent = { offset: at + one.hole, length: one.length };
            at = extent.offset + extent.length;
            return extent;
          });
          const stored = Uint8Array.from(
            { length: extents.reduce((sum, one) => sum + one.length, 0) },
            (_, i) => 1 + (i % 255),
          );
          const expanded = new Uint8Array(at + tail);
          let start = 0;
          for (const extent of extents) {
            expanded.set(stored.subarray(start, start + extent.length), extent.offset);
            start += extent.length;
          }
          const source = new RunSource(new MemorySource(stored), stretchesOf(extents, expanded.length));
          expect(await source.read(from, length)).toEqual(expanded.slice(from, from + length));
          expect(await bytesOf(source.stream())).toEqual(expanded);
          expect(await source.slice(from, length).read(3, 50)).toEqual(
            expanded.slice(from, from + length).slice(3, 53),
          );
        },
      ),
    );
  });

  it('ARC-6 does not make a giant real', async () => {
    const source = new RunSource(new MemorySource(new Uint8Array()), stretchesOf([], 2 ** 50));
    await expect(source.read(0, 2 ** 40)).rejects.toBeInstanceOf(RangeError);
    expect(await source.read(2 ** 49, 3)).toEqual(new Uint8Array(3));
  });
});

describe('verifyArchive', () => {
  async function rows(bytes: Uint8Array): Promise<VerifyRow[]> {
    const archive = await openArchive(input(bytes), work);
    const found: VerifyRow[] = [];
    for await (const row of verifyArchive(archive, work)) found.push(row);
    return found;
  }

  it('ARC-8 finds nothing wrong where nothing is', async () => {
    const found = await rows(await dockerArchive(await sampleLayers()));
    expect(found.map(({ what, ok }) => [what, ok])).toEqual([
      ['config', true],
      ['layer', true],
      ['layer', true],
    ]);
  });

  it('ARC-8 tells claimed and actual of a wrong diffID, and goes on', async () => {
    const [base, top] = await sampleLayers();
    const wrong = `sha256:${'0'.repeat(64)}`;
    const bytes = await tarOf([
      ['0/layer.tar', base],
      ['1/layer.tar', gzipSync(top).subarray(0, 60)],
      ['2/layer.tar', top],
      ['c.json', configOf([wrong, sha256(top), sha256(top)])],
      ['manifest.json', json([{ Config: 'c.json', Layers: ['0/layer.tar', '1/layer.tar', '2/layer.tar'] }])],
    ]);
    const layers = (await rows(bytes)).filter(({ what }) => what === 'layer');
    expect(layers[0]).toMatchObject({ claimed: wrong, actual: sha256(base), ok: false, fault: undefined });
    expect(layers[1]).toMatchObject({ actual: undefined, ok: false, fault: { name: 'CodecError' } });
    expect(layers[2]).toMatchObject({ ok: true });
  });

  it('IMG-2 repairs the order of layers by their real diffIDs', async () => {
    const [base, top] = await sampleLayers();
    const bytes = await tarOf([
      ['0/layer.tar', base],
      ['1/layer.tar', top],
      ['c.json', configOf([sha256(top), sha256(base)])],
      ['manifest.json', json([{ Config: 'c.json', Layers: ['0/layer.tar', '1/layer.tar'] }])],
    ]);
    const archive = await openArchive(input(bytes), work);
    const image = archive.images[0];
    if (!image) throw new Error('no image');
    const repaired = await reorderLayers(image, work);
    expect(repaired.layers.map(({ path }) => path)).toEqual(['1/layer.tar', '0/layer.tar']);
    expect(repaired.findings).toMatchObject([{ code: 'layersReordered' }]);
    expect(await reorderLayers(repaired, work)).toBe(repaired);
  });
});
