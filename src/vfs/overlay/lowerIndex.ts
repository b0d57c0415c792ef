import { entriesOf, type Layer } from './layer.ts';
import { mergeTrees } from './mergeTrees.ts';
import { bitsOfNames, type NameBits, nameBits } from './nameBits.ts';
import type { MountState } from './mountState.ts';
import type { LowerEntry, OverlayInode } from './overlayNode.ts';
import { hashText } from './textHash.ts';

/** Directories of fewer lower parts are searched part by part. */
const MIN_PARTS = 4;
/** What a search in one part costs, in entries that a merge goes over. */
const SEARCH_COST = 16;

/** Where the lower parts of a directory have a name, whiteouts included, topmost first. */
export type Places = readonly LowerEntry[];

const NOWHERE: Places = [];

/** The names of all lower parts of a directory: one pass over the parts instead of a search in each of them for every
 *  name. Lower layers do not change: it holds for ever. */
export interface LowerIndex {
  /** The names of the topmost part come first. */
  readonly places: ReadonlyMap<string, Places>;
  /** Names of the lowest part, in its order. */
  readonly lowest: readonly string[];
  /** Those of all names, once they have been asked for. */
  bits: NameBits | undefined;
}

/** The bits of the names of all lower parts. Undefined for a directory of many parts that has no index yet. */
export function lowerBits(mount: MountState, directory: OverlayInode): NameBits | undefined {
  const { lower, lowerIndex: index } = directory;
  if (index) index.bits ??= bitsOfNames(index.places);
  if (index || lower.length >= MIN_PARTS) return index?.bits;
  return nameBits(entryCount(mount, lower), (add) => {
    for (const { layer, inode } of lower) eachNameHash(mount.layer(layer), inode, add);
  });
}

function eachNameHash(layer: Layer, directory: number, tell: (hash: number) => void): void {
  if (layer.eachNameHash) layer.eachNameHash(directory, tell);
  else for (const name of layer.names(directory)) tell(hashText(name));
}

/** Where the lower parts have a name; undefined for a directory without an index, which is searched part by part. The
 *  index is made once searching has cost as much as making it would. */
export function lowerPlaces(mount: MountState, directory: OverlayInode, name: string): Places | undefined {
  const { lower } = directory;
  if (lower.length < MIN_PARTS) return undefined;
  const index = directory.lowerIndex ?? afterSearches(mount, directory);
  return index && (index.places.get(name) ?? NOWHERE);
}

/** Made where there is none. Undefined for a directory of few parts. */
export function lowerIndex(mount: MountState, directory: OverlayInode): LowerIndex | undefined {
  if (directory.lower.length < MIN_PARTS) return undefined;
  directory.lowerIndex ??= makeIndex(mount, directory.lower);
  return directory.lowerIndex;
}

/** One more search is under way. */
function afterSearches(mount: MountState, directory: OverlayInode): LowerIndex | undefined {
  const { lower } = directory;
  directory.searchBudget ??= entryCount(mount, lower);
  directory.searchBudget -= lower.length * SEARCH_COST;
  return directory.searchBudget < 0 ? lowerIndex(mount, directory) : undefined;
}

/** Infinity where a layer cannot tell without looking. */
function entryCount(mount: MountState, lower: readonly LowerEntry[]): number {
  let count = 0;
  for (const { layer, inode } of lower) count += mount.layer(layer).nameCount?.(inode) ?? Number.POSITIVE_INFINITY;
  return count;
}

function makeIndex(mount: MountState, lower: readonly LowerEntry[]): LowerIndex {
  if (mount.lowersAreTrees) return mergeTrees(mount, lower);
  const places = new Map<string, LowerEntry[]>();
  let lowest: string[] = [];
  for (const { layer, inode } of lower) {
    lowest = [];
    for (const [name, child] of entriesOf(mount.layer(layer), inode)) {
      const known = places.get(name);
      if (known) known.push({ layer, inode: child });
      else places.set(name, [{ layer, inode: child }]);
      lowest.push(name);
    }
  }
  return { places, lowest, bits: undefined };
}
