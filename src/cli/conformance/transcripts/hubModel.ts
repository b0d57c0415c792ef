import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MemorySource } from '../../../bytes/byteSource.ts';
import { gzip } from '../../../codec/gzipWriter.ts';
import { digestOf } from '../../../image/digest.ts';
import type { Platform } from '../../../bytes/platform.ts';
import { readTarMembers } from './tarMembers.ts';
import type { HubCatalogue, HubImage, HubListing } from '../../../registry/simulated/hub.ts';

interface ModelRepository extends HubListing {
  readonly repository: string;
  readonly archive: string;
  readonly tags: readonly string[];
}

/** What the stand-in for Docker Hub held while transcripts were recorded, the most liked first. */
const REPOSITORIES: readonly ModelRepository[] = [
  {
    repository: 'library/busybox',
    archive: 'busybox',
    tags: ['latest', '1.35'],
    name: 'busybox',
    description: 'Busybox base image.',
    starCount: 100,
    isOfficial: true,
  },
  {
    repository: 'library/debian',
    archive: 'debian',
    tags: ['latest', '12', 'bookworm'],
    name: 'debian',
    description: 'Debian base image.',
    starCount: 99,
    isOfficial: true,
  },
  {
    repository: 'example/layered',
    archive: 'layered',
    tags: ['latest', '1'],
    name: 'example/layered',
    description: 'Layered base image.',
    starCount: 98,
    isOfficial: false,
  },
];

const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** Its catalogue; images are read from the archives when they are asked for. */
export function hubModel(imagesDir: string, platform: Platform): HubCatalogue {
  const find = (repository: string) => REPOSITORIES.find((one) => one.repository === repository);
  return {
    tags: (repository) => find(repository)?.tags,
    search: (term) => REPOSITORIES.filter(({ name }) => name.includes(term)),
    async image(repository, tag) {
      const found = find(repository);
      if (!found?.tags.includes(tag)) return undefined;
      return readImage(join(imagesDir, `${found.archive}.tar`), platform);
    },
  };
}

async function readImage(path: string, platform: Platform): Promise<HubImage> {
  const members = await readTarMembers(new Uint8Array(await readFile(path)));
  const member = (name: string): Uint8Array => {
    const bytes = members.get(name);
    if (!bytes) throw new Error(`${path}: there is no ${name}`);
    return bytes;
  };
  const [item] = JSON.parse(new TextDecoder().decode(member('manifest.json'))) as [
    { Config: string; Layers: string[] },
  ];
  const layers = [];
  for (const name of item.Layers) {
    const blob = await compressed(member(name));
    layers.push({
      digest: digestOf(blob, platform),
      mediaType: LAYER_TYPE,
      blob: new MemorySource(blob),
    });
  }
  return { configBytes: member(item.Config), platform: { architecture: 'amd64', os: 'linux' }, layers };
}

/** As the model did: zlib's best. */
async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const content = (async function* () {
    yield bytes;
  })();
  for await (const chunk of gzip(content, 9)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
