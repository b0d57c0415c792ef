import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { AnalysisError } from './analysisError.ts';
import { ChangeCode, classifyChange, type SameContent } from './changes.ts';
import { DirectoryMerge, type LayerStack } from './directoryMerge.ts';
import { Pace } from './pace.ts';

/** No layer. */
export const NO_LAYER = 0xffff;

/** How an entry left the union's sight. */
export const HideHow = {
  none: 0,
  /** Another entry of the same name. */
  superseded: 1,
  /** A whiteout of its own name. */
  whiteout: 2,
  /** A whiteout of a directory above it. */
  parentWhiteout: 3,
  /** A directory on its path (or of its own path) that is opaque. */
  opaque: 4,
  /** A directory on its path gave way to something else. */
  replaced: 5,
} as const;

/** What became of one layer's entries, in columns as long as its tree. */
export interface LayerTimeline {
  /** First layer that hid the entry, or NO_LAYER. At layer k of the stack it is out of sight when that is <= k. */
  readonly hiddenBy: Uint16Array;
  /** A HideHow. */
  readonly how: Uint8Array;
  /** Of a directory: the next layer that has the directory too and so gives its attributes, or NO_LAYER. */
  readonly coveredBy: Uint16Array;
  /** What the entry did to the union below its layer: a position in CHANGES. */
  readonly change: Uint8Array;
}

/** The life of every entry of a stack, told once for all tops: the union of the layers 0..k holds the entries of
 *  those layers that are hidden by none of them. About 6 bytes an entry. */
export interface StackTimeline {
  readonly layers: LayerStack;
  /** Undefined where the layer is missing. */
  readonly timelines: readonly (LayerTimeline | undefined)[];
}

interface Frame {
  readonly merge: DirectoryMerge;
  /** Of each directory that takes part: the layer that hides all below it, and how that reads for a child. */
  readonly hiddenBy: readonly number[];
  readonly how: readonly number[];
}

/** Follows every path through the stack, by the kernel's rules (see UnionTree). Cost: only paths that two layers
 *  share, and what is hidden, are visited. Throws AnalysisError `tooManyLayers`. */
export async function buildTimeline(
  layers: LayerStack,
  options: { readonly sameContent?: SameContent | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<StackTimeline> {
  if (layers.length >= NO_LAYER) throw new AnalysisError('tooManyLayers', `a stack of ${layers.length} layers`);
  const pace = new Pace(options.signal);
  const timelines = layers.map((tree) => tree && blankTimeline(tree));
  const walk = new TimelineWalk(layers, timelines, options.sameContent);
  while (walk.advance()) if (pace.step()) await pace.rest();
  return { layers, timelines };
}

function blankTimeline(tree: LayerTree): LayerTimeline {
  const { kind } = tree.columns;
  const change = new Uint8Array(tree.length).fill(ChangeCode.added);
  for (let entry = 0; entry < kind.length; entry++) {
    if (kind[entry] === EntryKind.whiteout) change[entry] = ChangeCode.unchanged;
  }
  return {
    hiddenBy: new Uint16Array(tree.length).fill(NO_LAYER),
    how: new Uint8Array(tree.length),
    coveredBy: new Uint16Array(tree.length).fill(NO_LAYER),
    change,
  };
}

class TimelineWalk {
  readonly #layers: LayerStack;
  readonly #timelines: readonly (LayerTimeline | undefined)[];
  readonly #sameContent: SameContent | undefined;
  readonly #frames: Frame[] = [];
  /** Hidden subtrees of one layer that wait to be marked: layer, entry, hiddenBy, how. */
  readonly #hidden: number[] = [];

  constructor(
    layers: LayerStack,
    timelines: readonly (LayerTimeline | undefined)[],
    sameContent: SameContent | undefined,
  ) {
    this.#layers = layers;
    this.#timelines = timelines;
    this.#sameContent = sameContent;
    const present = layers.flatMap((tree, layer) => (tree ? [layer] : []));
    if (present.length < 2) return;
    present.forEach((layer, i) => {
      const above = present[i + 1];
      if (above !== undefined) this.#timeline(layer).coveredBy[0] = above;
      const below = present[i - 1];
      if (below !== undefined) this.#timeline(layer).change[0] = this.#classify(below, 0, layer, 0);
    });
    const none = present.map(() => HideHow.none);
    const never = present.map(() => NO_LAYER);
    const roots = present.map(() => 0);
    this.#frames.push({ merge: new DirectoryMerge(layers, present, roots), hiddenBy: never, how: none });
  }

  /** One path or one hidden directory further; false at the end. */
  advance(): boolean {
    if (this.#hidden.length > 0) {
      this.#markHidden();
      return true;
    }
    const frame = this.#frames.at(-1);
    if (!frame) return false;
    if (frame.merge.next()) this.#visit(frame);
    else this.#frames.pop();
    return true;
  }

  #visit(frame: Frame): void {
    const { slots, entries, layers } = frame.merge;
    let childLayers: number[] | undefined;
    let childEntries: number[] = [];
    let childHiddenBy: number[] = [];
    let childHow: number[] = [];
    // From the top down, so that what hides an upper directory is known when the one beneath it asks.
    let ownHider = NO_LAYER;
    let ownHow: number = HideHow.none;
    for (let i = slots.length - 1; i >= 0; i--) {
      const slot = slots[i] as number;
      const layer = layers[slot] as number;
      const entry = entries[i] as number;
      const tree = this.#layers[layer] as LayerTree;
      const timeline = this.#timeline(layer);
      if (i + 1 < slots.length) {
        const upperLayer = layers[slots[i + 1] as number] as number;
        const upperHow = this.#howHidden(layer, entry, upperLayer, entries[i + 1] as number);
        if (upperHow !== HideHow.none) {
          ownHider = upperLayer;
          ownHow = upperHow;
        }
      }
      const inherited = frame.hiddenBy[slot] as number;
      // A new version in the layer that also hides the directory: it is the version that counts.
      const own = ownHider < inherited || (ownHider === inherited && ownHow === HideHow.superseded);
      const hiddenBy = own ? ownHider : inherited;
      const how = own ? ownHow : (frame.how[slot] as number);
      timeline.hiddenBy[entry] = hiddenBy;
      timeline.how[entry] = how;
      if (tree.isDirectory(entry) && tree.childCount(entry) > 0) {
        childLayers ??= [];
        childLayers.push(layer);
        childEntries.push(entry);
        childHiddenBy.push(hiddenBy);
        childHow.push(howForChildren(how));
      }
    }
    this.#classifyGroup(slots, entries, layers);
    if (!childLayers) return;
    if (childLayers.length === 1) {
      if (childHiddenBy[0] !== NO_LAYER) {
        this.#hidden.push(childLayers[0] as number, childEntries[0] as number);
        this.#hidden.push(childHiddenBy[0] as number, childHow[0] as number);
      }
      return;
    }
    childLayers = childLayers.reverse();
    childEntries = childEntries.reverse();
    childHiddenBy = childHiddenBy.reverse();
    childHow = childHow.reverse();
    const merge = new DirectoryMerge(this.#layers, childLayers, childEntries);
    this.#frames.push({ merge, hiddenBy: childHiddenBy, how: childHow });
  }

  /** How the next layer that has the path hides an entry; a directory over a directory covers it alone. */
  #howHidden(layer: number, entry: number, upperLayer: number, upperEntry: number): number {
    const upper = this.#layers[upperLayer] as LayerTree;
    if (!upper.isDirectory(upperEntry) || !(this.#layers[layer] as LayerTree).isDirectory(entry)) {
      return upper.isWhiteout(upperEntry) ? HideHow.whiteout : HideHow.superseded;
    }
    this.#timeline(layer).coveredBy[entry] = upperLayer;
    return upper.isOpaque(upperEntry) ? HideHow.opaque : HideHow.none;
  }

  #classifyGroup(slots: readonly number[], entries: readonly number[], layers: readonly number[]): void {
    for (let i = 1; i < slots.length; i++) {
      const layer = layers[slots[i] as number] as number;
      const entry = entries[i] as number;
      const below = layers[slots[i - 1] as number] as number;
      const belowEntry = entries[i - 1] as number;
      const existed =
        !(this.#layers[below] as LayerTree).isWhiteout(belowEntry) &&
        (this.#timeline(below).hiddenBy[belowEntry] as number) >= layer;
      if (!existed) continue;
      this.#timeline(layer).change[entry] = (this.#layers[layer] as LayerTree).isWhiteout(entry)
        ? ChangeCode.removed
        : this.#classify(below, belowEntry, layer, entry);
    }
  }

  #classify(below: number, belowEntry: number, layer: number, entry: number): number {
    const lower = this.#layers[below] as LayerTree;
    const upper = this.#layers[layer] as LayerTree;
    return classifyChange(lower, belowEntry, upper, entry, this.#sameContent?.(below, belowEntry, layer, entry));
  }

  /** Marks the children of one directory that only one layer has. */
  #markHidden(): void {
    const how = this.#hidden.pop() as number;
    const hiddenBy = this.#hidden.pop() as number;
    const directory = this.#hidden.pop() as number;
    const layer = this.#hidden.pop() as number;
    const tree = this.#layers[layer] as LayerTree;
    const timeline = this.#timeline(layer);
    const first = tree.firstChild(directory);
    const end = first + tree.childCount(directory);
    timeline.hiddenBy.fill(hiddenBy, first, end);
    timeline.how.fill(how, first, end);
    for (let child = first; child < end; child++) {
      if (tree.childCount(child) > 0) this.#hidden.push(layer, child, hiddenBy, how);
    }
  }

  #timeline(layer: number): LayerTimeline {
    return this.#timelines[layer] as LayerTimeline;
  }
}

function howForChildren(how: number): number {
  if (how === HideHow.superseded) return HideHow.replaced;
  if (how === HideHow.whiteout) return HideHow.parentWhiteout;
  return how;
}
