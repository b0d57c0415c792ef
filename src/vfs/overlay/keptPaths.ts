import { DirectoryPaths, isPathOf, isThere } from './directoryPaths.ts';
import { S_IFDIR } from './fileMode.ts';
import { KeptNames } from './keptNames.ts';
import { NodeFlag, type OverlayNode } from './overlayNode.ts';

/** Paths of files that are kept at most: all are forgotten then. */
const MAX_PATHS = 1 << 17;

/** Where paths led to that were walked without meeting a link or dots: one look instead of one a part. Whoever must ask
 *  permission on the way asks the nodes above. Objects that were removed or moved are not found here; when a directory moves,
 *  all paths are forgotten. */
export class KeptPaths {
  /** Apart from the rest: they are few, and what is made or removed is looked for by its directory. */
  readonly #directories = new DirectoryPaths();
  readonly #others = new Map<string, OverlayNode>();
  #last: KeptNames | undefined = undefined;

  /** The directory whose path the first `length` characters are. One is often asked for again and again. */
  directory(path: string, length: number): OverlayNode | undefined {
    return this.names(path, length)?.of;
  }

  /** What is kept of its names. */
  names(path: string, length: number): KeptNames | undefined {
    if (this.#last && isThere(this.#last.of) && isPathOf(this.#last.of, path, length)) return this.#last;
    const names = this.#directories.get(path, length);
    if (names) this.#last = names;
    return names;
  }

  /** A node with something behind it. */
  get(path: string): OverlayNode | undefined {
    const node = this.#others.get(path);
    return isThere(node) ? node : this.#directories.get(path, path.length)?.of;
  }

  /** Notes that a path led to a node. Those of files are kept from the second time on: most are used once. */
  note(path: string, node: OverlayNode): void {
    if (node.has(NodeFlag.moved)) return;
    if (node.inode?.type === S_IFDIR) {
      node.children ??= new KeptNames(node);
      this.#directories.set(path, node.children);
      return;
    }
    if (!node.has(NodeFlag.visited)) {
      node.flags |= NodeFlag.visited;
      return;
    }
    if (this.#others.size >= MAX_PATHS) this.#others.clear();
    this.#others.set(path, node);
  }

  forget(): void {
    this.#last = undefined;
    this.#directories.forget();
    if (this.#others.size > 0) this.#others.clear();
  }
}
