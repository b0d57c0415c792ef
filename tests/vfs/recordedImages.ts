import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { HashAlgorithm, IncrementalHash } from '../../src/bytes/platform.ts';
import type { Finding } from '../../src/bytes/finding.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import type { LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';

/** One image of a recorded docker-archive, read by hand: these tests must not depend on what opens archives. */
export interface RecordedImage {
  readonly imageId: string;
  readonly layers: readonly Uint8Array[];
}

export interface RootfsFacts {
  readonly objects: number;
  readonly listing_sha256: string;
  readonly mtime_sha256: string;
}

export interface RecordedEntry {
  readonly file: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

export function recordedEntries(dir: string): readonly RecordedEntry[] {
  const manifest = JSON.parse(readFileSync(join(dir, 'archives/MANIFEST.json'), 'utf8')) as {
    entries: RecordedEntry[];
  };
  return manifest.entries;
}

interface DockerLoad {
  readonly images?: Readonly<Record<string, { readonly rootfs?: RootfsFacts }>>;
}

/** What dockerd 20.10 mounted, by image ID. */
export function dockerRootfs(entry: RecordedEntry): ReadonlyMap<string, RootfsFacts> {
  const facts = new Map<string, RootfsFacts>();
  const load = entry.expected['docker_load_20.10.24'] as DockerLoad | undefined;
  for (const [imageId, image] of Object.entries(load?.images ?? {}))
    if (image.rootfs?.listing_sha256) facts.set(imageId, image.rootfs);
  return facts;
}

/** What podman mounted or else umoci unpacked, where docker refused the archive. */
export function otherRootfs(entry: RecordedEntry): RootfsFacts | undefined {
  const runs = (entry.expected['skopeo_1.9.3'] ?? []) as Readonly<Record<string, RootfsFacts | undefined>>[];
  for (const tool of ['podman_4.3.1_overlay', 'umoci_0.4.7'])
    for (const run of runs) if (run[tool]?.listing_sha256) return run[tool];
  return undefined;
}

export async function membersOf(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const members = new Map<string, Uint8Array>();
  const links: [string, string][] = [];
  const text = new TextDecoder('latin1');
  await scanTar(new MemorySource(bytes), (entry) => {
    const name = text.decode(entry.name).replace(/^\.?\/+/, '');
    if (entry.type === 'file')
      members.set(name, bytes.subarray(entry.contentOffset, entry.contentOffset + entry.storedBytes));
    else if (entry.type === 'symlink') links.push([name, text.decode(entry.linkName)]);
  });
  for (const [name, target] of links) {
    const member = members.get(join(name, '..', target));
    if (member) members.set(name, member);
  }
  return members;
}

/** The images that `manifest.json` names, but for those with a layer that is missing or compressed with something
 *  other than gzip: those are for the tests of the codecs. */
export async function recordedImages(dir: string, file: string): Promise<readonly RecordedImage[]> {
  const path = join(dir, 'archives', file);
  if (!existsSync(path) || !statSync(path).isFile()) return [];
  const archive = plain(readFileSync(path));
  if (!archive) return [];
  const members = await membersOf(archive);
  const manifestBytes = members.get('manifest.json');
  if (!manifestBytes) return [];
  const manifest = JSON.parse(Buffer.from(manifestBytes).toString()) as { Config: string; Layers: string[] }[] | null;
  const images: RecordedImage[] = [];
  for (const { Config, Layers } of Array.isArray(manifest) ? manifest : []) {
    const config = members.get(Config);
    if (!Array.isArray(Layers)) continue;
    const layers = Layers.map((layer) => plain(members.get(layer)));
    if (config && layers.every((layer) => layer !== undefined))
      images.push({ imageId: `sha256:${sha256(config)}`, layers });
  }
  return images;
}

const OTHER_COMPRESSIONS = ['BZh', '\xfd7zXZ', '\x28\xb5\x2f\xfd'];

function plain(bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (!bytes) return undefined;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  const head = Buffer.from(bytes.subarray(0, 5)).toString('latin1');
  return OTHER_COMPRESSIONS.some((magic) => head.startsWith(magic)) ? undefined : bytes;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export const hashes = {
  createHash(algorithm: HashAlgorithm): IncrementalHash {
    const hash = createHash(algorithm);
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  },
};

/** A layer's tree and everything that was found on the way, damage included. */
export async function treeOf(tar: Uint8Array): Promise<{ tree: LayerTree; findings: readonly Finding[] }> {
  const builder = new LayerTreeBuilder();
  const scan = await scanTar(new MemorySource(tar), (entry) => builder.add(entry), { partial: true });
  const { tree, findings } = builder.finish(tar.length);
  return { tree, findings: [...scan.findings, ...findings] };
}

/** A file's bytes, holes filled. */
export function fileBytes(tar: Uint8Array, tree: LayerTree, entry: number): Uint8Array {
  const start = tree.contentOffset(entry);
  const size = tree.sizeBytes(entry);
  const sparse = tree.sparse(entry);
  if (!sparse) return tar.subarray(start, start + size);
  const bytes = new Uint8Array(size);
  let stored = start;
  for (const { offset, length } of sparse) {
    bytes.set(tar.subarray(stored, stored + length), offset);
    stored += length;
  }
  return bytes;
}
