import { deviceNumber, PERMISSION_BITS, S_ISGID } from '../vfs/overlay/fileMode.ts';
import {
  changeMode,
  changeOwner,
  changeTimes,
  dropPrivilegesOfWriter,
  FILE_MAX_BYTES,
  resizeNode,
} from '../vfs/overlay/attributeCalls.ts';
import { copyUp } from '../vfs/overlay/copyUp.ts';
import { createObject, linkObject } from '../vfs/overlay/createEntry.ts';
import { lookup } from '../vfs/overlay/lookup.ts';
import type { Timestamp } from '../vfs/overlay/layer.ts';
import { InodeFlag, NodeFlag, OverlayInode, OverlayNode } from '../vfs/overlay/overlayNode.ts';
import type { Credentials } from '../vfs/overlay/permission.ts';
import { removeObject } from '../vfs/overlay/removeEntry.ts';
import { exchangeObjects, moveObject } from '../vfs/overlay/renameEntry.ts';
import type { NewInode } from '../vfs/overlay/upper.ts';
import { removeXattr, setXattr, type XattrFlag } from '../vfs/overlay/xattrCalls.ts';
import { FileType } from './fileType.ts';
import { FuseError } from './fuseError.ts';
import type {
  AttributeChange,
  Caller,
  FileAttributes,
  FuseEntry,
  FuseWriter,
  OpenedEntry,
  OpenOptions,
  TimeChange,
  WriteOptions,
} from './fuseFilesystem.ts';
import { attributesOf, entryOf } from './overlayEntries.ts';
import { type OpenFile, OpenFiles } from './overlayFiles.ts';
import { nameText, type OverlaySession, TRUSTED } from './overlaySession.ts';
import { decodeDevice } from './reply.ts';
import { CAPABILITY_XATTR } from '../vfs/capability.ts';

/** open(2), asm-generic/fcntl.h. */
const O_ACCMODE = 3;
const O_RDONLY = 0;
const O_TRUNC = 0o1000;
/** renameat2(2). */
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
/** fallocate(2). */
const KEEP_SIZE = 1;
const PUNCH_HOLE = 2;
const ZERO_RANGE = 0x10;
/** A look at the memory costs some microseconds. */
const BYTES_BETWEEN_LOOKS = 16 * 1024 * 1024;
const ZERO_BYTES = new Uint8Array(1024 * 1024);

/** What opens and changes files of an overlay mount. */
export class OverlayWriter implements FuseWriter {
  readonly #session: OverlaySession;
  readonly #hasRoom: () => boolean;
  #bytesUntilLook = 0;
  readonly #files = new OpenFiles<OpenFile>();

  /** `hasRoom` is asked now and then. */
  constructor(session: OverlaySession, hasRoom: () => boolean) {
    this.#session = session;
    this.#hasRoom = hasRoom;
  }

  open(node: number, flags: number, { dropsPrivileges }: OpenOptions): number {
    const session = this.#session;
    return session.change('open', () => {
      const name = session.name(node);
      const inode = session.inode(node);
      if (inode.type === FileType.file) {
        if ((flags & O_TRUNC) !== 0) {
          copyUp(session.mount, name, 'truncate');
          resizeNode(session.mount, writerOf(dropsPrivileges), name, 0);
        } else if ((flags & O_ACCMODE) !== O_RDONLY) copyUp(session.mount, name, 'data');
      }
      return this.#files.add({ known: session.known.open(node), flags });
    });
  }

  release(handle: number): void {
    const session = this.#session;
    session.run('close', () => session.known.close(this.#files.remove(handle).known));
  }

  create(parent: number, name: Uint8Array, mode: number, flags: number, caller: Caller): OpenedEntry {
    const session = this.#session;
    return session.change('open', () => {
      const made = this.#make(parent, name, FileType.file | (mode & PERMISSION_BITS), caller, {});
      const entry = entryOf(session.mount, session.known.use(made));
      return { entry, handle: this.#files.add({ known: session.known.open(entry.node), flags }) };
    });
  }

  createNameless(parent: number, mode: number, flags: number, caller: Caller): OpenedEntry {
    const session = this.#session;
    const { mount, upper } = session;
    return session.change('open', () => {
      const directory = session.name(parent);
      copyUp(mount, directory);
      const fields = this.#owned(directory, FileType.file | (mode & PERMISSION_BITS), caller);
      const inode = new OverlayInode(FileType.file, upper.allocate(fields), []);
      inode.flags = InodeFlag.upperData;
      inode.keyInode = inode.upper;
      inode.linkCount = 0;
      mount.log.setEntry(mount.inodesOf(0), inode.upper, inode);
      const node = new OverlayNode(directory, '');
      node.flags = NodeFlag.upperAlias | NodeFlag.unhashed;
      node.inode = inode;
      const entry = entryOf(mount, session.known.use(node));
      return { entry, handle: this.#files.add({ known: session.known.open(entry.node), flags }) };
    });
  }

  makeNode(parent: number, name: Uint8Array, mode: number, device: number, caller: Caller): FuseEntry {
    const { major, minor } = decodeDevice(device);
    const type = mode & FileType.mask;
    const isDevice = type === FileType.charDevice || type === FileType.blockDevice;
    // What would be a whiteout is nobody's to make.
    if (type === FileType.charDevice && device === 0) throw new FuseError('EPERM');
    return this.#enter('mknod', () =>
      this.#make(parent, name, mode, caller, isDevice ? { device: deviceNumber(major, minor) } : {}),
    );
  }

  makeDirectory(parent: number, name: Uint8Array, mode: number, caller: Caller): FuseEntry {
    return this.#enter('mkdir', () =>
      this.#make(parent, name, FileType.directory | (mode & PERMISSION_BITS), caller, {}),
    );
  }

  symlink(parent: number, name: Uint8Array, target: Uint8Array, caller: Caller): FuseEntry {
    const text = nameText(target);
    return this.#enter('symlink', () => this.#make(parent, name, FileType.symlink | 0o777, caller, { target: text }));
  }

  link(node: number, parent: number, name: Uint8Array): FuseEntry {
    const session = this.#session;
    return this.#enter('link', () => {
      const to = this.#newName(parent, name);
      const directory = to.parent as OverlayNode;
      linkObject(session.mount, session.name(node), to);
      // The new name is looked up afresh, and finds the inode that it shares.
      return lookup(session.mount, directory, to.name);
    });
  }

  unlink(parent: number, name: Uint8Array): void {
    this.#remove('unlink', parent, name);
  }

  removeDirectory(parent: number, name: Uint8Array): void {
    this.#remove('rmdir', parent, name);
  }

  rename(parent: number, name: Uint8Array, newParent: number, newName: Uint8Array, flags: number): void {
    const session = this.#session;
    const { mount } = session;
    if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0) throw new FuseError('EINVAL');
    session.change('rename', () => {
      const from = lookup(mount, session.name(parent), nameText(name));
      const to = lookup(mount, session.name(newParent), nameText(newName));
      if (!from.inode) throw new FuseError('ENOENT');
      if ((flags & RENAME_EXCHANGE) !== 0) {
        if (!to.inode) throw new FuseError('ENOENT');
        exchangeObjects(mount, from, to);
        return;
      }
      if (to.inode && (flags & RENAME_NOREPLACE) !== 0) throw new FuseError('EEXIST');
      moveObject(mount, from, to);
    });
  }

  setAttributes(node: number, change: AttributeChange): FileAttributes {
    const session = this.#session;
    const { mount } = session;
    return session.change('setattr', () => {
      const name = session.name(node);
      const credentials = writerOf(change.dropsPrivileges ?? 'no');
      copyUp(mount, name);
      if (change.sizeBytes !== undefined) this.#resize(name, change.sizeBytes, change.handle, credentials);
      if (change.uid !== undefined || change.gid !== undefined) {
        changeOwner(mount, TRUSTED, name, change.uid, change.gid);
      }
      if (change.mode !== undefined) changeMode(mount, TRUSTED, name, change.mode);
      if (change.atime !== undefined || change.mtime !== undefined) {
        changeTimes(mount, TRUSTED, name, this.#time(change.atime), this.#time(change.mtime));
      }
      return attributesOf(mount, session.inode(node));
    });
  }

  write(node: number, _handle: number, offset: number, bytes: Uint8Array, options: WriteOptions): void {
    const session = this.#session;
    const { mount, upper } = session;
    session.change('write', () => {
      const name = session.name(node);
      const inode = session.inode(node);
      if (inode.type !== FileType.file) throw new FuseError('EINVAL');
      copyUp(mount, name, 'data');
      const at = options.append === 'yes' ? upper.sizeBytes(inode.upper) : offset;
      if (at + bytes.length > FILE_MAX_BYTES) throw new FuseError('EFBIG');
      this.#requireRoom(bytes.length);
      this.#dropPrivileges(inode, writerOf(options.dropsPrivileges));
      upper.write(inode.upper, at, bytes);
    });
  }

  allocate(node: number, _handle: number, offset: number, lengthBytes: number, mode: number): void {
    const session = this.#session;
    const { mount, upper } = session;
    const end = offset + lengthBytes;
    if (end > FILE_MAX_BYTES) throw new FuseError('EFBIG');
    const isZeroing = (mode & (PUNCH_HOLE | ZERO_RANGE)) !== 0;
    if ((mode & ~(KEEP_SIZE | PUNCH_HOLE | ZERO_RANGE)) !== 0) throw new FuseError('EOPNOTSUPP');
    session.change('fallocate', () => {
      const name = session.name(node);
      const inode = session.inode(node);
      copyUp(mount, name, 'data');
      const sizeBytes = upper.sizeBytes(inode.upper);
      if (isZeroing) {
        for (let at = offset; at < Math.min(end, sizeBytes); at += ZERO_BYTES.length) {
          this.#requireRoom(ZERO_BYTES.length);
          upper.write(inode.upper, at, ZERO_BYTES.subarray(0, Math.min(end, sizeBytes) - at));
        }
      }
      if ((mode & KEEP_SIZE) === 0 && end > sizeBytes) upper.resize(inode.upper, end);
      upper.setModified(inode.upper);
    });
  }

  setXattr(node: number, name: Uint8Array, value: Uint8Array, flags: number): void {
    const session = this.#session;
    const flag: XattrFlag = flags === 1 ? 'create' : flags === 2 ? 'replace' : 'any';
    session.change('setxattr', () => setXattr(session.mount, TRUSTED, session.name(node), nameText(name), value, flag));
  }

  removeXattr(node: number, name: Uint8Array): void {
    const session = this.#session;
    session.change('removexattr', () => removeXattr(session.mount, TRUSTED, session.name(node), nameText(name)));
  }

  /** Throws ENOSPC. */
  #requireRoom(lengthBytes: number): void {
    this.#bytesUntilLook -= lengthBytes;
    if (this.#bytesUntilLook > 0) return;
    if (!this.#hasRoom()) throw new FuseError('ENOSPC');
    this.#bytesUntilLook = BYTES_BETWEEN_LOOKS;
  }

  #enter(syscall: string, make: () => OverlayNode): FuseEntry {
    const session = this.#session;
    return session.change(syscall, () => entryOf(session.mount, session.known.use(make())));
  }

  #make(parent: number, name: Uint8Array, mode: number, caller: Caller, more: Partial<NewInode>): OverlayNode {
    const node = this.#newName(parent, name);
    createObject(this.#session.mount, node, { ...this.#owned(node.parent as OverlayNode, mode, caller), ...more });
    return node;
  }

  /** Throws EEXIST. */
  #newName(parent: number, name: Uint8Array): OverlayNode {
    const node = lookup(this.#session.mount, this.#session.name(parent), nameText(name));
    if (node.inode) throw new FuseError('EEXIST');
    return node;
  }

  /** A setgid directory hands its group on, and itself to directories (inode(7)). The kernel has taken the bit off
   *  files where the caller may not set it. */
  #owned(directory: OverlayNode, mode: number, { uid, gid }: Caller): NewInode {
    const { mount } = this.#session;
    const inode = directory.inode as OverlayInode;
    if ((mount.mode(inode) & S_ISGID) === 0) return { mode, uid, gid };
    const isDirectory = (mode & FileType.mask) === FileType.directory;
    const group = mount.realLayer(inode).gid(mount.realInode(inode));
    return { mode: isDirectory ? mode | S_ISGID : mode, uid, gid: group };
  }

  #remove(syscall: string, parent: number, name: Uint8Array): void {
    const session = this.#session;
    session.change(syscall, () => {
      const node = lookup(session.mount, session.name(parent), nameText(name));
      if (!node.inode) throw new FuseError('ENOENT');
      removeObject(session.mount, node);
    });
  }

  #resize(name: OverlayNode, sizeBytes: number, handle: number | undefined, credentials: Credentials): void {
    const { mount, upper } = this.#session;
    const inode = name.inode as OverlayInode;
    copyUp(mount, name, sizeBytes === 0 ? 'truncate' : 'data');
    const isSame = upper.sizeBytes(inode.upper) === sizeBytes;
    this.#dropPrivileges(inode, credentials);
    // truncate(2) to the same size leaves the times; ftruncate(2) does not.
    if (!isSame || handle !== undefined) resizeNode(mount, credentials, name, sizeBytes);
  }

  /** A capability goes whoever writes (capabilities(7)). */
  #dropPrivileges(inode: OverlayInode, credentials: Credentials): void {
    const { mount, upper } = this.#session;
    dropPrivilegesOfWriter(mount, credentials, inode);
    if (upper.xattrs(inode.upper).has(CAPABILITY_XATTR)) upper.removeXattr(inode.upper, CAPABILITY_XATTR);
  }

  #time(change: TimeChange | undefined): Timestamp | undefined {
    return change === 'now' ? this.#session.upper.now() : change;
  }
}

/** Whoever writes without privileges takes setuid and setgid bits off; the kernel says when. */
function writerOf(dropsPrivileges: 'yes' | 'no'): Credentials {
  return dropsPrivileges === 'yes' ? { ...TRUSTED, uid: NOBODY, gid: NOBODY } : TRUSTED;
}

const NOBODY = 0xffff_fffe;
