import { resizeNode } from './attributeCalls.ts';
import { copyUp } from './copyUp.ts';
import {
  PERMISSION_BITS,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
  S_ISVTX,
} from './fileMode.ts';
import { dataEntry, keepLookup, lookupTarget } from './lookup.ts';
import type { MountState } from './mountState.ts';
import { isName, makeObject } from './nameCalls.ts';
import {
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
} from './openFlags.ts';
import type { OverlayInode, OverlayNode } from './overlayNode.ts';
import { keptParent, PathWalk, resolveKept } from './pathWalk.ts';
import { type Credentials, MAY_READ, MAY_WRITE, requireCreation, requirePermission } from './permission.ts';
import { Pipe } from './pipe.ts';

/** An open file description. It keeps its object when the name is removed, and follows it when it is copied up: a
 *  file that was opened for reading reads what others write. */
export interface OpenFile {
  readonly node: OverlayNode;
  readonly inode: OverlayInode;
  readonly isReadable: boolean;
  readonly isWritable: boolean;
  readonly isAppending: boolean;
}

/** What open(2) found at a path, or made there. */
export interface Opened {
  readonly node: OverlayNode;
  readonly isCreated: boolean;
}

/** open(2); fifos as with O_NONBLOCK, devices and sockets ENXIO: there are no drivers here. */
export function openPath(
  mount: MountState,
  credentials: Credentials,
  path: string,
  flags: number,
  mode: number,
): OpenFile {
  return openFound(mount, credentials, findToOpen(mount, credentials, path, flags, mode), flags);
}

/** The object at a path that the caller may open so; with O_CREAT it is made where there is none. */
export function findToOpen(
  mount: MountState,
  credentials: Credentials,
  path: string,
  flags: number,
  mode: number,
): Opened {
  if ((flags & O_CREAT) !== 0 && (flags & O_DIRECTORY) !== 0) throw mount.fail('EINVAL');
  const found = findOrCreate(mount, credentials, path, flags, mode);
  if (!found.isCreated) requireOpenable(mount, credentials, found.node, flags, found.needsDirectory);
  return found;
}

export function openFound(
  mount: MountState,
  credentials: Credentials,
  { node, isCreated }: Opened,
  flags: number,
): OpenFile {
  const inode = node.inode as OverlayInode;
  const file: OpenFile = {
    node,
    inode,
    isReadable: (flags & O_ACCMODE) !== O_WRONLY,
    isWritable: (flags & O_ACCMODE) !== O_RDONLY,
    isAppending: (flags & O_APPEND) !== 0,
  };
  openInode(mount, file, isCreated ? flags & ~O_TRUNC : flags);
  if (!isCreated && (flags & O_TRUNC) !== 0 && inode.type === S_IFREG) resizeNode(mount, credentials, node, 0);
  keepLookup(mount, node);
  mount.addUser(inode);
  return file;
}

/** Ends an open file. An object without names goes with the last one. */
export function closeFile(mount: MountState, file: OpenFile): void {
  const { inode } = file;
  if (inode.pipe) {
    if (file.isReadable) inode.pipe.readers--;
    if (file.isWritable) inode.pipe.writers--;
    if (inode.pipe.readers + inode.pipe.writers === 0) inode.pipe = undefined;
  }
  mount.dropUser(inode);
}

interface Found extends Opened {
  readonly needsDirectory: boolean;
}

function findOrCreate(mount: MountState, credentials: Credentials, path: string, flags: number, mode: number): Found {
  const isCreating = (flags & O_CREAT) !== 0;
  const isExclusive = isCreating && (flags & O_EXCL) !== 0;
  if (!isCreating) {
    const kept = resolveKept(mount, credentials, path);
    if (kept && kept.inode?.type !== S_IFLNK)
      return { node: kept, isCreated: false, needsDirectory: (flags & O_DIRECTORY) !== 0 };
  }
  const place = isCreating ? keptParent(mount, credentials, path) : undefined;
  if (place) {
    const node = lookupTarget(mount, place.directory, place.text, place.start);
    if (!node.inode)
      return { node: createFile(mount, credentials, node, mode), isCreated: true, needsDirectory: false };
    if (isExclusive || node.inode.type !== S_IFLNK) return { node, isCreated: false, needsDirectory: false };
  }
  const walk = new PathWalk(mount, credentials, path);
  let follows = (flags & O_NOFOLLOW) === 0 && !isExclusive;
  let needsDirectory = (flags & O_DIRECTORY) !== 0;
  for (;;) {
    const last = walk.toLast();
    if (last.hasTrailingSlash) {
      if (isCreating && isName(last)) throw mount.fail('EISDIR');
      follows = true;
      needsDirectory = true;
    }
    if (isCreating && isName(last)) {
      const node = lookupTarget(mount, last.directory, last.text, last.start);
      if (!node.inode) return { node: createFile(mount, credentials, node, mode), isCreated: true, needsDirectory };
    }
    const node = last.text === '' ? last.directory : walk.step(last);
    if (!follows || (node.inode as OverlayInode).type !== S_IFLNK) return { node, isCreated: false, needsDirectory };
    walk.follow(node);
  }
}

function createFile(mount: MountState, credentials: Credentials, node: OverlayNode, mode: number): OverlayNode {
  try {
    mount.writable();
    requireCreation(mount, node.parent as OverlayNode, credentials);
    makeObject(mount, credentials, node, S_IFREG | (mode & PERMISSION_BITS), {});
    return node;
  } catch (error) {
    keepLookup(mount, node);
    throw error;
  }
}

function requireOpenable(
  mount: MountState,
  credentials: Credentials,
  node: OverlayNode,
  flags: number,
  needsDirectory: boolean,
): void {
  const inode = node.inode as OverlayInode;
  const { type } = inode;
  if ((flags & O_CREAT) !== 0) {
    if ((flags & O_EXCL) !== 0) throw mount.fail('EEXIST');
    if (type === S_IFDIR) throw mount.fail('EISDIR');
    if (isStrangersInSticky(mount, credentials, node)) throw mount.fail('EACCES');
  }
  if (needsDirectory && type !== S_IFDIR) throw mount.fail('ENOTDIR');
  const access = flags & O_ACCMODE;
  const isTruncating = (flags & O_TRUNC) !== 0;
  if (isTruncating && type === S_IFREG) mount.writable();
  if (type === S_IFLNK) throw mount.fail('ELOOP');
  const isWriting = access !== O_RDONLY || isTruncating;
  if (type === S_IFDIR && isWriting) throw mount.fail('EISDIR');
  const mask = (access === O_WRONLY ? 0 : MAY_READ) | (isWriting ? MAY_WRITE : 0);
  requirePermission(mount, inode, mask, credentials);
}

/** A device or socket of somebody else in a directory like /tmp is not opened by who meant to create a file, not even
 *  by root (may_create_in_sticky of the kernel; fs.protected_regular and fs.protected_fifos are 0 here). */
function isStrangersInSticky(mount: MountState, credentials: Credentials, node: OverlayNode): boolean {
  const inode = node.inode as OverlayInode;
  if (inode.type === S_IFREG || inode.type === S_IFIFO) return false;
  const directory = node.parent?.inode;
  if (!directory) return false;
  const mode = mount.mode(directory);
  if ((mode & S_ISVTX) === 0 || (mode & 0o002) === 0) return false;
  const owner = mount.realLayer(inode).uid(mount.realInode(inode));
  return owner !== credentials.uid && owner !== mount.realLayer(directory).uid(mount.realInode(directory));
}

function openInode(mount: MountState, file: OpenFile, flags: number): void {
  const { inode, node } = file;
  switch (inode.type) {
    case S_IFCHR:
    case S_IFBLK:
    case S_IFSOCK:
      throw mount.fail('ENXIO');
    case S_IFIFO:
      openPipe(mount, file);
      return;
    case S_IFREG:
      if ((flags & O_TRUNC) !== 0) copyUp(mount, node, 'truncate');
      else if (file.isWritable) copyUp(mount, node, 'data');
      else dataEntry(mount, inode);
      return;
    default:
      return;
  }
}

function openPipe(mount: MountState, file: OpenFile): void {
  const { inode } = file;
  const pipe = inode.pipe ?? new Pipe();
  if (file.isWritable && !file.isReadable && pipe.readers === 0) throw mount.fail('ENXIO');
  if (file.isReadable) pipe.readers++;
  if (file.isWritable) pipe.writers++;
  inode.pipe = pipe;
}
