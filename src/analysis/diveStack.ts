import { type LayerTree, NO_ENTRY } from '../vfs/layerTree.ts';
import { type DiveSizes, isDiveWhiteout } from './diveEntry.ts';
import { DirectoryMerge, type LayerStack } from './directoryMerge.ts';
import type { Pace } from './pace.ts';

/** What a whiteout in `layer` removes in dive's eyes: the bytes below a directory, 0 for anything else, undefined
 *  for nothing. dive stacks trees by paths: an entry of a layer joins what is there, whatever that is; only
 *  whiteouts by name take away; the kind is the topmost layer's, and a directory that its tar does not list is none.
 *  Cost: layers times depth, and the subtree that is removed. */
export async function stackedInDive(
  layers: LayerStack,
  sizes: readonly (DiveSizes | undefined)[],
  layer: number,
  tree: LayerTree,
  whiteout: number,
  pace: Pace,
): Promise<number | undefined> {
  const names = entryNames(tree, whiteout);
  const foundLayers: number[] = [];
  const foundEntries: number[] = [];
  for (let below = layer - 1; below >= 0; below--) {
    const lower = layers[below];
    if (!lower) continue;
    const found = followInDive(lower, names);
    if (found === 'removed') break;
    if (found === NO_ENTRY) continue;
    foundLayers.unshift(below);
    foundEntries.unshift(found);
  }
  const top = foundEntries.at(-1);
  if (top === undefined) return undefined;
  const upper = layers[foundLayers.at(-1) as number] as LayerTree;
  if (!upper.isDirectory(top) || upper.isImplicit(top)) return 0;
  return sumStacked(layers, sizes, foundLayers, foundEntries, pace);
}

function entryNames(tree: LayerTree, entry: number): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let at = entry; at !== 0; at = tree.parent(at)) names.push(tree.nameBytes(at));
  return names.reverse();
}

function followInDive(tree: LayerTree, names: readonly Uint8Array[]): number | 'removed' {
  let at = 0;
  for (const name of names) {
    at = tree.lookup(at, name);
    if (at === NO_ENTRY) return NO_ENTRY;
    if (isDiveWhiteout(tree, at)) return 'removed';
  }
  return at;
}

async function sumStacked(
  layers: LayerStack,
  sizes: readonly (DiveSizes | undefined)[],
  topLayers: readonly number[],
  topEntries: readonly number[],
  pace: Pace,
): Promise<number> {
  let bytes = 0;
  const frames = [new DirectoryMerge(layers, topLayers, topEntries)];
  for (let merge = frames.at(-1); merge; merge = frames.at(-1)) {
    if (pace.step()) await pace.rest();
    if (!merge.next()) {
      frames.pop();
      continue;
    }
    let openLayers: number[] = [];
    let openEntries: number[] = [];
    let own = 0;
    for (let i = 0; i < merge.slots.length; i++) {
      const layer = merge.layers[merge.slots[i] as number] as number;
      const entry = merge.entries[i] as number;
      const tree = layers[layer] as LayerTree;
      if (isDiveWhiteout(tree, entry)) {
        openLayers = [];
        openEntries = [];
        own = 0;
        continue;
      }
      own = sizes[layer]?.bytes(entry) ?? 0;
      if (tree.childCount(entry) === 0) continue;
      openLayers.push(layer);
      openEntries.push(entry);
    }
    bytes += own;
    if (openLayers.length > 0) frames.push(new DirectoryMerge(layers, openLayers, openEntries));
  }
  return bytes;
}
