import { compareBytes } from '../bytes/byteName.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import { isDiveWhiteout } from './diveEntry.ts';

const WHITEOUT_PREFIX = new TextEncoder().encode('.wh.');

/** The entries of a layer as dive visits them: children before their directory, siblings by the bytes of the names
 *  that the tar gives them, so a whiteout of `x` stands where `.wh.x` would. The root is left out. */
export function* diveOrder(tree: LayerTree): Generator<number> {
  const open: { readonly directory: number; readonly children: readonly number[]; next: number }[] = [
    { directory: 0, children: sortedChildren(tree, 0), next: 0 },
  ];
  for (let frame = open.at(-1); frame; frame = open.at(-1)) {
    const child = frame.children[frame.next++];
    if (child === undefined) {
      open.pop();
      if (frame.directory !== 0) yield frame.directory;
    } else if (tree.childCount(child) > 0) {
      open.push({ directory: child, children: sortedChildren(tree, child), next: 0 });
    } else yield child;
  }
}

function sortedChildren(tree: LayerTree, directory: number): number[] {
  const first = tree.firstChild(directory);
  const children = Array.from({ length: tree.childCount(directory) }, (_, i) => first + i);
  if (!children.some((child) => isDiveWhiteout(tree, child))) return children;
  const named = children.map((child) => ({ child, name: tarName(tree, child) }));
  return named.sort((a, b) => compareBytes(a.name, b.name)).map(({ child }) => child);
}

function tarName(tree: LayerTree, entry: number): Uint8Array {
  const name = tree.nameBytes(entry);
  if (!isDiveWhiteout(tree, entry)) return name;
  const prefixed = new Uint8Array(WHITEOUT_PREFIX.length + name.length);
  prefixed.set(WHITEOUT_PREFIX);
  prefixed.set(name, WHITEOUT_PREFIX.length);
  return prefixed;
}
