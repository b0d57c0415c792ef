/** Rows of a tree as they are collected, in pre-order, before filter and sort. Grows by doubling. */
export class RowTable {
  count = 0;
  layer = new Uint16Array(1024);
  entry = new Uint32Array(1024);
  /** Row of the parent; NO_ROW at depth 0. */
  parent = new Uint32Array(1024);
  depth = new Uint16Array(1024);
  /** Index in FATES. */
  fate = new Uint8Array(1024);
  byLayer = new Uint16Array(1024);
  /** Index in CHANGES. */
  change = new Uint8Array(1024);
  /** Bits of RowMark. */
  marks = new Uint8Array(1024);

  /** Returns the new row's index. */
  add(layer: number, entry: number, parent: number, marks: number): number {
    const row = this.count++;
    if (row === this.layer.length) this.#grow();
    this.layer[row] = layer;
    this.entry[row] = entry;
    this.parent[row] = parent;
    // Deeper than the column can say is shown at its deepest: order and `end` stay right.
    this.depth[row] = parent === NO_ROW ? 0 : Math.min(0xffff, (this.depth[parent] as number) + 1);
    this.marks[row] = marks;
    return row;
  }

  #grow(): void {
    const capacity = this.layer.length * 2;
    this.layer = widen(this.layer, new Uint16Array(capacity));
    this.entry = widen(this.entry, new Uint32Array(capacity));
    this.parent = widen(this.parent, new Uint32Array(capacity));
    this.depth = widen(this.depth, new Uint16Array(capacity));
    this.fate = widen(this.fate, new Uint8Array(capacity));
    this.byLayer = widen(this.byLayer, new Uint16Array(capacity));
    this.change = widen(this.change, new Uint8Array(capacity));
    this.marks = widen(this.marks, new Uint8Array(capacity));
  }
}

export const NO_ROW = 0xffffffff;

export const RowMark = {
  /** Not part of the tree that is shown, but beneath it. */
  hidden: 1,
} as const;

function widen<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
