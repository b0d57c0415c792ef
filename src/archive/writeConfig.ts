import type { Work } from '../bytes/platform.ts';
import { configFromV1 } from '../image/configFromV1.ts';
import { digestOf, type Digest } from '../image/digest.ts';
import { parseManifestDocument } from '../image/manifest.ts';
import { v1Layers, type V1Layer } from '../image/v1Ids.ts';
import { jsonBytes } from '../image/writeJson.ts';
import { ArchiveError, type Archive, type ArchiveImage } from './archive.ts';
import { asArchiveError, readWhole } from './openContext.ts';

export interface WrittenConfig {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** The config of an image that is to be written: its own bytes; for v1 images and schema 1 manifests the one that
 *  docker makes on loading; for a plain tar what `docker import` on amd64 writes, at time 0. Throws ArchiveError
 *  `missing` for an image whose config is lost. */
export async function configToWrite(archive: Archive, image: ArchiveImage, work: Work): Promise<WrittenConfig> {
  const bytes = image.configBytes ?? (await makeConfig(archive, image, work));
  return { bytes, digest: digestOf(bytes, work.platform) };
}

/** The v1 form of an image's layers. Throws ArchiveError `malformed` when its config cannot be read. */
export function v1LayersToWrite(config: WrittenConfig, diffIds: readonly Digest[], work: Work): V1Layer[] {
  try {
    return v1Layers(config.bytes, diffIds, work.platform);
  } catch (error) {
    throw asArchiveError(error, 'the image', config.digest);
  }
}

async function makeConfig(archive: Archive, image: ArchiveImage, work: Work): Promise<Uint8Array> {
  const chain = image.describedBy === 'rootfs' ? undefined : await v1Chain(archive, image);
  if (image.describedBy !== 'rootfs' && (!chain || chain.length !== image.layers.length)) {
    const name = image.tags[0] ?? image.v1Id ?? 'the image';
    throw new ArchiveError('missing', '', undefined, `${name} has no config: it cannot be written`);
  }
  const diffIds: Digest[] = [];
  for (const layer of image.layers) diffIds.push((await layer.verify(work)).diffId);
  if (!chain) return importedConfig(diffIds);
  try {
    return configFromV1(chain, diffIds);
  } catch (error) {
    throw asArchiveError(error, archive.fileName, image.v1Id ?? '');
  }
}

/** The v1 JSON of each layer, base first. */
async function v1Chain(archive: Archive, image: ArchiveImage): Promise<Uint8Array[] | undefined> {
  if (image.describedBy === 'v1') {
    const files = new Map(archive.members.map(({ path, source }) => [path, source]));
    const chain: Uint8Array[] = [];
    for (const folder of image.v1Folders ?? []) {
      const source = files.get(`${folder}/json`);
      if (source) chain.push(await readWhole(source, archive.fileName, `${folder}/json`));
    }
    return chain;
  }
  const document = image.manifest && parseManifestDocument(image.manifest.bytes, image.manifest.mediaType);
  if (document?.kind !== 'schema1') return undefined;
  return document.layers.map(({ v1Json }) => new TextEncoder().encode(v1Json ?? '{}'));
}

const EPOCH = '1970-01-01T00:00:00Z';

function importedConfig(diffIds: readonly Digest[]): Uint8Array {
  return jsonBytes({
    architecture: 'amd64',
    config: {},
    created: EPOCH,
    history: [{ created: EPOCH, comment: 'Imported from -' }],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
}
