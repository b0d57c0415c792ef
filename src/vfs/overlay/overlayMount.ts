import type { ByteSource } from '../../bytes/byteSource.ts';
import { VfsError } from '../vfsError.ts';
import { changeMode, changeOwner, changeTimes, resizeNode, truncateNode } from './attributeCalls.ts';
import { contentSourceOf, readAt, readPipe, readWhole, writeAt, writePipe, writeWhole } from './fileIo.ts';
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from './fileMode.ts';
import type { Layer, Timestamp } from './layer.ts';
import { cleanIndex } from './linkIndex.ts';
import { listNames } from './mergedNames.ts';
import { type MountCounters, type MountListener, newCounters } from './mountEvents.ts';
import { type MountOptions, parseMountOptions } from './mountOptions.ts';
import { MountState } from './mountState.ts';
import {
  makeDirectory,
  makeLink,
  makeNode,
  makeSymlink,
  removeDirectory,
  type RenameFlag,
  renamePath,
  unlinkPath,
} from './nameCalls.ts';
import { closeFile, type OpenFile, openPath } from './openFile.ts';
import { O_CREAT, O_DIRECTORY, O_RDONLY, O_TRUNC, O_WRONLY } from './openFlags.ts';
import type { ListedName, OverlayInode, OverlayNode } from './overlayNode.ts';
import { resolvePath, type SymlinkRule } from './pathWalk.ts';
import { type Credentials, MAY_READ, requirePermission, ROOT } from './permission.ts';
import { type Stat, statInode } from './stat.ts';
import type { Upper } from './upper.ts';
import type { UpperState } from './upperView.ts';
import { getXattr, listXattrs, removeXattr, setXattr, type XattrFlag } from './xattrCalls.ts';

export interface MountSetup {
  /** Top first, as in lowerdir=. At least one. */
  readonly lowers: readonly Layer[];
  /** Data-only layers (`lowerdir=A::B`), top first. */
  readonly dataLayers?: readonly Layer[];
  /** A mount without one is read-only. */
  readonly upper?: Upper | undefined;
  /** As after `-o`: `redirect_dir=on,metacopy=on`. */
  readonly options?: string;
}

/** A mount keeps at most as many lowers (OVL_MAX_STACK). */
const MAX_LOWERS = 500;

/** A union mount that behaves as Linux's overlayfs does (overlayfs.rst), errors included. Paths are absolute or from
 *  the root; strings as of `bytes/byteName.ts`. Every call happens whole or not at all, but for copy-ups that precede
 *  a call's own refusal, which the kernel keeps, too. Failures are `VfsError`s; anything else that is thrown has
 *  changed nothing. Times of reading (atime) are not kept: mounts are as with noatime. */
export class OverlayMount {
  /** Who makes the calls. */
  credentials: Credentials = ROOT;
  readonly #setup: MountSetup;
  readonly #counters = newCounters();
  #mount: MountState;
  readonly #files = new Map<number, OpenFile>();

  /** Throws VfsError EINVAL for options that contradict themselves or are not simulated, for too many layers, and for
   *  an upper that a volatile mount has left; ESTALE with an index for an upper that was on other lowers. */
  constructor(setup: MountSetup) {
    this.#setup = setup;
    const { volatile } = parseMountOptions(setup.options ?? '');
    if ((volatile && !setup.upper) || setup.upper?.state.isVolatile) throw new VfsError('EINVAL', 'mount', 'upperdir');
    this.#mount = this.#mounted();
    if (volatile) setup.upper?.setVolatile(true);
    setup.upper?.endOperation();
  }

  get options(): MountOptions {
    return this.#mount.options;
  }

  get counters(): Readonly<MountCounters> {
    return this.#counters;
  }

  /** Told of what happens; costs nothing while undefined. */
  set listener(listener: MountListener | undefined) {
    this.#mount.listener = listener;
  }

  /** Of a mount whose upper has a limit: what its files may hold, and what they hold. */
  get room(): { readonly limitBytes: number; readonly usedBytes: number } | undefined {
    return this.#setup.upper?.room;
  }

  /** The upper's state, O(1). Throws EROFS on a mount without one. */
  snapshot(): UpperState {
    return this.#call('snapshot', '/', () => this.#mount.writable().snapshot());
  }

  /** Goes to a state that `snapshot` gave, as a remount does: what is open is closed. */
  restore(state: UpperState): void {
    this.#call('restore', '/', () => this.#mount.writable()).restore(state);
    const { listener } = this.#mount;
    this.#files.clear();
    this.#mount = this.#mounted();
    this.#mount.listener = listener;
  }

  mkdir(path: string, mode: number): void {
    this.#call('mkdir', path, () => makeDirectory(this.#mount, this.credentials, path, mode));
  }

  /** `mode` with type bits; `device` as of `deviceNumber`. */
  mknod(path: string, mode: number, device = 0): void {
    this.#call('mknod', path, () => makeNode(this.#mount, this.credentials, path, mode, device));
  }

  symlink(target: string, path: string): void {
    this.#call('symlink', path, () => makeSymlink(this.#mount, this.credentials, target, path));
  }

  link(from: string, to: string): void {
    this.#call('link', from, () => makeLink(this.#mount, this.credentials, from, to));
  }

  unlink(path: string): void {
    this.#call('unlink', path, () => unlinkPath(this.#mount, this.credentials, path));
  }

  rmdir(path: string): void {
    this.#call('rmdir', path, () => removeDirectory(this.#mount, this.credentials, path));
  }

  rename(from: string, to: string, flags: readonly RenameFlag[] = []): void {
    this.#call('rename', from, () => renamePath(this.#mount, this.credentials, from, to, flags));
  }

  readlink(path: string): string {
    return this.#call('readlink', path, () => {
      const inode = this.#at(path, 'noFollow').inode as OverlayInode;
      if (inode.type !== S_IFLNK) throw this.#mount.fail('EINVAL');
      return this.#mount.realLayer(inode).linkTarget(this.#mount.realInode(inode));
    });
  }

  stat(path: string): Stat {
    return this.#call('stat', path, () => statInode(this.#mount, this.#at(path, 'follow').inode as OverlayInode));
  }

  lstat(path: string): Stat {
    return this.#call('lstat', path, () => statInode(this.#mount, this.#at(path, 'noFollow').inode as OverlayInode));
  }

  /** access(2) with the effective ids; `mask` of MAY_READ, MAY_WRITE, MAY_EXEC. */
  access(path: string, mask: number): void {
    this.#call('access', path, () => {
      if ((mask & ~7) !== 0) throw this.#mount.fail('EINVAL');
      requirePermission(this.#mount, this.#at(path, 'follow').inode as OverlayInode, mask, this.credentials);
    });
  }

  chmod(path: string, mode: number): void {
    this.#call('chmod', path, () => changeMode(this.#mount, this.credentials, this.#at(path, 'follow'), mode));
  }

  chown(path: string, uid: number | undefined, gid: number | undefined): void {
    this.#call('chown', path, () => changeOwner(this.#mount, this.credentials, this.#at(path, 'follow'), uid, gid));
  }

  lchown(path: string, uid: number | undefined, gid: number | undefined): void {
    this.#call('lchown', path, () => changeOwner(this.#mount, this.credentials, this.#at(path, 'noFollow'), uid, gid));
  }

  utimes(path: string, atime: Timestamp | undefined, mtime: Timestamp | undefined): void {
    this.#call('utimes', path, () =>
      changeTimes(this.#mount, this.credentials, this.#at(path, 'follow'), atime, mtime),
    );
  }

  lutimes(path: string, atime: Timestamp | undefined, mtime: Timestamp | undefined): void {
    this.#call('lutimes', path, () =>
      changeTimes(this.#mount, this.credentials, this.#at(path, 'noFollow'), atime, mtime),
    );
  }

  truncate(path: string, sizeBytes: number): void {
    this.#call('truncate', path, () =>
      truncateNode(this.#mount, this.credentials, this.#at(path, 'follow'), sizeBytes),
    );
  }

  /** The l-calls of xattr(7): symlinks are not followed. */
  setXattr(path: string, name: string, value: Uint8Array, flag: XattrFlag = 'any'): void {
    this.#call('setxattr', path, () =>
      setXattr(this.#mount, this.credentials, this.#at(path, 'noFollow'), name, value, flag),
    );
  }

  getXattr(path: string, name: string): Uint8Array {
    return this.#call('getxattr', path, () =>
      getXattr(this.#mount, this.credentials, this.#at(path, 'noFollow').inode as OverlayInode, name),
    );
  }

  removeXattr(path: string, name: string): void {
    this.#call('removexattr', path, () => removeXattr(this.#mount, this.credentials, this.#at(path, 'noFollow'), name));
  }

  listXattrs(path: string): readonly string[] {
    return this.#call('listxattr', path, () =>
      listXattrs(this.#mount, this.credentials, this.#at(path, 'noFollow').inode as OverlayInode),
    );
  }

  /** Names with their types, without `.` and `..`, in the kernel's order of layers. */
  readdir(path: string): readonly ListedName[] {
    return this.#call('readdir', path, () => {
      const file = openPath(this.#mount, this.credentials, path, O_RDONLY | O_DIRECTORY, 0);
      try {
        return listNames(this.#mount, file.node);
      } finally {
        closeFile(this.#mount, file);
      }
    });
  }

  /** Gives the lowest free descriptor. */
  open(path: string, flags: number, mode = 0): number {
    return this.#call('open', path, () => {
      const file = openPath(this.#mount, this.credentials, path, flags, mode);
      let fd = 0;
      while (this.#files.has(fd)) fd++;
      this.#files.set(fd, file);
      return fd;
    });
  }

  close(fd: number): void {
    this.#fileCall('close', fd, (file) => {
      closeFile(this.#mount, file);
      this.#files.delete(fd);
    });
  }

  /** Bytes [offset, offset + length), fewer at the end. Throws TypeError where the layer's bytes cannot be read
   *  synchronously: `content` gives them. */
  pread(fd: number, offset: number, length: number): Uint8Array {
    return this.#fileCall('pread', fd, (file) => readAt(this.#mount, file, offset, length));
  }

  /** The bytes of an open regular file as they are now. */
  content(fd: number): ByteSource {
    return this.#fileCall('read', fd, (file) => contentSourceOf(this.#mount, file));
  }

  pwrite(fd: number, offset: number, bytes: Uint8Array): number {
    return this.#fileCall('pwrite', fd, (file) => writeAt(this.#mount, this.credentials, file, offset, bytes));
  }

  /** read(2) of a fifo. Throws ESPIPE for anything else: positions are the callers' own. */
  readPipe(fd: number, length: number): Uint8Array {
    return this.#fileCall('read', fd, (file) => {
      this.#requirePipe(file);
      return readPipe(this.#mount, file, length);
    });
  }

  writePipe(fd: number, bytes: Uint8Array): number {
    return this.#fileCall('write', fd, (file) => {
      this.#requirePipe(file);
      return writePipe(this.#mount, file, bytes);
    });
  }

  /** A whole regular file, as an array of the caller's own. Throws as `open` and `pread` do, EINVAL for what is neither
   *  file nor directory. */
  readFile(path: string): Uint8Array {
    return this.#call('read', path, () => readWhole(this.#mount, this.credentials, path));
  }

  /** Opens, writes the bytes at the start (at the end with O_APPEND) and closes, all or nothing: with the flags that are
   *  given where none are, what the file held before is replaced. */
  writeFile(path: string, bytes: Uint8Array, options: { readonly flags?: number; readonly mode?: number } = {}): void {
    const { flags = O_WRONLY | O_CREAT | O_TRUNC, mode = 0o666 } = options;
    this.#call('write', path, () => writeWhole(this.#mount, this.credentials, path, bytes, { flags, mode }));
  }

  fstat(fd: number): Stat {
    return this.#fileCall('fstat', fd, (file) => statInode(this.#mount, file.inode));
  }

  ftruncate(fd: number, sizeBytes: number): void {
    this.#fileCall('ftruncate', fd, (file) => {
      if (file.inode.type !== S_IFREG || !file.isWritable) throw this.#mount.fail('EINVAL');
      resizeNode(this.#mount, this.credentials, file.node, sizeBytes);
    });
  }

  fchmod(fd: number, mode: number): void {
    this.#fileCall('fchmod', fd, (file) => changeMode(this.#mount, this.credentials, file.node, mode));
  }

  fchown(fd: number, uid: number | undefined, gid: number | undefined): void {
    this.#fileCall('fchown', fd, (file) => changeOwner(this.#mount, this.credentials, file.node, uid, gid));
  }

  futimes(fd: number, atime: Timestamp | undefined, mtime: Timestamp | undefined): void {
    this.#fileCall('futimes', fd, (file) => changeTimes(this.#mount, this.credentials, file.node, atime, mtime));
  }

  fsetXattr(fd: number, name: string, value: Uint8Array, flag: XattrFlag = 'any'): void {
    this.#fileCall('fsetxattr', fd, (file) => setXattr(this.#mount, this.credentials, file.node, name, value, flag));
  }

  freaddir(fd: number): readonly ListedName[] {
    return this.#fileCall('getdents', fd, (file) => {
      if (file.inode.type !== S_IFDIR) throw this.#mount.fail('ENOTDIR');
      requirePermission(this.#mount, file.inode, file.isReadable ? 0 : MAY_READ, this.credentials);
      return listNames(this.#mount, file.node);
    });
  }

  #mounted(): MountState {
    const { lowers, upper, dataLayers = [] } = this.#setup;
    const options = parseMountOptions(this.#setup.options ?? '');
    if (lowers.length === 0 || lowers.length + dataLayers.length > MAX_LOWERS)
      throw new VfsError('EINVAL', 'mount', 'lowerdir');
    const mount = new MountState(options, upper, lowers, dataLayers, this.#counters);
    mount.prepare();
    if (upper && options.index) cleanIndex(mount);
    upper?.endOperation();
    return mount;
  }

  #at(path: string, rule: SymlinkRule): OverlayNode {
    return resolvePath(this.#mount, this.credentials, path, rule);
  }

  #requirePipe(file: OpenFile): void {
    if (file.inode.type !== S_IFIFO) throw this.#mount.fail('ESPIPE');
  }

  #fileCall<T>(syscall: string, fd: number, body: (file: OpenFile) => T): T {
    return this.#call(syscall, String(fd), () => {
      const file = this.#files.get(fd);
      if (!file) throw this.#mount.fail('EBADF');
      return body(file);
    });
  }

  /** One call: what it changed stays, unless something failed that the kernel knows no errno for. */
  #call<T>(syscall: string, path: string, body: () => T): T {
    const mount = this.#mount;
    mount.syscall = syscall;
    mount.path = path;
    try {
      const result = body();
      mount.end();
      return result;
    } catch (error) {
      if (error instanceof VfsError && error.code !== 'ENOSPC' && error.code !== 'EIO') mount.end();
      else mount.rollBack();
      throw error;
    }
  }
}
