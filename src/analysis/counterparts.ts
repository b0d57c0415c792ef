import { type LayerTree, NO_ENTRY } from '../vfs/layerTree.ts';
import type { LayerStack } from './directoryMerge.ts';

/** Finds the entry of the same path in another layer. Remembers the last directory, so that a run over siblings
 *  costs one lookup each. */
export class Counterparts {
  readonly #layers: LayerStack;
  #layer = -1;
  #directory = -1;
  #otherLayer = -1;
  #otherDirectory = NO_ENTRY;

  constructor(layers: LayerStack) {
    this.#layers = layers;
  }

  /** The entry in `otherLayer`, a whiteout included, or NO_ENTRY. */
  find(layer: number, entry: number, otherLayer: number): number {
    const tree = this.#layers[layer] as LayerTree;
    const other = this.#layers[otherLayer];
    if (!other) return NO_ENTRY;
    if (entry === 0) return 0;
    const directory = tree.parent(entry);
    if (layer !== this.#layer || directory !== this.#directory || otherLayer !== this.#otherLayer) {
      this.#layer = layer;
      this.#directory = directory;
      this.#otherLayer = otherLayer;
      this.#otherDirectory = findDirectory(tree, directory, other);
    }
    return this.#otherDirectory === NO_ENTRY ? NO_ENTRY : other.lookup(this.#otherDirectory, tree.nameBytes(entry));
  }
}

function findDirectory(tree: LayerTree, directory: number, other: LayerTree): number {
  const path: number[] = [];
  for (let at = directory; at !== 0; at = tree.parent(at)) path.push(at);
  let found = 0;
  for (const entry of path.reverse()) {
    found = other.lookup(found, tree.nameBytes(entry));
    if (found === NO_ENTRY) return NO_ENTRY;
  }
  return found;
}
