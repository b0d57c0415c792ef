import { compareBytes } from '../bytes/byteName.ts';
import { isDirectory, isRegular, isSymlink } from '../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import type { Stat } from '../vfs/overlay/stat.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { CAPABILITY_XATTR } from '../vfs/capability.ts';

const READ_BYTES = 1 << 20;

export function statIfThere(mount: OverlayMount, path: string): Stat | undefined {
  try {
    return mount.lstat(`/${path}`);
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

/** Whether a path is the same in two trees (containerd continuity fs, sameFile): type, mode, owner, device and
 *  capabilities; of what is no directory size and time too, and where both times may have lost their nanoseconds, the
 *  content. */
export async function isSameFile(below: OverlayMount, above: OverlayMount, path: string): Promise<boolean> {
  const [one, other] = [statIfThere(below, path), statIfThere(above, path)];
  if (!one || !other) return false;
  if (one.mode !== other.mode || one.uid !== other.uid || one.gid !== other.gid || one.device !== other.device)
    return false;
  if (!sameBytes(capability(below, path), capability(above, path))) return false;
  if (isDirectory(one.mode)) return true;
  if (one.sizeBytes !== other.sizeBytes || one.mtime.sec !== other.mtime.sec) return false;
  if (one.mtime.nsec !== 0 || other.mtime.nsec !== 0) return one.mtime.nsec === other.mtime.nsec;
  if (isSymlink(one.mode)) return below.readlink(`/${path}`) === above.readlink(`/${path}`);
  return !isRegular(one.mode) || sameContent(below, above, path);
}

function capability(mount: OverlayMount, path: string): Uint8Array {
  try {
    return mount.getXattr(`/${path}`, CAPABILITY_XATTR);
  } catch (error) {
    if (error instanceof VfsError) return new Uint8Array();
    throw error;
  }
}

async function sameContent(below: OverlayMount, above: OverlayMount, path: string): Promise<boolean> {
  const [one, other] = [below, above].map((mount) => {
    const fd = mount.open(`/${path}`, O_RDONLY);
    try {
      return mount.content(fd);
    } finally {
      mount.close(fd);
    }
  });
  if (!one || !other) return false;
  for (let at = 0; at < one.sizeBytes; at += READ_BYTES) {
    const [left, right] = [await one.read(at, READ_BYTES), await other.read(at, READ_BYTES)];
    if (!sameBytes(left, right)) return false;
  }
  return true;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}
