import { EntryFlag, EntryKind, type LayerTree } from '../vfs/layerTree.ts';

/** dive knows a whiteout by its name only. */
export function isDiveWhiteout(tree: LayerTree, entry: number): boolean {
  return tree.isWhiteout(entry) && ((tree.columns.flags[entry] as number) & EntryFlag.nativeWhiteout) === 0;
}

/** The size in the entry's own tar header. */
export function diveSize(tree: LayerTree, entry: number): number {
  return tree.kind(entry) === EntryKind.file && !tree.isHardLink(entry) ? tree.sizeBytes(entry) : 0;
}
