import { EntryKind, type LayerTree } from './layerTree.ts';
import type { LayerUnion } from './layerUnion.ts';

/** Which visible names share an inode. Layers are looked through once, when first asked. */
export class HardLinkIndex {
  readonly #union: LayerUnion;
  /** Per layer: inode to all its names, for inodes of several. */
  readonly #namesOf = new Map<number, ReadonlyMap<number, readonly number[]>>();
  /** Names in other layers that stand for an inode: unresolved links. */
  #foreign: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(union: LayerUnion) {
    this.#union = union;
  }

  group(node: number): readonly number[] {
    const union = this.#union;
    if (union.isDirectory(node)) return [node];
    const layer = union.layer(node);
    const tree = union.tree(node);
    const inode = tree.inode(union.entry(node));
    const names = this.#names(layer).get(inode) ?? [inode];
    const nodes: number[] = [];
    for (const entry of names) {
      const found = this.#nodeOf(tree, entry);
      if (found >= 0 && union.layer(found) === layer && union.entry(found) === entry) nodes.push(found);
    }
    for (const found of this.#foreignNames().get(`${layer}:${inode}`) ?? []) nodes.push(found);
    if (nodes.length > 1) nodes.sort((a, b) => comparePaths(union, a, b));
    return nodes;
  }

  #names(layer: number): ReadonlyMap<number, readonly number[]> {
    const known = this.#namesOf.get(layer);
    if (known) return known;
    const names = new Map<number, number[]>();
    const tree = this.#union.layers[layer];
    for (let entry = 0; tree && entry < tree.length; entry++) {
      const inode = tree.inode(entry);
      if (inode === entry) continue;
      const group = names.get(inode);
      if (group) group.push(entry);
      else names.set(inode, [inode, entry]);
    }
    this.#namesOf.set(layer, names);
    return names;
  }

  #foreignNames(): ReadonlyMap<string, readonly number[]> {
    if (this.#foreign) return this.#foreign;
    const foreign = new Map<string, number[]>();
    const union = this.#union;
    for (const tree of union.layers) {
      if (!tree) continue;
      for (const entry of tree.columns.rare.keys()) {
        if (tree.unresolvedLink(entry) === undefined) continue;
        const node = this.#nodeOf(tree, entry);
        if (node < 0 || !union.isForeignLink(node)) continue;
        const key = `${union.layer(node)}:${union.tree(node).inode(union.entry(node))}`;
        foreign.set(key, [...(foreign.get(key) ?? []), node]);
      }
    }
    this.#foreign = foreign;
    return foreign;
  }

  /** The visible node at the path that an entry has in its layer, or -1. */
  #nodeOf(tree: LayerTree, entry: number): number {
    const names: Uint8Array[] = [];
    for (let at = entry; at !== 0; at = tree.parent(at)) names.push(tree.nameBytes(at));
    let node = 0;
    for (let i = names.length - 1; i >= 0 && node >= 0; i--) node = this.#union.lookup(node, names[i] as Uint8Array);
    return node >= 0 && this.#union.kind(node) !== EntryKind.directory ? node : -1;
  }
}

/** Order of two nodes by the bytes of their paths. */
function comparePaths(union: LayerUnion, a: number, b: number): number {
  return comparePathBytes(pathBytes(union, a), pathBytes(union, b));
}

function pathBytes(union: LayerUnion, node: number): Uint8Array {
  const names: Uint8Array[] = [];
  for (let at = node; at !== 0; at = union.parent(at)) names.push(union.nameBytes(at));
  const bytes = new Uint8Array(names.reduce((sum, name) => sum + name.length + 1, 0));
  let at = 0;
  for (const name of names.reverse()) {
    bytes.set(name, at);
    at += name.length;
    bytes[at++] = 0x2f;
  }
  return bytes.subarray(0, Math.max(0, at - 1));
}

function comparePathBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
