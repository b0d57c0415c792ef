import { isDirectory, S_IFDIR } from '../../vfs/overlay/fileMode.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { VfsError } from '../../vfs/vfsError.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Directories on the way, as root's or the owner's, 0755. */
export function makeParents(
  { mount, owner }: { readonly mount: OverlayMount; readonly owner: Owner | undefined },
  path: string,
): void {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const parent = path.slice(0, slash);
    if (isThereDirectory(mount, parent)) continue;
    mount.mkdir(parent, 0o755);
    mount.lchown(parent, owner?.uid ?? 0, owner?.gid ?? 0);
  }
}

/** Whether a path leads to a directory, over links too. */
export function isThereDirectory(mount: OverlayMount, path: string): boolean {
  return typeAt(mount, path) === S_IFDIR;
}

/** The type over links, or nothing. */
export function typeAt(mount: OverlayMount, path: string): number | undefined {
  try {
    return mount.stat(path).mode & 0o170000;
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

/** The type of what a path names, a link's own. */
export function typeOfLink(mount: OverlayMount, path: string): number | undefined {
  try {
    return mount.lstat(path).mode & 0o170000;
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

/** What stood there goes, but for a directory. */
export function remove(mount: OverlayMount, path: string): void {
  try {
    if (!isDirectory(mount.lstat(path).mode)) mount.unlink(path);
  } catch (error) {
    if (!(error instanceof VfsError && error.code === 'ENOENT')) throw error;
  }
}

/** What stood there goes, a directory with all below it. */
export function removeAll(mount: OverlayMount, path: string): void {
  const directories: string[] = [];
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isOwnDirectory(mount, next)) {
      remove(mount, next);
      continue;
    }
    directories.push(next);
    for (const { name } of mount.readdir(next)) waiting.push(`${next}/${name}`);
  }
  for (const directory of directories.reverse()) mount.rmdir(directory);
}

function isOwnDirectory(mount: OverlayMount, path: string): boolean {
  try {
    return isDirectory(mount.lstat(path).mode);
  } catch (error) {
    if (error instanceof VfsError) return false;
    throw error;
  }
}
