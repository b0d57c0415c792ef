import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { once } from '../bytes/once.ts';
import type { Compression } from '../codec/sniff.ts';
import type { Digest } from '../image/digest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { ArchiveError, type ArchiveImage, type ArchiveLayer } from './archive.ts';
import { digestSource } from './digestSource.ts';
import { placeOf } from './layerSpec.ts';

/** A member of an archive that is to be written. */
export interface PlannedMember {
  /** Without a leading slash; a directory's ends in one. */
  readonly path: string;
  readonly mtimeSec: number;
  readonly sizeBytes: number;
  /** Target of a symlink. */
  readonly linkTarget?: string;
  /** The content, once through; undefined for a directory or a symlink. */
  readonly open?: () => AsyncIterable<Uint8Array>;
}

/** How layers are to be stored. `asStored` keeps their bytes and blob digests; `uncompressed` is what docker itself
 *  writes into a docker-archive. */
export type LayerForm = 'asStored' | 'uncompressed';

/** Compressions that a form can name: OCI's media types know three, a docker-archive's reader sniffs. */
export type LayerNaming = 'mediaType' | 'sniffed';

/** A layer as it will lie in the new archive. */
export interface OutLayer {
  readonly layer: ArchiveLayer;
  readonly diffId: Digest;
  /** Names the bytes that are written. */
  readonly blobDigest: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** OCI knows no media type for bzip2 and xz: such layers are written uncompressed. */
const OCI_MEDIA_TYPES: Readonly<Record<Compression, string | undefined>> = {
  none: MediaType.ociLayer,
  gzip: MediaType.ociLayerGzip,
  zstd: MediaType.ociLayerZstd,
  bzip2: undefined,
  xz: undefined,
};

/** Prepares an image's layers for writing: computes what is not known of their digests and sizes. Where the config
 *  claims a diffID it is taken at its word, so that a layer whose stream is broken can still be kept; the digest of
 *  the stored bytes is always computed. Throws ArchiveError `missing` for a layer that is not there. */
export async function prepareLayers(
  image: ArchiveImage,
  form: LayerForm,
  work: Work,
  naming: LayerNaming = 'mediaType',
): Promise<OutLayer[]> {
  const prepared: OutLayer[] = [];
  for (const layer of image.layers) prepared.push(await prepareLayer(layer, form, naming, work));
  return prepared;
}

async function prepareLayer(layer: ArchiveLayer, form: LayerForm, naming: LayerNaming, work: Work): Promise<OutLayer> {
  const blob = layer.blob;
  if (!blob) {
    const path = placeOf(layer);
    throw new ArchiveError('missing', path, undefined, `${path} is not in the archive: it cannot be written`);
  }
  const storedType = OCI_MEDIA_TYPES[layer.compression] ?? (naming === 'sniffed' ? MediaType.ociLayer : undefined);
  if (form === 'asStored' && storedType !== undefined) {
    const blobDigest = await digestSource(blob, work);
    const diffId = layer.diffId ?? (await layer.verify(work)).diffId;
    const open = () => blob.stream();
    return { layer, diffId, blobDigest, sizeBytes: blob.sizeBytes, mediaType: storedType, open };
  }
  const { diffId } = await layer.verify(work);
  const { sizeBytes } = layer.compression === 'none' ? blob : await layer.readIndex(work);
  const open = () => layer.stream(work);
  return { layer, diffId, blobDigest: diffId, sizeBytes, mediaType: MediaType.ociLayer, open };
}

/** A member out of bytes in memory. */
export function bytesMember(path: string, bytes: Uint8Array, mtimeSec: number): PlannedMember {
  return { path, mtimeSec, sizeBytes: bytes.length, open: () => once(bytes) };
}

export function sourceMember(path: string, source: ByteSource, mtimeSec: number): PlannedMember {
  return { path, mtimeSec, sizeBytes: source.sizeBytes, open: () => source.stream() };
}

/** Members in the order in which docker writes them: each directory before its content, names by their bytes. Where a
 *  path occurs twice (a blob that two images share) the first stays. Parent directories are added. */
export function inPathOrder(members: readonly PlannedMember[], directoryMtimeSec: number): PlannedMember[] {
  const byPath = new Map<string, PlannedMember>();
  for (const member of members) {
    const last = member.path.length - 1;
    for (
      let slash = member.path.indexOf('/');
      slash >= 0 && slash < last;
      slash = member.path.indexOf('/', slash + 1)
    ) {
      const path = member.path.slice(0, slash + 1);
      if (!byPath.has(path)) byPath.set(path, { path, mtimeSec: directoryMtimeSec, sizeBytes: 0 });
    }
    if (!byPath.has(member.path)) byPath.set(member.path, member);
  }
  // A slash sorts before all else within a component's siblings: `a/b` comes before `a.b` in a walk.
  const key = (path: string) => path.replaceAll('/', '\u0000');
  return [...byPath.values()].sort((a, b) => (key(a.path) < key(b.path) ? -1 : key(a.path) > key(b.path) ? 1 : 0));
}

/** An image's creation in whole seconds, 0 when it is unknown. */
export function createdSec(image: ArchiveImage): number {
  const time = Date.parse(image.config?.created ?? '');
  return Number.isNaN(time) || time < 0 ? 0 : Math.floor(time / 1000);
}
