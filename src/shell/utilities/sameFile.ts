import type { Stat } from '../../vfs/overlay/stat.ts';
import type { Process } from '../kernel/process.ts';

/** Whether two names lead to one inode. Inodes count within their filesystem. */
export function isSameFile(
  process: Process,
  one: { readonly path: string; readonly stat: Stat },
  other: { readonly path: string; readonly stat: Stat },
): boolean {
  if (one.stat.inodeNumber !== other.stat.inodeNumber || one.stat.mode !== other.stat.mode) return false;
  const { mounts } = process;
  const place = (path: string) => mounts.resolve(process, path, 'follow').mount.filesystem;
  return place(one.path) === place(other.path);
}
