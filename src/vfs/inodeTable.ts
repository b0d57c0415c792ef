import { FIRST_CAPACITY, grown, grownCapacity } from './growable.ts';
import { EntryKind, type RareAttributes } from './layerTree.ts';

export type InodeColumn = 'mode' | 'uid' | 'gid' | 'mtimeSec' | 'mtimeNsec' | 'size' | 'position';

/** Attributes of a layer's files while it is built, apart from their names, so that hard links share them and
 *  the last name to go frees them. */
export class InodeTable {
  length = 0;
  kind = new Uint8Array(FIRST_CAPACITY);
  mode = new Uint16Array(FIRST_CAPACITY);
  uid = new Uint32Array(FIRST_CAPACITY);
  gid = new Uint32Array(FIRST_CAPACITY);
  mtimeSec = new Float64Array(FIRST_CAPACITY);
  mtimeNsec = new Uint32Array(FIRST_CAPACITY);
  size = new Float64Array(FIRST_CAPACITY);
  position = new Float64Array(FIRST_CAPACITY);
  /** Names that it has; 0 when it is free. */
  linkCount = new Uint32Array(FIRST_CAPACITY);
  readonly rare = new Map<number, RareAttributes>();
  readonly #free: number[] = [];

  /** A new inode with one name and no attributes but its kind. */
  allocate(kind: EntryKind): number {
    const inode = this.#free.pop() ?? this.length++;
    if (inode >= this.kind.length) this.reserve(grownCapacity(inode, inode + 1));
    this.kind[inode] = kind;
    this.mode[inode] = 0;
    this.uid[inode] = 0;
    this.gid[inode] = 0;
    this.mtimeSec[inode] = 0;
    this.mtimeNsec[inode] = 0;
    this.size[inode] = 0;
    this.position[inode] = 0;
    this.linkCount[inode] = 1;
    return inode;
  }

  link(inode: number): void {
    this.linkCount[inode] = (this.linkCount[inode] as number) + 1;
  }

  unlink(inode: number): void {
    const left = (this.linkCount[inode] as number) - 1;
    this.linkCount[inode] = left;
    if (left > 0) return;
    this.rare.delete(inode);
    this.#free.push(inode);
  }

  /** A column, which the table then no longer holds. */
  take<Column extends InodeColumn>(column: Column): this[Column] {
    const taken = this[column];
    this[column] = taken.slice(0, 0) as this[Column];
    return taken;
  }

  isDirectory(inode: number): boolean {
    return this.kind[inode] === EntryKind.directory;
  }

  /** Makes room for as many inodes as are to come. */
  reserve(capacity: number): void {
    if (capacity <= this.kind.length) return;
    this.kind = grown(this.kind, capacity);
    this.mode = grown(this.mode, capacity);
    this.uid = grown(this.uid, capacity);
    this.gid = grown(this.gid, capacity);
    this.mtimeSec = grown(this.mtimeSec, capacity);
    this.mtimeNsec = grown(this.mtimeNsec, capacity);
    this.size = grown(this.size, capacity);
    this.position = grown(this.position, capacity);
    this.linkCount = grown(this.linkCount, capacity);
  }
}
