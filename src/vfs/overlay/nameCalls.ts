import { encodeName } from '../../bytes/byteName.ts';
import { CAP_MKNOD } from '../capability.ts';
import { createObject, linkObject } from './createEntry.ts';
import {
  PERMISSION_BITS,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
  S_IXGRP,
} from './fileMode.ts';
import { keepLookup, lookup, lookupTarget } from './lookup.ts';
import type { MountState } from './mountState.ts';
import type { OverlayInode, OverlayNode } from './overlayNode.ts';
import { renamePassing } from './passingFile.ts';
import { hasName, type LastPart, nameOf, resolveParent, resolvePath } from './pathWalk.ts';
import {
  type Credentials,
  isCapable,
  isOwnerOrCapable,
  isPermitted,
  MAY_READ,
  MAY_WRITE,
  ownedBy,
  requireCreation,
  requirePermission,
  requireRemoval,
} from './permission.ts';
import { removeObject } from './removeEntry.ts';
import { exchangeObjects, moveObject } from './renameEntry.ts';
import { isRest } from './textPart.ts';

const TARGET_MAX_BYTES = 4095;

export function makeDirectory(mount: MountState, credentials: Credentials, path: string, mode: number): void {
  const node = newName(mount, credentials, path, 'directory');
  requireCreation(mount, node.parent as OverlayNode, credentials);
  makeObject(mount, credentials, node, S_IFDIR | (mode & (0o777 | S_ISVTX)), {});
}

/** mknod(2): `mode` with type bits, a regular file without. Whiteouts are not made by users (EPERM). */
export function makeNode(
  mount: MountState,
  credentials: Credentials,
  path: string,
  mode: number,
  device: number,
): void {
  const type = mode & S_IFMT || S_IFREG;
  if (type === S_IFDIR) throw mount.fail('EPERM');
  if (![S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK].includes(type)) throw mount.fail('EINVAL');
  const node = newName(mount, credentials, path, 'other');
  requireCreation(mount, node.parent as OverlayNode, credentials);
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  const isWhiteout = type === S_IFCHR && device === 0;
  if (isWhiteout || (isDevice && !isCapable(credentials, CAP_MKNOD))) throw mount.fail('EPERM');
  makeObject(mount, credentials, node, type | (mode & PERMISSION_BITS), isDevice ? { device } : {});
}

export function makeSymlink(mount: MountState, credentials: Credentials, target: string, path: string): void {
  if (target === '') throw mount.fail('ENOENT');
  if (encodeName(target).length > TARGET_MAX_BYTES) throw mount.fail('ENAMETOOLONG');
  const node = newName(mount, credentials, path, 'other');
  requireCreation(mount, node.parent as OverlayNode, credentials);
  createObject(mount, node, {
    ...ownedBy(mount, (node.parent as OverlayNode).inode as OverlayInode, S_IFLNK | 0o777, credentials),
    target,
  });
}

/** Makes an object with the caller's umask taken off its mode. */
export function makeObject(
  mount: MountState,
  credentials: Credentials,
  node: OverlayNode,
  mode: number,
  more: { readonly device?: number },
): void {
  const directory = (node.parent as OverlayNode).inode as OverlayInode;
  // A setgid bit goes or stays by the mode as it was asked for, before the umask.
  const owned = ownedBy(mount, directory, mode, credentials);
  createObject(mount, node, { ...owned, mode: owned.mode & ~(credentials.umask & 0o777), ...more });
}

/** link(2): does not follow a symlink at the end of `from`. */
export function makeLink(mount: MountState, credentials: Credentials, from: string, to: string): void {
  const source = resolvePath(mount, credentials, from, 'noFollow');
  const node = newName(mount, credentials, to, 'other');
  const inode = source.inode as OverlayInode;
  if (!isLinkSource(mount, inode, credentials)) throw mount.fail('EPERM');
  requireCreation(mount, node.parent as OverlayNode, credentials);
  if (inode.type === S_IFDIR) throw mount.fail('EPERM');
  linkObject(mount, source, node);
}

/** fs.protected_hardlinks=1 (proc_sys_fs(5)), as distributions set it: strangers may link only what they could read
 *  and write, and nothing that runs with privileges. */
function isLinkSource(mount: MountState, inode: OverlayInode, credentials: Credentials): boolean {
  if (isOwnerOrCapable(mount, inode, credentials)) return true;
  const mode = mount.mode(inode);
  const isPrivileged = (mode & S_ISUID) !== 0 || (mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP);
  if (inode.type !== S_IFREG || isPrivileged) return false;
  return mount.upper !== undefined && isPermitted(mount, inode, MAY_READ | MAY_WRITE, credentials);
}

export function unlinkPath(mount: MountState, credentials: Credentials, path: string): void {
  const last = resolveParent(mount, credentials, path);
  if (!isName(last)) throw mount.fail('EISDIR');
  mount.writable();
  const node = lookupTarget(mount, last.directory, last.text, last.start);
  if (!node.inode) {
    keepLookup(mount, node);
    throw mount.fail('ENOENT');
  }
  if (last.hasTrailingSlash) throw mount.fail(node.inode.type === S_IFDIR ? 'EISDIR' : 'ENOTDIR');
  requireRemoval(mount, node, 'file', credentials);
  removeObject(mount, node);
}

export function removeDirectory(mount: MountState, credentials: Credentials, path: string): void {
  const last = resolveParent(mount, credentials, path);
  const name = nameOf(last);
  if (name === '') throw mount.fail('EBUSY');
  if (name === '.') throw mount.fail('EINVAL');
  if (name === '..') throw mount.fail('ENOTEMPTY');
  mount.writable();
  const node = lookup(mount, last.directory, name);
  if (!node.inode) throw mount.fail('ENOENT');
  requireRemoval(mount, node, 'directory', credentials);
  removeObject(mount, node);
}

/** Flags of renameat2(2). A mount of overlayfs refuses WHITEOUT (EINVAL). */
export type RenameFlag = 'NOREPLACE' | 'EXCHANGE' | 'WHITEOUT';

export function renamePath(
  mount: MountState,
  credentials: Credentials,
  from: string,
  to: string,
  flags: readonly RenameFlag[],
): void {
  if (flags.length === 0 && renamePassing(mount, credentials, from, to)) return;
  const isExchange = flags.includes('EXCHANGE');
  const isKeeping = flags.includes('NOREPLACE');
  if (isExchange && flags.length > 1) throw mount.fail('EINVAL');
  const fromLast = resolveParent(mount, credentials, from);
  const toLast = resolveParent(mount, credentials, to);
  if (!isName(fromLast)) throw mount.fail('EBUSY');
  if (!isName(toLast)) throw mount.fail(isKeeping ? 'EEXIST' : 'EBUSY');
  mount.writable();
  const source = lookupTarget(mount, fromLast.directory, fromLast.text, fromLast.start);
  if (!source.inode) {
    keepLookup(mount, source);
    throw mount.fail('ENOENT');
  }
  const isSamePlace = fromLast.directory === toLast.directory && isRest(toLast.text, toLast.start, source.name);
  const target = isSamePlace ? source : lookupTarget(mount, toLast.directory, toLast.text, toLast.start);
  try {
    renameFound(mount, credentials, source, target, fromLast, toLast, flags);
  } catch (error) {
    keepLookup(mount, target);
    throw error;
  }
}

function renameFound(
  mount: MountState,
  credentials: Credentials,
  source: OverlayNode,
  target: OverlayNode,
  fromLast: LastPart,
  toLast: LastPart,
  flags: readonly RenameFlag[],
): void {
  const isExchange = flags.includes('EXCHANGE');
  const isKeeping = flags.includes('NOREPLACE');
  if (isKeeping && target.inode) throw mount.fail('EEXIST');
  if (isExchange && !target.inode) throw mount.fail('ENOENT');
  requireSlashesFit(mount, source, target, fromLast, toLast, isExchange ? 'exchange' : 'move');
  if (isAbove(source, toLast.directory)) throw mount.fail('EINVAL');
  if (isAbove(target, fromLast.directory)) throw mount.fail(isExchange ? 'EINVAL' : 'ENOTEMPTY');
  // Two names of one file: nothing to do (rename(2)).
  if (source.inode === target.inode) return;
  requireMove(mount, credentials, source, target, isExchange ? 'exchange' : 'move');
  if (flags.includes('WHITEOUT')) throw mount.fail('EINVAL');
  if (isExchange) exchangeObjects(mount, source, target);
  else moveObject(mount, source, target);
}

function requireSlashesFit(
  mount: MountState,
  source: OverlayNode,
  target: OverlayNode,
  fromLast: LastPart,
  toLast: LastPart,
  kind: 'move' | 'exchange',
): void {
  const isDirectorySource = source.inode?.type === S_IFDIR;
  if (kind === 'exchange' && toLast.hasTrailingSlash && target.inode?.type !== S_IFDIR) throw mount.fail('ENOTDIR');
  if (isDirectorySource) return;
  if (fromLast.hasTrailingSlash || (kind === 'move' && toLast.hasTrailingSlash)) throw mount.fail('ENOTDIR');
}

function requireMove(
  mount: MountState,
  credentials: Credentials,
  source: OverlayNode,
  target: OverlayNode,
  kind: 'move' | 'exchange',
): void {
  const sourceKind = source.inode?.type === S_IFDIR ? 'directory' : 'file';
  const targetKind = target.inode?.type === S_IFDIR ? 'directory' : 'file';
  requireRemoval(mount, source, sourceKind, credentials);
  if (!target.inode) requireCreation(mount, target.parent as OverlayNode, credentials);
  else requireRemoval(mount, target, kind === 'exchange' ? targetKind : sourceKind, credentials);
  if (source.parent === target.parent) return;
  // Its entry `..` changes.
  if (sourceKind === 'directory') requirePermission(mount, source.inode as OverlayInode, MAY_WRITE, credentials);
  if (kind === 'exchange' && targetKind === 'directory')
    requirePermission(mount, target.inode as OverlayInode, MAY_WRITE, credentials);
}

function isAbove(node: OverlayNode, below: OverlayNode): boolean {
  for (let at: OverlayNode | undefined = below; at; at = at.parent) if (at === node) return true;
  return false;
}

/** A name that may be made at a path: nothing has it yet. */
export function newName(
  mount: MountState,
  credentials: Credentials,
  path: string,
  kind: 'directory' | 'other',
): OverlayNode {
  const last = resolveParent(mount, credentials, path);
  if (!isName(last)) throw mount.fail('EEXIST');
  const node = lookup(mount, last.directory, nameOf(last));
  if (node.inode) throw mount.fail('EEXIST');
  if (last.hasTrailingSlash && kind !== 'directory') throw mount.fail('ENOENT');
  mount.writable();
  return node;
}

export function isName(last: LastPart): boolean {
  return hasName(last.text, last.start);
}
