/** What /dev/fuse serves: a filesystem of numbered nodes. Node 1 is the root; other numbers are the filesystem's own.
 *  A node that was given out in a FuseEntry counts one use more each time, and lives until all are forgotten.
 *  Names and link targets are bytes, and views that are valid during the call only.
 *  Refusals are thrown: a FuseError, or any error whose `code` is one of `errno.ts`; all else is EIO. NotReady has a
 *  request tried again, so that what throws it must have changed nothing.
 *  The kernel has checked permissions by mode and owner (mount option default_permissions). */
export interface FuseFilesystem {
  readonly traits: FilesystemTraits;

  /** Undefined where there is no such name. `.` is the node itself, also for a file; `..` its directory. */
  lookup(parent: number, name: Uint8Array): FuseEntry | undefined;
  /** The kernel no longer knows so many uses of the node. */
  forget(node: number, count: number): void;
  getAttributes(node: number, handle: number | undefined): FileAttributes;
  readlink(node: number): Uint8Array;
  /** Fills `target` from `offset` on; returns the bytes, fewer only at the end. */
  read(node: number, handle: number, offset: number, target: Uint8Array): number;
  /** Gives the entries from a position on to the sink, until it takes no more. Directories are not opened: a position
   *  means the same to every reader, and keeps its meaning while names come and go. */
  readDirectory(node: number, offset: number, sink: DirectorySink): void;
  /** Throws ENODATA. */
  getXattr(node: number, name: Uint8Array): Uint8Array;
  listXattrs(node: number, caller: Caller): readonly Uint8Array[];
  statfs(): FilesystemFigures;
  /** The next data (or hole) from `offset` on. Throws ENXIO at or after the end. */
  seek(node: number, handle: number, offset: number, what: 'data' | 'hole'): number;
  /** Nodes whose attributes the last request changed without the kernel knowing; asked for after each request. */
  takeStale(): readonly number[];
  /** Called when the filesystem is unmounted. */
  destroy(): void;

  /** What opens and changes; a filesystem without it is read-only. */
  readonly writer?: FuseWriter;
}

export interface FuseWriter {
  open(node: number, flags: number, options: OpenOptions): number;
  release(handle: number): void;
  create(parent: number, name: Uint8Array, mode: number, flags: number, caller: Caller): OpenedEntry;
  /** A file without a name (O_TMPFILE). */
  createNameless(parent: number, mode: number, flags: number, caller: Caller): OpenedEntry;
  makeNode(parent: number, name: Uint8Array, mode: number, device: number, caller: Caller): FuseEntry;
  makeDirectory(parent: number, name: Uint8Array, mode: number, caller: Caller): FuseEntry;
  symlink(parent: number, name: Uint8Array, target: Uint8Array, caller: Caller): FuseEntry;
  link(node: number, parent: number, name: Uint8Array): FuseEntry;
  unlink(parent: number, name: Uint8Array): void;
  removeDirectory(parent: number, name: Uint8Array): void;
  /** `flags` as renameat2(2). */
  rename(parent: number, name: Uint8Array, newParent: number, newName: Uint8Array, flags: number): void;
  setAttributes(node: number, change: AttributeChange, caller: Caller): FileAttributes;
  /** All of `bytes`. */
  write(node: number, handle: number, offset: number, bytes: Uint8Array, options: WriteOptions): void;
  /** `mode` as fallocate(2). */
  allocate(node: number, handle: number, offset: number, lengthBytes: number, mode: number): void;
  /** `flags` as setxattr(2). */
  setXattr(node: number, name: Uint8Array, value: Uint8Array, flags: number): void;
  removeXattr(node: number, name: Uint8Array): void;
}

/** What decides how the kernel may treat it. */
export interface FilesystemTraits {
  /** How long the kernel may remember names that are not there. */
  readonly negativeTimeoutSec: number;
  readonly attributesTimeoutSec: number;
}

export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

export interface FuseEntry {
  readonly node: number;
  /** Tells two lives of one node number apart. */
  readonly generation: number;
  readonly entryTimeoutSec: number;
  readonly attributesTimeoutSec: number;
  readonly attributes: FileAttributes;
}

export interface OpenedEntry {
  readonly entry: FuseEntry;
  readonly handle: number;
}

export interface FileAttributes {
  readonly ino: number;
  readonly sizeBytes: number;
  /** What it takes on its device. */
  readonly storedBytes: number;
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  /** With the file-type bits. */
  readonly mode: number;
  readonly linkCount: number;
  readonly uid: number;
  readonly gid: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly blockSizeBytes: number;
}

/** What setattr changes; absent stays. */
export interface AttributeChange {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly sizeBytes?: number;
  readonly atime?: TimeChange;
  readonly mtime?: TimeChange;
  readonly ctime?: TimeChange;
  readonly handle?: number;
  /** Setuid and setgid bits go, as after a write by someone without privileges. */
  readonly dropsPrivileges?: 'yes';
}

export type TimeChange = 'now' | { readonly sec: number; readonly nsec: number };

export interface OpenOptions {
  readonly dropsPrivileges: 'yes' | 'no';
}

export interface WriteOptions extends OpenOptions {
  /** Written at the end whatever the offset. */
  readonly append: 'yes' | 'no';
}

/** Takes directory entries until its buffer is full. */
export interface DirectorySink {
  /** Whether it wants the entry of something of that type with its node and attributes; only then `addEntry` may be
   *  called. */
  wantsEntry(type: number): boolean;
  fits(name: Uint8Array): boolean;
  /** `nextOffset`: where a later call goes on. `type`: the mode's type bits. The name has to fit. */
  add(name: Uint8Array, ino: number, type: number, nextOffset: number): void;
  /** As `add`; counts as a use of the entry's node. */
  addEntry(name: Uint8Array, entry: FuseEntry, nextOffset: number): void;
}

export interface FilesystemFigures {
  readonly blockSizeBytes: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly files: number;
  readonly freeFiles: number;
}
