import type { Archive, ArchiveImage } from '../archive/archive.ts';
import { planOciLayout } from '../archive/writeOciLayout.ts';
import type { PlannedMember } from '../archive/writePlan.ts';
import type { Work } from '../bytes/platform.ts';
import { digestOf, type Digest } from '../image/digest.ts';
import type { Descriptor } from '../image/descriptor.ts';
import { parseIndex, parseManifestDocument } from '../image/manifest.ts';
import { isIndexType, MediaType } from '../image/mediaTypes.ts';
import type { OutgoingImage, OutgoingManifest } from '../registry/pushImage.ts';
import { RegistryError } from '../registry/registryError.ts';
import { MAX_MANIFEST_BYTES } from '../registry/registryManifest.ts';
import type { OutgoingBlob } from '../registry/uploadBlob.ts';

/** Images of an archive as a registry takes them: their manifests and blobs as they are stored, or made as for an OCI
 *  layout where the archive has no manifest. Several images are pushed as one index: the archive's own when it has
 *  one that leads to all of them. Throws ArchiveError `missing` for a layer that is not there. */
export async function outgoingImage(
  archive: Archive,
  images: readonly ArchiveImage[],
  work: Work,
): Promise<OutgoingImage> {
  const members = await planOciLayout(archive, images, 'asStored', work);
  const byPath = new Map(members.map((member) => [member.path, member]));
  const index = byPath.get('index.json');
  if (!index) throw new RegistryError('manifest', 'there is no index to push');
  const indexBytes = await bytesOf(index);
  const entries = distinct(parseIndex(indexBytes).manifests);
  const walk = new ManifestWalk(byPath);
  for (const descriptor of entries) await walk.add(descriptor);
  if (entries.length > 1) {
    const digest = digestOf(indexBytes, work.platform);
    const document = { ...parseIndex(indexBytes), kind: 'index' as const };
    walk.manifests.push({ digest, mediaType: document.mediaType ?? MediaType.ociIndex, bytes: indexBytes, document });
  }
  return { manifests: walk.manifests, blobs: [...walk.blobs.values()] };
}

function distinct(descriptors: readonly Descriptor[]): Descriptor[] {
  return [...new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor])).values()];
}

/** The deepest first, each once. */
class ManifestWalk {
  readonly manifests: OutgoingManifest[] = [];
  readonly blobs = new Map<Digest, OutgoingBlob>();
  readonly #members: ReadonlyMap<string, PlannedMember>;
  readonly #seen = new Set<Digest>();

  constructor(members: ReadonlyMap<string, PlannedMember>) {
    this.#members = members;
  }

  async add(descriptor: Descriptor, depth = 1): Promise<void> {
    const { digest, mediaType } = descriptor;
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    if (depth > MAX_INDEX_DEPTH) throw new RegistryError('limit', `indexes are nested deeper than ${MAX_INDEX_DEPTH}`);
    const member = this.#members.get(pathOf(digest));
    if (!member) throw new RegistryError('manifest', `${digest} is listed and not there: choose images that are`);
    const bytes = await bytesOf(member);
    const document = parseManifestDocument(bytes, mediaType);
    if (document.kind === 'schema1') throw new RegistryError('schema1', `${digest} is a manifest of schema 1`);
    if (document.kind === 'index') {
      for (const child of document.manifests) await this.add(child, depth + 1);
    } else {
      for (const blob of [document.config, ...document.layers]) if (blob) this.#addBlob(blob);
    }
    const type = mediaType || document.mediaType || (isIndexType(document.mediaType) ? '' : MediaType.ociManifest);
    this.manifests.push({ digest, mediaType: type, bytes, document });
  }

  #addBlob({ digest, mediaType, urls }: Descriptor): void {
    const member = this.#members.get(pathOf(digest));
    const open = member?.open;
    if (member && open) this.blobs.set(digest, { digest, sizeBytes: member.sizeBytes, open });
    // A registry takes a manifest whose foreign layers it lacks (image-spec layer.md).
    else if ((urls?.length ?? 0) === 0) {
      throw new RegistryError('manifest', `the blob ${digest} (${mediaType}) is not in the archive`);
    }
  }
}

const MAX_INDEX_DEPTH = 16;

function pathOf(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

async function bytesOf(member: PlannedMember): Promise<Uint8Array> {
  if (member.sizeBytes > MAX_MANIFEST_BYTES) {
    throw new RegistryError('limit', `${member.path} has ${member.sizeBytes} bytes, over ${MAX_MANIFEST_BYTES}`);
  }
  const bytes = new Uint8Array(member.sizeBytes);
  let offset = 0;
  for await (const chunk of member.open?.() ?? []) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
