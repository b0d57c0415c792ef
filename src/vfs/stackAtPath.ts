import { compareBytes } from '../bytes/byteName.ts';
import { EntryKind, type LayerTree } from './layerTree.ts';
import type { EntryFate, StackedEntry } from './unionTree.ts';

/** What all layers hold at the root, top first. The root's own opaque mark has no effect. */
export function rootStack(layers: readonly (LayerTree | undefined)[]): readonly StackedEntry[] {
  const stack: StackedEntry[] = [];
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    if (layers[layer])
      stack.push({ layer, entry: 0, fate: stack.length === 0 ? 'visible' : 'merged', byLayer: undefined });
  }
  return stack;
}

/** What lies above an entry at the same path: the nearest entry, and what becomes of a directory below it. */
interface Above {
  readonly layer: number;
  readonly kind: EntryKind;
  readonly directoryBelow: { readonly fate: EntryFate; readonly byLayer: number | undefined };
}

/** The stack at a name, from the stack at its directory. An entry is hidden by the nearest one above it, a
 *  directory by the first that keeps it from merging. */
export function stackBelow(
  layers: readonly (LayerTree | undefined)[],
  directories: readonly StackedEntry[],
  name: Uint8Array,
): readonly StackedEntry[] {
  const stack: StackedEntry[] = [];
  let above: Above | undefined;
  for (const directory of directories) {
    const tree = layers[directory.layer] as LayerTree;
    if (!tree.isDirectory(directory.entry)) continue;
    const entry = tree.lookup(directory.entry, name);
    if (entry < 0) continue;
    const kind = tree.kind(entry);
    const inherited = inheritedFate(directory);
    const own = ownFate(kind, above);
    const outcome = kind === EntryKind.whiteout ? own : (inherited ?? own);
    stack.push({ layer: directory.layer, entry, ...outcome });
    above = {
      layer: directory.layer,
      kind,
      directoryBelow: directoryBelow(kind, tree.isOpaque(entry), directory.layer, outcome),
    };
  }
  return stack;
}

type Outcome = Pick<StackedEntry, 'fate' | 'byLayer'>;

/** What a directory's fate means to all that lies in it; undefined where it takes part in the union. */
function inheritedFate(directory: StackedEntry): Outcome | undefined {
  switch (directory.fate) {
    case 'visible':
    case 'merged':
      return undefined;
    case 'opaque':
      return { fate: 'opaque', byLayer: directory.byLayer };
    default:
      return { fate: 'parentHidden', byLayer: directory.byLayer };
  }
}

function ownFate(kind: EntryKind, above: Above | undefined): Outcome {
  if (kind === EntryKind.whiteout) return { fate: 'whiteout', byLayer: undefined };
  if (above === undefined) return { fate: 'visible', byLayer: undefined };
  if (kind === EntryKind.directory) return above.directoryBelow;
  return { fate: above.kind === EntryKind.whiteout ? 'deleted' : 'superseded', byLayer: above.layer };
}

function directoryBelow(kind: EntryKind, isOpaque: boolean, layer: number, outcome: Outcome): Outcome {
  if (kind === EntryKind.whiteout) return { fate: 'deleted', byLayer: layer };
  if (kind !== EntryKind.directory) return { fate: 'superseded', byLayer: layer };
  if (isOpaque) return { fate: 'opaque', byLayer: layer };
  if (outcome.fate === 'visible') return { fate: 'merged', byLayer: undefined };
  return outcome;
}

/** Names below a directory, given its stack, that the union does not show; sorted by bytes. */
export function hiddenNames(
  layers: readonly (LayerTree | undefined)[],
  directories: readonly StackedEntry[],
): readonly { readonly name: Uint8Array; readonly stack: readonly StackedEntry[] }[] {
  const names: Uint8Array[] = [];
  for (const { layer, entry } of directories) {
    const tree = layers[layer] as LayerTree;
    if (!tree.isDirectory(entry)) continue;
    const first = tree.firstChild(entry);
    const end = first + tree.childCount(entry);
    for (let child = first; child < end; child++) names.push(tree.nameBytes(child));
  }
  names.sort(compareBytes);
  const hidden: { name: Uint8Array; stack: readonly StackedEntry[] }[] = [];
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as Uint8Array;
    if (i > 0 && compareBytes(names[i - 1] as Uint8Array, name) === 0) continue;
    const stack = stackBelow(layers, directories, name);
    if (!stack.some((item) => item.fate === 'visible')) hidden.push({ name, stack });
  }
  return hidden;
}
