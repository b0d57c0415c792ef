import { compareBytes, decodeName, encodeName } from '../bytes/byteName.ts';
import type { SparseExtent, Xattr } from '../tar/tarEntry.ts';

/** What an entry of a layer is. A hard link has the kind of the inode it names. */
export const EntryKind = {
  file: 0,
  directory: 1,
  symlink: 2,
  charDevice: 3,
  blockDevice: 4,
  fifo: 5,
  /** Hides the same name in the layers below (image-spec layer.md, "Whiteouts"). */
  whiteout: 6,
} as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

/** Bits of `LayerColumns.flags`. */
export const EntryFlag = {
  /** A directory that hides all that lies below it in lower layers. */
  opaque: 1,
  /** A directory that the archive did not list: made because something lies in it. */
  implicit: 2,
  /** Has xattrs, a sparse map or PAX records in the side table. */
  rare: 4,
  /** The whiteout was stored in overlay's own form (char device 0:0), not as `.wh.NAME`. */
  nativeWhiteout: 8,
  /** A hard link whose target the layer does not hold: an empty file here; the side table has the target's path. */
  unresolvedLink: 16,
} as const;

/** The layer tree as it lies in memory, on disk and on its way between threads: columns of one length, one
 *  element an entry. Entry 0 is the root. A directory's children are contiguous and sorted by name bytes;
 *  a parent precedes its children. About 62 bytes an entry without the name. */
export interface LayerColumns {
  readonly parent: Uint32Array;
  /** Position and length of the name in `pool`. */
  readonly nameStart: Uint32Array;
  readonly nameLength: Uint16Array;
  readonly firstChild: Uint32Array;
  readonly childCount: Uint32Array;
  readonly kind: Uint8Array;
  readonly flags: Uint8Array;
  /** Permission bits, setuid, setgid, sticky (07777). */
  readonly mode: Uint16Array;
  readonly uid: Uint32Array;
  readonly gid: Uint32Array;
  readonly mtimeSec: Float64Array;
  readonly mtimeNsec: Uint32Array;
  /** File: bytes as a reader sees them. Symlink: bytes of the target. Others 0. */
  readonly size: Float64Array;
  /** File: offset of the content in the uncompressed tar. Symlink: position of the target in `pool`.
   *  Device: major * 2^32 + minor. Others 0. */
  readonly position: Float64Array;
  /** The entry that stands for the inode: itself, or for a further hard link the first name of the group. */
  readonly inode: Uint32Array;
  /** Bytes of all names and link targets. */
  readonly pool: Uint8Array;
  readonly rare: ReadonlyMap<number, RareAttributes>;
}

export interface RareAttributes {
  readonly xattrs?: readonly Xattr[];
  /** Where the stored bytes belong in the file; they lie end to end at the content's position. */
  readonly sparse?: readonly SparseExtent[];
  /** Path from the root, for an unresolved hard link. */
  readonly linkPath?: Uint8Array;
}

/** No entry: the result of a lookup that finds nothing. */
export const NO_ENTRY = -1;

/** One layer's changeset as a filesystem tree, immutable. An entry is its index in the columns. */
export class LayerTree {
  readonly columns: LayerColumns;
  /** Entries, the root included. */
  readonly length: number;

  constructor(columns: LayerColumns) {
    this.columns = columns;
    this.length = columns.kind.length;
  }

  kind(entry: number): EntryKind {
    return this.columns.kind[entry] as EntryKind;
  }

  isDirectory(entry: number): boolean {
    return this.columns.kind[entry] === EntryKind.directory;
  }

  /** A directory that is not opaque and has nothing in the side table. */
  isPlainDirectory(entry: number): boolean {
    return (
      this.columns.kind[entry] === EntryKind.directory &&
      ((this.columns.flags[entry] as number) & (EntryFlag.opaque | EntryFlag.rare)) === 0
    );
  }

  isWhiteout(entry: number): boolean {
    return this.columns.kind[entry] === EntryKind.whiteout;
  }

  isOpaque(entry: number): boolean {
    return this.#has(entry, EntryFlag.opaque);
  }

  isImplicit(entry: number): boolean {
    return this.#has(entry, EntryFlag.implicit);
  }

  parent(entry: number): number {
    return this.columns.parent[entry] as number;
  }

  firstChild(entry: number): number {
    return this.columns.firstChild[entry] as number;
  }

  childCount(entry: number): number {
    return this.columns.childCount[entry] as number;
  }

  mode(entry: number): number {
    return this.columns.mode[this.inode(entry)] as number;
  }

  uid(entry: number): number {
    return this.columns.uid[this.inode(entry)] as number;
  }

  gid(entry: number): number {
    return this.columns.gid[this.inode(entry)] as number;
  }

  mtimeSec(entry: number): number {
    return this.columns.mtimeSec[this.inode(entry)] as number;
  }

  mtimeNsec(entry: number): number {
    return this.columns.mtimeNsec[this.inode(entry)] as number;
  }

  /** Bytes of a file as a reader sees them, of a symlink its target's length, else 0. */
  sizeBytes(entry: number): number {
    return this.columns.size[this.inode(entry)] as number;
  }

  /** Offset of a file's content in the layer's uncompressed tar. */
  contentOffset(entry: number): number {
    return this.columns.position[this.inode(entry)] as number;
  }

  /** The entry that stands for the inode; equal for all names of one hard-link group. */
  inode(entry: number): number {
    return this.columns.inode[entry] as number;
  }

  isHardLink(entry: number): boolean {
    return this.columns.inode[entry] !== entry;
  }

  linkTarget(entry: number): Uint8Array | undefined {
    const inode = this.inode(entry);
    if (this.columns.kind[inode] !== EntryKind.symlink) return undefined;
    const start = this.columns.position[inode] as number;
    return this.columns.pool.subarray(start, start + (this.columns.size[inode] as number));
  }

  device(entry: number): { major: number; minor: number } | undefined {
    const kind = this.kind(entry);
    if (kind !== EntryKind.charDevice && kind !== EntryKind.blockDevice) return undefined;
    const packed = this.columns.position[this.inode(entry)] as number;
    return { major: Math.floor(packed / 2 ** 32), minor: packed % 2 ** 32 };
  }

  xattrs(entry: number): readonly Xattr[] {
    return this.columns.rare.get(this.inode(entry))?.xattrs ?? [];
  }

  /** Whether the inode has anything in the side table: xattrs, a sparse map. */
  isRare(entry: number): boolean {
    return this.columns.rare.size > 0 && this.#has(this.inode(entry), EntryFlag.rare);
  }

  sparse(entry: number): readonly SparseExtent[] | undefined {
    return this.columns.rare.get(this.inode(entry))?.sparse;
  }

  /** Where an unresolved hard link points, a path from the root; undefined for anything else. */
  unresolvedLink(entry: number): Uint8Array | undefined {
    return this.#has(entry, EntryFlag.unresolvedLink) ? this.columns.rare.get(this.inode(entry))?.linkPath : undefined;
  }

  nameBytes(entry: number): Uint8Array {
    const start = this.columns.nameStart[entry] as number;
    return this.columns.pool.subarray(start, start + (this.columns.nameLength[entry] as number));
  }

  /** The name as a string, without loss (`bytes/byteName.ts`). */
  name(entry: number): string {
    return decodeName(this.nameBytes(entry));
  }

  /** The path from the root without a leading slash; the root's is empty. */
  path(entry: number): string {
    const parts: string[] = [];
    for (let at = entry; at !== 0; at = this.parent(at)) parts.push(this.name(at));
    return parts.reverse().join('/');
  }

  /** The child of `directory` with that name, whiteouts included, or NO_ENTRY. O(log children). */
  lookup(directory: number, name: Uint8Array): number {
    let low = this.firstChild(directory);
    let high = low + this.childCount(directory) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.#compareName(middle, name);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return NO_ENTRY;
  }

  /** As `lookup`, of a name as a string. */
  lookupText(directory: number, name: string): number {
    let low = this.firstChild(directory);
    let high = low + this.childCount(directory) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.#compareText(middle, name);
      // Bytes and UTF-16 agree in order, and one by one, for ASCII alone.
      if (order === undefined) return this.lookup(directory, encodeName(name));
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return NO_ENTRY;
  }

  /** Order of the name of an entry and that of an entry of another tree, by bytes. */
  compareNames(entry: number, other: LayerTree, otherEntry: number): number {
    const { pool } = this.columns;
    const otherPool = other.columns.pool;
    const start = this.columns.nameStart[entry] as number;
    const otherStart = other.columns.nameStart[otherEntry] as number;
    const lengthBytes = this.columns.nameLength[entry] as number;
    const otherLengthBytes = other.columns.nameLength[otherEntry] as number;
    const length = Math.min(lengthBytes, otherLengthBytes);
    for (let i = 0; i < length; i++) {
      const difference = (pool[start + i] as number) - (otherPool[otherStart + i] as number);
      if (difference !== 0) return difference;
    }
    return lengthBytes - otherLengthBytes;
  }

  /** Whether an entry's name is that of an entry of another tree. */
  hasSameName(entry: number, other: LayerTree, otherEntry: number): boolean {
    const { pool, nameLength, nameStart } = this.columns;
    const { columns } = other;
    const lengthBytes = nameLength[entry] as number;
    if (columns.nameLength[otherEntry] !== lengthBytes) return false;
    const start = nameStart[entry] as number;
    const otherStart = columns.nameStart[otherEntry] as number;
    for (let i = 0; i < lengthBytes; i++) if (pool[start + i] !== columns.pool[otherStart + i]) return false;
    return true;
  }

  /** Undefined where a character that is not ASCII would have to be compared. */
  #compareText(entry: number, name: string): number | undefined {
    const { pool } = this.columns;
    const start = this.columns.nameStart[entry] as number;
    const lengthBytes = this.columns.nameLength[entry] as number;
    const length = Math.min(lengthBytes, name.length);
    for (let i = 0; i < length; i++) {
      const code = name.charCodeAt(i);
      if (code >= 0x80) return undefined;
      const difference = (pool[start + i] as number) - code;
      if (difference !== 0) return difference;
    }
    return lengthBytes - name.length;
  }

  #compareName(entry: number, name: Uint8Array): number {
    return compareBytes(this.nameBytes(entry), name);
  }

  #has(entry: number, flag: number): boolean {
    return ((this.columns.flags[entry] as number) & flag) !== 0;
  }
}
