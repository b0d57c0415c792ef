import type { LayerTree } from '../vfs/layerTree.ts';

/** Names that inodes have in their own layer, as the layer's directory on a disk would show it. A layer is counted
 *  when it is first asked for. */
export class LinkCounts {
  readonly #layers: readonly (LayerTree | undefined)[];
  /** Only inodes with several names. */
  readonly #counts: (ReadonlyMap<number, number> | undefined)[] = [];

  constructor(layers: readonly (LayerTree | undefined)[]) {
    this.#layers = layers;
  }

  count(layer: number, inode: number): number {
    const tree = this.#layers[layer];
    if (!tree) return 1;
    this.#counts[layer] ??= countLinks(tree);
    return this.#counts[layer].get(inode) ?? 1;
  }
}

function countLinks(tree: LayerTree): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const inodes = tree.columns.inode;
  for (let entry = 0; entry < inodes.length; entry++) {
    const inode = inodes[entry] as number;
    if (inode !== entry) counts.set(inode, (counts.get(inode) ?? 1) + 1);
  }
  return counts;
}
