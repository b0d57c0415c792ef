import { spawnSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Archive, ArchiveLayer } from '../../src/archive/archive.ts';
import { exportLayer } from '../../src/archive/exportLayer.ts';
import { exportTree } from '../../src/archive/flatten.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { writeArchive, type WriteFormat } from '../../src/archive/writeArchive.ts';
import type { LayerForm } from '../../src/archive/writePlan.ts';
import { decodeName } from '../../src/bytes/byteName.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { scanTarStream } from '../../src/tar/scanTarStream.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { bytesOf, dockerArchive, input, sampleLayers, sha256, work } from './buildTar.ts';

const FORMATS: readonly WriteFormat[] = ['docker-archive', 'docker-legacy', 'oci-layout'];

async function save(archive: Archive, format: WriteFormat, layers: LayerForm = 'asStored'): Promise<Uint8Array> {
  const written = await writeArchive(archive, archive.images, { format, layers }, work);
  const bytes = await bytesOf(written.chunks);
  expect(bytes.length).toBe(written.sizeBytes);
  return bytes;
}

async function sample(): Promise<Archive> {
  const [base, top] = await sampleLayers();
  return openArchive(input(await dockerArchive([base, new Uint8Array(gzipSync(top))])), work);
}

describe('writeArchive', () => {
  it.each(FORMATS)('SAVE-1 %s: opened again it has the same digests and tags', async (format) => {
    const archive = await sample();
    const again = await openArchive(input(await save(archive, format)), work);
    expect(again.format).toBe(format === 'docker-legacy' ? 'docker-archive' : format);
    expect(again.findings).toEqual([]);
    expect(again.images).toHaveLength(1);
    const [before, after] = [archive.images[0], again.images[0]];
    expect(after?.configBytes).toEqual(before?.configBytes);
    for (const [i, layer] of (before?.layers ?? []).entries()) {
      const twin = after?.layers[i];
      expect(await twin?.blob?.read(0, 1e6)).toEqual(await layer.blob?.read(0, 1e6));
      expect((await twin?.verify(work))?.diffId).toBe((await layer.verify(work)).diffId);
    }
    if (format !== 'oci-layout') expect(after?.tags).toEqual(['app:1']);
    else expect(after?.tags).toEqual(['docker.io/library/app:1']);
  });

  it.each(FORMATS)('SAVE-2 %s: the same archive gives the same bytes', async (format) => {
    const first = await save(await sample(), format);
    expect(sha256(await save(await sample(), format))).toBe(sha256(first));
    const again = await openArchive(input(first), work);
    expect(sha256(await save(again, format))).toBe(sha256(first));
  });

  it('stores layers uncompressed when asked to', async () => {
    const again = await openArchive(input(await save(await sample(), 'oci-layout', 'uncompressed')), work);
    expect(again.layers.map(({ compression }) => compression)).toEqual(['none', 'none']);
    for (const layer of again.layers) expect(await layer.verify(work)).toMatchObject({ blobDigestMatches: true });
  });

  it('keeps a manifest over forms that have one', async () => {
    const oci = await openArchive(input(await save(await sample(), 'oci-layout')), work);
    const docker = await openArchive(input(await save(oci, 'docker-archive')), work);
    const back = await openArchive(input(await save(docker, 'oci-layout')), work);
    expect(docker.images[0]?.manifest?.bytes).toEqual(oci.images[0]?.manifest?.bytes);
    expect(back.images[0]?.manifest?.digest).toBe(oci.images[0]?.manifest?.digest);
  });

  it('SAVE-4 does not write half an image', async () => {
    const [base] = await sampleLayers();
    const archive = await openArchive(input(await dockerArchive([base], { Layers: ['none'] })), work);
    for (const format of FORMATS) {
      await expect(save(archive, format)).rejects.toMatchObject({ name: 'ArchiveError', code: 'missing' });
    }
  });

  it('tells a config that cannot be read', async () => {
    const [base] = await sampleLayers();
    const archive = await openArchive(input(await dockerArchive([base], { Config: '0/layer.tar' })), work);
    for (const format of ['docker-archive', 'docker-legacy'] as const) {
      await expect(save(archive, format)).rejects.toMatchObject({ name: 'ArchiveError', code: 'malformed' });
    }
  });

  it('writes one layer as it is, or unpacked', async () => {
    const [, top] = await sampleLayers();
    const layer = (await sample()).layers[1];
    if (!layer) throw new Error('no layer');
    expect(await bytesOf(exportLayer(layer, 'uncompressed', work).chunks)).toEqual(top);
    expect(new Uint8Array(gunzipSync(await bytesOf(exportLayer(layer, 'asStored', work).chunks)))).toEqual(top);
  });
});

describe('SAVE-3 exportTree', () => {
  async function sampleUnion(): Promise<{ archive: Archive; union: LayerUnion }> {
    const archive = await sample();
    const trees = [];
    for (const layer of archive.layers) trees.push((await layer.readIndex(work)).tree);
    return { archive, union: new LayerUnion(trees) };
  }

  it('is the merged tree in path order, hard links kept', async () => {
    const { archive, union } = await sampleUnion();
    const bytes = await bytesOf(exportTree(union, archive.layers, work));
    const flat = await openArchive(input(bytes), work);
    const names = spawnSync('tar', ['-tf', '-'], { input: bytes, encoding: 'utf8' });
    if (!names.error) {
      expect(names.stdout.trim().split('\n')).toEqual(['bin/', 'bin/tool', 'etc/', 'etc/motd', 'etc/same']);
    }
    const tree = (await flat.layers[0]?.readIndex(work))?.tree;
    if (!tree) throw new Error('no tree');
    const only = new LayerUnion([tree]);
    expect(only.hardLinkGroup(only.resolve('etc/same'))).toHaveLength(2);
    expect(only.resolve('etc/gone')).toBe(-1);
    expect(only.sizeBytes(only.resolve('bin/tool'))).toBe(3000);
  });

  it('exports one directory or one file under its own name', async () => {
    const { archive, union } = await sampleUnion();
    const part = async (path: string) => {
      const flat = await openArchive(
        input(await bytesOf(exportTree(union, archive.layers, work, union.resolve(path)))),
        work,
      );
      return (await flat.layers[0]?.readIndex(work))?.entryCount;
    };
    expect(await part('etc')).toBe(3);
    expect(await part('bin/tool')).toBe(1);
  });
});

describeWithFixtures('recorded archives', (dir) => {
  it.each(['busy.docker-save.tar', 'by-id-no-tag.docker-save.tar'])(
    '%s: written again it is what docker save wrote, byte for byte',
    async (name) => {
      const original = readFileSync(join(dir, 'archives/generated', name));
      const archive = await openArchive(input(original), work);
      expect(sha256(await save(archive, 'docker-legacy'))).toBe(sha256(original));
    },
  );

  it('SAVE-3 a flattened image is what docker export wrote, but for the files of the container', async () => {
    const open = (name: string) => openArchive(input(readFileSync(join(dir, 'archives/generated', name))), work);
    const saved = await open('two-images-shared-layers.docker-save.tar.gz');
    const exported = await open('child.docker-export.tar.gz');
    const image = saved.images.find(({ tags }) => tags.includes('pal/child:1'));
    if (!image) throw new Error('no image');
    const trees = [];
    for (const layer of image.layers) trees.push((await layer.readIndex(work)).tree);
    const flat = await bytesOf(exportTree(new LayerUnion(trees), image.layers, work));

    const members = async (tar: AsyncIterable<Uint8Array>) => {
      const found: [name: string, line: string][] = [];
      await scanTarStream(tar, (entry) => {
        const name = decodeName(entry.name);
        const { type, mode, uid, gid, sizeBytes, mtimeSec } = entry;
        const line = [type, mode & 0o7777, uid, gid, sizeBytes, mtimeSec, decodeName(entry.linkName)].join(' ');
        found.push([name, line]);
      });
      return found;
    };
    const ours = await members(new MemorySource(flat).stream());
    const theirs = await members((exported.layers[0] as ArchiveLayer).stream(work));
    // etc/ itself has the time at which the container's files were put there
    const ofContainer = /^(?:\.dockerenv|dev\/.*|etc\/(?:hostname|hosts|mtab|resolv\.conf)?|proc\/|sys\/)$/;
    expect(ours.filter(([name]) => !ofContainer.test(name))).toEqual(
      theirs.filter(([name]) => !ofContainer.test(name)),
    );
    expect(ours.length).toBeGreaterThan(300);
    await Promise.all([saved.close(), exported.close()]);
  });

  it('a choice of platforms under one tag becomes a nested index', async () => {
    const file = join(dir, 'archives/generated/ma.buildkit-multiplatform-zstd.oci.tar');
    const archive = await openArchive(input(readFileSync(file)), work);
    const images = archive.images.filter(({ isArtifact }) => !isArtifact);
    const written = await writeArchive(archive, images, { format: 'oci-layout', layers: 'asStored' }, work);
    const again = await openArchive(input(await bytesOf(written.chunks)), work);
    const facts = (one: (typeof images)[number]) => [one.manifest?.digest, one.platform, one.tags];
    expect(again.images.map(facts)).toEqual(images.map(facts));
    const top = again.members.find(({ path }) => path === 'index.json');
    const index = JSON.parse(new TextDecoder().decode(await top?.source.read(0, 1e5))) as { manifests: unknown[] };
    expect(index.manifests).toHaveLength(1);
  });

  it('an image that docker 26 saved gets the very manifest that docker made', async () => {
    const original = readFileSync(join(dir, 'archives/generated/tiny.docker26-save.tar'));
    const archive = await openArchive(input(original), work);
    const legacy = await openArchive(input(await save(archive, 'docker-legacy')), work);
    expect(legacy.images[0]?.manifest).toBeUndefined();
    const modern = await openArchive(input(await save(legacy, 'docker-archive')), work);
    expect(modern.images[0]?.manifest?.digest).toBe(archive.images[0]?.manifest?.digest);
  });
});
