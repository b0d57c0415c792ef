import type { LayerTree } from '../vfs/layerTree.ts';
import type { DirectoryMerge, LayerStack } from './directoryMerge.ts';

/** One side of a comparison, base first. */
export interface ComparedStack {
  readonly layers: LayerStack;
  /** Layers of one diffID have one tree, entry for entry. Undefined where it is not known. */
  readonly diffIds: readonly (string | undefined)[];
}

/** What a union shows at a path. */
export interface Supplier {
  readonly layer: number;
  readonly entry: number;
  /** The directories that merge there, base first; empty for what is no directory. */
  readonly layers: readonly number[];
  readonly entries: readonly number[];
}

/** What the union shows of a name: the entries [from, to) of the present group, whose layers count from
 *  `layerOffset`. Undefined when it shows nothing. With 'show', a whiteout is an entry like others. */
export function supplierOf(
  stack: LayerStack,
  merge: DirectoryMerge,
  from: number,
  to: number,
  layerOffset: number,
  whiteouts: 'apply' | 'show',
): Supplier | undefined {
  if (to - from === 1) return soleSupplier(stack, merge, from, layerOffset, whiteouts);
  const layers: number[] = [];
  const entries: number[] = [];
  let top: { layer: number; entry: number } | undefined;
  for (let i = to - 1; i >= from; i--) {
    const layer = (merge.layers[merge.slots[i] as number] as number) - layerOffset;
    const entry = merge.entries[i] as number;
    const tree = stack[layer] as LayerTree;
    if (tree.isWhiteout(entry) && whiteouts === 'apply') break;
    if (!tree.isDirectory(entry)) {
      top ??= { layer, entry };
      break;
    }
    top ??= { layer, entry };
    layers.unshift(layer);
    entries.unshift(entry);
    if (tree.isOpaque(entry)) break;
  }
  return top && { ...top, layers, entries };
}

const NONE: readonly number[] = [];

/** The usual case, of most names of most images. */
function soleSupplier(
  stack: LayerStack,
  merge: DirectoryMerge,
  at: number,
  layerOffset: number,
  whiteouts: 'apply' | 'show',
): Supplier | undefined {
  const layer = (merge.layers[merge.slots[at] as number] as number) - layerOffset;
  const entry = merge.entries[at] as number;
  const tree = stack[layer] as LayerTree;
  if (tree.isWhiteout(entry) && whiteouts === 'apply') return undefined;
  if (!tree.isDirectory(entry)) return { layer, entry, layers: NONE, entries: NONE };
  return { layer, entry, layers: [layer], entries: [entry] };
}

/** Whether two paths come from the same entries of the same layers: all below them is then the same too. */
export function sameParticipants(left: ComparedStack, a: Supplier, right: ComparedStack, b: Supplier): boolean {
  if (a.layers.length !== b.layers.length) return false;
  if (!sameEntry(left, a.layer, a.entry, right, b.layer, b.entry)) return false;
  return a.layers.every((layer, i) => {
    const entry = a.entries[i] as number;
    return sameEntry(left, layer, entry, right, b.layers[i] as number, b.entries[i] as number);
  });
}

function sameEntry(
  left: ComparedStack,
  leftLayer: number,
  leftEntry: number,
  right: ComparedStack,
  rightLayer: number,
  rightEntry: number,
): boolean {
  if (leftEntry !== rightEntry) return false;
  if (left.layers[leftLayer] === right.layers[rightLayer]) return true;
  const diffId = left.diffIds[leftLayer];
  return diffId !== undefined && diffId === right.diffIds[rightLayer];
}
