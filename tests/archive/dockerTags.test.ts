import { describe, expect, it } from 'vitest';
import type { Archive } from '../../src/archive/archive.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { writeArchive, type WriteFormat } from '../../src/archive/writeArchive.ts';
import { bytesOf, configOf, dockerArchive, input, json, sampleLayers, sha256, tarOf, work } from './buildTar.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_FORMS: readonly WriteFormat[] = ['docker-archive', 'docker-legacy'];

interface Part {
  readonly architecture?: string;
  readonly name?: string;
  readonly isAttestation?: boolean;
}

/** A layout with an image of one layer, or an attestation, a part. */
async function layoutOf(parts: readonly Part[]): Promise<Archive> {
  const [base] = await sampleLayers();
  const members = new Map<string, string | Uint8Array>();
  const put = (bytes: Uint8Array, mediaType: string) => {
    members.set(`blobs/sha256/${sha256(bytes).slice(7)}`, bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const document = (text: string) => new TextEncoder().encode(text);
  const manifests = parts.map(({ name, isAttestation, architecture = 'amd64' }, i) => {
    const layer = isAttestation
      ? put(document('{"predicateType":"x"}'), 'application/vnd.in-toto+json')
      : put(base, 'application/vnd.oci.image.layer.v1.tar');
    const config = put(
      document(configOf([layer.digest], { author: `${i}`, architecture })),
      'application/vnd.oci.image.config.v1+json',
    );
    const manifest = put(document(json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] })), MANIFEST);
    const annotations = isAttestation
      ? { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': sha256(base) }
      : name !== undefined && { 'org.opencontainers.image.ref.name': name };
    return { ...manifest, ...(annotations && { annotations }) };
  });
  members.set('index.json', json({ schemaVersion: 2, manifests }));
  members.set('oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  return openArchive(input(await tarOf([...members])), work);
}

async function saved(archive: Archive, format: WriteFormat): Promise<Archive> {
  const { chunks } = await writeArchive(archive, archive.images, { format, layers: 'asStored' }, work);
  return openArchive(input(await bytesOf(chunks)), work);
}

async function repoTags(archive: Archive): Promise<unknown> {
  const member = archive.members.find(({ path }) => path === 'manifest.json');
  const items = JSON.parse(new TextDecoder().decode(await member?.source.read(0, 1e6))) as { RepoTags: unknown }[];
  return items.map(({ RepoTags }) => RepoTags);
}

describe('SAVE-6 what docker loads', () => {
  it('docker-archive: of several platforms under a tag the first; the index has all', async () => {
    const parts = ['amd64', 'arm64'].map((architecture) => ({ name: 'app:1', architecture }));
    const archive = await layoutOf([...parts, { name: 'other:1', architecture: 'arm64' }]);
    const again = await saved(archive, 'docker-archive');
    expect(await repoTags(again)).toEqual([['app:1'], ['other:1']]);
    expect(again.images.map(({ platform }) => platform?.architecture).sort()).toEqual(['amd64', 'arm64', 'arm64']);
  });

  it('docker-legacy: of several platforms under a tag the first alone', async () => {
    const archive = await layoutOf(['amd64', 'arm64'].map((architecture) => ({ name: 'app:1', architecture })));
    const again = await saved(archive, 'docker-legacy');
    expect(await repoTags(again)).toEqual([['app:1']]);
    expect(again.images.map(({ platform }) => platform?.architecture)).toEqual(['amd64']);
  });

  const names: readonly [string, readonly string[] | null][] = [
    ['app:1.0', ['app:1.0']],
    ['v1', ['v1:latest']],
    ['host.example:5000/a/b', ['host.example:5000/a/b:latest']],
    ['Not A Name', null],
    [`app@sha256:${'0'.repeat(64)}`, null],
  ];
  for (const format of DOCKER_FORMS) {
    it.each(names)(`${format}: a layout's name %s`, async (name, expected) => {
      expect(await repoTags(await saved(await layoutOf([{ name }]), format))).toEqual([expected]);
    });

    it(`${format}: tags that came out of a manifest.json stay as they are`, async () => {
      const [base] = await sampleLayers();
      const tags = ['UPPER:1', 'app:1'];
      const archive = await openArchive(input(await dockerArchive([base], { RepoTags: tags })), work);
      expect(await repoTags(await saved(archive, format))).toEqual([tags]);
    });

    it(`${format}: artifacts are no images to load`, async () => {
      const archive = await layoutOf([{ name: 'app:1' }, { isAttestation: true }]);
      expect(archive.images.map(({ isArtifact }) => isArtifact)).toEqual([false, true]);
      const again = await saved(archive, format);
      expect(await repoTags(again)).toEqual([['app:1']]);
      const kept = again.images.filter(({ isArtifact }) => isArtifact).map(({ manifest }) => manifest?.digest);
      expect(kept).toEqual(format === 'docker-archive' ? [archive.images[1]?.manifest?.digest] : []);
      const alone = await layoutOf([{ isAttestation: true }]);
      await expect(saved(alone, format)).rejects.toMatchObject({ name: 'ArchiveError', code: 'noImage' });
    });
  }
});
