import type { Platform } from '../bytes/platform.ts';
import type { Descriptor } from '../image/descriptor.ts';
import type { Digest } from '../image/digest.ts';
import type { ImageIndex, ImageManifest } from '../image/manifest.ts';
import type { RegistryConnection } from './connection.ts';
import { addTaggedReferrer } from './referrers.ts';
import { headManifest, MAX_MANIFEST_BYTES, putManifest } from './registryManifest.ts';
import { RegistryError } from './registryError.ts';
import { uploadBlob, type OutgoingBlob, type UploadOutcome } from './uploadBlob.ts';

/** A manifest or index on its way to a registry. */
export interface OutgoingManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly document: ImageManifest | ImageIndex;
}

export interface OutgoingImage {
  /** Blobs of all manifests, each once. */
  readonly blobs: readonly OutgoingBlob[];
  /** What an index holds before the index: a registry refuses a manifest whose parts it lacks. The last one is the
   *  one that gets the tag. */
  readonly manifests: readonly OutgoingManifest[];
}

export interface PushOptions {
  /** A tag, or undefined to push by digest alone. */
  readonly tag: string | undefined;
  readonly mountFrom?: string | undefined;
  /** Bytes that one request may carry; longer blobs go in chunks. */
  readonly chunkBytes?: number;
  readonly onBytes?: ((byteCount: number) => void) | undefined;
}

export interface PushedImage {
  readonly digest: Digest;
  readonly blobs: readonly { readonly digest: Digest; readonly sizeBytes: number; readonly outcome: UploadOutcome }[];
}

/** Blobs under way at once. More gains little: the far side's disk and the line are shared. */
const PARALLEL_UPLOADS = 4;

/** Pushes an image: blobs, then manifests, then the tag; it may be repeated, and what is there is not sent again.
 *  Manifests that refer to a subject are listed under its fallback tag where the registry does not do so itself.
 *  Throws RegistryError; what was pushed before stays, untagged. */
export async function pushImage(
  connection: RegistryConnection,
  path: string,
  image: OutgoingImage,
  options: PushOptions,
  platform: Platform,
): Promise<PushedImage> {
  const root = image.manifests.at(-1);
  if (!root) throw new RegistryError('manifest', 'there is no manifest to push');
  for (const { digest, bytes } of image.manifests) {
    if (bytes.length <= MAX_MANIFEST_BYTES) continue;
    throw new RegistryError('limit', `the manifest ${digest} has ${bytes.length} bytes, over ${MAX_MANIFEST_BYTES}`);
  }
  const blobs = await pushBlobs(connection, path, image.blobs, options);
  for (const manifest of image.manifests) {
    const name = manifest === root && options.tag !== undefined ? options.tag : manifest.digest;
    const { hasReferrers } = await putManifest(connection, path, name, manifest);
    const { subject } = manifest.document;
    if (subject && !hasReferrers) {
      await addTaggedReferrer(connection, path, subject.digest, referrerOf(manifest), platform);
    }
  }
  // What the tag now leads to is the registry's word; a page may not be able to hear it.
  if (connection.network.redirects === 'shown') await checkTag(connection, path, options.tag, root.digest);
  return { digest: root.digest, blobs };
}

async function checkTag(
  connection: RegistryConnection,
  path: string,
  tag: string | undefined,
  digest: Digest,
): Promise<void> {
  const found = await headManifest(connection, path, tag ?? digest);
  if (found?.digest === digest) return;
  const url = `${connection.endpoint.origin}/v2/${path}/manifests/${tag ?? digest}`;
  throw new RegistryError('digest', `leads to ${found?.digest ?? 'nothing'} after ${digest} was pushed`, { url });
}

async function pushBlobs(
  connection: RegistryConnection,
  path: string,
  blobs: readonly OutgoingBlob[],
  options: PushOptions,
): Promise<PushedImage['blobs']> {
  const outcomes = new Map<OutgoingBlob, UploadOutcome>();
  const waiting = [...blobs];
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (let blob = waiting.shift(); blob && !hasFailed; blob = waiting.shift()) {
      try {
        outcomes.set(blob, await uploadBlob(connection, path, blob, options));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: PARALLEL_UPLOADS }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return blobs.map((blob) => ({
    digest: blob.digest,
    sizeBytes: blob.sizeBytes,
    outcome: outcomes.get(blob) ?? 'there',
  }));
}

/** distribution-spec, "Pushing Manifests with Subject": type and annotations of the manifest go into the list. */
function referrerOf({ digest, mediaType, bytes, document }: OutgoingManifest): Descriptor {
  const configType = document.kind === 'manifest' ? document.config?.mediaType : undefined;
  const artifactType = document.artifactType ?? configType;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(document.annotations).length === 0 ? {} : { annotations: document.annotations }),
  };
}
