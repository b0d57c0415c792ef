import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFromV1 } from '../../src/image/configFromV1.ts';
import type { Digest } from '../../src/image/digest.ts';
import { ImageError } from '../../src/image/imageError.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { writeArchive } from '../../src/archive/writeArchive.ts';
import { bytesOf, work } from '../archive/buildTar.ts';
import { describeWithFixtures } from '../fixtures.ts';

const DIFF_ID = `sha256:${'1'.repeat(64)}` as Digest;
const bytes = (text: string) => new TextEncoder().encode(text);

describe('configFromV1', () => {
  it('keeps the JSON of docker 1.8.3 and later, but for its own fields', () => {
    const json = '{"os":"linux","id":"a","docker_version":"1.10.0","x":{"b":1,"a":"<"},"Size":3,"created":"t"}';
    expect(new TextDecoder().decode(configFromV1([bytes(json)], [DIFF_ID]))).toBe(
      `{"created":"t","docker_version":"1.10.0","history":[{"created":"t"}],"os":"linux",` +
        `"rootfs":{"type":"layers","diff_ids":["${DIFF_ID}"]},"x":{"b":1,"a":"\\u003c"}}`,
    );
  });

  it('refuses what is no chain', () => {
    expect(() => configFromV1([], [])).toThrow(ImageError);
    expect(() => configFromV1([bytes('[]')], [DIFF_ID])).toThrow(ImageError);
  });
});

describeWithFixtures('v1 archives that dockerd 20.10 loaded', (dir) => {
  const root = join(dir, 'archives');
  it.each([
    'adversarial/v1-ok.tar',
    'generated/busy.v1-legacy.tar.gz',
    'third-party/google+go-containerregistry/pkg__v1__tarball__testdata__no_manifest.tar',
    'third-party/moby+moby/integration-cli__testdata__emptyLayer.tar',
  ])('%s gets the image ID that it got there', async (file) => {
    const archive = await openArchive(
      { fileName: file, source: new MemorySource(readFileSync(join(root, file))) },
      work,
    );
    const written = await writeArchive(archive, archive.images, { format: 'docker-archive', layers: 'asStored' }, work);
    const again = await openArchive(
      { fileName: 'again', source: new MemorySource(await bytesOf(written.chunks)) },
      work,
    );
    expect(again.images.map(({ imageId }) => imageId)).toEqual(Object.keys(loadedImages(root, file)));
    await archive.close();
  });
});

function loadedImages(root: string, file: string): object {
  const manifest = JSON.parse(readFileSync(join(root, 'MANIFEST.json'), 'utf8')) as {
    entries: { file: string; expected: { 'docker_load_20.10.24': { images: object } } }[];
  };
  return manifest.entries.find((entry) => entry.file === file)?.expected['docker_load_20.10.24'].images ?? {};
}
