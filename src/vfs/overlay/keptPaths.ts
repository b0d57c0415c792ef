import { NodeFlag, type OverlayNode } from './overlayNode.ts';

/** Paths kept at most: all are forgotten then. */
const MAX_PATHS = 1 << 17;

/** Where paths led to that were walked without meeting a link or dots: one look instead of one a part. Only for who
 *  need not ask permission on the way. Objects that were removed or moved are not found here; when a directory moves,
 *  all paths are forgotten. */
export class KeptPaths {
  readonly #nodes = new Map<string, OverlayNode>();

  /** A node with something behind it. */
  get(path: string): OverlayNode | undefined {
    const node = this.#nodes.get(path);
    return node && (node.flags & (NodeFlag.unhashed | NodeFlag.moved)) === 0 ? node : undefined;
  }

  keep(path: string, node: OverlayNode): void {
    if (node.has(NodeFlag.moved)) return;
    if (this.#nodes.size >= MAX_PATHS) this.#nodes.clear();
    this.#nodes.set(path, node);
  }

  forget(): void {
    if (this.#nodes.size > 0) this.#nodes.clear();
  }
}
