import { grown, grownCapacity } from './growable.ts';
import type { LayerTree } from './layerTree.ts';
import { beginHash, finishHash, hashName, mixByte } from './nameHash.ts';

/** `firstChild` of a directory that has not been merged. */
const UNMERGED = 0xffff_ffff;

/** The nodes of a union: columns, and one hash table over (directory, name) so that a warm lookup costs the same
 *  whatever the number of layers. About 26 bytes a node; names stay in the layers' pools. */
export class UnionNodes {
  length = 0;
  parent = new Uint32Array(64);
  layer = new Uint16Array(64);
  entry = new Uint32Array(64);
  firstChild = new Uint32Array(64);
  childCount = new Uint32Array(64);
  readonly #layers: readonly (LayerTree | undefined)[];
  #slots = new Uint32Array(256);

  constructor(layers: readonly (LayerTree | undefined)[]) {
    this.#layers = layers;
  }

  isMerged(node: number): boolean {
    return this.firstChild[node] !== UNMERGED;
  }

  /** Room for so many more nodes: done once per directory. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.parent.length) this.#growColumns(needed);
    let slots = this.#slots.length;
    while (needed * 4 > slots * 3) slots *= 2;
    if (slots !== this.#slots.length) this.#rehash(slots);
  }

  /** Adds a node; `reserve` comes first. */
  add(parent: number, layer: number, entry: number): number {
    const node = this.length++;
    this.parent[node] = parent;
    this.layer[node] = layer;
    this.entry[node] = entry;
    this.firstChild[node] = UNMERGED;
    this.childCount[node] = 0;
    if (node > 0) this.#insert(node);
    return node;
  }

  /** The node of that name in a merged directory, or -1. */
  find(directory: number, name: Uint8Array): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashName(directory, name, 0, name.length) & mask;
    for (let node = slots[slot] as number; node !== 0; node = slots[slot] as number) {
      if (this.parent[node] === directory && this.#isNamed(node, name)) return node;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /** As `find` for characters [start, end) of a text that are all ASCII; -2 when they are not. Spares the usual
   *  path its encoding, which would cost more than the lookup. */
  findAscii(directory: number, text: string, start: number, end: number): number {
    let hash = beginHash(directory);
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return -2;
      hash = mixByte(hash, code);
    }
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = finishHash(hash) & mask;
    for (let node = slots[slot] as number; node !== 0; node = slots[slot] as number) {
      if (this.parent[node] === directory && this.#isNamedAscii(node, text, start, end)) return node;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  #isNamed(node: number, name: Uint8Array): boolean {
    const { columns } = this.#tree(node);
    const entry = this.entry[node] as number;
    if (columns.nameLength[entry] !== name.length) return false;
    const { pool } = columns;
    for (let i = 0, j = columns.nameStart[entry] as number; i < name.length; i++, j++)
      if (pool[j] !== name[i]) return false;
    return true;
  }

  #isNamedAscii(node: number, text: string, start: number, end: number): boolean {
    const { columns } = this.#tree(node);
    const entry = this.entry[node] as number;
    if (columns.nameLength[entry] !== end - start) return false;
    const { pool } = columns;
    for (let i = start, j = columns.nameStart[entry] as number; i < end; i++, j++)
      if (pool[j] !== text.charCodeAt(i)) return false;
    return true;
  }

  #tree(node: number): LayerTree {
    return this.#layers[this.layer[node] as number] as LayerTree;
  }

  #insert(node: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const { columns } = this.#tree(node);
    const entry = this.entry[node] as number;
    const start = columns.nameStart[entry] as number;
    const end = start + (columns.nameLength[entry] as number);
    let slot = hashName(this.parent[node] as number, columns.pool, start, end) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = node;
  }

  #rehash(size: number): void {
    this.#slots = new Uint32Array(size);
    for (let node = 1; node < this.length; node++) this.#insert(node);
  }

  #growColumns(needed: number): void {
    const capacity = grownCapacity(this.parent.length, needed);
    this.parent = grown(this.parent, capacity);
    this.layer = grown(this.layer, capacity);
    this.entry = grown(this.entry, capacity);
    this.firstChild = grown(this.firstChild, capacity);
    this.childCount = grown(this.childCount, capacity);
  }
}
