import { EntryKind, type LayerTree } from '../../src/vfs/layerTree.ts';

export interface NaiveEntry {
  readonly layer: number;
  readonly entry: number;
}

/** What the union of a stack shows, by path, as plainly as it can be said: layer over layer, path by path. */
export function naiveUnion(layers: readonly LayerTree[], upTo = layers.length - 1): Map<string, NaiveEntry> {
  const shown = new Map<string, NaiveEntry>();
  for (let layer = 0; layer <= upTo; layer++) {
    const tree = layers[layer] as LayerTree;
    const paths = Array.from({ length: tree.length - 1 }, (_, i) => ({ entry: i + 1, path: tree.path(i + 1) }));
    for (const { entry, path } of paths) {
      const below = shown.get(path);
      const wasDirectory = below && layers[below.layer]?.kind(below.entry) === EntryKind.directory;
      const isDirectory = tree.kind(entry) === EntryKind.directory;
      if (!isDirectory || !wasDirectory || tree.isOpaque(entry)) removeBelow(shown, path);
      if (tree.isWhiteout(entry)) shown.delete(path);
    }
    for (const { entry, path } of paths) if (!tree.isWhiteout(entry)) shown.set(path, { layer, entry });
  }
  return shown;
}

function removeBelow(shown: Map<string, NaiveEntry>, path: string): void {
  for (const other of [...shown.keys()]) if (other.startsWith(`${path}/`)) shown.delete(other);
}
