import { encodeName } from '../../bytes/byteName.ts';
import { CAP_SETFCAP, CAP_SYS_ADMIN, CAPABILITY_XATTR } from '../capability.ts';
import { copyUp } from './copyUp.ts';
import { S_IFDIR, S_IFREG, S_ISVTX } from './fileMode.ts';
import { NO_INODE } from './layer.ts';
import type { MountState } from './mountState.ts';
import type { OverlayInode, OverlayNode } from './overlayNode.ts';
import { type Credentials, isCapable, isOwnerOrCapable, MAY_READ, MAY_WRITE, requirePermission } from './permission.ts';

/** As Linux (limits.h). */
const NAME_MAX_BYTES = 255;
const VALUE_MAX_BYTES = 65536;

export type XattrFlag = 'any' | 'create' | 'replace';

export function setXattr(
  mount: MountState,
  credentials: Credentials,
  node: OverlayNode,
  name: string,
  value: Uint8Array,
  flag: XattrFlag,
): void {
  if (value.length > VALUE_MAX_BYTES) throw mount.fail('E2BIG');
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  requireAccess(mount, credentials, inode, name, 'write');
  const stored = storedName(mount, name);
  if (inode.upper === NO_INODE) copyUp(mount, node);
  requireNamespace(mount, stored);
  const isThere = upper.xattrs(inode.upper).has(stored);
  if (flag === 'create' && isThere) throw mount.fail('EEXIST');
  if (flag === 'replace' && !isThere) throw mount.fail('ENODATA');
  upper.setXattr(inode.upper, stored, value.slice());
}

export function removeXattr(mount: MountState, credentials: Credentials, node: OverlayNode, name: string): void {
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  requireAccess(mount, credentials, inode, name, 'write');
  const stored = storedName(mount, name);
  requireNamespace(mount, stored);
  if (!mount.realLayer(inode).xattrs(mount.realInode(inode)).has(stored)) throw mount.fail('ENODATA');
  if (inode.upper === NO_INODE) copyUp(mount, node);
  upper.removeXattr(inode.upper, stored);
}

export function getXattr(mount: MountState, credentials: Credentials, inode: OverlayInode, name: string): Uint8Array {
  requireAccess(mount, credentials, inode, name, 'read');
  const stored = storedName(mount, name);
  requireNamespace(mount, stored);
  const value = mount.realLayer(inode).xattrs(mount.realInode(inode)).get(stored);
  if (!value) throw mount.fail('ENODATA');
  return value;
}

/** The mount's own marks are not listed; `trusted.` names only for root. */
export function listXattrs(mount: MountState, credentials: Credentials, inode: OverlayInode): readonly string[] {
  const names: string[] = [];
  for (const name of mount.realLayer(inode).xattrs(mount.realInode(inode)).keys()) {
    if (mount.xattrs.isPrivate(name)) continue;
    if (name.startsWith('trusted.') && !isCapable(credentials, CAP_SYS_ADMIN)) continue;
    names.push(mount.xattrs.unescaped(name));
  }
  return names;
}

/** xattr(7), "Extended attribute namespaces". */
function requireAccess(
  mount: MountState,
  credentials: Credentials,
  inode: OverlayInode,
  name: string,
  access: 'read' | 'write',
): void {
  const length = encodeName(name).length;
  if (length === 0 || length > NAME_MAX_BYTES) throw mount.fail('ERANGE');
  if (name.startsWith('security.')) {
    const needed = name === CAPABILITY_XATTR ? CAP_SETFCAP : CAP_SYS_ADMIN;
    if (access === 'write' && !isCapable(credentials, needed)) throw mount.fail('EPERM');
    return;
  }
  if (name.startsWith('system.')) return;
  const refusal = access === 'write' ? 'EPERM' : 'ENODATA';
  if (name.startsWith('trusted.')) {
    if (!isCapable(credentials, CAP_SYS_ADMIN)) throw mount.fail(refusal);
    return;
  }
  if (name.startsWith('user.')) {
    if (inode.type !== S_IFREG && inode.type !== S_IFDIR) throw mount.fail(refusal);
    const isSticky = inode.type === S_IFDIR && (mount.mode(inode) & S_ISVTX) !== 0;
    if (isSticky && access === 'write' && !isOwnerOrCapable(mount, inode, credentials)) throw mount.fail('EPERM');
  }
  requirePermission(mount, inode, access === 'write' ? MAY_WRITE : MAY_READ, credentials);
}

function storedName(mount: MountState, name: string): string {
  const stored = mount.xattrs.escaped(name);
  if (stored === undefined) throw mount.fail('EOPNOTSUPP');
  return stored;
}

/** What the filesystems of the layers store. POSIX ACLs are not simulated. */
function requireNamespace(mount: MountState, name: string): void {
  const isStored = /^(user|trusted|security)\../.test(name);
  if (!isStored) throw mount.fail(/^(user|trusted|security)\.$/.test(name) ? 'EINVAL' : 'EOPNOTSUPP');
}
