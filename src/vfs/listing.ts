import { toHex } from '../bytes/hex.ts';
import type { Platform } from '../bytes/platform.ts';
import { EntryKind } from './layerTree.ts';
import type { LayerUnion } from './layerUnion.ts';
import { nodesInPathOrder } from './pathOrder.ts';

/** Hex SHA-256 of a file's content. */
export type FileDigest = (layer: number, entry: number) => Promise<string>;

/** Facts of a merged tree that can be compared with those of a mounted one. */
export interface ListingFacts {
  /** Objects below the root. */
  readonly objects: number;
  /** SHA-256 of all lines, in hex. */
  readonly listingSha256: string;
  /** SHA-256 of the lines `path TAB seconds` of regular files, in hex. */
  readonly mtimeSha256: string;
}

export interface ListingLine {
  readonly line: string;
  /** For a regular file, its line of the second text. */
  readonly mtimeLine: string | undefined;
}

/** The canonical listing of a union: a line an object, in the order of path bytes, without the root. Fields, with a
 *  TAB between: path, type (`f d l c b p`), mode in four octal digits, uid, gid, extra (file `size:sha256`, symlink
 *  target, device `major,minor`, else `-`), the smallest path of its hard-link group or `-`, xattrs `name=hex`
 *  sorted and joined by commas or `-` (`trusted.overlay.*` and `system.*` left out). In paths, targets and names
 *  bytes outside 0x21..0x7e and `%` are `%HH`. */
export async function* listUnion(union: LayerUnion, digestOf: FileDigest): AsyncGenerator<ListingLine> {
  const groups = smallestNames(union);
  const digests = new Map<string, string>();
  const paths = new PathTrail(union);
  for (const node of nodesInPathOrder(union)) {
    const path = paths.path(node);
    const layer = union.layer(node);
    const entry = union.entry(node);
    const key = inodeKey(union, node);
    const group = groups.get(key);
    let digest = digests.get(key);
    if (union.kind(node) === EntryKind.file && digest === undefined) {
      digest = await digestOf(layer, entry);
      if (group) digests.set(key, digest);
    }
    const line = [
      path,
      TYPE_LETTERS[union.kind(node)],
      union.mode(node).toString(8).padStart(4, '0'),
      fileOwner(union.tree(node).uid(entry)),
      fileOwner(union.tree(node).gid(entry)),
      extraField(union, node, digest),
      group !== undefined && group.count > 1 ? group.path : '-',
      xattrField(union, node),
    ].join('\t');
    const mtimeLine =
      union.kind(node) === EntryKind.file ? `${path}\t${fileTime(union.tree(node).mtimeSec(entry))}\n` : undefined;
    yield { line: `${line}\n`, mtimeLine };
  }
}

/** The listing's digests. */
export async function listingFacts(
  union: LayerUnion,
  digestOf: FileDigest,
  platform: Pick<Platform, 'createHash'>,
): Promise<ListingFacts> {
  const encoder = new TextEncoder();
  const listing = platform.createHash('sha256');
  const mtimes = platform.createHash('sha256');
  let objects = 0;
  for await (const { line, mtimeLine } of listUnion(union, digestOf)) {
    objects++;
    listing.update(encoder.encode(line));
    if (mtimeLine !== undefined) mtimes.update(encoder.encode(mtimeLine));
  }
  return { objects, listingSha256: toHex(listing.digest()), mtimeSha256: toHex(mtimes.digest()) };
}

const TYPE_LETTERS: Readonly<Record<number, string>> = {
  [EntryKind.file]: 'f',
  [EntryKind.directory]: 'd',
  [EntryKind.symlink]: 'l',
  [EntryKind.charDevice]: 'c',
  [EntryKind.blockDevice]: 'b',
  [EntryKind.fifo]: 'p',
};

/** Docker sets times before 1970 or beyond 2^63 nanoseconds to 0. */
function fileTime(mtimeSec: number): number {
  return mtimeSec < 0 || mtimeSec > 9_223_372_036 ? 0 : mtimeSec;
}

/** To chown(2) the highest ID means “as it is”, and engines unpack as root. */
function fileOwner(id: number): number {
  return id === 0xffff_ffff ? 0 : id;
}

function extraField(union: LayerUnion, node: number, digest: string | undefined): string {
  const device = union.tree(node).device(union.entry(node));
  if (device) return `${device.major},${device.minor}`;
  const target = union.linkTarget(node);
  if (target) return escapeBytes(target);
  return digest === undefined ? '-' : `${union.sizeBytes(node)}:${digest}`;
}

function xattrField(union: LayerUnion, node: number): string {
  const kept: { readonly name: string; readonly hex: string }[] = [];
  for (const { name, value } of union.tree(node).xattrs(union.entry(node))) {
    const text = escapeBytes(name);
    if (isMountedXattr(text, union.kind(node))) kept.push({ name: text, hex: toHex(value) });
  }
  kept.sort((a, b) => (a.name < b.name ? -1 : 1));
  return kept.map(({ name, hex }) => `${name}=${hex}`).join(',') || '-';
}

/** Linux knows four namespaces, and gives `user` to files and directories only; engines leave out what it refuses.
 *  Those of the mount and the kernel's own stand in no listing. */
function isMountedXattr(name: string, kind: number): boolean {
  if (name.startsWith('user.')) return kind === EntryKind.file || kind === EntryKind.directory;
  return name.startsWith('security.') || (name.startsWith('trusted.') && !name.startsWith('trusted.overlay.'));
}

function inodeKey(union: LayerUnion, node: number): string {
  return `${union.layer(node)}:${union.tree(node).inode(union.entry(node))}`;
}

/** For each inode that has several names in some layer: how many of them are visible, and the smallest. */
function smallestNames(union: LayerUnion): Map<string, { count: number; path: string }> {
  const groups = new Map<string, { count: number; path: string }>();
  for (const node of nodesInPathOrder(union)) {
    const isFurtherName = union.isForeignLink(node) || union.tree(node).isHardLink(union.entry(node));
    if (isFurtherName) groups.set(inodeKey(union, node), { count: 0, path: '' });
  }
  if (groups.size === 0) return groups;
  const paths = new PathTrail(union);
  for (const node of nodesInPathOrder(union)) {
    if (union.isDirectory(node)) continue;
    const group = groups.get(inodeKey(union, node));
    if (!group) continue;
    if (group.count === 0) group.path = paths.path(node);
    group.count++;
  }
  return groups;
}

/** Escaped paths; the directory's is kept from one node to the next. */
class PathTrail {
  readonly #union: LayerUnion;
  #directory = 0;
  #directoryPath = '';

  constructor(union: LayerUnion) {
    this.#union = union;
  }

  path(node: number): string {
    const parent = this.#union.parent(node);
    if (parent !== this.#directory) {
      this.#directory = parent;
      this.#directoryPath = this.#fullPath(parent);
    }
    const name = escapeBytes(this.#union.nameBytes(node));
    return this.#directoryPath === '' ? name : `${this.#directoryPath}/${name}`;
  }

  #fullPath(directory: number): string {
    const parts: string[] = [];
    for (let at = directory; at !== 0; at = this.#union.parent(at)) parts.push(escapeBytes(this.#union.nameBytes(at)));
    return parts.reverse().join('/');
  }
}

function escapeBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text +=
      byte >= 0x21 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
