import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/image/config.ts';
import { isDockerManifest, parseDockerManifest } from '../../src/image/dockerManifest.ts';
import { ImageError } from '../../src/image/imageError.ts';
import { parseJson } from '../../src/image/json.ts';
import { parseIndex, parseManifestDocument } from '../../src/image/manifest.ts';
import { isTarLayerType, isEncryptedType, isForeignType } from '../../src/image/mediaTypes.ts';
import { parseRepositories } from '../../src/image/repositories.ts';
import { parseV1Image } from '../../src/image/v1Image.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const DIGEST = `sha256:${'1'.repeat(64)}`;

describe('config', () => {
  it('IMG-3 reads what is there, whatever the case of the keys', () => {
    const config = parseConfig(
      bytes({
        Architecture: 'arm64',
        OS: 'linux',
        created: '2020-01-01T00:00:00Z',
        config: {
          Env: ['A=1'],
          Cmd: 'sh',
          ExposedPorts: { '80/tcp': {} },
          Volumes: { '/data': {} },
          Labels: { a: 'b', n: 1 },
          Healthcheck: { Test: ['CMD', 'x'] },
        },
        Rootfs: { Type: 'layers', Diff_IDs: [DIGEST] },
        history: [{ created_by: 'RUN x', empty_layer: true }, 'odd'],
      }),
    );
    expect(config).toEqual({
      architecture: 'arm64',
      os: 'linux',
      created: '2020-01-01T00:00:00Z',
      config: {
        env: ['A=1'],
        cmd: ['sh'],
        exposedPorts: ['80/tcp'],
        volumes: ['/data'],
        labels: { a: 'b' },
        healthcheck: { test: ['CMD', 'x'] },
      },
      diffIds: [DIGEST],
      history: [{ createdBy: 'RUN x', emptyLayer: true }, {}],
    });
  });

  it.each(['{}', '{"rootfs":null,"history":{},"config":[]}', '{"rootfs":{"diff_ids":[1,null]}}'])(
    'takes %s for an empty one',
    (text) => expect(parseConfig(bytes(text))).toEqual({ diffIds: [], history: [] }),
  );

  it.each(['[]', 'null', '"x"', 'nope'])('refuses %s', (text) => {
    expect(() => parseConfig(bytes(text))).toThrow(ImageError);
  });
});

describe('manifest', () => {
  const layers = [{ mediaType: 'x/tar', digest: DIGEST, size: 1 }];
  const config = { mediaType: 'y', digest: DIGEST, size: 2 };

  it.each([
    ['a manifest', { layers, config }, undefined, 'manifest'],
    ['an index', { manifests: [config] }, undefined, 'index'],
    ['an index by its descriptor', { manifests: [] }, 'application/vnd.oci.image.index.v1+json', 'index'],
    ['a wrong version beside layers', { schemaVersion: 1, layers: [] }, undefined, 'manifest'],
    ['schema 1', { schemaVersion: 1, fsLayers: [{ blobSum: DIGEST }] }, undefined, 'schema1'],
  ])('%s is told from its keys', (_, document, mediaType, kind) => {
    expect(parseManifestDocument(bytes(document), mediaType).kind).toBe(kind);
  });

  it('with both kinds of keys is ambiguous, and its descriptor decides', () => {
    const both = bytes({ layers, config, manifests: [config] });
    const manifest = parseManifestDocument(both, 'application/vnd.oci.image.manifest.v1+json');
    expect(manifest).toMatchObject({ kind: 'manifest', isAmbiguous: true, manifests: [{ digest: DIGEST }] });
    const index = parseManifestDocument(both, 'application/vnd.oci.image.index.v1+json');
    expect(index).toMatchObject({ kind: 'index', isAmbiguous: true });
  });

  it('IMG-2 of schema 1 has its layers base first', () => {
    const document = parseManifestDocument(
      bytes({
        schemaVersion: 1,
        fsLayers: [{ blobSum: 'top' }, { blobSum: 'base' }],
        history: [{ v1Compatibility: '{"id":"t"}' }, { v1Compatibility: '{"id":"b"}' }],
      }),
    );
    expect(document).toMatchObject({ layers: [{ blobSum: 'base', v1Json: '{"id":"b"}' }, { blobSum: 'top' }] });
  });

  it.each([['{}'], ['[]'], ['{"manifests":1}'], ['x']])('refuses %s', (text) => {
    expect(() => parseManifestDocument(bytes(text))).toThrow(ImageError);
    expect(() => parseIndex(bytes(text))).toThrow(ImageError);
  });

  it('keeps the place of a layer that is no descriptor', () => {
    const document = parseManifestDocument(bytes({ layers: [1, ...layers], config }));
    expect(document.kind === 'manifest' && document.layers.map((layer) => layer?.digest)).toEqual([undefined, DIGEST]);
  });
});

describe('media types', () => {
  it.each([
    [undefined, true, false, false],
    ['application/vnd.oci.image.layer.v1.tar', true, false, false],
    ['application/vnd.oci.image.layer.v1.tar+gzip', true, false, false],
    ['application/vnd.oci.image.layer.v1.tar+gzip+encrypted', true, true, false],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', true, false, true],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', true, false, false],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', true, false, true],
    ['application/vnd.in-toto+json', false, false, false],
    ['text/plain', false, false, false],
    ['application/starlark', false, false, false],
  ])('%s: tar %s, encrypted %s, foreign %s', (type, isTar, isEncrypted, isForeign) => {
    expect([isTarLayerType(type), isEncryptedType(type), isForeignType(type)]).toEqual([isTar, isEncrypted, isForeign]);
  });
});

describe('older documents', () => {
  it('manifest.json is an array of objects', () => {
    const value = parseJson(bytes([{ config: 'c', repoTags: null, layers: ['l', 1] }])).value;
    expect(isDockerManifest(value)).toBe(true);
    expect(parseDockerManifest(value)).toMatchObject([{ config: 'c', repoTags: [], layers: ['l'] }]);
    expect(parseDockerManifest(null)).toEqual([]);
    for (const text of ['{}', '"x"', '[1]', '[null]']) {
      const other = parseJson(bytes(text)).value;
      expect(isDockerManifest(other)).toBe(false);
      expect(() => parseDockerManifest(other)).toThrow(ImageError);
    }
  });

  it('repositories are sorted, ports in names kept', () => {
    expect(parseRepositories(bytes({ 'r:5000/x': { y: 'i' }, a: { '2': 'k', '1': 'j', '3': 4 } }))).toEqual([
      { reference: 'a:1', target: 'j' },
      { reference: 'a:2', target: 'k' },
      { reference: 'r:5000/x:y', target: 'i' },
    ]);
  });

  it('a v1 image tells its command', () => {
    const image = parseV1Image(bytes({ id: 'x', parent: 'y', container_config: { Cmd: ['/bin/sh', '-c', 'true'] } }));
    expect(image).toEqual({ id: 'x', parent: 'y', createdBy: '/bin/sh -c true' });
  });
});
