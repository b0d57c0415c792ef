import type { LayerTree } from '../vfs/layerTree.ts';
import { CHANGES, type Change } from './changes.ts';
import { lastSeenNames } from './lastSeenNames.ts';
import { storedBytes } from './storedBytes.ts';
import { HideHow, NO_LAYER, type LayerTimeline, type StackTimeline } from './timeline.ts';

/** What one layer does to the union below it, in numbers. Counts are of entries without the root; a path that is
 *  removed counts once, whatever number of layers held it. Bytes are of contents, hard links once. */
export interface LayerChanges {
  readonly counts: Readonly<Record<Change, number>>;
  readonly bytes: Readonly<Record<Change, number>>;
  /** All file contents in the layer. */
  readonly contentBytes: number;
  /** Contents that were not there before: of files added and modified. */
  readonly contributedBytes: number;
  /** Contents visible in the union of the layers up to this one. */
  readonly cumulativeBytes: number;
}

/** One row a layer, base first; a missing layer changes nothing. */
export function layerChanges(stack: StackTimeline): readonly LayerChanges[] {
  const length = stack.layers.length;
  const counts = Array.from({ length }, blankRecord);
  const bytes = Array.from({ length }, blankRecord);
  const content = new Float64Array(length);
  const appears = new Float64Array(length + 1);
  stack.layers.forEach((tree, layer) => {
    const timeline = stack.timelines[layer];
    if (!tree || !timeline) return;
    const lastNames = lastSeenNames(tree, timeline);
    for (let entry = 1; entry < tree.length; entry++) {
      const change = CHANGES[timeline.change[entry] as number] as Change;
      const ownBytes = tree.inode(entry) === entry ? storedBytes(tree, entry) : 0;
      // Removals are counted where the removed entries are, not at the whiteout.
      if (change !== 'removed') {
        add(counts[layer], change, 1);
        add(bytes[layer], change, ownBytes);
      }
      const hiddenBy = timeline.hiddenBy[entry] as number;
      if (isRemoval(tree, timeline, entry)) add(counts[hiddenBy], 'removed', 1);
      if (ownBytes === 0) continue;
      content[layer] = (content[layer] as number) + ownBytes;
      appears[layer] = (appears[layer] as number) + ownBytes;
      const name = lastNames.get(entry) ?? entry;
      const gone = timeline.hiddenBy[name] as number;
      if (gone === NO_LAYER) continue;
      appears[gone] = (appears[gone] as number) - ownBytes;
      if (timeline.how[name] !== HideHow.superseded) add(bytes[gone], 'removed', ownBytes);
    }
  });
  let cumulativeBytes = 0;
  return counts.map((layerCounts, layer) => {
    cumulativeBytes += appears[layer] as number;
    const layerBytes = bytes[layer] as Record<Change, number>;
    return {
      counts: layerCounts,
      bytes: layerBytes,
      contentBytes: content[layer] as number,
      contributedBytes: layerBytes.added + layerBytes.modified,
      cumulativeBytes,
    };
  });
}

/** Whether the path that the entry supplied went away, rather than getting another version. */
export function isRemoval(tree: LayerTree, timeline: LayerTimeline, entry: number): boolean {
  const hiddenBy = timeline.hiddenBy[entry] as number;
  if (hiddenBy === NO_LAYER || tree.isWhiteout(entry)) return false;
  if (timeline.how[entry] === HideHow.superseded) return false;
  // A directory that an upper layer had too is counted there, also when it goes with an opaque mark.
  return (timeline.coveredBy[entry] as number) > hiddenBy;
}

function blankRecord(): Record<Change, number> {
  return { unchanged: 0, added: 0, modified: 0, touched: 0, rewritten: 0, removed: 0 };
}

function add(record: Record<Change, number> | undefined, change: Change, amount: number): void {
  if (record) record[change] += amount;
}
