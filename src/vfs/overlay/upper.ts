import type { ByteSource } from '../../bytes/byteSource.ts';
import {
  contentOf,
  EMPTY_CONTENT,
  type FileContent,
  resizeContent,
  writeContent,
  writtenBytes,
} from './fileContent.ts';
import { isDirectory, S_IFCHR, S_IFDIR } from './fileMode.ts';
import { emptyTrie, type Stamp, type TrieRoot, trieSet } from './inodeTrie.ts';
import { NO_INODE, type Timestamp } from './layer.ts';
import { Quota } from './quota.ts';
import { SingleXattr } from './singleXattr.ts';
import { UndoLog } from './undoLog.ts';
import type { NameOfHash, NameTable } from './nameTable.ts';
import { hashText } from './textHash.ts';
import { emptyBody, type InodeFields, UpperInode } from './upperInode.ts';
import { UPPER_ROOT, type UpperState, UpperView } from './upperView.ts';

/** What a new inode is like. Times are now. */
export interface NewInode extends InodeFields {
  readonly device?: number;
  readonly target?: string;
}

export interface UpperSetup {
  /** 16 bytes; random where none are given. */
  readonly id?: Uint8Array;
  readonly now?: () => Timestamp;
  /** Bytes that its files may hold, in blocks of 4 KiB: what needs more is refused with ENOSPC. */
  readonly limitBytes?: number;
}

/** The writable layer of a mount: a filesystem of its own, as upperdir and workdir are, that knows nothing of
 *  layers. It does what a disk filesystem does below the permission checks (link counts, times), keeps hard links,
 *  and gives its whole state away in O(1): later changes copy what they touch. */
export class Upper extends UpperView {
  readonly log = new UndoLog();
  readonly now: () => Timestamp;
  readonly #quota: Quota | undefined;
  #stamp: Stamp = {};
  #operation = nextOperation();
  /** What an operation from this on has changed is in no snapshot. */
  #firstOwnOperation = this.#operation;
  #timedOperation = 0;
  #operationTime: Timestamp = { sec: 0, nsec: 0 };

  /** `state`: what another upper, or this one earlier, gave as its snapshot. */
  constructor(setup: UpperSetup = {}, state?: UpperState) {
    super(setup.id ?? crypto.getRandomValues(new Uint8Array(16)), state ? { ...state } : newState());
    this.now = setup.now ?? wallClock;
    this.#quota = setup.limitBytes === undefined ? undefined : new Quota(setup.limitBytes);
    this.#quota?.count(this);
    if (!state) this.#makeRoot();
  }

  /** Of an upper with a limit: what its files may hold in all, and what they hold. */
  get room(): { readonly limitBytes: number; readonly usedBytes: number } | undefined {
    return this.#quota;
  }

  /** Of an upper with a limit: bytes that its files may hold yet. */
  get leftBytes(): number | undefined {
    return this.#quota?.leftBytes;
  }

  /** The state as it is now, to be read as a layer or made an upper again. O(1). */
  snapshot(): UpperState {
    this.#shareState();
    return { ...this.state };
  }

  /** Goes back (or forth) to a state of this upper. */
  restore(state: UpperState): void {
    Object.assign(this.state, state);
    this.log.forget();
    this.#shareState();
    this.#quota?.count(this);
  }

  /** The present state as a layer that no longer changes. */
  freeze(): UpperView {
    return new UpperView(this.id, this.snapshot());
  }

  /** A directory whose table has this stamp keeps that table until the next snapshot. */
  get stamp(): Stamp {
    return this.#stamp;
  }

  /** Makes the changes since the last call final. */
  endOperation(): void {
    this.log.forget();
    this.#operation = nextOperation();
  }

  /** Takes the changes since the last `endOperation` back. */
  rollBack(): void {
    this.log.rollBack();
    this.#operation = nextOperation();
  }

  /** An inode without a name. */
  allocate(fields: NewInode): number {
    const inode = this.state.nextInode;
    const body = emptyBody(fields.mode, this.#stamp, fields.target ?? '', fields.device ?? 0);
    const made = new UpperInode(this.#operation, fields, this.#time(), body);
    if (isDirectory(fields.mode)) made.linkCount = 1;
    this.log.note(this.state, 'nextInode', inode);
    this.state.nextInode = inode + 1;
    this.#set(inode, made);
    return inode;
  }

  /** `hash`: the name's `hashText`. */
  create(directory: number, name: string, fields: NewInode, hash = hashText(name)): number {
    const inode = this.allocate(fields);
    const names = this.#editNames(directory, isDirectory(fields.mode) ? 1 : 0, this.#time());
    names.set(name, inode, this.log, hash);
    this.inode(inode).linkCount++;
    return inode;
  }

  /** Gives an inode a (further) name. */
  link(directory: number, name: string, inode: number): void {
    const isSubdirectory = isDirectory(this.mode(inode));
    const now = this.#time();
    const child = this.#edit(inode);
    child.linkCount++;
    child.ctime = now;
    this.#setName(directory, name, inode, isSubdirectory ? 1 : 0, now);
  }

  /** Takes a name away. An inode whose last name it was stays until `discard`. */
  unlink(directory: number, name: string): void {
    const inode = this.lookup(directory, name);
    const now = this.#time();
    const isSubdirectory = this.#dropLink(inode, now);
    this.#setName(directory, name, NO_INODE, isSubdirectory ? -1 : 0, now);
  }

  /** Frees an inode without a name. */
  discard(inode: number): void {
    if (!this.has(inode) || this.linkCount(inode) !== 0) return;
    this.#quota?.take(this.inode(inode).writtenBytes, 0, this.log);
    this.#set(inode, undefined);
  }

  /** rename(2) of an inode: `replaced`, if any, loses the new name. */
  rename(
    fromDirectory: number,
    from: NameOfHash,
    toDirectory: number,
    to: NameOfHash,
    { inode, replaced }: { readonly inode: number; readonly replaced: number },
  ): void {
    const { log } = this;
    const now = this.#time();
    const child = this.#own(inode);
    if (child.operation !== this.#operation) log.note(child, 'ctime', child.ctime);
    child.ctime = now;
    const moved = isDirectory(child.mode) ? 1 : 0;
    const lost = replaced !== NO_INODE && this.#dropLink(replaced, now) ? 1 : 0;
    if (fromDirectory === toDirectory && replaced === NO_INODE) {
      const names = this.#editNames(fromDirectory, 0, now);
      names.rename(from, to, inode, log);
      return;
    }
    this.#editNames(fromDirectory, -moved, now).remove(from.name, inode, log);
    const target = this.#editNames(toDirectory, moved - lost, now);
    if (replaced === NO_INODE) target.add(to.name, inode, log, to.hash);
    else target.set(to.name, inode, log, to.hash);
  }

  /** renameat2(2) with RENAME_EXCHANGE. */
  exchange(aDirectory: number, a: string, bDirectory: number, b: string): void {
    const first = this.lookup(aDirectory, a);
    const second = this.lookup(bDirectory, b);
    const now = this.#time();
    const difference = (isDirectory(this.mode(second)) ? 1 : 0) - (isDirectory(this.mode(first)) ? 1 : 0);
    this.#setName(aDirectory, a, second, difference, now);
    this.#setName(bDirectory, b, first, -difference, now);
    this.#edit(first).ctime = now;
    this.#edit(second).ctime = now;
  }

  /** Puts a whiteout in the place of whatever has the name; all whiteouts share one inode. */
  putWhiteout(directory: number, name: string): void {
    let whiteout = this.state.whiteout;
    if (whiteout === NO_INODE) {
      whiteout = this.allocate({ mode: S_IFCHR, uid: 0, gid: 0 });
      // Its name in workdir keeps it while no directory has one.
      this.#edit(whiteout).linkCount = 1;
      this.log.assign(this.state, 'whiteout', whiteout);
    }
    if (this.lookup(directory, name) !== NO_INODE) this.unlink(directory, name);
    this.link(directory, name, whiteout);
  }

  setMode(inode: number, mode: number): void {
    const edited = this.#edit(inode);
    edited.mode = mode;
    edited.ctime = this.#time();
  }

  setOwner(inode: number, uid: number, gid: number): void {
    const edited = this.#edit(inode);
    edited.uid = uid;
    edited.gid = gid;
    edited.ctime = this.#time();
  }

  /** Sets the times that are given. */
  setTimes(inode: number, atime: Timestamp | undefined, mtime: Timestamp | undefined): void {
    const edited = this.#edit(inode);
    if (atime) edited.atime = atime;
    if (mtime) edited.mtime = mtime;
    edited.ctime = this.#time();
  }

  setXattr(inode: number, name: string, value: Uint8Array): void {
    const edited = this.#edit(inode);
    const { xattrs } = edited;
    const isOnly = xattrs.size === 0 || (xattrs.size === 1 && xattrs.has(name));
    edited.xattrs = isOnly ? new SingleXattr(name, value) : new Map(xattrs).set(name, value);
    edited.ctime = this.#time();
  }

  removeXattr(inode: number, name: string): void {
    const edited = this.#edit(inode);
    const xattrs = new Map(edited.xattrs);
    xattrs.delete(name);
    edited.xattrs = xattrs;
    edited.ctime = this.#time();
  }

  /** Gives a file these bytes instead of those it has. */
  rewrite(inode: number, bytes: Uint8Array): void {
    const { log } = this;
    const own = this.#own(inode);
    const body = writeContent(EMPTY_CONTENT, 0, bytes, this.#stamp, log);
    if (own.operation !== this.#operation) {
      log.note(own, 'body', own.body);
      log.note(own, 'mtime', own.mtime);
      log.note(own, 'ctime', own.ctime);
    }
    this.#setBody(own, body);
    own.setModified(this.#time());
  }

  write(inode: number, offset: number, bytes: Uint8Array): void {
    const edited = this.#edit(inode);
    this.#setBody(edited, writeContent(edited.content, offset, bytes, this.#stamp, this.log));
    edited.setModified(this.#time());
  }

  resize(inode: number, sizeBytes: number): void {
    const edited = this.#edit(inode);
    this.#setBody(edited, resizeContent(edited.content, sizeBytes, this.#stamp, this.log));
  }

  setModified(inode: number): void {
    this.#edit(inode).setModified(this.#time());
  }

  /** Gives a file the bytes of a source, up to a size; they are not read. */
  setContent(inode: number, source: ByteSource, sizeBytes: number): void {
    const edited = this.#edit(inode);
    this.#setBody(edited, sizeBytes === 0 ? EMPTY_CONTENT : contentOf(source.slice(0, sizeBytes)));
  }

  /** Notes that a volatile mount has used the upper. Whoever trusts its content all the same says so with `false`, as
   *  by removing workdir/work/incompat/volatile. */
  setVolatile(isVolatile: boolean): void {
    this.log.assign(this.state, 'isVolatile', isVolatile);
  }

  /** The directory of copied-up hard links, made when first asked for. */
  indexDirectory(): number {
    if (this.state.indexDirectory === NO_INODE)
      this.log.assign(this.state, 'indexDirectory', this.allocate({ mode: S_IFDIR | 0o755, uid: 0, gid: 0 }));
    return this.state.indexDirectory;
  }

  #setBody(edited: UpperInode, body: FileContent): void {
    this.#quota?.take(edited.writtenBytes, writtenBytes(body), this.log);
    edited.body = body;
  }

  /** One time for all that an operation changes. */
  #time(): Timestamp {
    if (this.#timedOperation !== this.#operation) {
      this.#timedOperation = this.#operation;
      this.#operationTime = this.now();
    }
    return this.#operationTime;
  }

  #makeRoot(): void {
    this.allocate({ mode: S_IFDIR | 0o755, uid: 0, gid: 0 });
    this.#edit(UPPER_ROOT).linkCount = 2;
    this.endOperation();
  }

  /** What is there now belongs to somebody else, too: it is copied before it is changed. */
  #shareState(): void {
    this.#stamp = {};
    this.#operation = nextOperation();
    this.#firstOwnOperation = this.#operation;
  }

  /** Whether it was a directory, whose own link to itself goes, too. */
  #dropLink(inode: number, now: Timestamp): boolean {
    const edited = this.#edit(inode);
    edited.ctime = now;
    if (isDirectory(edited.mode)) {
      edited.linkCount = 0;
      return true;
    }
    edited.linkCount--;
    return false;
  }

  #setName(directory: number, name: string, inode: number, subdirectories: number, now: Timestamp): void {
    const names = this.#editNames(directory, subdirectories, now);
    if (inode === NO_INODE) names.delete(name, this.log);
    else names.set(name, inode, this.log);
  }

  /** The names, to be changed, of a directory that gets so many more subdirectories. */
  #editNames(directory: number, subdirectories: number, now: Timestamp): NameTable {
    const { log } = this;
    const edited = this.#own(directory);
    let { names } = edited;
    const isKept = edited.operation === this.#operation;
    if (names.stamp !== this.#stamp) {
      if (!isKept) log.note(edited, 'body', names);
      names = names.fork(this.#stamp);
      edited.body = names;
    }
    if (!isKept) {
      log.note(edited, 'mtime', edited.mtime);
      log.note(edited, 'ctime', edited.ctime);
    }
    edited.setModified(now);
    if (subdirectories !== 0) {
      if (!isKept) log.note(edited, 'linkCount', edited.linkCount);
      edited.linkCount += subdirectories;
    }
    return names;
  }

  /** The inode to be changed in place. */
  #edit(inode: number): UpperInode {
    const own = this.#own(inode);
    if (own.operation !== this.#operation) {
      this.log.keep(own);
      own.operation = this.#operation;
    }
    return own;
  }

  /** The inode, or a copy where a snapshot has it, too: to be changed in place, each field with a note in the log unless
   *  the operation under way has kept all of it. */
  #own(inode: number): UpperInode {
    const found = this.inode(inode);
    if (found.operation >= this.#firstOwnOperation) return found;
    const copy = found.copy();
    copy.operation = this.#operation;
    this.#set(inode, copy);
    return copy;
  }

  #set(inode: number, value: UpperInode | undefined): void {
    const { state } = this;
    const inodes: TrieRoot = trieSet(state.inodes, inode, value, this.#stamp, this.log);
    if (inodes !== state.inodes) this.log.assign(state, 'inodes', inodes);
  }
}

let lastOperation = 0;

/** Numbers are given once for all uppers: a state may pass from one to another. */
function nextOperation(): number {
  return ++lastOperation;
}

function newState(): UpperState {
  return {
    inodes: emptyTrie({}),
    nextInode: UPPER_ROOT,
    whiteout: NO_INODE,
    indexDirectory: NO_INODE,
    isVolatile: false,
  };
}

let wallTime: Timestamp = { sec: 0, nsec: 0 };
let wallTimeMs = 0;

/** One object for all inodes that change in the same millisecond. */
function wallClock(): Timestamp {
  const ms = Date.now();
  if (ms !== wallTimeMs) {
    wallTimeMs = ms;
    wallTime = { sec: Math.floor(ms / 1000), nsec: (ms % 1000) * 1_000_000 };
  }
  return wallTime;
}
