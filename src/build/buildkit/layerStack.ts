import type { ImageRecord } from '../../engine/imageRecord.ts';
import type { Digest } from '../../image/digest.ts';

/** What a step leaves behind. */
export interface LayerStack {
  /** Stands for how it came to be: the base of the next step's key. */
  readonly key: string;
  /** diffIDs, base first. */
  readonly layers: readonly Digest[];
  /** When each was made; undefined for those of the base image. */
  readonly times: readonly (string | undefined)[];
}

export const NO_LAYERS: LayerStack = { key: 'scratch', layers: [], times: [] };

/** The stack with a layer on top. */
export function withLayer(stack: LayerStack, key: string, layers: readonly Digest[], createdAt: string): LayerStack {
  const below = layers.slice(0, -1).map((_, i) => stack.times[i]);
  return { key, layers, times: [...below, createdAt] };
}

/** The stack with another's only layer on top, which does not mind what lies below it. */
export function withLinked(stack: LayerStack, linked: LayerStack, key: string): LayerStack {
  return { key, layers: [...stack.layers, ...linked.layers], times: [...stack.times, ...linked.times] };
}

/** What an image brings. */
export function stackOfImage({ layers }: ImageRecord): LayerStack {
  const diffIds = layers.map(({ diffId }) => diffId);
  return { key: `image ${diffIds.join(' ')}`, layers: diffIds, times: diffIds.map(() => undefined) };
}
