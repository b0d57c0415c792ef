import { describe, expect, it } from 'vitest';
import type { Archive, ArchiveImage, ArchiveLayer } from '../../src/archive/archive.ts';
import { unescapePath } from '../../src/cli/lookupPath.ts';
import { familiarReference, type ImageChoice, matchImages, selectImage } from '../../src/cli/selectImage.ts';
import { selectLayer } from '../../src/cli/selectLayer.ts';
import type { Digest } from '../../src/image/digest.ts';

function digest(digits: string): Digest {
  return `sha256:${digits.padEnd(64, '0')}` as Digest;
}

function image(fields: Partial<ArchiveImage>): ArchiveImage {
  return {
    describedBy: 'oci',
    imageId: undefined,
    v1Id: undefined,
    manifest: undefined,
    config: undefined,
    configBytes: undefined,
    tags: [],
    platform: undefined,
    annotations: {},
    artifactType: undefined,
    isArtifact: false,
    layers: [],
    findings: [],
    ...fields,
  };
}

function archive(images: readonly ArchiveImage[]): Archive {
  const fields = {
    fileName: 'a.tar',
    sizeBytes: 0,
    format: 'oci-layout',
    alsoFormats: [],
    outerCompression: [],
  } as const;
  return { ...fields, images, layers: [], findings: [], members: [], close: async () => undefined };
}

const several = archive([
  image({
    imageId: digest('aaaa1111'),
    tags: ['docker.io/library/app:1.0'],
    platform: { os: 'linux', architecture: 'amd64' },
  }),
  image({
    imageId: digest('aaaa2222'),
    tags: ['docker.io/library/app:1.0'],
    platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  }),
  image({ imageId: digest('bbbb'), tags: ['localhost:5000/tool'], platform: { os: 'windows', architecture: 'amd64' } }),
  image({ imageId: digest('cccc'), isArtifact: true, platform: { os: 'unknown', architecture: 'unknown' } }),
]);

describe('matchImages', () => {
  it.each<[ImageChoice, number[]]>([
    [{}, [0, 1, 2]],
    [{ image: '4' }, [3]],
    [{ image: '0' }, []],
    [{ image: 'docker.io/library/app:1.0' }, [0, 1]],
    [{ image: 'app:1.0' }, [0, 1]],
    [{ image: 'app' }, []],
    [{ image: 'localhost:5000/tool:latest' }, [2]],
    [{ image: 'aaaa' }, [0, 1]],
    [{ image: 'sha256:aaaa2' }, [1]],
    [{ image: 'AAAA1' }, [0]],
    [{ image: 'aaa' }, []],
    [{ image: 'cccc' }, [3]],
    [{ platform: 'linux/amd64' }, [0]],
    [{ platform: 'linux/arm' }, [1]],
    [{ platform: 'linux/arm/v6' }, []],
    [{ platform: 'arm' }, [1]],
    [{ image: 'app:1.0', platform: 'linux/arm/v7' }, [1]],
  ])('%j', (choice, expected) => {
    expect(matchImages(several, choice).map((found) => several.images.indexOf(found))).toEqual(expected);
  });

  it('takes artifacts where there is nothing else', () => {
    const only = archive([image({ isArtifact: true })]);
    expect(selectImage(only, {})).toBe(only.images[0]);
  });

  it('lists what there is when several or none answer', () => {
    expect(() => selectImage(several, {})).toThrow(/3 images are in it.*--image or --platform:\n {2}1: docker/s);
    expect(() => selectImage(several, { image: 'nope' })).toThrow(/no image nope; there are:\n {2}1: .*\n {2}4: /s);
  });
});

describe('familiarReference', () => {
  it.each([
    ['docker.io/library/app', 'app:latest'],
    ['index.docker.io/library/app:2', 'app:2'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['app@sha256:00', 'app@sha256:00'],
    ['docker.io/me/app:1', 'me/app:1'],
  ])('%s is %s', (reference, familiar) => expect(familiarReference(reference)).toBe(familiar));
});

describe('CLI-5 selectLayer', () => {
  const layers = ['aaaa11', 'aaaa22', '12345'].map((digits) => ({ diffId: digest(digits) }) as ArchiveLayer);
  it.each([
    ['1', 0],
    ['3', 2],
    ['base', 0],
    ['top', 2],
    ['aaaa2', 1],
    ['sha256:aaaa1', 0],
    ['1234', 2],
  ])('%s is %d', (wanted, position) => expect(selectLayer(layers, wanted)).toBe(position));

  it('tells what there is', () => {
    expect(() => selectLayer(layers, '4')).toThrow(/no layer 4: layers count from 1, the base; this image has 3/);
    expect(() => selectLayer(layers, '0')).toThrow(/no layer 0: layers count from 1, the base/);
    expect(() => selectLayer(layers, 'aaaa')).toThrow(/the digests of layers 1, 2 begin with aaaa/);
    expect(() => selectLayer([], 'top')).toThrow(/no layers/);
  });
});

describe('unescapePath', () => {
  it.each([
    ['etc/passwd', 'etc/passwd'],
    ['a\\xffb', 'a\udcffb'],
    ['a\\x0ab', 'a\nb'],
    ['a\\\\xff', 'a\\xff'],
    ['a\\u{202e}b', 'a\u202eb'],
    ['a\\u{110000}b', 'a\\u{110000}b'],
    ['a\\q', 'a\\q'],
  ])('%j', (text, path) => expect(unescapePath(text)).toBe(path));
});
