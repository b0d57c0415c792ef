import type { UndoLog } from './undoLog.ts';

/** A generation of a persistent structure: nodes stamped with the current one may be changed in place, all others
 *  belong to a snapshot, too, and are copied first. */
export type Stamp = object;

const BITS = 6;
/** Values side by side. */
export const STRETCH = 1 << BITS;
const WIDTH = STRETCH;
const MASK = WIDTH - 1;

/** WIDTH slots, and behind them the stamp: one object instead of two on every step down. */
type TrieNode = unknown[];

/** The values of one version of a table: an immutable root, shared between versions as far as they are equal. */
export interface TrieRoot {
  readonly node: TrieNode;
  /** Levels below the root. */
  readonly depth: number;
  /** Indexes that this depth holds. */
  readonly capacity: number;
}

export function emptyTrie(stamp: Stamp): TrieRoot {
  return { node: newNode(stamp), depth: 0, capacity: WIDTH };
}

/** The value at an index, or undefined. Cost: a level for every factor of 64. */
export function trieGet<T>(root: TrieRoot, index: number): T | undefined {
  if (index >= root.capacity) return undefined;
  let node: TrieNode | undefined = root.node;
  for (let level = root.depth; level > 0; level--) {
    node = node[(index >>> (level * BITS)) & MASK] as TrieNode | undefined;
    if (!node) return undefined;
  }
  return node[index & MASK] as T | undefined;
}

/** The root of a table in which `index` has that value (undefined takes it out). What the stamp owns is changed in
 *  place, with a note in the log; the rest of the way is copied. */
export function trieSet(root: TrieRoot, index: number, value: unknown, stamp: Stamp, log: UndoLog): TrieRoot {
  let { node: top, depth, capacity } = root;
  while (index >= capacity) {
    const higher = newNode(stamp);
    higher[0] = top;
    top = higher;
    depth++;
    capacity *= WIDTH;
  }
  const owned = own(top, stamp);
  let node = owned;
  for (let level = depth; level > 0; level--) {
    const slot = (index >>> (level * BITS)) & MASK;
    const below = node[slot] as TrieNode | undefined;
    const next = below ? own(below, stamp) : newNode(stamp);
    if (next !== below) log.assign(node, slot, next);
    node = next;
  }
  log.note(node, index & MASK, node[index & MASK]);
  node[index & MASK] = value;
  return owned === root.node && depth === root.depth ? root : { node: owned, depth, capacity };
}

/** Index and value of all that is in a table, ascending. */
export function* trieEntries<T>(root: TrieRoot): Generator<[number, T]> {
  yield* nodeEntries(root.node, root.depth, 0) as Generator<[number, T]>;
}

/** Stretches of 64 indexes that hold something, ascending. `identity` is the same object in two versions only where the
 *  stretch is. */
export function* trieStretches(root: TrieRoot): Generator<{ readonly first: number; readonly identity: object }> {
  yield* nodeStretches(root.node, root.depth, 0);
}

function* nodeStretches(node: TrieNode, depth: number, first: number): Generator<{ first: number; identity: object }> {
  if (depth === 0) {
    if (node.some((value, slot) => slot < WIDTH && value !== undefined)) yield { first, identity: node };
    return;
  }
  for (let slot = 0; slot < WIDTH; slot++) {
    const below = node[slot] as TrieNode | undefined;
    if (below) yield* nodeStretches(below, depth - 1, first + slot * WIDTH ** depth);
  }
}

function* nodeEntries(node: TrieNode, depth: number, first: number): Generator<[number, unknown]> {
  for (let slot = 0; slot < WIDTH; slot++) {
    const value = node[slot];
    if (value === undefined) continue;
    const index = first + slot * WIDTH ** depth;
    if (depth === 0) yield [index, value];
    else yield* nodeEntries(value as TrieNode, depth - 1, index);
  }
}

function newNode(stamp: Stamp): TrieNode {
  const node = new Array<unknown>(WIDTH + 1).fill(undefined);
  node[WIDTH] = stamp;
  return node;
}

function own(node: TrieNode, stamp: Stamp): TrieNode {
  if (node[WIDTH] === stamp) return node;
  const copy = node.slice();
  copy[WIDTH] = stamp;
  return copy;
}
