import type { LayerTree } from '../layerTree.ts';
import type { LayerTreeLayer } from './layerTreeLayer.ts';
import type { LowerIndex } from './lowerIndex.ts';
import type { MountState } from './mountState.ts';
import type { LowerEntry } from './overlayNode.ts';

/** Of so many, one by one is the quickest way to put them in order. */
const MAX_MOVED = 32;

/** A name that was met, in one of the trees that have it. */
interface Merged {
  readonly tree: LayerTree;
  readonly entry: number;
  readonly places: LowerEntry[];
}

/** The index of a directory whose parts are all trees of layers. Their children lie sorted by name bytes, so that
 *  merging one more is one pass over both, and names are decoded once. */
export function mergeTrees(mount: MountState, lower: readonly LowerEntry[]): LowerIndex {
  let merged: Merged[] = [];
  for (let i = 0; i < lower.length; i++) {
    const { layer, inode, plainNames } = lower[i] as LowerEntry;
    if (plainNames === 0) continue;
    const { tree } = mount.layer(layer) as LayerTreeLayer;
    if (tree.childCount(inode - 1) > 0) merged = withPart(merged, tree, inode - 1, layer);
  }
  const lowestLayer = (lower[lower.length - 1] as LowerEntry).layer;
  const lowest: string[] = [];
  const named = merged.map(({ tree, entry, places }) => ({ name: tree.name(entry), places }));
  for (const { name, places } of named) if (lowestOf(places).layer === lowestLayer) lowest.push(name);
  sortByTop(named);
  const places = new Map<string, readonly LowerEntry[]>();
  for (const of of named) places.set(of.name, of.places);
  return { places, lowest, bits: undefined };
}

interface Named {
  readonly name: string;
  readonly places: readonly LowerEntry[];
}

/** Most directories have few names: for them, moving each to its place takes less than `sort` does to begin. */
function sortByTop(named: Named[]): void {
  if (named.length > MAX_MOVED) {
    named.sort((a, b) => topOf(a) - topOf(b));
    return;
  }
  for (let i = 1; i < named.length; i++) {
    const one = named[i] as Named;
    const top = topOf(one);
    let at = i;
    for (; at > 0 && topOf(named[at - 1] as Named) > top; at--) named[at] = named[at - 1] as Named;
    named[at] = one;
  }
}

function topOf({ places }: Named): number {
  return (places[0] as LowerEntry).layer;
}

function lowestOf(places: readonly LowerEntry[]): LowerEntry {
  return places[places.length - 1] as LowerEntry;
}

/** What is known with one more part; all names in the order of their bytes. */
function withPart(known: Merged[], tree: LayerTree, directory: number, layer: number): Merged[] {
  const first = tree.firstChild(directory);
  const count = tree.childCount(directory);
  const same = known.length >= count ? sameFrom(known, tree, first, count, layer) : 0;
  return same === count ? known : withRest(known, same, tree, { first: first + same, end: first + count, layer });
}

/** Where names are the same in many parts, as is usual, nothing moves: takes over as many as stand at the same places. */
function sameFrom(known: readonly Merged[], tree: LayerTree, first: number, count: number, layer: number): number {
  for (let i = 0; i < count; i++) {
    const other = known[i] as Merged;
    if (!other.tree.hasSameName(other.entry, tree, first + i)) return i;
    other.places.push(placeOf(tree, first + i, layer));
  }
  return count;
}

/** The entries [first, end) of a part among what is known from `at` on. */
function withRest(
  known: Merged[],
  from: number,
  tree: LayerTree,
  { first, end, layer }: { readonly first: number; readonly end: number; readonly layer: number },
): Merged[] {
  const isNew: number[] = [];
  let at = from;
  for (let child = first; child < end; child++) {
    let order = 1;
    while (at < known.length) {
      const other = known[at] as Merged;
      order = other.tree.compareNames(other.entry, tree, child);
      if (order >= 0) break;
      at++;
    }
    if (order === 0) (known[at++] as Merged).places.push(placeOf(tree, child, layer));
    else isNew.push(at, child);
  }
  if (isNew.length === 0) return known;
  if (isNew.length > 2 || known.length > MAX_MOVED) return withNew(known, isNew, tree, layer);
  const entry = isNew[1] as number;
  insert(known, isNew[0] as number, { tree, entry, places: [placeOf(tree, entry, layer)] });
  return known;
}

/** Siblings lie side by side: what a walk will ask of each is read here at little cost. */
function placeOf(tree: LayerTree, entry: number, layer: number): LowerEntry {
  return {
    layer,
    inode: tree.inode(entry) + 1,
    plainNames: tree.isPlainDirectory(entry) ? tree.childCount(entry) : -1,
  };
}

function insert(known: Merged[], place: number, one: Merged): void {
  known.push(one);
  for (let at = known.length - 1; at > place; at--) known[at] = known[at - 1] as Merged;
  known[place] = one;
}

/** `isNew`: pairs of a position in `known`, and the entry that goes before it. */
function withNew(known: readonly Merged[], isNew: readonly number[], tree: LayerTree, layer: number): Merged[] {
  const merged: Merged[] = [];
  let at = 0;
  for (let i = 0; i < isNew.length; i += 2) {
    for (; at < (isNew[i] as number); at++) merged.push(known[at] as Merged);
    const entry = isNew[i + 1] as number;
    merged.push({ tree, entry, places: [placeOf(tree, entry, layer)] });
  }
  for (; at < known.length; at++) merged.push(known[at] as Merged);
  return merged;
}
