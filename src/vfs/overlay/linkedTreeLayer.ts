import type { ByteSource } from '../../bytes/byteSource.ts';
import type { LayerTree } from '../layerTree.ts';
import { LayerUnion } from '../layerUnion.ts';
import type { Times } from './layer.ts';
import { LayerTreeLayer } from './layerTreeLayer.ts';

/** A layer as `LayerTreeLayer` gives it. Where it holds a hard link to something that only the layers below have, as
 *  umoci writes and docker refuses, the link shows what they have there. `below` base first. */
export function treeLayerOver(
  below: readonly LayerTreeLayer[],
  tree: LayerTree,
  content: ByteSource,
  id: Uint8Array,
): LayerTreeLayer {
  for (const entry of tree.columns.rare.keys())
    if (tree.unresolvedLink(entry)) return new LinkedTreeLayer(below, tree, content, id);
  return new LayerTreeLayer(tree, content, id);
}

/** What a link leads to. */
interface Linked {
  readonly layer: LayerTreeLayer;
  readonly inode: number;
}

class LinkedTreeLayer extends LayerTreeLayer {
  readonly #links = new Map<number, Linked>();

  constructor(below: readonly LayerTreeLayer[], tree: LayerTree, content: ByteSource, id: Uint8Array) {
    super(tree, content, id);
    const union = new LayerUnion([...below.map((layer) => layer.tree), tree]);
    for (const entry of tree.columns.rare.keys()) {
      if (!tree.unresolvedLink(entry)) continue;
      const node = union.resolve(tree.path(entry));
      if (node < 0 || !union.isForeignLink(node)) continue;
      const layer = below[union.layer(node)];
      if (layer) this.#links.set(entry + 1, { layer, inode: union.entry(node) + 1 });
    }
  }

  override mode(inode: number): number {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.mode(linked.inode) : super.mode(inode);
  }

  override type(inode: number): number {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.type(linked.inode) : super.type(inode);
  }

  override uid(inode: number): number {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.uid(linked.inode) : super.uid(inode);
  }

  override gid(inode: number): number {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.gid(linked.inode) : super.gid(inode);
  }

  override device(inode: number): number {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.device(linked.inode) : super.device(inode);
  }

  override sizeBytes(inode: number): number {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.sizeBytes(linked.inode) : super.sizeBytes(inode);
  }

  override times(inode: number): Times {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.times(linked.inode) : super.times(inode);
  }

  override linkTarget(inode: number): string {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.linkTarget(linked.inode) : super.linkTarget(inode);
  }

  override xattrs(inode: number): ReadonlyMap<string, Uint8Array> {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.xattrs(linked.inode) : super.xattrs(inode);
  }

  override mayHaveXattrs(inode: number): boolean {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.mayHaveXattrs(linked.inode) : super.mayHaveXattrs(inode);
  }

  override content(inode: number): ByteSource {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.content(linked.inode) : super.content(inode);
  }

  override readSync(inode: number, offset: number, length: number): Uint8Array | undefined {
    const linked = this.#links.get(inode);
    return linked ? linked.layer.readSync(linked.inode, offset, length) : super.readSync(inode, offset, length);
  }
}
