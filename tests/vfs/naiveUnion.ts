import { EntryKind, type LayerTree } from '../../src/vfs/layerTree.ts';

/** The union as overlayfs.rst tells it, path by path and layer by layer, without any table: slow and plain. */
export function naivePaths(layers: readonly (LayerTree | undefined)[]): readonly string[] {
  const lines: string[] = [];
  const walk = (path: readonly Uint8Array[]) => {
    const names = new Map<string, Uint8Array>();
    for (const tree of layers) {
      const at = tree ? entryAt(tree, path) : -1;
      if (!tree || at < 0) continue;
      for (let i = 0; i < tree.childCount(at); i++) {
        const child = tree.firstChild(at) + i;
        names.set(tree.name(child), tree.nameBytes(child));
      }
    }
    for (const name of names.values()) {
      const found = lookup(layers, [...path, name]);
      if (!found) continue;
      const isDirectory = found.tree.isDirectory(found.entry);
      lines.push(`${found.tree.path(found.entry)}${isDirectory ? '/' : ''}:${found.layer}`);
      if (isDirectory) walk([...path, name]);
    }
  };
  walk([]);
  return lines.sort();
}

function entryAt(tree: LayerTree, path: readonly Uint8Array[]): number {
  let at = 0;
  for (const part of path) {
    at = tree.lookup(at, part);
    if (at < 0) return -1;
  }
  return at;
}

interface Found {
  readonly tree: LayerTree;
  readonly layer: number;
  readonly entry: number;
}

/** A path is there if each of its prefixes is, in turn: which layers take part is narrowed part by part. */
function lookup(layers: readonly (LayerTree | undefined)[], path: readonly Uint8Array[]): Found | undefined {
  let taking: Found[] = layers
    .map((tree, layer) => (tree ? { tree, layer, entry: 0 } : undefined))
    .filter((found) => found !== undefined)
    .reverse();
  let top: Found | undefined;
  for (const part of path) {
    const next: Found[] = [];
    for (const { tree, layer, entry } of taking) {
      const child = tree.lookup(entry, part);
      if (child < 0) continue;
      const kind = tree.kind(child);
      if (kind === EntryKind.whiteout || (kind !== EntryKind.directory && next.length > 0)) break;
      next.push({ tree, layer, entry: child });
      if (kind !== EntryKind.directory || tree.isOpaque(child)) break;
    }
    top = next[0];
    if (!top) return undefined;
    taking = next.filter((found) => found.tree.isDirectory(found.entry));
  }
  return top;
}
