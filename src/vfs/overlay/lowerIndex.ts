import { LayerTreeLayer } from './layerTreeLayer.ts';
import { entriesOf } from './layer.ts';
import { mergeTrees } from './mergeTrees.ts';
import type { MountState } from './mountState.ts';
import type { LowerEntry, OverlayInode } from './overlayNode.ts';

/** Directories of fewer lower parts are searched part by part. */
const MIN_PARTS = 4;
/** What a search in one part costs, in entries that a merge goes over. */
const SEARCH_COST = 16;

/** Pairs: position in the directory's `lower`, and the inode there; topmost first. */
export type Places = readonly number[];

const NOWHERE: Places = [];

/** Where the lower parts of a directory have their names, whiteouts included: one pass over all of them instead of a
 *  search in each for every name. Lower layers do not change: it holds for ever. */
export interface LowerIndex {
  readonly places: ReadonlyMap<string, Places>;
  /** Names of the lowest part, in its order. */
  readonly lowest: readonly string[];
}

/** Where the lower parts have a name; undefined for a directory without an index, which is searched part by part. The
 *  index is made once searching has cost as much as making it would. */
export function lowerPlaces(mount: MountState, directory: OverlayInode, name: string): Places | undefined {
  const { lower } = directory;
  if (lower.length < MIN_PARTS) return undefined;
  let index = directory.lowerIndex;
  if (!index) {
    const count = entryCount(mount, lower);
    if (count === undefined) return undefined;
    directory.searchCost += lower.length * SEARCH_COST;
    if (directory.searchCost < count) return undefined;
    index = lowerIndex(mount, directory);
  }
  return index?.places.get(name) ?? NOWHERE;
}

/** Made where there is none. Undefined for a directory of few parts. */
export function lowerIndex(mount: MountState, directory: OverlayInode): LowerIndex | undefined {
  const { lower } = directory;
  if (lower.length < MIN_PARTS) return undefined;
  directory.lowerIndex ??= makeIndex(mount, lower);
  return directory.lowerIndex;
}

/** Undefined where a layer cannot tell without looking. */
function entryCount(mount: MountState, lower: readonly LowerEntry[]): number | undefined {
  let count = 0;
  for (const { layer, inode } of lower) {
    const names = mount.layer(layer).nameCount?.(inode);
    if (names === undefined) return undefined;
    count += names;
  }
  return count;
}

function makeIndex(mount: MountState, lower: readonly LowerEntry[]): LowerIndex {
  const parts = lower.map(({ layer, inode }) => ({ layer: mount.layer(layer), inode }));
  const trees = parts.flatMap(({ layer, inode }) =>
    layer instanceof LayerTreeLayer ? [{ tree: layer.tree, entry: inode - 1 }] : [],
  );
  if (trees.length === parts.length) return mergeTrees(trees);
  const places = new Map<string, number[]>();
  let lowest: string[] = [];
  for (const [position, { layer, inode }] of parts.entries()) {
    lowest = [];
    for (const [name, child] of entriesOf(layer, inode)) {
      const known = places.get(name);
      if (known) known.push(position, child);
      else places.set(name, [position, child]);
      lowest.push(name);
    }
  }
  return { places, lowest };
}
