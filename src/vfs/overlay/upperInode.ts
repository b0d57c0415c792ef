import { contentBytes, EMPTY_CONTENT, type FileContent } from './fileContent.ts';
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
  readonly device?: number;
}

/** An inode of an upper. Changed only through `Upper`: in place under the stamp that it was made with, else in a copy. */
export class UpperInode implements Restorable<UpperInode> {
  readonly stamp: Stamp;
  /** The last operation that changed it: the undo log has what it was before. */
  operation: number;
  mode: number;
  uid: number;
  gid: number;
  linkCount = 0;
  device: number;
  atime: Timestamp;
  mtime: Timestamp;
  ctime: Timestamp;
  xattrs = NO_XATTRS;
  /** A directory's names, a file's content, a symlink's target. */
  body: NameTable | FileContent | undefined;

  constructor(stamp: Stamp, operation: number, fields: InodeFields, now: Timestamp) {
    this.stamp = stamp;
    this.operation = operation;
    this.mode = fields.mode;
    this.uid = fields.uid;
    this.gid = fields.gid;
    this.device = fields.device ?? 0;
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
    this.body = undefined;
  }

  copy(): UpperInode {
    return this.copyFor(this.stamp, this.operation);
  }

  /** The same inode, to be changed under another stamp. */
  copyFor(stamp: Stamp, operation: number): UpperInode {
    const copy = new UpperInode(stamp, operation, this, this.ctime);
    copy.restore(this);
    copy.operation = operation;
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
    if (!isRegular(this.mode) || this.body === undefined || this.body instanceof NameTable)
      throw new RangeError('not a regular file');
    return this.body;
  }

  get sizeBytes(): number {
    if (isRegular(this.mode)) return contentBytes(this.content);
    return typeof this.body === 'string' ? new TextEncoder().encode(this.body).length : 0;
  }

  setModified(now: Timestamp): void {
    this.mtime = now;
    this.ctime = now;
  }
}

/** The body that a new inode of a mode has. */
export function emptyBody(mode: number, stamp: Stamp, target: string): UpperInode['body'] {
  if (isDirectory(mode)) return new NameTable(stamp);
  if (isRegular(mode)) return EMPTY_CONTENT;
  return isSymlink(mode) ? target : undefined;
}
