import { EntryFlag, EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { CHANGES } from './changes.ts';
import { collectRows } from './collectRows.ts';
import { compileNameMatcher } from './nameMatcher.ts';
import { orderRows } from './orderRows.ts';
import { Pace } from './pace.ts';
import { measureRows, type RowSizes } from './rowSizes.ts';
import { NO_ROW, RowMark, type RowTable } from './rowTable.ts';
import type { StackTimeline } from './timeline.ts';
import { FATES, ROW_FLAGS, type TreeFilter, type TreeRowsQuery, type TreeView } from './treeView.ts';

/** The rows of a tree for a query. Cost: linear in the rows, some 40 bytes of memory a row while it works.
 *  Throws AnalysisError `noLayer`, and the signal's reason. */
export async function treeRows(stack: StackTimeline, query: TreeRowsQuery, signal?: AbortSignal): Promise<TreeView> {
  const pace = new Pace(signal);
  const rows = await collectRows(stack, query, pace);
  const sizes = await measureRows(rows, stack, pace);
  const kept = await filterRows(rows, sizes, stack, query.filter, pace);
  const order = await orderRows(rows, stack.layers, sizes, query.sort, kept.keep, pace);
  return buildView(rows, sizes, stack, order, kept, pace);
}

interface KeptRows {
  /** By row: 0 left out, KEPT_PARENT, KEPT_MATCH. */
  readonly keep: Uint8Array;
  readonly matched: number;
}

const KEPT_PARENT = 1;
const KEPT_MATCH = 2;

async function filterRows(
  rows: RowTable,
  sizes: RowSizes,
  stack: StackTimeline,
  filter: TreeFilter,
  pace: Pace,
): Promise<KeptRows> {
  const keep = new Uint8Array(rows.count);
  const matcher = compileNameMatcher(filter.text);
  const wantsChange = changeFilter(filter);
  if (!matcher && !wantsChange && !(filter.minBytes > 0)) {
    return { keep: keep.fill(KEPT_MATCH), matched: rows.count };
  }
  let matched = 0;
  for (let row = rows.count - 1; row >= 0; row--) {
    if (pace.step()) await pace.rest();
    const tree = stack.layers[rows.layer[row] as number] as LayerTree;
    const entry = rows.entry[row] as number;
    const passes =
      (!wantsChange || wantsChange(rows, row)) &&
      (!(filter.minBytes > 0) || (!tree.isDirectory(entry) && (sizes.size[row] as number) >= filter.minBytes)) &&
      (!matcher || matcher.matches(tree, entry));
    if (passes) {
      keep[row] = KEPT_MATCH;
      matched++;
    }
    const parent = rows.parent[row] as number;
    if (keep[row] !== 0 && parent !== NO_ROW) keep[parent] = KEPT_PARENT;
  }
  return { keep, matched };
}

function changeFilter(filter: TreeFilter): ((rows: RowTable, row: number) => boolean) | undefined {
  if (filter.changes.length === 0) return undefined;
  const wanted = new Set<string>(filter.changes);
  const wantsHidden = wanted.has('hidden');
  const wantedCode = CHANGES.map((change) => wanted.has(change));
  return (rows, row) => {
    const isHidden = ((rows.marks[row] as number) & RowMark.hidden) !== 0 || (rows.fate[row] as number) > FATE_SHOWN;
    if (isHidden && wantsHidden) return true;
    const change = rows.change[row] as number;
    // A hidden row says nothing of what the layer did, unless the layer removed it.
    return wantedCode[change] === true && (!isHidden || change !== 0);
  };
}

/** Fates up to this one are in sight. */
const FATE_SHOWN = FATES.indexOf('merged');

async function buildView(
  rows: RowTable,
  sizes: RowSizes,
  stack: StackTimeline,
  order: Uint32Array,
  kept: KeptRows,
  pace: Pace,
): Promise<TreeView> {
  const count = order.length;
  const view = {
    count,
    end: new Uint32Array(count),
    depth: new Uint16Array(count),
    kind: new Uint8Array(count),
    change: new Uint8Array(count),
    fate: new Uint8Array(count),
    flags: new Uint8Array(count),
    layer: new Uint16Array(count),
    byLayer: new Uint16Array(count),
    entry: new Uint32Array(count),
    mode: new Uint16Array(count),
    uid: new Uint32Array(count),
    gid: new Uint32Array(count),
    mtimeSec: new Float64Array(count),
    size: new Float64Array(count),
    nameStart: new Uint32Array(count + 1),
    matched: kept.matched,
    total: rows.count,
  };
  for (let at = 0; at < count; at++) {
    if (pace.step()) await pace.rest();
    const row = order[at] as number;
    const layer = rows.layer[row] as number;
    const entry = rows.entry[row] as number;
    const tree = stack.layers[layer] as LayerTree;
    view.depth[at] = rows.depth[row] as number;
    view.kind[at] = tree.kind(entry);
    view.change[at] = rows.change[row] as number;
    view.fate[at] = rows.fate[row] as number;
    view.flags[at] = rowFlags(tree, entry) | (kept.keep[row] === KEPT_PARENT ? ROW_FLAGS.filteredParent : 0);
    view.layer[at] = layer;
    view.byLayer[at] = rows.byLayer[row] as number;
    view.entry[at] = entry;
    view.mode[at] = tree.mode(entry);
    view.uid[at] = tree.uid(entry);
    view.gid[at] = tree.gid(entry);
    view.mtimeSec[at] = tree.mtimeSec(entry);
    view.size[at] = sizes.size[row] as number;
    view.nameStart[at + 1] = (view.nameStart[at] as number) + (tree.columns.nameLength[entry] as number);
  }
  fillEnds(rows, order, view.end);
  return { ...view, names: copyNames(rows, stack, order, view.nameStart) };
}

function rowFlags(tree: LayerTree, entry: number): number {
  const stored = tree.columns.flags[entry] as number;
  let flags = 0;
  if (stored & EntryFlag.opaque) flags |= ROW_FLAGS.opaque;
  if (stored & EntryFlag.implicit) flags |= ROW_FLAGS.implicit;
  if (stored & EntryFlag.nativeWhiteout) flags |= ROW_FLAGS.nativeWhiteout;
  if (tree.isHardLink(entry) && tree.kind(entry) !== EntryKind.directory) flags |= ROW_FLAGS.hardLink;
  if ((tree.columns.flags[tree.inode(entry)] as number) & EntryFlag.rare) {
    if (tree.xattrs(entry).length > 0) flags |= ROW_FLAGS.hasXattrs;
    if (tree.sparse(entry)) flags |= ROW_FLAGS.sparse;
  }
  return flags;
}

/** From the last row back, each subtree reaches as far as its last child's. */
function fillEnds(rows: RowTable, order: Uint32Array, end: Uint32Array): void {
  const place = new Uint32Array(rows.count);
  for (let at = 0; at < order.length; at++) place[order[at] as number] = at;
  for (let at = order.length - 1; at >= 0; at--) {
    const own = Math.max(end[at] as number, at + 1);
    end[at] = own;
    const parent = rows.parent[order[at] as number] as number;
    if (parent === NO_ROW) continue;
    const parentAt = place[parent] as number;
    end[parentAt] = Math.max(end[parentAt] as number, own);
  }
}

function copyNames(rows: RowTable, stack: StackTimeline, order: Uint32Array, nameStart: Uint32Array): Uint8Array {
  const names = new Uint8Array(nameStart[order.length] as number);
  for (let at = 0; at < order.length; at++) {
    const row = order[at] as number;
    const { pool, nameStart: from, nameLength } = (stack.layers[rows.layer[row] as number] as LayerTree).columns;
    const entry = rows.entry[row] as number;
    const start = from[entry] as number;
    const length = nameLength[entry] as number;
    const to = nameStart[at] as number;
    // A call of set() costs more than copying a short name.
    for (let i = 0; i < length; i++) names[to + i] = pool[start + i] as number;
  }
  return names;
}
