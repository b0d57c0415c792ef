import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import type { Pace } from './pace.ts';
import { NO_ROW, RowMark, type RowTable } from './rowTable.ts';
import type { StackTimeline } from './timeline.ts';

/** Sizes of collected rows, by row. */
export interface RowSizes {
  /** A file's own size; a directory's: the files below it that are in its own state, visible or hidden, each
   *  inode once (at the first of its names). */
  readonly size: Float64Array;
  /** What the row adds to its directory. */
  readonly counted: Float64Array;
}

export async function measureRows(rows: RowTable, stack: StackTimeline, pace: Pace): Promise<RowSizes> {
  const size = new Float64Array(rows.count);
  const counted = new Float64Array(rows.count);
  const met = new Set<number>();
  for (let row = 0; row < rows.count; row++) {
    if (pace.step()) await pace.rest();
    const layer = rows.layer[row] as number;
    const entry = rows.entry[row] as number;
    const tree = stack.layers[layer] as LayerTree;
    if (tree.isDirectory(entry)) continue;
    size[row] = tree.sizeBytes(entry);
    if (tree.kind(entry) === EntryKind.file && countsHere(rows, row, tree, met)) counted[row] = size[row] as number;
  }
  for (let row = rows.count - 1; row >= 0; row--) {
    if (pace.step()) await pace.rest();
    const parent = rows.parent[row] as number;
    const tree = stack.layers[rows.layer[row] as number] as LayerTree;
    if (tree.isDirectory(rows.entry[row] as number)) counted[row] = size[row] as number;
    if (parent === NO_ROW) continue;
    const isHidden = ((rows.marks[row] as number) & RowMark.hidden) !== 0;
    const parentHidden = ((rows.marks[parent] as number) & RowMark.hidden) !== 0;
    if (!isHidden || parentHidden) size[parent] = (size[parent] as number) + (counted[row] as number);
  }
  return { size, counted };
}

/** False for a further name of an inode that has been counted in the same state. Only entries that are further
 *  names, and inodes whose first name they are, cost a set element. */
function countsHere(rows: RowTable, row: number, tree: LayerTree, met: Set<number>): boolean {
  const entry = rows.entry[row] as number;
  const inode = tree.inode(entry);
  if (inode === entry && !linkedInodes(tree).has(entry)) return true;
  const state = (rows.marks[row] as number) & RowMark.hidden;
  const key = ((rows.layer[row] as number) * 2 + state) * 2 ** 32 + inode;
  if (met.has(key)) return false;
  met.add(key);
  return true;
}

const linkedByTree = new WeakMap<LayerTree, ReadonlySet<number>>();

/** Entries that are the first of several names. */
function linkedInodes(tree: LayerTree): ReadonlySet<number> {
  const known = linkedByTree.get(tree);
  if (known) return known;
  const linked = new Set<number>();
  const { inode } = tree.columns;
  for (let entry = 0; entry < inode.length; entry++) {
    if (inode[entry] !== entry) linked.add(inode[entry] as number);
  }
  linkedByTree.set(tree, linked);
  return linked;
}
