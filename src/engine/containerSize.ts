import { isDirectory } from '../vfs/overlay/fileMode.ts';
import type { Layer } from '../vfs/overlay/layer.ts';
import { entriesOf } from '../vfs/overlay/layer.ts';

/** Bytes of a layer as moby pkg/directory counts them: everything but directories, an inode once. */
export function sizeRwBytes(layer: Layer): number {
  let sum = 0;
  const seen = new Set<number>();
  const directories = [layer.rootInode];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const [, inode] of entriesOf(layer, directory)) {
      if (isDirectory(layer.mode(inode))) directories.push(inode);
      else if (!seen.has(inode)) {
        seen.add(inode);
        sum += layer.sizeBytes(inode);
      }
    }
  }
  return sum;
}
