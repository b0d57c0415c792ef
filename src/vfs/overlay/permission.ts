import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID } from '../capability.ts';
import { isDirectory, S_IFDIR, S_IFLNK, S_IFREG, S_ISGID, S_ISUID, S_ISVTX, S_IXGRP } from './fileMode.ts';
import type { MountState } from './mountState.ts';
import type { OverlayInode, OverlayNode } from './overlayNode.ts';

/** Who makes a call. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  readonly umask: number;
  /** May go through any directory: somebody else has asked for permission on the way. */
  readonly maySearch?: boolean;
  /** The effective ones of the first 32, as bits (`capability.ts`). Undefined: uid 0 has all, others have none. */
  readonly capabilities?: number | undefined;
}

export const ROOT: Credentials = { uid: 0, gid: 0, groups: [], umask: 0o022 };

export const MAY_EXEC = 1;
export const MAY_WRITE = 2;
export const MAY_READ = 4;

export function isCapable({ capabilities, uid }: Credentials, capability: number): boolean {
  return capabilities === undefined ? uid === 0 : (capabilities & capability) !== 0;
}

/** Whether directories need not be asked whether they may be searched. */
export function searchesAll(credentials: Credentials): boolean {
  return isCapable(credentials, CAP_DAC_OVERRIDE | CAP_DAC_READ_SEARCH);
}

export function isInGroup(credentials: Credentials, gid: number): boolean {
  return credentials.gid === gid || credentials.groups.includes(gid);
}

export function isOwnerOrCapable(mount: MountState, inode: OverlayInode, credentials: Credentials): boolean {
  return isCapable(credentials, CAP_FOWNER) || mount.realLayer(inode).uid(mount.realInode(inode)) === credentials.uid;
}

/** Whether the caller may do that to the inode (path_resolution(7), "Permissions"). */
export function isPermitted(mount: MountState, inode: OverlayInode, mask: number, credentials: Credentials): boolean {
  const layer = mount.realLayer(inode);
  const real = mount.realInode(inode);
  if (isCapable(credentials, CAP_DAC_OVERRIDE)) {
    if (inode.type === S_IFDIR || (mask & MAY_EXEC) === 0) return true;
    return (layer.mode(real) & 0o111) !== 0;
  }
  if (isCapable(credentials, CAP_DAC_READ_SEARCH)) {
    if (mask === MAY_READ || (inode.type === S_IFDIR && (mask & MAY_WRITE) === 0)) return true;
  }
  if (mask === MAY_EXEC && inode.type === S_IFDIR && credentials.maySearch) return true;
  const mode = layer.mode(real);
  let granted = mode & 7;
  if (layer.uid(real) === credentials.uid) granted = (mode >> 6) & 7;
  else if (isInGroup(credentials, layer.gid(real))) granted = (mode >> 3) & 7;
  return (mask & ~granted) === 0;
}

/** Throws EACCES, or EROFS for writing to a file, directory or link of a mount without upper. */
export function requirePermission(
  mount: MountState,
  inode: OverlayInode,
  mask: number,
  credentials: Credentials,
): void {
  const { type } = inode;
  if ((mask & MAY_WRITE) !== 0 && !mount.upper && (type === S_IFREG || type === S_IFDIR || type === S_IFLNK))
    throw mount.fail('EROFS');
  if (!isPermitted(mount, inode, mask, credentials)) throw mount.fail('EACCES');
}

/** Making a name in a directory. */
export function requireCreation(mount: MountState, directory: OverlayNode, credentials: Credentials): void {
  requirePermission(mount, directory.inode as OverlayInode, MAY_WRITE | MAY_EXEC, credentials);
}

/** Removing or replacing a name: its directory must be writable, and a sticky one lets only owners do it. */
export function requireRemoval(
  mount: MountState,
  victim: OverlayNode,
  as: 'directory' | 'file',
  credentials: Credentials,
): void {
  const directory = (victim.parent as OverlayNode).inode as OverlayInode;
  const inode = victim.inode as OverlayInode;
  requirePermission(mount, directory, MAY_WRITE | MAY_EXEC, credentials);
  if (isStickyFor(mount, directory, inode, credentials)) throw mount.fail('EPERM');
  if (as === 'directory' && inode.type !== S_IFDIR) throw mount.fail('ENOTDIR');
  if (as === 'file' && inode.type === S_IFDIR) throw mount.fail('EISDIR');
}

function isStickyFor(
  mount: MountState,
  directory: OverlayInode,
  inode: OverlayInode,
  credentials: Credentials,
): boolean {
  if (isCapable(credentials, CAP_FOWNER) || (mount.mode(directory) & S_ISVTX) === 0) return false;
  return !isOwnerOrCapable(mount, inode, credentials) && !isOwnerOrCapable(mount, directory, credentials);
}

/** What a new object in a directory is like (inode_init_owner of the kernel): a setgid directory hands its group on,
 *  and itself to directories; a file that could run as a group the caller is not in loses its setgid bit. */
export function ownedBy(
  mount: MountState,
  directory: OverlayInode,
  mode: number,
  credentials: Credentials,
): { mode: number; uid: number; gid: number } {
  const layer = mount.realLayer(directory);
  const real = mount.realInode(directory);
  if ((layer.mode(real) & S_ISGID) === 0) return { mode, uid: credentials.uid, gid: credentials.gid };
  const gid = layer.gid(real);
  if (isDirectory(mode)) return { mode: mode | S_ISGID, uid: credentials.uid, gid };
  const runsAsGroup = (mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP);
  const isStripped = runsAsGroup && !isInGroup(credentials, gid) && !isCapable(credentials, CAP_FSETID);
  return { mode: isStripped ? mode & ~S_ISGID : mode, uid: credentials.uid, gid };
}

/** The mode without the bits that a change of owner or of content by others takes away. */
export function withoutPrivileges(mode: number, isGroupMember: boolean): number {
  let kept = mode & ~S_ISUID;
  if ((mode & S_IXGRP) !== 0 || !isGroupMember) kept &= ~S_ISGID;
  return kept;
}
