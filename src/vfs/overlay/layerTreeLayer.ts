import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { type ByteSource, clipRange, MemorySource } from '../../bytes/byteSource.ts';
import { RunSource } from '../../bytes/runSource.ts';
import { stretchesOf } from '../../bytes/stretchBuilder.ts';
import { EntryKind, type LayerTree } from '../layerTree.ts';
import { deviceNumber, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from './fileMode.ts';
import { type Layer, NO_INODE, NO_XATTRS, type Times } from './layer.ts';
import { hashAscii, hashText } from './textHash.ts';

const OPAQUE = 'trusted.overlay.opaque';
const YES = encodeName('y');

const TYPE_BY_KIND: Readonly<Record<EntryKind, number>> = {
  [EntryKind.file]: S_IFREG,
  [EntryKind.directory]: S_IFDIR,
  [EntryKind.symlink]: S_IFLNK,
  [EntryKind.charDevice]: S_IFCHR,
  [EntryKind.blockDevice]: S_IFBLK,
  [EntryKind.fifo]: S_IFIFO,
  [EntryKind.whiteout]: S_IFCHR,
};

/** An image's layer as an engine lays it out on disk for overlay2: `.wh.NAME` is a char device 0:0, an opaque
 *  directory bears the xattr. The root's own opaque mark is left out: nothing can look past it. Inode numbers are the
 *  tree's entries, counted from 1. */
export class LayerTreeLayer implements Layer {
  readonly id: Uint8Array;
  readonly rootInode = 1;
  readonly tree: LayerTree;
  readonly #content: ByteSource;
  #linkCounts: ReadonlyMap<number, number> | undefined;
  /** The directory that was listed last: its names are looked up next. */
  #listed: { readonly directory: number; readonly inodes: ReadonlyMap<string, number> } | undefined;

  /** `content`: the uncompressed tar. `id`: 16 bytes that stand for the layer, such as the first of its diffID. */
  constructor(tree: LayerTree, content: ByteSource, id: Uint8Array) {
    this.tree = tree;
    this.#content = content;
    this.id = id;
  }

  lookup(directory: number, name: string): number {
    if (this.#listed?.directory === directory) return this.#listed.inodes.get(name) ?? NO_INODE;
    const entry = this.tree.lookupText(this.#entry(directory), name);
    return entry < 0 ? NO_INODE : this.tree.inode(entry) + 1;
  }

  names(directory: number): Iterable<string> {
    if (this.#listed?.directory === directory) return this.#listed.inodes.keys();
    const entry = this.#entry(directory);
    const first = this.tree.firstChild(entry);
    const end = first + this.tree.childCount(entry);
    const inodes = new Map<string, number>();
    for (let child = first; child < end; child++) inodes.set(this.tree.name(child), this.tree.inode(child) + 1);
    this.#listed = { directory, inodes };
    return inodes.keys();
  }

  has(inode: number): boolean {
    return inode >= 1 && inode <= this.tree.length;
  }

  mode(inode: number): number {
    const entry = this.#entry(inode);
    const kind = this.tree.kind(entry);
    return TYPE_BY_KIND[kind] | (kind === EntryKind.whiteout ? 0 : this.tree.mode(entry));
  }

  type(inode: number): number {
    return TYPE_BY_KIND[this.tree.kind(this.#entry(inode))];
  }

  uid(inode: number): number {
    return this.tree.uid(this.#entry(inode));
  }

  gid(inode: number): number {
    return this.tree.gid(this.#entry(inode));
  }

  linkCount(inode: number): number {
    this.#linkCounts ??= countLinks(this.tree);
    const entry = this.#entry(inode);
    return this.#linkCounts.get(entry) ?? (this.tree.isDirectory(entry) ? 2 : 1);
  }

  device(inode: number): number {
    const device = this.tree.device(this.#entry(inode));
    return device ? deviceNumber(device.major, device.minor) : 0;
  }

  sizeBytes(inode: number): number {
    return this.tree.sizeBytes(this.#entry(inode));
  }

  times(inode: number): Times {
    const entry = this.#entry(inode);
    const time = { sec: this.tree.mtimeSec(entry), nsec: this.tree.mtimeNsec(entry) };
    return { atime: time, mtime: time, ctime: time };
  }

  linkTarget(inode: number): string {
    const target = this.tree.linkTarget(this.#entry(inode));
    if (!target) throw new RangeError('not a symlink');
    return decodeName(target);
  }

  xattrs(inode: number): ReadonlyMap<string, Uint8Array> {
    const entry = this.#entry(inode);
    const given = this.tree.xattrs(entry);
    const isOpaque = entry !== 0 && this.tree.isOpaque(entry);
    if (given.length === 0 && !isOpaque) return NO_XATTRS;
    const xattrs = new Map(given.map(({ name, value }) => [decodeName(name), value]));
    if (isOpaque) xattrs.set(OPAQUE, YES);
    return xattrs;
  }

  content(inode: number): ByteSource {
    const entry = this.#entry(inode);
    const sizeBytes = this.tree.sizeBytes(entry);
    if (sizeBytes === 0) return new MemorySource(new Uint8Array(0));
    const start = this.tree.contentOffset(entry);
    const sparse = this.tree.sparse(entry);
    if (!sparse) return this.#content.slice(start, sizeBytes);
    return new RunSource(this.#content.slice(start), stretchesOf(sparse, sizeBytes));
  }

  readSync(inode: number, offset: number, length: number): Uint8Array | undefined {
    const entry = this.#entry(inode);
    if (!this.#content.readSync || this.tree.sparse(entry)) return undefined;
    const range = clipRange(this.tree.sizeBytes(entry), offset, length);
    return this.#content.readSync(this.tree.contentOffset(entry) + range.offset, range.length);
  }

  eachNameHash(directory: number, tell: (hash: number) => void): void {
    const entry = this.#entry(directory);
    const first = this.tree.firstChild(entry);
    const end = first + this.tree.childCount(entry);
    for (let child = first; child < end; child++)
      tell(hashAscii(this.tree.nameBytes(child)) ?? hashText(this.tree.name(child)));
  }

  nameCount(directory: number): number {
    return this.tree.childCount(this.#entry(directory));
  }

  mayHaveXattrs(inode: number): boolean {
    const entry = this.#entry(inode);
    return this.tree.isRare(entry) || this.tree.isOpaque(entry);
  }

  /** Throws RangeError. */
  #entry(inode: number): number {
    if (!this.has(inode)) throw new RangeError(`the layer has no inode ${inode}`);
    return inode - 1;
  }
}

/** Of directories: 2 and the subdirectories; of files: only those with several names. By the inode's entry. */
function countLinks(tree: LayerTree): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let entry = 1; entry < tree.length; entry++) {
    if (tree.isDirectory(entry)) counts.set(tree.parent(entry), (counts.get(tree.parent(entry)) ?? 2) + 1);
    else if (tree.isHardLink(entry)) counts.set(tree.inode(entry), (counts.get(tree.inode(entry)) ?? 1) + 1);
  }
  return counts;
}
