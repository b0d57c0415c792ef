import type { Platform } from '../bytes/platform.ts';
import type { Descriptor } from '../image/descriptor.ts';
import { isDigest } from '../image/digest.ts';
import { isIndexType } from '../image/mediaTypes.ts';
import type { Reference } from '../image/reference.ts';
import type { RegistryConnection } from './connection.ts';
import { manifestName } from './endpoint.ts';
import { choosePlatform, platformsOf, platformText, type WantedPlatform } from './platformChoice.ts';
import { RegistryError } from './registryError.ts';
import { getManifest, type RegistryManifest } from './registryManifest.ts';

/** A reference followed to what it names. */
export interface ResolvedImage {
  /** What the reference itself names: a manifest, or an index. */
  readonly root: RegistryManifest;
  /** Every document that is wanted, the root among them unless one platform of an index was chosen; an index before
   *  what it holds. */
  readonly documents: readonly { readonly manifest: RegistryManifest; readonly descriptor: Descriptor }[];
  /** The platform that was chosen of an index. */
  readonly chosen: string | undefined;
  /** What there was to choose from. */
  readonly platforms: readonly string[];
}

/** An index within an index within … : real ones have two levels. */
const MAX_INDEX_DEPTH = 8;
const MAX_DOCUMENTS = 1000;

/** Reads the manifest that a reference names, and of an index the image for one platform, or all. Throws
 *  RegistryError: `platform` when the index has none that fits. */
export async function resolveImage(
  connection: RegistryConnection,
  reference: Reference,
  wanted: WantedPlatform | 'all',
  platform: Platform,
): Promise<ResolvedImage> {
  const root = await getManifest(connection, reference.path, manifestName(reference), platform);
  const rootDescriptor = descriptorOf(root);
  if (root.document.kind === 'manifest') {
    return { root, documents: [{ manifest: root, descriptor: rootDescriptor }], chosen: undefined, platforms: [] };
  }
  const platforms = platformsOf(root.document.manifests);
  if (wanted === 'all') {
    const documents = await readTree(connection, reference.path, root, platform);
    return { root, documents, chosen: undefined, platforms };
  }
  const descriptor = await chooseWithin(connection, reference.path, root, wanted, platform);
  const manifest = await getListed(connection, reference.path, descriptor, platform);
  if (manifest.document.kind === 'index') {
    throw new RegistryError('manifest', `${descriptor.digest} is an index where an image should be`);
  }
  const chosen = descriptor.platform && platformText(descriptor.platform);
  return { root, documents: [{ manifest, descriptor }], chosen, platforms };
}

/** The image for a platform, also in an index that the index holds. */
async function chooseWithin(
  connection: RegistryConnection,
  path: string,
  root: RegistryManifest,
  wanted: WantedPlatform,
  platform: Platform,
): Promise<Descriptor> {
  const waiting = [{ manifest: root, depth: 1 }];
  const offered: string[] = [];
  let documents = 0;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { document } = next.manifest;
    if (document.kind !== 'index') continue;
    const chosen = choosePlatform(document.manifests, wanted);
    if (chosen) return chosen;
    offered.push(...platformsOf(document.manifests));
    for (const descriptor of document.manifests.filter(({ mediaType }) => isIndexType(mediaType))) {
      if (next.depth === MAX_INDEX_DEPTH || ++documents > MAX_DOCUMENTS) break;
      waiting.push({ manifest: await getListed(connection, path, descriptor, platform), depth: next.depth + 1 });
    }
  }
  const asked = [wanted.os, wanted.architecture, ...(wanted.variant === undefined ? [] : [wanted.variant])].join('/');
  const list = offered.length === 0 ? 'it names no platforms' : `there are ${[...new Set(offered)].join(', ')}`;
  throw new RegistryError('platform', `no image for ${asked}: ${list}`);
}

async function readTree(
  connection: RegistryConnection,
  path: string,
  root: RegistryManifest,
  platform: Platform,
): Promise<ResolvedImage['documents']> {
  const documents = [{ manifest: root, descriptor: descriptorOf(root) }];
  const seen = new Set<string>([root.digest]);
  const waiting = [{ manifest: root, depth: 1 }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    if (next.manifest.document.kind !== 'index') continue;
    for (const descriptor of next.manifest.document.manifests) {
      if (seen.has(descriptor.digest)) continue;
      seen.add(descriptor.digest);
      if (next.depth === MAX_INDEX_DEPTH || seen.size > MAX_DOCUMENTS) {
        throw new RegistryError('limit', `the index ${root.digest} leads to too many manifests`);
      }
      const manifest = await getListed(connection, path, descriptor, platform);
      documents.push({ manifest, descriptor });
      waiting.push({ manifest, depth: next.depth + 1 });
    }
  }
  return documents;
}

async function getListed(
  connection: RegistryConnection,
  path: string,
  { digest }: Descriptor,
  platform: Platform,
): Promise<RegistryManifest> {
  if (!isDigest(digest)) throw new RegistryError('manifest', `“${String(digest).slice(0, 160)}” is no digest`);
  return getManifest(connection, path, digest, platform);
}

function descriptorOf({ mediaType, digest, bytes }: RegistryManifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}
