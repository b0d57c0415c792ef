import { CAP_CHOWN, CAP_FSETID, CAPABILITY_XATTR } from '../capability.ts';
import { copyUp } from './copyUp.ts';
import { PERMISSION_BITS, S_IFDIR, S_IFMT, S_IFREG, S_ISGID, S_ISUID } from './fileMode.ts';
import type { Timestamp } from './layer.ts';
import type { MountState } from './mountState.ts';
import type { OverlayInode, OverlayNode } from './overlayNode.ts';
import {
  type Credentials,
  isCapable,
  isInGroup,
  isOwnerOrCapable,
  MAY_WRITE,
  requirePermission,
  withoutPrivileges,
} from './permission.ts';

/** Bytes of the largest file (ext4 with 4 KiB blocks). */
export const FILE_MAX_BYTES = 16 * 2 ** 40 - 4096;

export function changeMode(mount: MountState, credentials: Credentials, node: OverlayNode, mode: number): void {
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  if (!isOwnerOrCapable(mount, inode, credentials)) throw mount.fail('EPERM');
  const gid = mount.realLayer(inode).gid(mount.realInode(inode));
  const mayGroup = isInGroup(credentials, gid) || isCapable(credentials, CAP_FSETID);
  copyUp(mount, node);
  const kept = mayGroup ? mode : mode & ~S_ISGID;
  upper.setMode(inode.upper, (upper.mode(inode.upper) & S_IFMT) | (kept & PERMISSION_BITS));
}

/** chown(2): undefined leaves an owner as it is, which copies up, too. */
export function changeOwner(
  mount: MountState,
  credentials: Credentials,
  node: OverlayNode,
  uid: number | undefined,
  gid: number | undefined,
): void {
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  const layer = mount.realLayer(inode);
  const real = mount.realInode(inode);
  if (!isCapable(credentials, CAP_CHOWN)) {
    const isOwner = layer.uid(real) === credentials.uid;
    if (uid !== undefined && !(isOwner && uid === layer.uid(real))) throw mount.fail('EPERM');
    const mayGroup = gid === undefined || gid === layer.gid(real) || isInGroup(credentials, gid);
    if (gid !== undefined && !(isOwner && mayGroup)) throw mount.fail('EPERM');
  }
  copyUp(mount, node);
  if (inode.type !== S_IFDIR) dropPrivileges(mount, credentials, inode);
  upper.setOwner(inode.upper, uid ?? upper.uid(inode.upper), gid ?? upper.gid(inode.upper));
}

/** utimensat(2) with given times; undefined leaves a time as it is. */
export function changeTimes(
  mount: MountState,
  credentials: Credentials,
  node: OverlayNode,
  atime: Timestamp | undefined,
  mtime: Timestamp | undefined,
): void {
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  if (!isOwnerOrCapable(mount, inode, credentials)) throw mount.fail('EPERM');
  copyUp(mount, node);
  upper.setTimes(inode.upper, atime, mtime);
}

/** truncate(2). */
export function truncateNode(mount: MountState, credentials: Credentials, node: OverlayNode, sizeBytes: number): void {
  const inode = node.inode as OverlayInode;
  requireSize(mount, sizeBytes);
  if (inode.type === S_IFDIR) throw mount.fail('EISDIR');
  if (inode.type !== S_IFREG) throw mount.fail('EINVAL');
  mount.writable();
  requirePermission(mount, inode, MAY_WRITE, credentials);
  resizeNode(mount, credentials, node, sizeBytes);
}

/** Cuts or lengthens a file that is open for writing. */
export function resizeNode(mount: MountState, credentials: Credentials, node: OverlayNode, sizeBytes: number): void {
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  requireSize(mount, sizeBytes);
  copyUp(mount, node, 'data');
  dropPrivilegesOfWriter(mount, credentials, inode);
  upper.resize(inode.upper, sizeBytes);
  upper.setModified(inode.upper);
}

function requireSize(mount: MountState, sizeBytes: number): void {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw mount.fail('EINVAL');
  if (sizeBytes > FILE_MAX_BYTES) throw mount.fail('EFBIG');
}

/** Whoever lacks CAP_FSETID takes setuid and setgid bits and capabilities off what they write to. */
export function dropPrivilegesOfWriter(mount: MountState, credentials: Credentials, inode: OverlayInode): void {
  if (!isCapable(credentials, CAP_FSETID)) dropPrivileges(mount, credentials, inode);
}

function dropPrivileges(mount: MountState, credentials: Credentials, inode: OverlayInode): void {
  const upper = mount.writable();
  const mode = upper.mode(inode.upper);
  if ((mode & (S_ISUID | S_ISGID)) !== 0) {
    const isMember = isCapable(credentials, CAP_FSETID) || isInGroup(credentials, upper.gid(inode.upper));
    const kept = withoutPrivileges(mode, isMember);
    if (kept !== mode) upper.setMode(inode.upper, kept);
  }
  if (upper.xattrs(inode.upper).has(CAPABILITY_XATTR)) upper.removeXattr(inode.upper, CAPABILITY_XATTR);
}
