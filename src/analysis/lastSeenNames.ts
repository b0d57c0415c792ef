import type { LayerTree } from '../vfs/layerTree.ts';
import type { LayerTimeline } from './timeline.ts';

/** By inode, for inodes with several names in a layer, the name that stays in sight longest; the first of equals. */
export function lastSeenNames(tree: LayerTree, timeline: LayerTimeline): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  const { inode } = tree.columns;
  for (let entry = 1; entry < inode.length; entry++) {
    const first = inode[entry] as number;
    if (first === entry) continue;
    const known = last.get(first) ?? first;
    const isLater = (timeline.hiddenBy[entry] as number) > (timeline.hiddenBy[known] as number);
    last.set(first, isLater ? entry : known);
  }
  return last;
}
