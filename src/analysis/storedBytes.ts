import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';

/** Bytes of a file's content as the layer's tar carries them: less than its size for a sparse file. 0 for what
 *  is no file. Equal for all names of a hard-link group: count `inode(entry) === entry` only. */
export function storedBytes(tree: LayerTree, entry: number): number {
  if (tree.kind(entry) !== EntryKind.file) return 0;
  const sparse = tree.sparse(entry);
  if (!sparse) return tree.sizeBytes(entry);
  let bytes = 0;
  for (const extent of sparse) bytes += extent.length;
  return bytes;
}
