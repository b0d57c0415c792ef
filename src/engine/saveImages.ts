import type { Archive, ArchiveImage, ArchiveLayer } from '../archive/archive.ts';
import { platformOf } from '../archive/readConfig.ts';
import { writeArchive } from '../archive/writeArchive.ts';
import type { Digest } from '../image/digest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { familiarForm, familiarName, isNameOnly, type Reference, withDefaultTag } from '../image/reference.ts';
import type { EngineCore } from './engineCore.ts';
import { logImageEvent } from './imageEvents.ts';
import type { ImageRecord, LayerRecord } from './imageRecord.ts';
import { imageById, searchImage } from './imageStore.ts';
import { noSuchImage, other, referenceDoesNotExist } from './messages.ts';
import { isTagged, lookUp, readAnyReference, referencesByName } from './references.ts';

/** `docker save` (moby image/tarexport, Save): the old archives of v1 folders in 20.10, an OCI layout with manifest.json
 *  from 25 on. Layers, configs and what is made of them are the same bytes each time. */
export async function saveImages(
  core: EngineCore,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const chosen = chooseImages(core, names);
  const images = [...chosen].map(([id, tags]) => ({ image: imageById(core, id), tags }));
  for (const { image } of images)
    if (image.layers.length === 0) throw other('system', 'empty export - not implemented');
  for (const id of chosen.keys()) logImageEvent(core, 'save', id, id);
  const archive = archiveOf(images);
  const format = core.vintage === '20.10' ? 'docker-legacy' : 'docker-archive';
  const written = await writeArchive(archive, archive.images, { format, layers: 'uncompressed' }, core.work(signal));
  return written.chunks;
}

/** What the names stand for, each image with the tags that were asked for, in that order (tarexport, parseNames). */
function chooseImages(core: EngineCore, names: readonly string[]): ReadonlyMap<Digest, readonly string[]> {
  const chosen = new Map<Digest, string[]>();
  const choose = (id: Digest, reference?: Reference) => {
    const tags = chosen.get(id) ?? [];
    chosen.set(id, tags);
    if (!reference || !isTagged(reference)) return;
    const tag = familiarForm(withDefaultTag(reference));
    if (!tags.includes(tag)) tags.push(tag);
  };
  for (const name of names) {
    const reference = readAnyReference(name, core.vintage);
    if ('id' in reference) {
      choose(imageById(core, reference.id).id);
    } else if (familiarName(reference) === 'sha256') {
      choose(searched(core, name));
    } else if (isNameOnly(reference)) {
      const tagged = referencesByName(core.state, reference);
      for (const { id, reference: found } of tagged) choose(id, found);
      if (tagged.length === 0) choose(searched(core, name));
    } else {
      const id = lookUp(core.state, reference);
      if (id === undefined) throw referenceDoesNotExist();
      choose(id, reference);
    }
  }
  return chosen;
}

function searched(core: EngineCore, name: string): Digest {
  const id = searchImage(core.state, name);
  if (id === undefined) throw noSuchImage(name);
  return id;
}

/** Images of the store as an archive that can be written. */
export function archiveOf(
  images: readonly { readonly image: ImageRecord; readonly tags: readonly string[] }[],
): Archive {
  const layers = new Map<Digest, ArchiveLayer>();
  const layerOf = (record: LayerRecord): ArchiveLayer => {
    const known = layers.get(record.diffId);
    if (known) return known;
    const made = archiveLayer(record, layers.size);
    layers.set(record.diffId, made);
    return made;
  };
  const saved = new Set(images.map(({ image }) => image.id));
  return {
    fileName: 'images',
    sizeBytes: 0,
    format: 'docker-archive',
    alsoFormats: [],
    outerCompression: [],
    images: images.map(({ image, tags }): ArchiveImage => ({
      describedBy: 'manifest.json',
      imageId: image.id,
      parentImageId: image.parent !== undefined && saved.has(image.parent) ? image.parent : undefined,
      v1Id: undefined,
      manifest: undefined,
      config: image.config,
      configBytes: image.configBytes,
      tags,
      platform: platformOf(image.config),
      annotations: {},
      artifactType: undefined,
      isArtifact: false,
      layers: image.layers.map(layerOf),
      findings: [],
    })),
    layers: [...layers.values()],
    findings: [],
    members: [],
    close: async () => undefined,
  };
}

/** A layer whose digest and tree are known: nothing is read before it is written. */
function archiveLayer({ diffId, tar, tree }: LayerRecord, index: number): ArchiveLayer {
  const digests = { diffId, blobDigest: diffId, diffIdMatches: true, blobDigestMatches: true };
  return {
    index,
    diffId,
    blobDigest: diffId,
    mediaType: MediaType.ociLayer,
    annotations: {},
    urls: [],
    presence: 'present',
    path: undefined,
    blobSizeBytes: tar.sizeBytes,
    compression: 'none',
    blob: tar,
    readIndex: async () => ({ tree, entryCount: tree.length, sizeBytes: tar.sizeBytes, findings: [] }),
    stream: () => tar.stream(),
    content: async () => tar,
    setTarBytes: () => undefined,
    verify: async () => digests,
  };
}
