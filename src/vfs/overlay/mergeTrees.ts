import type { LayerTree } from '../layerTree.ts';
import type { LowerIndex } from './lowerIndex.ts';

/** A directory of a layer's tree. */
export interface TreeDirectory {
  readonly tree: LayerTree;
  readonly entry: number;
}

/** Names that were met so far, in the order of their bytes. */
interface Merged {
  readonly trees: LayerTree[];
  /** Where one of the trees has the name. */
  readonly entries: number[];
  readonly places: number[][];
}

/** The index of directories of trees, topmost first: their children lie sorted by name bytes, so that merging one more
 *  is one pass over both. Names are decoded once. */
export function mergeTrees(directories: readonly TreeDirectory[]): LowerIndex {
  let merged: Merged = { trees: [], entries: [], places: [] };
  for (const [position, directory] of directories.entries()) {
    if (directory.tree.childCount(directory.entry) > 0) merged = mergeOne(merged, directory, position);
  }
  const places = new Map<string, readonly number[]>();
  const lowest: string[] = [];
  const { trees, entries } = merged;
  const named = merged.places.map((of, i) => ({ of, name: (trees[i] as LayerTree).name(entries[i] as number) }));
  for (const { of, name } of named) if (of.at(-2) === directories.length - 1) lowest.push(name);
  // Names that the topmost part has come first, as when the parts are gone through one by one.
  named.sort((a, b) => (a.of[0] as number) - (b.of[0] as number));
  for (const { of, name } of named) places.set(name, of);
  return { places, lowest };
}

function mergeOne(known: Merged, { tree, entry: directory }: TreeDirectory, position: number): Merged {
  const merged: Merged = { trees: [], entries: [], places: [] };
  const add = (of: LayerTree, entry: number, places: number[]) => {
    merged.trees.push(of);
    merged.entries.push(entry);
    merged.places.push(places);
  };
  let at = 0;
  const first = tree.firstChild(directory);
  const end = first + tree.childCount(directory);
  for (let child = first; child < end; child++) {
    let order = 1;
    for (; at < known.entries.length; at++) {
      const other = known.trees[at] as LayerTree;
      order = other.compareNames(known.entries[at] as number, tree, child);
      if (order >= 0) break;
      add(other, known.entries[at] as number, known.places[at] as number[]);
    }
    if (order === 0) {
      const places = known.places[at] as number[];
      places.push(position, tree.inode(child) + 1);
      add(tree, child, places);
      at++;
    } else add(tree, child, [position, tree.inode(child) + 1]);
  }
  for (; at < known.entries.length; at++)
    add(known.trees[at] as LayerTree, known.entries[at] as number, known.places[at] as number[]);
  return merged;
}
