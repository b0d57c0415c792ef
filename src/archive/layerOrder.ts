import type { Digest } from '../image/digest.ts';

/** Layers put into the order of a config's diff_ids, which is the one that counts. */
export interface OrderedLayers<T> {
  readonly layers: readonly T[];
  readonly isReordered: boolean;
}

/** Orders paths by the digests in their names, when these are exactly the diff_ids in another order. Done on opening,
 *  since it reads nothing; `reorderLayers` does the same with digests that were computed. */
export function orderByNames(paths: readonly string[], diffIds: readonly Digest[]): OrderedLayers<string> {
  return orderByDigests(paths, paths.map(digestInName), diffIds);
}

/** Orders layers by their real diffIDs, when these are exactly the config's in another order; else as they stood. */
export function orderByDigests<T>(
  layers: readonly T[],
  digests: readonly (string | undefined)[],
  diffIds: readonly Digest[],
): OrderedLayers<T> {
  const asStored = { layers, isReordered: false };
  if (layers.length !== diffIds.length || digests.every((digest, i) => digest === diffIds[i])) return asStored;
  const waiting = new Map<string, T[]>();
  layers.forEach((layer, i) => {
    const digest = digests[i] ?? '';
    const same = waiting.get(digest);
    if (same) same.push(layer);
    else waiting.set(digest, [layer]);
  });
  const ordered: T[] = [];
  for (const diffId of diffIds) {
    const next = waiting.get(diffId)?.shift();
    if (next === undefined) return asStored;
    ordered.push(next);
  }
  return { layers: ordered, isReordered: true };
}

// `HEX.tar`, `HEX/layer.tar`, `blobs/sha256/HEX`: writers put a diffID, a blob's digest or a v1 ID there. Only the
// first can be a permutation of the diff_ids.
function digestInName(path: string): string | undefined {
  const hex = /(?:^|[/:])([0-9a-f]{64})(?:\.tar|\/layer\.tar)?$/.exec(path)?.[1];
  return hex && `sha256:${hex}`;
}
