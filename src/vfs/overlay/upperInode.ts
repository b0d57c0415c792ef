import { contentBytes, EMPTY_CONTENT, type FileContent, storedBytes, writtenBytes } from './fileContent.ts';
import { isDirectory, isRegular, isSymlink } from './fileMode.ts';
import type { Stamp } from './inodeTrie.ts';
import { NO_XATTRS, type Timestamp } from './layer.ts';
import { NameTable } from './nameTable.ts';
import type { Restorable } from './undoLog.ts';

export interface InodeFields {
  /** With type bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** An inode of an upper. Changed only through `Upper`: in place while no snapshot has it, else in a copy. */
export class UpperInode implements Restorable<UpperInode> {
  /** The last operation that changed it: the undo log has what it was before. What changed after the last snapshot is
   *  in no snapshot. */
  operation: number;
  mode: number;
  uid: number;
  gid: number;
  linkCount = 0;
  atime: Timestamp;
  mtime: Timestamp;
  ctime: Timestamp;
  xattrs = NO_XATTRS;
  /** A directory's names, a file's content, a symlink's target, a device's number. */
  body: NameTable | FileContent | number | undefined;

  constructor(operation: number, fields: InodeFields, now: Timestamp, body: UpperInode['body']) {
    this.operation = operation;
    this.mode = fields.mode;
    this.uid = fields.uid;
    this.gid = fields.gid;
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
    this.body = body;
  }

  copy(): UpperInode {
    const copy = new UpperInode(this.operation, this, this.ctime, this.body);
    copy.linkCount = this.linkCount;
    copy.atime = this.atime;
    copy.mtime = this.mtime;
    copy.xattrs = this.xattrs;
    return copy;
  }

  restore(from: UpperInode): void {
    this.operation = from.operation;
    this.mode = from.mode;
    this.uid = from.uid;
    this.gid = from.gid;
    this.linkCount = from.linkCount;
    this.atime = from.atime;
    this.mtime = from.mtime;
    this.ctime = from.ctime;
    this.xattrs = from.xattrs;
    this.body = from.body;
  }

  get names(): NameTable {
    if (!(this.body instanceof NameTable)) throw new RangeError('not a directory');
    return this.body;
  }

  get content(): FileContent {
    if (
      !isRegular(this.mode) ||
      this.body === undefined ||
      typeof this.body === 'number' ||
      this.body instanceof NameTable
    )
      throw new RangeError('not a regular file');
    return this.body;
  }

  /** As of `deviceNumber`; 0 for what is no device. */
  get device(): number {
    return typeof this.body === 'number' ? this.body : 0;
  }

  get sizeBytes(): number {
    if (isRegular(this.mode)) return contentBytes(this.content);
    return typeof this.body === 'string' ? new TextEncoder().encode(this.body).length : 0;
  }

  /** What a disk would hold of a file; 0 for all else. */
  get storedBytes(): number {
    return isRegular(this.mode) ? storedBytes(this.content) : 0;
  }

  /** As `storedBytes`, zeros that were written included. */
  get writtenBytes(): number {
    return isRegular(this.mode) ? writtenBytes(this.content) : 0;
  }

  setModified(now: Timestamp): void {
    this.mtime = now;
    this.ctime = now;
  }
}

/** The body that a new inode of a mode has. */
export function emptyBody(mode: number, stamp: Stamp, target: string, device: number): UpperInode['body'] {
  if (isDirectory(mode)) return new NameTable(stamp);
  if (isRegular(mode)) return EMPTY_CONTENT;
  if (isSymlink(mode)) return target;
  return device;
}
