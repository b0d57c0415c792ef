import { contentBytes, EMPTY_CONTENT, type FileContent } from './fileContent.ts';
import { isDirectory, isRegular, isSymlink } from './fileMode.ts';
import type { Stamp } from './inodeTrie.ts';
import { NO_XATTRS, type Timestamp } from './layer.ts';
import { NameTable } from './nameTable.ts';

/** An inode of an upper. Changed only through `Upper`, which copies it once an operation. */
export class UpperInode {
  /** The operation that made this copy and may change it. */
  readonly operation: number;
  mode: number;
  uid: number;
  gid: number;
  linkCount: number;
  device: number;
  atimeSec = 0;
  atimeNsec = 0;
  mtimeSec = 0;
  mtimeNsec = 0;
  ctimeSec = 0;
  ctimeNsec = 0;
  xattrs = NO_XATTRS;
  /** A directory's names, a file's content, a symlink's target. */
  body: NameTable | FileContent | undefined;

  constructor(operation: number, mode: number, uid: number, gid: number, linkCount: number, device: number) {
    this.operation = operation;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.linkCount = linkCount;
    this.device = device;
    this.body = undefined;
  }

  copyFor(operation: number): UpperInode {
    const copy = new UpperInode(operation, this.mode, this.uid, this.gid, this.linkCount, this.device);
    copy.atimeSec = this.atimeSec;
    copy.atimeNsec = this.atimeNsec;
    copy.mtimeSec = this.mtimeSec;
    copy.mtimeNsec = this.mtimeNsec;
    copy.ctimeSec = this.ctimeSec;
    copy.ctimeNsec = this.ctimeNsec;
    copy.xattrs = this.xattrs;
    copy.body = this.body;
    return copy;
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
    this.mtimeSec = now.sec;
    this.mtimeNsec = now.nsec;
    this.setChanged(now);
  }

  setChanged(now: Timestamp): void {
    this.ctimeSec = now.sec;
    this.ctimeNsec = now.nsec;
  }
}

/** The body that a new inode of a mode has. */
export function emptyBody(mode: number, stamp: Stamp, target: string): UpperInode['body'] {
  if (isDirectory(mode)) return new NameTable(stamp);
  if (isRegular(mode)) return EMPTY_CONTENT;
  return isSymlink(mode) ? target : undefined;
}
