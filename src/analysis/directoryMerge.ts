import type { LayerTree } from '../vfs/layerTree.ts';

/** The trees of a stack, base first; undefined where a layer is missing from its archive. */
export type LayerStack = readonly (LayerTree | undefined)[];

/** Goes through the names that several layers' directories hold at one path, in byte order, and groups the
 *  entries of one name. Knows nothing of whiteouts: what a group means is for the caller.
 *  Cost: O(log directories) a name; no allocation a name. */
export class DirectoryMerge {
  /** Layers of the directories that take part, base first. */
  readonly layers: readonly number[];
  /** Of the present name: positions in `layers`, ascending, and the entries there. */
  readonly slots: number[] = [];
  readonly entries: number[] = [];
  readonly #trees: readonly LayerTree[];
  readonly #next: number[] = [];
  readonly #end: number[] = [];
  /** Binary heap of slots that have names left, by name, then by slot. */
  readonly #heap: number[] = [];

  constructor(stack: LayerStack, layers: readonly number[], directories: readonly number[]) {
    this.layers = layers;
    this.#trees = layers.map((layer) => stack[layer] as LayerTree);
    for (let slot = 0; slot < layers.length; slot++) {
      const tree = this.#trees[slot] as LayerTree;
      const directory = directories[slot] as number;
      const first = tree.firstChild(directory);
      const count = tree.childCount(directory);
      this.#next.push(first);
      this.#end.push(first + count);
      if (count > 0) this.#push(slot);
    }
  }

  /** Moves to the next name; false at the end. */
  next(): boolean {
    for (const slot of this.slots) {
      const entry = (this.#next[slot] as number) + 1;
      this.#next[slot] = entry;
      if (entry < (this.#end[slot] as number)) this.#push(slot);
    }
    this.slots.length = 0;
    this.entries.length = 0;
    if (this.#heap.length === 0) return false;
    const first = this.#take();
    while (this.#heap.length > 0 && this.#compare(this.#heap[0] as number, first) === 0) this.#take();
    return true;
  }

  #take(): number {
    const heap = this.#heap;
    const slot = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length > 0) this.#siftDown(last);
    this.slots.push(slot);
    this.entries.push(this.#next[slot] as number);
    return slot;
  }

  #push(slot: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(slot);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#precedes(slot, heap[parent] as number)) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = slot;
  }

  #siftDown(slot: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#precedes(heap[child + 1] as number, heap[child] as number)) child++;
      if (!this.#precedes(heap[child] as number, slot)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = slot;
  }

  #precedes(a: number, b: number): boolean {
    const order = this.#compare(a, b);
    return order < 0 || (order === 0 && a < b);
  }

  #compare(a: number, b: number): number {
    return compareEntryNames(
      this.#trees[a] as LayerTree,
      this.#next[a] as number,
      this.#trees[b] as LayerTree,
      this.#next[b] as number,
    );
  }
}

/** Order of two entries' names by bytes, without making views of them. */
export function compareEntryNames(treeA: LayerTree, entryA: number, treeB: LayerTree, entryB: number): number {
  const a = treeA.columns;
  const b = treeB.columns;
  const startA = a.nameStart[entryA] as number;
  const startB = b.nameStart[entryB] as number;
  const lengthA = a.nameLength[entryA] as number;
  const lengthB = b.nameLength[entryB] as number;
  const length = Math.min(lengthA, lengthB);
  for (let i = 0; i < length; i++) {
    const difference = (a.pool[startA + i] as number) - (b.pool[startB + i] as number);
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}
