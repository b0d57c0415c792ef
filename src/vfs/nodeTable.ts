import { decodeName } from '../bytes/byteName.ts';
import { TarError } from '../tar/tarEntry.ts';
import { BytePool, FIRST_CAPACITY, grown, grownCapacity } from './growable.ts';
import { hashName } from './nameHash.ts';

/** Bounds of ours: implicit parents multiply names, links to directories multiply depth. */
const MAX_NODES = 16_000_000;
export const MAX_DEPTH = 16_000;
const MAX_POOL_BYTES = 2 ** 31;

/** The inode of a name that is not there. */
const DEAD = 0xffff_ffff;

/** Flags of a node while the layer is built. */
export const NodeFlag = {
  /** Listed in the archive, not only made for what lies in it. */
  listed: 1,
  opaque: 2,
  nativeWhiteout: 4,
  /** A hard link whose target has not been met. */
  unresolved: 8,
} as const;

/** Names of a layer while it is built: a table of (directory, name), each with its inode. Node 0 is the root. A
 *  name that is removed keeps its place and may come back; child lists hold the living alone. */
export class NodeTable {
  length = 0;
  parent = new Uint32Array(FIRST_CAPACITY);
  nameStart = new Uint32Array(FIRST_CAPACITY);
  nameLength = new Uint16Array(FIRST_CAPACITY);
  /** 0 ends a list: the root is nobody's child. */
  firstChild = new Uint32Array(FIRST_CAPACITY);
  nextSibling = new Uint32Array(FIRST_CAPACITY);
  inode = new Uint32Array(FIRST_CAPACITY);
  flags = new Uint8Array(FIRST_CAPACITY);
  depth = new Uint16Array(FIRST_CAPACITY);
  readonly pool = new BytePool();
  #slots = new Uint32Array(FIRST_CAPACITY * 2);

  constructor(rootInode: number) {
    this.length = 1;
    this.inode[0] = rootInode;
  }

  isAlive(node: number): boolean {
    return this.inode[node] !== DEAD;
  }

  /** The living node of that name (bytes [start, end)), or -1. */
  find(directory: number, bytes: Uint8Array, start: number, end: number): number {
    const node = this.#slots[this.#slotOf(directory, bytes, start, end)] as number;
    return node !== 0 && this.isAlive(node) ? node : -1;
  }

  /** Gives a name that is not there an inode. Throws TarError `tooLong` beyond our bounds. */
  add(directory: number, bytes: Uint8Array, start: number, end: number, inode: number): number {
    let slot = this.#slotOf(directory, bytes, start, end);
    let node = this.#slots[slot] as number;
    if (node === 0) {
      if (this.length >= this.capacity || this.length * 4 >= this.#slots.length * 3) {
        this.#grow();
        slot = this.#slotOf(directory, bytes, start, end);
      }
      node = this.#append(directory, bytes, start, end);
      this.#slots[slot] = node;
    }
    this.inode[node] = inode;
    this.flags[node] = 0;
    this.nextSibling[node] = this.firstChild[directory] as number;
    this.firstChild[directory] = node;
    return node;
  }

  /** Gives a living name another inode; all below it go. `onGone` is told the inode of each name that went, the
   *  old one of this name included. Child lists of the dead are cut, so the cost is borne once by each addition. */
  replace(node: number, inode: number, onGone: (inode: number) => void): void {
    const doomed = [node];
    for (let current = doomed.pop(); current !== undefined; current = doomed.pop()) {
      for (let child = this.firstChild[current] as number; child !== 0; child = this.nextSibling[child] as number)
        doomed.push(child);
      this.firstChild[current] = 0;
      onGone(this.inode[current] as number);
      this.inode[current] = DEAD;
    }
    this.inode[node] = inode;
    this.flags[node] = 0;
  }

  markOpaque(node: number): void {
    this.flags[node] = (this.flags[node] as number) | NodeFlag.opaque;
  }

  /** Path from the root, for messages. */
  path(node: number): string {
    const parts: string[] = [];
    for (let at = node; at !== 0; at = this.parent[at] as number) {
      const start = this.nameStart[at] as number;
      parts.push(decodeName(this.pool.bytes.subarray(start, start + (this.nameLength[at] as number))));
    }
    return parts.reverse().join('/');
  }

  #append(directory: number, bytes: Uint8Array, start: number, end: number): number {
    const node = this.length;
    const depth = (this.depth[directory] as number) + 1;
    if (node >= MAX_NODES || depth > MAX_DEPTH || this.pool.length > MAX_POOL_BYTES)
      throw new TarError('tooLong', 0, `the layer has more than ${MAX_NODES} names, or ${MAX_DEPTH} levels`);
    this.length++;
    this.parent[node] = directory;
    this.depth[node] = depth;
    this.nameStart[node] = this.pool.append(bytes, start, end);
    this.nameLength[node] = end - start;
    this.firstChild[node] = 0;
    return node;
  }

  /** The slot that holds the name, or the free one where it belongs. */
  #slotOf(directory: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashName(directory, bytes, start, end) & mask;
    for (let node = slots[slot] as number; node !== 0; node = slots[slot] as number) {
      if (this.parent[node] === directory && this.#isNamed(node, bytes, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isNamed(node: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.nameLength[node] !== end - start) return false;
    const pool = this.pool.bytes;
    for (let i = start, j = this.nameStart[node] as number; i < end; i++, j++) {
      if (bytes[i] !== pool[j]) return false;
    }
    return true;
  }

  #rehash(slotCount: number): void {
    const slots = new Uint32Array(slotCount);
    const mask = slots.length - 1;
    for (let node = 1; node < this.length; node++) {
      const start = this.nameStart[node] as number;
      const end = start + (this.nameLength[node] as number);
      let slot = hashName(this.parent[node] as number, this.pool.bytes, start, end) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.#slots = slots;
  }

  #grow(): void {
    if (this.length >= this.capacity) this.reserve(grownCapacity(this.length, this.length + 1));
    if (this.length * 4 >= this.#slots.length * 3) this.#rehash(this.#slots.length * 2);
  }

  /** Frees what finds and adds names. */
  dropLookup(): void {
    this.#slots = new Uint32Array(2);
    this.parent = new Uint32Array(0);
    this.depth = new Uint16Array(0);
  }

  dropChildLists(): void {
    this.firstChild = new Uint32Array(0);
    this.nextSibling = new Uint32Array(0);
  }

  dropNames(): void {
    this.nameStart = new Uint32Array(0);
    this.nameLength = new Uint16Array(0);
    this.pool.bytes = new Uint8Array(0);
    this.pool.length = 0;
  }

  dropInodes(): void {
    this.inode = new Uint32Array(0);
    this.flags = new Uint8Array(0);
  }

  get capacity(): number {
    return this.parent.length;
  }

  /** Makes room for as many names as are to come: growing step by step costs a copy each time. */
  reserve(names: number): void {
    const capacity = Math.min(names, MAX_NODES);
    if (capacity <= this.parent.length) return;
    this.parent = grown(this.parent, capacity);
    this.nameStart = grown(this.nameStart, capacity);
    this.nameLength = grown(this.nameLength, capacity);
    this.firstChild = grown(this.firstChild, capacity);
    this.nextSibling = grown(this.nextSibling, capacity);
    this.inode = grown(this.inode, capacity);
    this.flags = grown(this.flags, capacity);
    this.depth = grown(this.depth, capacity);
    if (capacity * 4 >= this.#slots.length * 3) this.#rehash(2 ** Math.ceil(Math.log2((capacity * 4) / 3 + 1)));
  }
}
