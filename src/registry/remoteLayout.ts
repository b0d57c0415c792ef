import { MemorySource, type ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import type { Descriptor } from '../image/descriptor.ts';
import { digestParts, type Digest } from '../image/digest.ts';
import { isForeignType, MediaType } from '../image/mediaTypes.ts';
import { fullForm, type Reference } from '../image/reference.ts';
import { jsonBytes, type JsonWritable } from '../image/writeJson.ts';
import type { RegistryConnection } from './connection.ts';
import { RegistryError } from './registryError.ts';
import { RemoteBlob, type BlobKeeping } from './remoteBlob.ts';
import { resolveImage, type ResolvedImage } from './resolveImage.ts';
import type { WantedPlatform } from './platformChoice.ts';

/** An image in a registry as the files of an OCI image layout (image-spec image-layout.md), so that whatever opens a
 *  layout opens it. Manifests lie in memory; configs and layers are fetched when they are read. */
export interface RemoteLayout {
  readonly files: readonly { readonly path: string; readonly source: ByteSource }[];
  readonly resolved: ResolvedImage;
  /** Frees what was fetched. */
  dispose(): Promise<void>;
}

/** A config is read whole; the largest real ones have some hundred kB. */
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
const MAX_BLOBS = 20_000;

/** The layout of an image: for an index the image of one platform, or the index with all it holds. Layers that are
 *  kept elsewhere (foreign ones, by their URLs) are left out. Throws RegistryError. */
export async function openRemoteLayout(
  connection: RegistryConnection,
  reference: Reference,
  wanted: WantedPlatform | 'all',
  keeping: BlobKeeping,
  work: Work,
): Promise<RemoteLayout> {
  const resolved = await resolveImage(connection, reference, wanted, work.platform);
  const files = new Map<string, ByteSource>();
  const remotes: RemoteBlob[] = [];
  files.set('oci-layout', new MemorySource(jsonBytes({ imageLayoutVersion: '1.0.0' })));
  files.set('index.json', new MemorySource(indexBytes(resolved, reference)));
  for (const { manifest } of resolved.documents) {
    files.set(pathOf(manifest.digest), new MemorySource(manifest.bytes));
    if (manifest.document.kind === 'index') continue;
    const { config, layers } = manifest.document;
    for (const descriptor of [config, ...layers]) {
      if (!descriptor || !digestParts(descriptor.digest) || files.has(pathOf(descriptor.digest))) continue;
      if (isElsewhere(descriptor)) continue;
      checkSize(descriptor, descriptor === config ? MAX_CONFIG_BYTES : Number.MAX_SAFE_INTEGER);
      if (remotes.length === MAX_BLOBS) throw new RegistryError('limit', `more than ${MAX_BLOBS} blobs`);
      const blob = { path: reference.path, digest: descriptor.digest, sizeBytes: descriptor.size };
      // The config is read when the layout is opened, and again when it is written.
      const remote = new RemoteBlob(connection, blob, descriptor === config ? 'kept' : keeping, work);
      remotes.push(remote);
      files.set(pathOf(descriptor.digest), remote);
    }
  }
  return {
    files: [...files].map(([path, source]) => ({ path, source })),
    resolved,
    dispose: async () => {
      for (const remote of remotes) await remote.dispose();
    },
  };
}

/** image-spec layer.md, "Non-Distributable Layers". */
function isElsewhere({ mediaType, urls }: Descriptor): boolean {
  return isForeignType(mediaType) || (urls?.length ?? 0) > 0;
}

function checkSize({ digest, size }: Descriptor, maxBytes: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RegistryError('manifest', `${digest} has the size ${size}`);
  if (size > maxBytes) throw new RegistryError('limit', `the config ${digest} has ${size} bytes, over ${maxBytes}`);
}

function indexBytes({ root, documents }: ResolvedImage, { domain, path, tag, digest }: Reference): Uint8Array {
  const first = documents[0]?.descriptor;
  const { platform = undefined, annotations = undefined } = first ?? {};
  const shownTag = tag ?? (digest === undefined ? 'latest' : undefined);
  const name = shownTag === undefined ? undefined : nameAnnotations({ domain, path, tag: shownTag, digest: undefined });
  const entry: JsonWritable = {
    mediaType: first?.mediaType || root.mediaType,
    digest: first?.digest ?? root.digest,
    size: first?.size ?? root.bytes.length,
    platform: platform as unknown as JsonWritable | undefined,
    annotations: name || annotations ? { ...annotations, ...name } : undefined,
  };
  return jsonBytes({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [entry] });
}

/** As containerd and docker name what they store. */
function nameAnnotations(reference: Reference): Record<string, string> {
  return {
    'io.containerd.image.name': fullForm(reference),
    'org.opencontainers.image.ref.name': reference.tag ?? '',
  };
}

function pathOf(digest: Digest): string {
  const parts = digestParts(digest);
  if (!parts) throw new RegistryError('manifest', `“${String(digest).slice(0, 160)}” is no digest`);
  return `blobs/${parts.algorithm}/${parts.hex}`;
}
