import { gzipSync } from 'node:zlib';
import { buildTar, sha256, type TarMember } from './buildArchive.ts';

/** Small archives of every vintage around one image, made by hand: they give the tests something real to open
 *  where the recorded fixtures are absent. The three layers hold a file in three versions, a deleted secret, an
 *  opaque directory, a chmod that carries a file again, and the same content under two names. */
export const SAMPLE_LAYERS: readonly (readonly TarMember[])[] = [
  [
    { path: 'etc/' },
    { path: 'etc/motd', body: 'first\n' },
    { path: 'etc/os-release', body: 'ID=sample\n' },
    { path: 'opt/cache/' },
    { path: 'opt/cache/index', body: 'x'.repeat(4000) },
    { path: 'root/.netrc', body: 'machine example.org login me password hunter2hunter2\n' },
    { path: 'usr/bin/tool', body: '#!/bin/sh\necho tool\n', mode: 0o644 },
    { path: 'usr/bin/alias', linkTarget: 'tool' },
  ],
  [
    { path: 'etc/motd', body: 'second version\n' },
    { path: 'root/.wh..netrc', body: '' },
    { path: 'usr/bin/tool', body: '#!/bin/sh\necho tool\n', mode: 0o755 },
    { path: 'usr/share/tool-copy', body: '#!/bin/sh\necho tool\n' },
  ],
  [
    { path: 'etc/motd', body: 'third and last\n' },
    { path: 'opt/cache/' },
    { path: 'opt/cache/.wh..wh..opq', body: '' },
    { path: 'opt/cache/fresh', body: 'new\n' },
    { path: 'home/', mode: 0o755 },
    { path: 'home/résumé.txt', body: 'Grüße\n' },
  ],
];

const tars = SAMPLE_LAYERS.map(buildTar);
const created = '2024-01-02T03:04:05Z';
const config = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  created,
  config: { Env: ['PATH=/usr/bin'], Cmd: ['/usr/bin/tool'] },
  rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
  history: [
    { created, created_by: '/bin/sh -c #(nop) ADD file:sample in / ' },
    { created, created_by: 'RUN /bin/sh -c chmod +x /usr/bin/tool # buildkit' },
    { created, created_by: 'ENV A=1', empty_layer: true },
    { created, created_by: 'COPY . /opt/cache # buildkit' },
  ],
});

function hex(bytes: string | Uint8Array): string {
  return sha256(bytes).slice('sha256:'.length);
}

function dockerArchive(): Uint8Array<ArrayBuffer> {
  const paths = tars.map((tar) => `${hex(tar)}/layer.tar`);
  const manifest = [{ Config: `${hex(config)}.json`, RepoTags: ['sample:1.10'], Layers: paths }];
  return buildTar([
    ...tars.map((body, i) => ({ path: paths[i] ?? '', body })),
    { path: `${hex(config)}.json`, body: config },
    { path: 'manifest.json', body: JSON.stringify(manifest) },
  ]);
}

function dockerV1(): Uint8Array<ArrayBuffer> {
  const ids = tars.map((_, i) => hex(`v1 layer ${i}`));
  const members = tars.flatMap((body, i) => {
    const id = ids[i] ?? '';
    const json = { id, created, os: 'linux', architecture: 'amd64', ...(i > 0 ? { parent: ids[i - 1] } : {}) };
    return [
      { path: `${id}/` },
      { path: `${id}/VERSION`, body: '1.0' },
      { path: `${id}/json`, body: JSON.stringify(json) },
      { path: `${id}/layer.tar`, body },
    ];
  });
  return buildTar([...members, { path: 'repositories', body: JSON.stringify({ sample: { old: ids.at(-1) } }) }]);
}

interface OciOptions {
  readonly gzipLayers: boolean;
  readonly withDockerManifest: boolean;
}

function ociLayout({ gzipLayers, withDockerManifest }: OciOptions): Uint8Array<ArrayBuffer> {
  const blobs = tars.map((tar) => (gzipLayers ? new Uint8Array(gzipSync(tar)) : tar));
  const suffix = gzipLayers ? '+gzip' : '';
  const descriptor = (mediaType: string, bytes: string | Uint8Array) => {
    return { mediaType, digest: sha256(bytes), size: Buffer.from(bytes).length };
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: blobs.map((blob) => descriptor(`application/vnd.oci.image.layer.v1.tar${suffix}`, blob)),
  });
  const annotations = {
    'io.containerd.image.name': 'docker.io/library/sample:oci',
    'org.opencontainers.image.ref.name': 'oci',
  };
  const index = {
    schemaVersion: 2,
    manifests: [{ ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest), annotations }],
  };
  const docker = [
    {
      Config: `blobs/sha256/${hex(config)}`,
      RepoTags: ['sample:oci'],
      Layers: blobs.map((blob) => `blobs/sha256/${hex(blob)}`),
    },
  ];
  return buildTar([
    ...[...blobs, config, manifest].map((body) => ({ path: `blobs/sha256/${hex(body)}`, body })),
    { path: 'index.json', body: JSON.stringify(index) },
    ...(withDockerManifest ? [{ path: 'manifest.json', body: JSON.stringify(docker) }] : []),
    { path: 'oci-layout', body: '{"imageLayoutVersion":"1.0.0"}' },
  ]);
}

/** Archives by file name. */
export function sampleArchives(): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const modern = dockerArchive();
  return new Map([
    ['sample-1.10.tar', modern],
    ['sample-v1.tar', dockerV1()],
    ['sample-25.tar', ociLayout({ gzipLayers: false, withDockerManifest: true })],
    ['sample-oci.tar', ociLayout({ gzipLayers: false, withDockerManifest: false })],
    ['sample-oci-gzip.tar', ociLayout({ gzipLayers: true, withDockerManifest: false })],
    ['sample-1.10.tar.gz', new Uint8Array(gzipSync(modern))],
    ['sample-rootfs.tar', tars[0] ?? modern],
  ]);
}

/** sha256 of the sample image's config. */
export const SAMPLE_IMAGE_ID = sha256(config);
