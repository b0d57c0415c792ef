import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import type { ContentDigests } from './contentDigests.ts';
import { Counterparts } from './counterparts.ts';
import { diveFigures, type DiveFigures } from './dive.ts';
import { lastSeenNames } from './lastSeenNames.ts';
import { Pace } from './pace.ts';
import { storedBytes } from './storedBytes.ts';
import { NO_LAYER, type LayerTimeline, type StackTimeline } from './timeline.ts';
import { remedyFor, type Remedy } from './wasteRemedy.ts';

export type { DiveFigures } from './dive.ts';
export type { Remedy } from './wasteRemedy.ts';

/** Bytes that an image carries and nobody can read, or that it carries twice; each with its cause. */
export type WasteCause =
  | 'superseded' // a later layer has another version of the file
  | 'deleted' // a later layer removes it: whiteout, opaque directory, or a directory replaced or removed
  | 'metadataOnly' // a later layer carries the same bytes again to change mode, owner, time or xattrs
  | 'duplicate'; // the same content is visible at another path, not hard-linked

export interface WastedEntry {
  readonly path: string;
  /** The layer that carries the bytes, base first from 0. */
  readonly layer: number;
  readonly entry: number;
  readonly bytes: number;
  readonly cause: WasteCause;
  /** The layer that made them a waste (for a duplicate: that of the other copy). */
  readonly byLayer: number;
  /** The other path, for a duplicate. */
  readonly otherPath?: string;
  /** How it was deleted. */
  readonly by?: 'whiteout' | 'parentWhiteout' | 'opaque' | 'replaced';
  readonly remedy: Remedy;
}

export interface WasteReport {
  /** Largest first, then by path: at most MAX_WASTED_ENTRIES. */
  readonly entries: readonly WastedEntry[];
  /** Wasted entries in all; the totals below are of all of them. */
  readonly entryCount: number;
  readonly totalBytes: number;
  /** Bytes of all files in all layers. */
  readonly imageBytes: number;
  readonly byCause: Readonly<Record<WasteCause, number>>;
  /** By the layer that carries the bytes. */
  readonly byLayer: readonly number[];
  /** False while contents have not been compared: metadataOnly and duplicate are then not told apart. */
  readonly contentsCompared: boolean;
  readonly dive: DiveFigures;
}

/** Entries that a report lists at most; objects for a million would cost hundreds of megabytes. */
const MAX_WASTED_ENTRIES = 20_000;

export interface WasteOptions {
  /** From `digestContents`. */
  readonly digests?: ContentDigests | undefined;
  /** The instruction that made each layer, base first, where known: better remedies. */
  readonly instructions?: readonly (string | undefined)[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Every wasted byte once: an inode's bytes are wasted when the last of its names in its layer is out of sight, by
 *  the layer that hid that name; of visible contents that occur more than once, all but the first (lowest layer,
 *  then tree order). Sparse files count what is stored. */
export async function wasteReport(stack: StackTimeline, options: WasteOptions = {}): Promise<WasteReport> {
  const pace = new Pace(options.signal);
  const found = new WasteTable();
  const visible = new VisibleContents(options.digests, found);
  const byLayer = stack.layers.map(() => 0);
  let imageBytes = 0;
  for (const [layer, tree] of stack.layers.entries()) {
    const timeline = stack.timelines[layer];
    if (!tree || !timeline) continue;
    const lastNames = lastSeenNames(tree, timeline);
    for (let entry = 1; entry < tree.length; entry++) {
      if (pace.step()) await pace.rest();
      if (tree.kind(entry) !== EntryKind.file || tree.isHardLink(entry)) continue;
      const bytes = storedBytes(tree, entry);
      imageBytes += bytes;
      if (bytes === 0) continue;
      const name = lastNames.get(entry) ?? entry;
      const hiddenBy = timeline.hiddenBy[name] as number;
      if (hiddenBy === NO_LAYER) visible.meet(layer, name, bytes);
      else found.add(layer, name, bytes, HOW_CAUSE[timeline.how[name] as number] as WasteCause, hiddenBy);
    }
  }
  if (options.digests) markMetadataOnly(found, stack, options.digests);
  const byCause = { superseded: 0, deleted: 0, metadataOnly: 0, duplicate: 0 };
  let totalBytes = 0;
  for (const row of found.rows()) {
    byCause[row.cause] += row.bytes;
    byLayer[row.layer] = (byLayer[row.layer] ?? 0) + row.bytes;
    totalBytes += row.bytes;
  }
  return {
    entries: await describeEntries(found, stack, options.instructions ?? [], pace),
    entryCount: found.count,
    totalBytes,
    imageBytes,
    byCause,
    byLayer,
    contentsCompared: options.digests !== undefined,
    dive: await diveFigures(stack.layers, options.signal),
  };
}

/** By HideHow. */
const HOW_CAUSE: readonly (WasteCause | undefined)[] = [
  undefined,
  'superseded',
  'deleted',
  'deleted',
  'deleted',
  'deleted',
];
const HOW_DELETED: readonly WastedEntry['by'][] = [
  undefined,
  undefined,
  'whiteout',
  'parentWhiteout',
  'opaque',
  'replaced',
];

function markMetadataOnly(found: WasteTable, stack: StackTimeline, digests: ContentDigests): void {
  const counterparts = new Counterparts(stack.layers);
  for (const row of found.rows()) {
    if (row.cause !== 'superseded') continue;
    const other = counterparts.find(row.layer, row.entry, row.byLayer);
    const upper = stack.layers[row.byLayer] as LayerTree;
    if (other < 0 || upper.kind(other) !== EntryKind.file) continue;
    if (digests.sameContent(row.layer, row.entry, row.byLayer, other) === true) row.cause = 'metadataOnly';
  }
}

interface WasteRow {
  readonly layer: number;
  readonly entry: number;
  readonly bytes: number;
  cause: WasteCause;
  readonly byLayer: number;
  /** Of a duplicate: the entry in `byLayer` that is kept. */
  readonly keptEntry: number;
}

class WasteTable {
  readonly #rows: WasteRow[] = [];

  get count(): number {
    return this.#rows.length;
  }

  add(layer: number, entry: number, bytes: number, cause: WasteCause, byLayer: number, keptEntry = -1): void {
    this.#rows.push({ layer, entry, bytes, cause, byLayer, keptEntry });
  }

  rows(): readonly WasteRow[] {
    return this.#rows;
  }
}

/** Keeps the first visible file of each content and calls the others a waste. */
class VisibleContents {
  readonly #digests: ContentDigests | undefined;
  readonly #found: WasteTable;
  readonly #first = new Map<number, { readonly layer: number; readonly entry: number }>();

  constructor(digests: ContentDigests | undefined, found: WasteTable) {
    this.#digests = digests;
    this.#found = found;
  }

  meet(layer: number, entry: number, bytes: number): void {
    const id = this.#digests?.id(layer, entry);
    if (id === undefined) return;
    const kept = this.#first.get(id);
    if (kept) this.#found.add(layer, entry, bytes, 'duplicate', kept.layer, kept.entry);
    else this.#first.set(id, { layer, entry });
  }
}

async function describeEntries(
  found: WasteTable,
  stack: StackTimeline,
  instructions: readonly (string | undefined)[],
  pace: Pace,
): Promise<readonly WastedEntry[]> {
  const largest = [...found.rows()].sort((a, b) => b.bytes - a.bytes).slice(0, MAX_WASTED_ENTRIES);
  const entries: WastedEntry[] = [];
  for (const row of largest) {
    entries.push(describeRow(row, stack, instructions));
    if (pace.step()) await pace.rest();
  }
  return entries.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.layer - b.layer));
}

function describeRow(row: WasteRow, stack: StackTimeline, instructions: readonly (string | undefined)[]): WastedEntry {
  const tree = stack.layers[row.layer] as LayerTree;
  const how = (stack.timelines[row.layer] as LayerTimeline).how[row.entry] as number;
  const path = tree.path(row.entry);
  const by = row.cause === 'deleted' ? HOW_DELETED[how] : undefined;
  return {
    path,
    layer: row.layer,
    entry: row.entry,
    bytes: row.bytes,
    cause: row.cause,
    byLayer: row.byLayer,
    ...(row.keptEntry >= 0 && { otherPath: (stack.layers[row.byLayer] as LayerTree).path(row.keptEntry) }),
    ...(by && { by }),
    remedy: remedyFor(row.cause, path, instructions[row.layer], instructions[row.byLayer]),
  };
}
