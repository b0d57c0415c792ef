/** The rows of a pre-order tree that show while some directories are folded. `end[r]` is one past r's subtree;
 *  `isOpen` is asked once for each row that shows and has children. O(rows that show). */
export function visibleRows(end: Uint32Array, count: number, isOpen: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(count);
  let shown = 0;
  for (let row = 0; row < count;) {
    rows[shown++] = row;
    const after = end[row] as number;
    row = after > row + 1 && !isOpen(row) ? after : row + 1;
  }
  return rows.subarray(0, shown);
}

export const NO_PARENT = -1;

/** Each row's parent, NO_PARENT at the top level. O(count). */
export function parentRows(depth: Uint16Array, count: number): Int32Array {
  const parents = new Int32Array(count);
  const openAt: number[] = [];
  for (let row = 0; row < count; row++) {
    const at = depth[row] as number;
    parents[row] = at > 0 ? (openAt[at - 1] ?? NO_PARENT) : NO_PARENT;
    openAt[at] = row;
  }
  return parents;
}

/** The children of a row (the top level for NO_PARENT), in order. O(children). */
export function childRows(end: Uint32Array, count: number, parent: number): Uint32Array {
  const first = parent + 1;
  const last = parent === NO_PARENT ? count : (end[parent] as number);
  let children = 0;
  for (let row = first; row < last; row = end[row] as number) children++;
  const rows = new Uint32Array(children);
  let i = 0;
  for (let row = first; row < last; row = end[row] as number) rows[i++] = row;
  return rows;
}

/** Position of `value` in ascending `rows`, or -1. */
export function indexOfRow(rows: Uint32Array, value: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = rows[middle] as number;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
