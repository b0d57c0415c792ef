import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { SAMPLE_IMAGE_ID, sampleArchives } from '../support/sampleArchives.ts';
import { configOf, input, json, sampleLayers, sha256, tarOf, work } from './buildTar.ts';

const MERGED = ['etc/motd', 'etc/os-release', 'home/résumé.txt', 'opt/cache/fresh', 'usr/bin/tool'];
const FORMATS: Readonly<Record<string, string>> = {
  'sample-1.10.tar': 'docker-archive',
  'sample-v1.tar': 'docker-v1',
  'sample-25.tar': 'docker-archive',
  'sample-oci.tar': 'oci-layout',
  'sample-oci-gzip.tar': 'oci-layout',
  'sample-1.10.tar.gz': 'docker-archive',
};

describe('ARC-1 one image in every vintage', () => {
  it.each(Object.entries(FORMATS))('%s', async (fileName, format) => {
    const bytes = sampleArchives().get(fileName) as Uint8Array;
    const archive = await openArchive({ fileName, source: new MemorySource(bytes) }, work);
    const [image] = archive.images;
    expect(archive).toMatchObject({ format, images: [{ layers: { length: 3 } }] });
    if (format !== 'docker-v1') expect(image?.imageId).toBe(SAMPLE_IMAGE_ID);
    const trees = [];
    for (const layer of image?.layers ?? []) trees.push((await layer.readIndex(work)).tree);
    const union = new LayerUnion(trees);
    for (const path of MERGED) expect([path, union.resolveFollowing(path) >= 0]).toEqual([path, true]);
    expect(union.resolveFollowing('root/.netrc')).toBe(-1);
    expect(union.resolveFollowing('opt/cache/index')).toBe(-1);
  });

  it('a folder, as an unpacked layout', async () => {
    const archive = await openArchive(input(sampleArchives().get('sample-oci.tar') as Uint8Array), work);
    const folder = archive.members.map(({ path, source }) => ({ path, source }));
    const opened = await openArchive({ fileName: 'layout', folder }, work);
    expect(opened).toMatchObject({ format: 'oci-layout', images: [{ imageId: SAMPLE_IMAGE_ID }] });
  });

  it('a rootfs is an image of one layer', async () => {
    const archive = await openArchive(input(await tarOf([['etc/passwd', 'root']])), work);
    expect(archive).toMatchObject({ format: 'rootfs', images: [{ layers: { length: 1 } }] });
  });
});

describe('ARC-4 two documents of one archive', () => {
  it('that name two images under one tag are both shown, and it is said', async () => {
    const [base, top] = await sampleLayers();
    const hex = (bytes: Uint8Array) => sha256(bytes).slice('sha256:'.length);
    const bytes = (text: string) => new TextEncoder().encode(text);
    const descriptor = (mediaType: string, content: Uint8Array) => ({
      mediaType,
      digest: sha256(content),
      size: content.length,
    });
    const docker = bytes(configOf([sha256(base)]));
    const oci = bytes(configOf([sha256(base), sha256(top)]));
    const manifest = bytes(
      json({
        schemaVersion: 2,
        config: descriptor('application/vnd.oci.image.config.v1+json', oci),
        layers: [base, top].map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar', layer)),
      }),
    );
    const annotations = { 'io.containerd.image.name': 'docker.io/library/app:1' };
    const index = {
      schemaVersion: 2,
      manifests: [{ ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest), annotations }],
    };
    const archive = await openArchive(
      input(
        await tarOf([
          ...[base, top, docker, oci, manifest].map((blob) => [`blobs/sha256/${hex(blob)}`, blob] as const),
          ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
          ['index.json', json(index)],
          [
            'manifest.json',
            json([
              { Config: `blobs/sha256/${hex(docker)}`, RepoTags: ['app:1'], Layers: [`blobs/sha256/${hex(base)}`] },
            ]),
          ],
        ]),
      ),
      work,
    );
    expect(archive.images.map(({ imageId }) => imageId).sort()).toEqual([sha256(docker), sha256(oci)].sort());
    expect(archive.findings).toContainEqual(
      expect.objectContaining({ code: 'descriptionsDisagree', severity: 'warning' }),
    );
  });
});
