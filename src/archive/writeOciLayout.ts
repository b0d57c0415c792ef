import type { Work } from '../bytes/platform.ts';
import { digestOf, type Digest } from '../image/digest.ts';
import { ImageError } from '../image/imageError.ts';
import { parseIndex, parseManifestDocument, type ImageIndex } from '../image/manifest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { jsonBytes, type JsonWritable } from '../image/writeJson.ts';
import { ArchiveError, type Archive, type ArchiveImage } from './archive.ts';
import { blobPath } from './blobPath.ts';
import { readWhole } from './openContext.ts';
import { planIndex, type DescribedManifest } from './writeIndex.ts';
import { configToWrite } from './writeConfig.ts';
import {
  bytesMember,
  createdSec,
  prepareLayers,
  sourceMember,
  type LayerForm,
  type OutLayer,
  type PlannedMember,
} from './writePlan.ts';

/** Plans an OCI image layout (image-spec image-layout.md). Manifests that the archive has are kept byte for byte, with
 *  all blobs they name that are there; for other images one is made, the same each time. When every image of an OCI
 *  archive is written, its index.json and nested indexes are kept too. */
export async function planOciLayout(
  archive: Archive,
  images: readonly ArchiveImage[],
  form: LayerForm,
  work: Work,
): Promise<PlannedMember[]> {
  const members: PlannedMember[] = [];
  const manifests: DescribedManifest[] = [];
  for (const image of images) {
    const written = await planImage(archive, image, form, work);
    members.push(...written.members);
    manifests.push({ image, descriptor: written.descriptor });
  }
  const kept = await keepIndexes(archive, images, members);
  return [
    bytesMember('oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' }), 0),
    ...(kept ?? planIndex(manifests, work)),
    ...members,
  ];
}

export interface PlannedImage {
  readonly members: readonly PlannedMember[];
  readonly descriptor: Readonly<Record<string, JsonWritable>>;
}

/** The blobs of one image, and the descriptor of its manifest. */
export async function planImage(
  archive: Archive,
  image: ArchiveImage,
  form: LayerForm,
  work: Work,
): Promise<PlannedImage> {
  if (image.manifest && form === 'asStored' && isKeepable(image.manifest.mediaType)) {
    return keepManifest(image, image.manifest);
  }
  const config = await configToWrite(archive, image, work);
  return makeManifest(image, config, await prepareLayers(image, form, work), work);
}

// A schema 1 manifest has no place in a layout: containerd and skopeo convert it.
function isKeepable(mediaType: string): boolean {
  return mediaType !== MediaType.dockerSchema1 && mediaType !== MediaType.dockerSchema1Signed;
}

function keepManifest(image: ArchiveImage, manifest: NonNullable<ArchiveImage['manifest']>): PlannedImage {
  const { digest, mediaType, bytes } = manifest;
  const members = [bytesMember(blobPath(digest) ?? '', bytes, 0)];
  const document = parseManifestDocument(bytes, mediaType);
  const configPath = document.kind === 'manifest' && document.config && blobPath(document.config.digest);
  if (configPath && image.configBytes) members.push(bytesMember(configPath, image.configBytes, createdSec(image)));
  for (const { blob, blobDigest } of image.layers) {
    const path = blobDigest && blobPath(blobDigest);
    if (blob && path) members.push(sourceMember(path, blob, createdSec(image)));
  }
  const platform = image.platform && { platform: { ...image.platform } as Record<string, JsonWritable> };
  const artifactType = image.artifactType === undefined ? {} : { artifactType: image.artifactType };
  return { members, descriptor: { mediaType, digest, size: bytes.length, ...artifactType, ...platform } };
}

/** A manifest for an image that came without one (manifest.md): nothing in it but what the image tells. */
export function makeManifest(
  image: ArchiveImage,
  config: { readonly bytes: Uint8Array; readonly digest: Digest },
  layers: readonly OutLayer[],
  work: Work,
): PlannedImage {
  const bytes = jsonBytes({
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    config: { mediaType: MediaType.ociConfig, digest: config.digest, size: config.bytes.length },
    layers: layers.map(({ mediaType, blobDigest, sizeBytes }) => ({ mediaType, digest: blobDigest, size: sizeBytes })),
  });
  const digest = digestOf(bytes, work.platform);
  const mtimeSec = createdSec(image);
  const platform = image.platform && { platform: { ...image.platform } as Record<string, JsonWritable> };
  return {
    members: [
      bytesMember(blobPath(digest) ?? '', bytes, 0),
      bytesMember(blobPath(config.digest) ?? '', config.bytes, mtimeSec),
      ...layers.map(({ blobDigest, sizeBytes, open }) => ({
        path: blobPath(blobDigest) ?? '',
        mtimeSec,
        sizeBytes,
        open,
      })),
    ],
    descriptor: { mediaType: MediaType.ociManifest, digest, size: bytes.length, ...platform },
  };
}

/** index.json and nested indexes as they lie, when all manifests they lead to are written (or are not there to be
 *  written). Undefined when a choice was made, or the archive has no index. */
async function keepIndexes(
  archive: Archive,
  images: readonly ArchiveImage[],
  written: readonly PlannedMember[],
): Promise<PlannedMember[] | undefined> {
  if (archive.images.some((image) => !images.includes(image))) return undefined;
  const files = new Map(archive.members.map((member) => [member.path, member.source]));
  const top = files.get('index.json');
  if (!top || ![archive.format, ...archive.alsoFormats].includes('oci-layout')) return undefined;

  const writtenPaths = new Set(written.map(({ path }) => path));
  const kept: PlannedMember[] = [sourceMember('index.json', top, 0)];
  const waiting: ImageIndex[] = [parseIndex(await readWhole(top, archive.fileName, 'index.json'))];
  const seen = new Set<string>();
  for (let index = waiting.pop(); index; index = waiting.pop()) {
    for (const { digest } of index.manifests) {
      const path = blobPath(digest);
      const source = path === undefined ? undefined : files.get(path);
      if (path === undefined || seen.has(path)) continue;
      seen.add(path);
      if (writtenPaths.has(path) || !source) continue;
      kept.push(sourceMember(path, source, 0));
      const nested = await readIndex(archive, path, source);
      if (nested) waiting.push(nested);
    }
  }
  const isListed = ({ manifest }: ArchiveImage) => manifest !== undefined && seen.has(blobPath(manifest.digest) ?? '');
  return images.every(isListed) ? kept : undefined;
}

async function readIndex(
  archive: Archive,
  path: string,
  source: Parameters<typeof readWhole>[0],
): Promise<ImageIndex | undefined> {
  try {
    const document = parseManifestDocument(await readWhole(source, archive.fileName, path));
    return document.kind === 'index' ? document : undefined;
  } catch (error) {
    // Unreadable when it was opened, too: kept as it is.
    if (error instanceof ImageError || error instanceof ArchiveError) return undefined;
    throw error;
  }
}
