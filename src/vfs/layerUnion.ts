import { encodeName } from '../bytes/byteName.ts';
import { childNames } from './childNames.ts';
import { HardLinkIndex } from './hardLinkIndex.ts';
import { EntryKind, type LayerTree } from './layerTree.ts';
import { type DirectoryPart, mergeDirectory } from './mergeDirectory.ts';
import { PathParts } from './pathParts.ts';
import { hiddenNames, rootStack, stackBelow } from './stackAtPath.ts';
import { UnionNodes } from './unionNodes.ts';
import type { StackedEntry, UnionTree } from './unionTree.ts';

/** As Linux (path_resolution(7)). */
const MAX_SYMLINKS = 40;
const SLASH = 0x2f;
const NO_NODES = new Uint32Array(0);

/** The union of a stack of layers: see `UnionTree`. Directories are merged when they are first opened. */
export class LayerUnion implements UnionTree {
  readonly layers: readonly (LayerTree | undefined)[];
  readonly #nodes: UnionNodes;
  /** Directories that several layers supply; all others have one part, their own entry. */
  readonly #parts = new Map<number, readonly DirectoryPart[]>();
  /** What an unresolved hard link names in the layers below it. */
  readonly #linked = new Map<number, DirectoryPart>();
  #links: HardLinkIndex | undefined;

  /** Unions of the stack's lower parts, by their height: shared by all of them, or links that lead from layer to
   *  layer would make one union for each way down. */
  readonly #lowerParts: Map<number, LayerUnion>;

  /** `layers` base first; undefined for one that is missing. `lowerParts` is the class's own affair. */
  constructor(layers: readonly (LayerTree | undefined)[], lowerParts = new Map<number, LayerUnion>()) {
    this.layers = layers;
    this.#lowerParts = lowerParts;
    this.#nodes = new UnionNodes(layers);
    const parts: DirectoryPart[] = [];
    for (let layer = layers.length - 1; layer >= 0; layer--) if (layers[layer]) parts.push({ layer, entry: 0 });
    const lister = parts.find((part) => !layers[part.layer]?.isImplicit(0)) ?? { layer: 0, entry: 0 };
    this.#nodes.add(0, lister.layer, 0);
    this.#parts.set(0, parts);
  }

  /** Nodes made so far. */
  get nodeCount(): number {
    return this.#nodes.length;
  }

  layer(node: number): number {
    const own = this.#nodes.layer[node] as number;
    return this.#linked.size === 0 ? own : (this.#linked.get(node)?.layer ?? own);
  }

  entry(node: number): number {
    const own = this.#nodes.entry[node] as number;
    return this.#linked.size === 0 ? own : (this.#linked.get(node)?.entry ?? own);
  }

  /** The tree of the layer that supplies the node. Throws RangeError when no layer of the stack is there. */
  tree(node: number): LayerTree {
    const tree = this.layers[this.layer(node)];
    if (!tree) throw new RangeError('no layer supplies the node');
    return tree;
  }

  /** Whether the node is a hard link of one layer to a file of a layer below. */
  isForeignLink(node: number): boolean {
    return this.#linked.has(node);
  }

  kind(node: number): EntryKind {
    return node === 0 ? EntryKind.directory : this.tree(node).kind(this.entry(node));
  }

  isDirectory(node: number): boolean {
    return this.kind(node) === EntryKind.directory;
  }

  mode(node: number): number {
    return this.tree(node).mode(this.entry(node));
  }

  sizeBytes(node: number): number {
    return this.tree(node).sizeBytes(this.entry(node));
  }

  linkTarget(node: number): Uint8Array | undefined {
    return node === 0 ? undefined : this.tree(node).linkTarget(this.entry(node));
  }

  name(node: number): string {
    return this.#ownTree(node)?.name(this.#nodes.entry[node] as number) ?? '';
  }

  nameBytes(node: number): Uint8Array {
    return this.#ownTree(node)?.nameBytes(this.#nodes.entry[node] as number) ?? new Uint8Array(0);
  }

  path(node: number): string {
    const parts: string[] = [];
    for (let at = node; at !== 0; at = this.parent(at)) parts.push(this.name(at));
    return parts.reverse().join('/');
  }

  parent(node: number): number {
    return this.#nodes.parent[node] as number;
  }

  children(node: number): Uint32Array {
    if (!this.#open(node)) return NO_NODES;
    const first = this.#nodes.firstChild[node] as number;
    const children = new Uint32Array(this.#nodes.childCount[node] as number);
    for (let i = 0; i < children.length; i++) children[i] = first + i;
    return children;
  }

  childCount(node: number): number {
    return this.#open(node) ? (this.#nodes.childCount[node] as number) : 0;
  }

  /** The first of a directory's children; the others follow it in number and in name. */
  firstChild(node: number): number {
    return this.#open(node) ? (this.#nodes.firstChild[node] as number) : 0;
  }

  /** Names of the visible children, sorted by bytes. */
  readdir(node: number): readonly string[] {
    if (!this.#open(node)) return [];
    const first = this.#nodes.firstChild[node] as number;
    return childNames(this.layers, this.#nodes, first, this.#nodes.childCount[node] as number);
  }

  lookup(node: number, name: Uint8Array): number {
    return this.#open(node) ? this.#nodes.find(node, name) : -1;
  }

  resolve(path: string): number {
    let node = 0;
    let start = 0;
    const { length } = path;
    while (start < length) {
      if (path.charCodeAt(start) === SLASH) {
        start++;
        continue;
      }
      let end = path.indexOf('/', start);
      if (end < 0) end = length;
      node = this.#step(node, path, start, end);
      if (node < 0) return -1;
      start = end + 1;
    }
    return node;
  }

  resolveFollowing(path: string): number {
    return this.#follow(splitPath(encodeName(path)));
  }

  /** The visible names of a node's inode, the node's own included, sorted by path bytes. */
  hardLinkGroup(node: number): readonly number[] {
    this.#links ??= new HardLinkIndex(this);
    return this.#links.group(node);
  }

  /** Names that the inode has in the merged view; 1 for a directory. */
  linkCount(node: number): number {
    return this.isDirectory(node) ? 1 : this.hardLinkGroup(node).length;
  }

  stackAt(node: number): readonly StackedEntry[] {
    return this.stackAtParts(this.#partsOf(node));
  }

  /** As `stackAt`, for any path from the root, also one that the union does not show. */
  stackAtParts(parts: readonly Uint8Array[]): readonly StackedEntry[] {
    let stack = rootStack(this.layers);
    for (const part of parts) stack = stackBelow(this.layers, stack, part);
    return stack;
  }

  hiddenChildren(node: number): readonly { readonly name: Uint8Array; readonly stack: readonly StackedEntry[] }[] {
    return this.hiddenChildrenAtParts(this.#partsOf(node));
  }

  /** As `hiddenChildren`, for any path from the root, also one that the union does not show. */
  hiddenChildrenAtParts(
    parts: readonly Uint8Array[],
  ): readonly { readonly name: Uint8Array; readonly stack: readonly StackedEntry[] }[] {
    return hiddenNames(this.layers, this.stackAtParts(parts));
  }

  #ownTree(node: number): LayerTree | undefined {
    return this.layers[this.#nodes.layer[node] as number];
  }

  #partsOf(node: number): readonly Uint8Array[] {
    const parts: Uint8Array[] = [];
    for (let at = node; at !== 0; at = this.parent(at)) parts.push(this.nameBytes(at));
    return parts.reverse();
  }

  #step(node: number, path: string, start: number, end: number): number {
    if (path.charCodeAt(start) === 0x2e) {
      if (end - start === 1) return node;
      if (end - start === 2 && path.charCodeAt(start + 1) === 0x2e) return this.parent(node);
    }
    if (!this.#open(node)) return -1;
    const found = this.#nodes.findAscii(node, path, start, end);
    return found === -2 ? this.#nodes.find(node, encodeName(path.slice(start, end))) : found;
  }

  /** Physical resolution inside the root; `..` goes up from where links have led. */
  #follow(parts: Uint8Array[]): number {
    const waiting = parts.reverse();
    let node = 0;
    let links = 0;
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      if (part.length === 1 && part[0] === 0x2e) continue;
      if (part.length === 2 && part[0] === 0x2e && part[1] === 0x2e) {
        node = this.parent(node);
        continue;
      }
      const next = this.lookup(node, part);
      if (next < 0) return -1;
      const target = this.linkTarget(next);
      if (target === undefined) {
        node = next;
        continue;
      }
      if (++links > MAX_SYMLINKS) return -1;
      if (target[0] === SLASH) node = 0;
      const more = splitPath(target);
      for (let i = more.length - 1; i >= 0; i--) waiting.push(more[i] as Uint8Array);
    }
    return node;
  }

  /** Merges a directory unless that is done. False for what is no directory. */
  #open(node: number): boolean {
    if (this.#nodes.isMerged(node)) return true;
    if (!this.isDirectory(node)) return false;
    const parts = this.#parts.get(node);
    if (parts === undefined) this.#openSingle(node);
    else this.#openMerged(node, parts);
    return true;
  }

  /** A directory of one layer shows what the layer lists, but for whiteouts of nothing. */
  #openSingle(node: number): void {
    const layer = this.#nodes.layer[node] as number;
    const tree = this.layers[layer] as LayerTree;
    const entry = this.#nodes.entry[node] as number;
    const first = tree.firstChild(entry);
    const end = first + tree.childCount(entry);
    this.#nodes.reserve(end - first);
    const firstNode = this.#nodes.length;
    for (let child = first; child < end; child++) if (!tree.isWhiteout(child)) this.#addNode(node, layer, child);
    this.#setChildren(node, firstNode);
  }

  #openMerged(node: number, parts: readonly DirectoryPart[]): void {
    const children = mergeDirectory(this.layers, parts);
    this.#nodes.reserve(children.length);
    const firstNode = this.#nodes.length;
    for (const child of children) {
      const made = this.#addNode(node, child.layer, child.entry);
      if (child.parts) this.#parts.set(made, child.parts);
    }
    this.#setChildren(node, firstNode);
  }

  #addNode(parent: number, layer: number, entry: number): number {
    const node = this.#nodes.add(parent, layer, entry);
    const linkPath = this.layers[layer]?.unresolvedLink(entry);
    if (linkPath) this.#linkBelow(node, layer, linkPath);
    return node;
  }

  #setChildren(node: number, firstNode: number): void {
    this.#nodes.firstChild[node] = firstNode;
    this.#nodes.childCount[node] = this.#nodes.length - firstNode;
  }

  /** A hard link whose target no entry of its layer names stands for what the layers below have there: umoci
   *  links it so, docker refuses the layer. */
  #linkBelow(node: number, layer: number, linkPath: Uint8Array): void {
    let below = this.#lowerParts.get(layer);
    if (!below) {
      below = new LayerUnion(this.layers.slice(0, layer), this.#lowerParts);
      this.#lowerParts.set(layer, below);
    }
    const parts = new PathParts();
    parts.parse(linkPath);
    let at = 0;
    for (let i = 0; i < parts.count; i++) {
      at = below.lookup(at, parts.part(i));
      if (at < 0) return;
    }
    if (!below.isDirectory(at)) this.#linked.set(node, { layer: below.layer(at), entry: below.entry(at) });
  }
}

function splitPath(path: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    if (i < path.length && path[i] !== SLASH) continue;
    if (i > start) parts.push(path.subarray(start, i));
    start = i + 1;
  }
  return parts;
}
