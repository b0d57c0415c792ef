import type { LayerTree } from '../vfs/layerTree.ts';
import { AnalysisError } from './analysisError.ts';
import { ChangeCode } from './changes.ts';
import { DirectoryMerge } from './directoryMerge.ts';
import { isRemoval } from './layerSizes.ts';
import type { Pace } from './pace.ts';
import { NO_ROW, RowMark, RowTable } from './rowTable.ts';
import { HideHow, type LayerTimeline, NO_LAYER, type StackTimeline } from './timeline.ts';
import { FATES, type TreeRowsQuery } from './treeView.ts';

/** Which hidden entries become rows: 'none'; what the layer itself 'removed' or 'hid'; or 'all'. */
type HiddenRows = 'none' | 'removed' | 'hid' | 'all';

/** One open directory: a merged one, or a range of one layer's entries. */
type Frame =
  | { readonly merge: DirectoryMerge; readonly parent: number }
  | { readonly layer: number; next: number; readonly end: number; readonly parent: number }
  | { readonly pending: number; readonly layer: number; readonly parent: number };

/** All rows of a query in name order, whatever its filter's text and size. A hidden row follows the visible row of
 *  its name, the top layer's first, each with its own subtree. */
export async function collectRows(
  stack: StackTimeline,
  query: Pick<TreeRowsQuery, 'layer' | 'mode' | 'xray' | 'filter'>,
  pace: Pace,
): Promise<RowTable> {
  if (!(query.layer in stack.layers)) throw new AnalysisError('noLayer', `the stack has no layer ${query.layer}`);
  const collector = new RowCollector(stack, query.layer, query.mode, query.xray, hiddenRows(query));
  while (collector.advance()) if (pace.step()) await pace.rest();
  return collector.rows;
}

function hiddenRows(query: Pick<TreeRowsQuery, 'mode' | 'xray' | 'filter'>): HiddenRows {
  if (query.xray) return query.mode === 'layer' ? 'hid' : 'all';
  return query.filter.changes.includes('removed') ? 'removed' : 'none';
}

class RowCollector {
  readonly rows = new RowTable();
  readonly #stack: StackTimeline;
  readonly #top: number;
  readonly #mode: 'layer' | 'union';
  readonly #tellsLater: boolean;
  readonly #hidden: HiddenRows;
  readonly #frames: Frame[] = [];

  constructor(stack: StackTimeline, top: number, mode: 'layer' | 'union', xray: boolean, hidden: HiddenRows) {
    this.#stack = stack;
    this.#top = top;
    this.#mode = mode;
    this.#tellsLater = mode === 'layer' && xray;
    this.#hidden = hidden;
    if (mode === 'layer' && !stack.layers[top]) return;
    const alone = mode === 'layer' && hidden === 'none';
    const layers = stack.layers.flatMap((tree, layer) => (tree && layer <= top && !alone ? [layer] : []));
    if (alone) layers.push(top);
    const roots = layers.map(() => 0);
    this.#frames.push({ merge: new DirectoryMerge(stack.layers, layers, roots), parent: NO_ROW });
  }

  advance(): boolean {
    const frame = this.#frames.at(-1);
    if (!frame) return false;
    if ('merge' in frame) {
      if (!frame.merge.next()) this.#frames.pop();
      else if (this.#mode === 'union') this.#visitUnion(frame.merge, frame.parent);
      else this.#visitLayer(frame.merge, frame.parent);
    } else if ('pending' in frame) {
      this.#frames.pop();
      this.#addHidden(frame.layer, frame.pending, frame.parent);
    } else {
      const entry = frame.next++;
      if (entry >= frame.end) this.#frames.pop();
      else if (this.#wantsHidden(frame.layer, entry)) {
        this.#addHidden(frame.layer, entry, frame.parent);
      }
    }
    return true;
  }

  #visitUnion(merge: DirectoryMerge, parent: number): void {
    const { slots, entries, layers } = merge;
    const visibleLayers: number[] = [];
    const visibleEntries: number[] = [];
    for (let i = 0; i < slots.length; i++) {
      const layer = layers[slots[i] as number] as number;
      const entry = entries[i] as number;
      const isShown = (this.#timeline(layer).hiddenBy[entry] as number) > this.#top;
      if (!isShown || this.#tree(layer).isWhiteout(entry)) continue;
      visibleLayers.push(layer);
      visibleEntries.push(entry);
    }
    this.#pushHidden(merge, parent, NO_LAYER);
    if (visibleLayers.length === 0) return;
    const layer = visibleLayers.at(-1) as number;
    const entry = visibleEntries.at(-1) as number;
    const row = this.#add(layer, entry, parent, 0);
    this.#open(visibleLayers, visibleEntries, row);
  }

  /** Of a lower layer's directory only what this layer hides is shown; its own entries are all shown. */
  #visitLayer(merge: DirectoryMerge, parent: number): void {
    const { slots, entries, layers } = merge;
    const last = slots.length - 1;
    const isOwn = layers[slots[last] as number] === this.#top;
    this.#pushHidden(merge, parent, this.#top);
    if (!isOwn) return;
    const row = this.#add(this.#top, entries[last] as number, parent, 0);
    const openLayers: number[] = [];
    const openEntries: number[] = [];
    for (let i = 0; i <= last; i++) {
      const layer = layers[slots[i] as number] as number;
      const entry = entries[i] as number;
      if ((this.#timeline(layer).hiddenBy[entry] as number) < this.#top) continue;
      if (layer !== this.#top && this.#wantsHidden(layer, entry)) continue;
      openLayers.push(layer);
      openEntries.push(entry);
    }
    this.#open(openLayers, openEntries, row);
  }

  #open(layers: readonly number[], entries: readonly number[], row: number): void {
    const openLayers: number[] = [];
    const openEntries: number[] = [];
    layers.forEach((layer, i) => {
      const entry = entries[i] as number;
      if (!this.#tree(layer).isDirectory(entry) || this.#tree(layer).childCount(entry) === 0) return;
      openLayers.push(layer);
      openEntries.push(entry);
    });
    if (openLayers.length === 0) return;
    this.#frames.push({ merge: new DirectoryMerge(this.#stack.layers, openLayers, openEntries), parent: row });
  }

  /** Lays the hidden entries of the present name on the stack, so that the top layer's comes first. */
  #pushHidden(merge: DirectoryMerge, parent: number, exceptLayer: number): void {
    if (this.#hidden === 'none') return;
    const { slots, entries, layers } = merge;
    for (let i = 0; i < slots.length; i++) {
      const layer = layers[slots[i] as number] as number;
      const entry = entries[i] as number;
      if (layer === exceptLayer || !this.#wantsHidden(layer, entry)) continue;
      this.#frames.push({ pending: entry, layer, parent });
    }
  }

  #wantsHidden(layer: number, entry: number): boolean {
    const timeline = this.#timeline(layer);
    const hiddenBy = timeline.hiddenBy[entry] as number;
    if (this.#hidden === 'all') return hiddenBy <= this.#top || this.#tree(layer).isWhiteout(entry);
    if (hiddenBy !== this.#top || this.#tree(layer).isWhiteout(entry)) return false;
    return this.#hidden === 'hid' || isRemoval(this.#tree(layer), timeline, entry) || this.#givesWay(layer, entry);
  }

  /** A directory that something else took the place of: what lay in it was removed. */
  #givesWay(layer: number, entry: number): boolean {
    const tree = this.#tree(layer);
    return tree.childCount(entry) > 0 && this.#timeline(layer).how[entry] !== HideHow.none && tree.isDirectory(entry);
  }

  #addHidden(layer: number, entry: number, parent: number): void {
    const row = this.#add(layer, entry, parent, RowMark.hidden);
    const tree = this.#tree(layer);
    const count = tree.childCount(entry);
    if (count === 0) return;
    const first = tree.firstChild(entry);
    this.#frames.push({ layer, next: first, end: first + count, parent: row });
  }

  #add(layer: number, entry: number, parent: number, marks: number): number {
    const { rows } = this;
    const row = rows.add(layer, entry, parent, marks);
    const tree = this.#tree(layer);
    const timeline = this.#timeline(layer);
    const isHidden = (marks & RowMark.hidden) !== 0;
    const until = this.#tellsLater && !isHidden ? NO_LAYER - 1 : this.#top;
    const hiddenBy = timeline.hiddenBy[entry] as number;
    const isOut = hiddenBy <= until;
    rows.byLayer[row] = isOut ? hiddenBy : NO_LAYER;
    if (tree.isWhiteout(entry)) rows.fate[row] = FATE_WHITEOUT;
    else if (isOut) rows.fate[row] = FATE_OF_HOW[timeline.how[entry] as number] as number;
    else rows.fate[row] = this.#isMerged(timeline, entry, until) ? FATE_MERGED : 0;
    if (layer === this.#top) rows.change[row] = timeline.change[entry] as number;
    else if (isHidden && hiddenBy === this.#top && timeline.how[entry] !== HideHow.superseded) {
      rows.change[row] = ChangeCode.removed;
    } else rows.change[row] = ChangeCode.unchanged;
    return row;
  }

  #isMerged(timeline: LayerTimeline, entry: number, until: number): boolean {
    return (timeline.coveredBy[entry] as number) <= until;
  }

  #tree(layer: number): LayerTree {
    return this.#stack.layers[layer] as LayerTree;
  }

  #timeline(layer: number): LayerTimeline {
    return this.#stack.timelines[layer] as LayerTimeline;
  }
}

const FATE_MERGED = FATES.indexOf('merged');
const FATE_WHITEOUT = FATES.indexOf('whiteout');

/** Positions in FATES, by HideHow. */
const FATE_OF_HOW: readonly number[] = (
  ['visible', 'superseded', 'deleted', 'parentHidden', 'opaque', 'parentHidden'] as const
).map((fate) => FATES.indexOf(fate));
