import { S_IFDIR } from './fileMode.ts';
import { NodeFlag, type OverlayNode } from './overlayNode.ts';

/** Paths of a kind that are kept at most: all are forgotten then. */
const MAX_PATHS = 1 << 17;

/** Where paths led to that were walked without meeting a link or dots: one look instead of one a part. Whoever must ask
 *  permission on the way asks the nodes above. Objects that were removed or moved are not found here; when a directory moves,
 *  all paths are forgotten. */
export class KeptPaths {
  /** Apart from the rest: they are few, and what is made or removed is looked for by its directory. */
  readonly #directories = new Map<string, OverlayNode>();
  readonly #others = new Map<string, OverlayNode>();
  #lastPath = '';
  #last: OverlayNode | undefined = undefined;

  /** The directory whose path the first `length` characters are. One is often asked for again and again. */
  directory(path: string, length: number): OverlayNode | undefined {
    if (length === this.#lastPath.length && path.startsWith(this.#lastPath) && isThere(this.#last)) return this.#last;
    const parent = path.slice(0, length);
    const node = this.#directories.get(parent);
    if (!isThere(node)) return undefined;
    this.#last = node;
    this.#lastPath = parent;
    return node;
  }

  /** A node with something behind it. */
  get(path: string): OverlayNode | undefined {
    const node = this.#others.get(path) ?? this.#directories.get(path);
    return isThere(node) ? node : undefined;
  }

  /** Notes that a path led to a node. Those of files are kept from the second time on: most are used once. */
  note(path: string, node: OverlayNode): void {
    if (node.has(NodeFlag.moved)) return;
    const isDirectory = node.inode?.type === S_IFDIR;
    if (!isDirectory && !node.has(NodeFlag.visited)) {
      node.flags |= NodeFlag.visited;
      return;
    }
    const nodes = isDirectory ? this.#directories : this.#others;
    if (nodes.size >= MAX_PATHS) nodes.clear();
    nodes.set(path, node);
  }

  forget(): void {
    this.#lastPath = '';
    this.#last = undefined;
    if (this.#directories.size > 0) this.#directories.clear();
    if (this.#others.size > 0) this.#others.clear();
  }
}

function isThere(node: OverlayNode | undefined): node is OverlayNode {
  return node !== undefined && (node.flags & (NodeFlag.unhashed | NodeFlag.moved)) === 0;
}
