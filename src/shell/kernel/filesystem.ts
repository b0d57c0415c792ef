import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import type { Process } from './process.ts';
import type { Credentials } from '../../vfs/overlay/permission.ts';

/** What can be mounted: the calls of a union mount, which other kinds (proc, a bound directory) answer, too. Paths
 *  begin at the filesystem's root and lead through no symlink but at their end (`MountNamespace` has resolved them);
 *  links at the end are not followed. */
export type Filesystem = Pick<
  OverlayMount,
  | 'mkdir'
  | 'mknod'
  | 'symlink'
  | 'link'
  | 'unlink'
  | 'rmdir'
  | 'rename'
  | 'readlink'
  | 'lstat'
  | 'access'
  | 'chmod'
  | 'lchown'
  | 'lutimes'
  | 'truncate'
  | 'setXattr'
  | 'getXattr'
  | 'removeXattr'
  | 'listXattrs'
  | 'readdir'
  | 'open'
  | 'close'
  | 'content'
  | 'pwrite'
  | 'fstat'
  | 'ftruncate'
> & {
  /** Who makes the next call. */
  credentials: Credentials;
  /** Of those with a limit: what their files may hold, and what they hold. */
  readonly room?: { readonly limitBytes: number; readonly usedBytes: number } | undefined;
  /** Of filesystems that show processes: the one that makes the next call. */
  caller?: Process | undefined;
};
