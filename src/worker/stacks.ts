import { buildTimeline, type StackTimeline } from '../analysis/timeline.ts';
import type { OpenedArchive } from './openedArchive.ts';

interface KnownStack {
  /** Layers that the timeline takes in, from the base. */
  readonly depth: number;
  readonly timeline: Promise<StackTimeline>;
  /** All its layers are indexed and the timeline is made. */
  isReady: boolean;
}

/** Images of one archive whose timelines are kept: some 6 bytes an entry each. */
const MAX_KNOWN = 4;

const stacksOf = new WeakMap<OpenedArchive, Map<number, KnownStack>>();

/** The timeline of an image's stack that reaches at least up to a layer. Waits for the layers it must have, takes
 *  in those above when they are there, and never waits for them: the first layer can be browsed before the last
 *  is indexed. */
export async function stackTimeline(opened: OpenedArchive, image: number, upToLayer: number): Promise<StackTimeline> {
  // An image without layers has an empty timeline.
  if (upToLayer >= 0) opened.layerOfImage(image, upToLayer);
  const depth = Math.max(upToLayer + 1, settledDepth(opened, image));
  const known = stacksOf.get(opened) ?? new Map<number, KnownStack>();
  stacksOf.set(opened, known);
  const present = known.get(image);
  // A deeper one that is not ready may wait for a layer that takes long.
  if (present && (present.depth === depth || (present.depth > depth && present.isReady))) return present.timeline;

  const timeline = opened.trees(image, depth - 1).then((trees) => buildTimeline(trees));
  const stack: KnownStack = { depth, timeline, isReady: false };
  remember(known, image, stack);
  timeline.then(
    () => {
      stack.isReady = true;
      if ((known.get(image)?.depth ?? 0) < depth) remember(known, image, stack);
    },
    () => {
      if (known.get(image) === stack) known.delete(image);
    },
  );
  return timeline;
}

function remember(known: Map<number, KnownStack>, image: number, stack: KnownStack): void {
  known.delete(image);
  known.set(image, stack);
  const oldest = known.keys().next().value;
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
}

/** The timeline of all layers of an image. */
export function wholeTimeline(opened: OpenedArchive, image: number): Promise<StackTimeline> {
  return stackTimeline(opened, image, opened.image(image).layers.length - 1);
}

/** Layers from the base that are indexed or never will be. */
export function settledDepth(opened: OpenedArchive, image: number): number {
  const { layers } = opened.image(image);
  const open = layers.findIndex((layer) => ['waiting', 'indexing'].includes(opened.layer(layer).state));
  return open === -1 ? layers.length : open;
}

/** After the order of layers has changed. */
export function forgetStacks(opened: OpenedArchive): void {
  stacksOf.delete(opened);
}
