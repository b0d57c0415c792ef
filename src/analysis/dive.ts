import { type LayerTree, NO_ENTRY } from '../vfs/layerTree.ts';
import { DirectoryMerge, type LayerStack } from './directoryMerge.ts';
import { DiveSizes, isDiveWhiteout, isUnknownToDive } from './diveEntry.ts';
import { diveOrder } from './diveOrder.ts';
import { stackedInDive } from './diveStack.ts';
import { Pace } from './pace.ts';

/** What dive would say (github.com/wagoodman/dive at d6c69194, dive/filetree/efficiency.go and
 *  dive/image/analysis.go), to be shown beside ours. Its habits, all kept here:
 *  - Only leaves of each layer's own tree count, empty directories included; a path that two or more layers hold is
 *    an inefficiency with the sizes of all its copies, the one still in use included.
 *  - The score is the sum of each path's smallest copy over the sum of all copies; 1 when there are no bytes.
 *  - A whiteout counts as a leaf at the path it removes: of a directory with the sum of all that lay there, of
 *    anything else with 0. A directory that was removed once is therefore no inefficiency: its path, as a leaf,
 *    was met only once.
 *  - A whiteout of nothing ends the reading of its layer: leaves that come later are not counted, and its path, if
 *    never met, takes 1 from the sum of smallest copies.
 *  - Opaque markers are passed over: what they hide counts as still there. Overlay's own whiteouts (devices 0:0)
 *    are empty files.
 *  - Hard links and symlinks are 0 bytes; contents are not compared; the base layer is whatever comes first. */
export interface DiveFigures {
  /** 0..1 */
  readonly efficiency: number;
  readonly wastedBytes: number;
  /** `wastedBytes` over the bytes of all layers but the first; dive's "highestUserWastedPercent" compares this.
   *  Infinity when there are no such bytes; 0 (dive: NaN, which it prints as 0) when nothing is wasted either. */
  readonly userWastedFraction: number;
  /** Bytes of all layers, and of all but the first. */
  readonly imageBytes: number;
  readonly userBytes: number;
  /** Largest first, then by path. */
  readonly inefficiencies: readonly DiveInefficiency[];
}

export interface DiveInefficiency {
  /** With a leading slash. */
  readonly path: string;
  readonly count: number;
  readonly cumulativeBytes: number;
}

/** dive's figures of a stack. What a layer tree does not keep cannot be told as dive tells it: of members that a
 *  layer holds twice the last one counts; of a name beside its own whiteout one of the two. */
export async function diveFigures(layers: LayerStack, signal?: AbortSignal): Promise<DiveFigures> {
  const pace = new Pace(signal);
  const sizes = layers.map((tree) => tree && new DiveSizes(tree));
  const readings: (LayerReading | undefined)[] = [];
  let imageBytes = 0;
  let userBytes = 0;
  for (const [layer, tree] of layers.entries()) {
    readings.push(tree && (await readLayer(layers, sizes, layer, tree, pace)));
    const bytes = readings[layer]?.bytes ?? 0;
    imageBytes += bytes;
    if (layer > 0) userBytes += bytes;
  }
  const tally = new EfficiencyTally(layers, sizes, readings);
  while (tally.advance()) if (pace.step()) await pace.rest();
  const { inefficiencies, smallestBytes, allBytes } = tally;
  let wastedBytes = 0;
  for (const { cumulativeBytes } of inefficiencies) wastedBytes += cumulativeBytes;
  return {
    efficiency: allBytes === 0 ? 1 : smallestBytes / allBytes,
    wastedBytes,
    userWastedFraction: wastedBytes === 0 ? 0 : wastedBytes / userBytes,
    imageBytes,
    userBytes,
    inefficiencies: inefficiencies.sort(
      (a, b) => b.cumulativeBytes - a.cumulativeBytes || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
    ),
  };
}

/** How dive reads one layer. */
interface LayerReading {
  readonly bytes: number;
  /** Bytes that each whiteout stands for; none of those that remove nothing. */
  readonly whiteoutBytes: ReadonlyMap<number, number>;
  /** The whiteout of nothing at which reading ends. */
  readonly endsAt: number;
  /** By entry, 1 where it was read; undefined when all were. */
  readonly wasRead: Uint8Array | undefined;
}

async function readLayer(
  layers: LayerStack,
  sizes: readonly (DiveSizes | undefined)[],
  layer: number,
  tree: LayerTree,
  pace: Pace,
): Promise<LayerReading> {
  const whiteoutBytes = new Map<number, number>();
  const ofNothing = new Set<number>();
  let bytes = 0;
  for (let entry = 1; entry < tree.length; entry++) {
    if (pace.step()) await pace.rest();
    if (!isDiveWhiteout(tree, entry)) {
      bytes += sizes[layer]?.bytes(entry) ?? 0;
      continue;
    }
    if (isUnknownToDive(tree, entry)) continue;
    const stacked = await stackedInDive(layers, sizes, layer, tree, entry, pace);
    if (stacked === undefined) ofNothing.add(entry);
    else whiteoutBytes.set(entry, stacked);
  }
  if (ofNothing.size === 0) return { bytes, whiteoutBytes, endsAt: NO_ENTRY, wasRead: undefined };
  const wasRead = new Uint8Array(tree.length);
  for (const entry of diveOrder(tree)) {
    if (ofNothing.has(entry)) return { bytes, whiteoutBytes, endsAt: entry, wasRead };
    wasRead[entry] = 1;
  }
  return { bytes, whiteoutBytes, endsAt: NO_ENTRY, wasRead };
}

/** Sums over all paths that any layer holds. */
class EfficiencyTally {
  readonly inefficiencies: DiveInefficiency[] = [];
  smallestBytes = 0;
  allBytes = 0;
  readonly #layers: LayerStack;
  readonly #sizes: readonly (DiveSizes | undefined)[];
  readonly #readings: readonly (LayerReading | undefined)[];
  readonly #frames: DirectoryMerge[];

  constructor(
    layers: LayerStack,
    sizes: readonly (DiveSizes | undefined)[],
    readings: readonly (LayerReading | undefined)[],
  ) {
    this.#layers = layers;
    this.#sizes = sizes;
    this.#readings = readings;
    const present = layers.flatMap((tree, layer) => (tree ? [layer] : []));
    const roots = present.map(() => 0);
    this.#frames = [new DirectoryMerge(layers, present, roots)];
  }

  advance(): boolean {
    const merge = this.#frames.at(-1);
    if (!merge) return false;
    if (!merge.next()) {
      this.#frames.pop();
      return true;
    }
    this.#count(merge);
    const openLayers: number[] = [];
    const openEntries: number[] = [];
    merge.slots.forEach((slot, i) => {
      const layer = merge.layers[slot] as number;
      const entry = merge.entries[i] as number;
      if ((this.#layers[layer] as LayerTree).childCount(entry) === 0) return;
      openLayers.push(layer);
      openEntries.push(entry);
    });
    if (openLayers.length > 0) this.#frames.push(new DirectoryMerge(this.#layers, openLayers, openEntries));
    return true;
  }

  #count(merge: DirectoryMerge): void {
    let count = 0;
    let cumulativeBytes = 0;
    let smallest = -1;
    let failed = false;
    for (let i = 0; i < merge.slots.length; i++) {
      const layer = merge.layers[merge.slots[i] as number] as number;
      const entry = merge.entries[i] as number;
      const tree = this.#layers[layer] as LayerTree;
      const reading = this.#readings[layer] as LayerReading;
      if (tree.childCount(entry) > 0 || isUnknownToDive(tree, entry)) continue;
      if (reading.endsAt === entry) failed = true;
      if (reading.wasRead && reading.wasRead[entry] === 0) continue;
      const bytes = reading.whiteoutBytes.get(entry) ?? this.#sizes[layer]?.bytes(entry) ?? 0;
      count++;
      cumulativeBytes += bytes;
      if (smallest < 0 || bytes < smallest) smallest = bytes;
    }
    if (count > 0 || failed) this.smallestBytes += smallest;
    this.allBytes += cumulativeBytes;
    if (count < 2) return;
    const layer = merge.layers[merge.slots[0] as number] as number;
    const path = `/${(this.#layers[layer] as LayerTree).path(merge.entries[0] as number)}`;
    this.inefficiencies.push({ path, count, cumulativeBytes });
  }
}
