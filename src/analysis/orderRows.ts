import type { LayerTree } from '../vfs/layerTree.ts';
import { compareEntryNames, type LayerStack } from './directoryMerge.ts';
import type { Pace } from './pace.ts';
import type { RowSizes } from './rowSizes.ts';
import { NO_ROW, type RowTable } from './rowTable.ts';
import type { TreeRowsQuery } from './treeView.ts';

/** Rows that are kept, in the order asked for, in pre-order. A hidden row stays behind the row of its name. */
export async function orderRows(
  rows: RowTable,
  layers: LayerStack,
  sizes: RowSizes,
  sort: TreeRowsQuery['sort'],
  keep: Uint8Array,
  pace: Pace,
): Promise<Uint32Array> {
  const kept = keptInNameOrder(rows, keep);
  if (sort === 'name') return kept;
  const key = sortKeys(rows, sizes, sort);
  const { firstChild, nextSibling } = siblings(rows, kept);
  const order = new Uint32Array(kept.length);
  const waiting: number[] = [];
  const lay = (first: number) => {
    for (const group of sortedGroups(rows, layers, first, nextSibling, key).reverse()) {
      for (const row of group.reverse()) waiting.push(row);
    }
  };
  lay(firstChild[rows.count] as number);
  for (let at = 0; waiting.length > 0; at++) {
    if (pace.step()) await pace.rest();
    const row = waiting.pop() as number;
    order[at] = row;
    const child = firstChild[row] as number;
    if (child !== NO_ROW) lay(child);
  }
  return order;
}

function keptInNameOrder(rows: RowTable, keep: Uint8Array): Uint32Array {
  const kept = new Uint32Array(rows.count);
  let length = 0;
  for (let row = 0; row < rows.count; row++) if (keep[row] !== 0) kept[length++] = row;
  return kept.subarray(0, length);
}

function sortKeys(rows: RowTable, sizes: RowSizes, sort: 'size' | 'layer'): ArrayLike<number> {
  return sort === 'size' ? sizes.size : rows.layer;
}

/** Links of the kept rows; the last element of `firstChild` is for the rows at depth 0. */
function siblings(rows: RowTable, kept: Uint32Array): { firstChild: Uint32Array; nextSibling: Uint32Array } {
  const firstChild = new Uint32Array(rows.count + 1).fill(NO_ROW);
  const nextSibling = new Uint32Array(rows.count).fill(NO_ROW);
  for (let at = kept.length - 1; at >= 0; at--) {
    const row = kept[at] as number;
    const parent = rows.parent[row] as number;
    const slot = parent === NO_ROW ? rows.count : parent;
    nextSibling[row] = firstChild[slot] as number;
    firstChild[slot] = row;
  }
  return { firstChild, nextSibling };
}

/** Siblings in groups of one name, largest key first; equal keys stay in name order. */
function sortedGroups(
  rows: RowTable,
  layers: LayerStack,
  first: number,
  nextSibling: Uint32Array,
  key: ArrayLike<number>,
): number[][] {
  const groups: number[][] = [];
  for (let row = first; row !== NO_ROW; row = nextSibling[row] as number) {
    const last = groups.at(-1);
    if (last && sameName(rows, layers, last[0] as number, row)) last.push(row);
    else groups.push([row]);
  }
  return groups.sort((a, b) => (key[b[0] as number] as number) - (key[a[0] as number] as number));
}

function sameName(rows: RowTable, layers: LayerStack, a: number, b: number): boolean {
  const treeA = layers[rows.layer[a] as number] as LayerTree;
  const treeB = layers[rows.layer[b] as number] as LayerTree;
  return compareEntryNames(treeA, rows.entry[a] as number, treeB, rows.entry[b] as number) === 0;
}
