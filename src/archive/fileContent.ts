import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { RunSource } from '../bytes/runSource.ts';
import { stretchesOf } from '../bytes/stretchBuilder.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { ArchiveError, type ArchiveLayer } from './archive.ts';

/** A file's content as a reader sees it: hard links resolved, the holes of a sparse file filled with zeros. No bytes
 *  are read yet. Throws ArchiveError `malformed` for what is no file. */
export async function readFileContent(
  layer: ArchiveLayer,
  tree: LayerTree,
  entry: number,
  work: Work,
): Promise<ByteSource> {
  const inode = tree.inode(entry);
  if (tree.kind(inode) !== EntryKind.file) {
    const path = tree.path(entry);
    throw new ArchiveError('malformed', path, undefined, `${path} is no regular file`);
  }
  const content = await layer.content(work);
  const sizeBytes = tree.sizeBytes(inode);
  const sparse = tree.sparse(inode);
  if (sparse) return new RunSource(content.slice(tree.contentOffset(inode)), stretchesOf(sparse, sizeBytes));
  return content.slice(tree.contentOffset(inode), sizeBytes);
}
