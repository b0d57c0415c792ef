import type { ByteSource } from '../../bytes/byteSource.ts';
import { contentSource, readPlain } from './fileContent.ts';
import { isSymlink } from './fileMode.ts';
import { trieGet, type TrieRoot } from './inodeTrie.ts';
import { type Layer, NO_INODE, NO_XATTRS, type Times } from './layer.ts';
import { NameTable } from './nameTable.ts';
import type { UpperInode } from './upperInode.ts';

/** All that an upper is at one moment; copying it is a snapshot. */
export interface UpperState {
  inodes: TrieRoot;
  nextInode: number;
  /** The inode that whiteouts share, or NO_INODE. */
  whiteout: number;
  /** The directory of copied-up hard links (workdir/index), or NO_INODE. */
  indexDirectory: number;
  /** A mount wrote to it without waiting for the disk (workdir/work/incompat/volatile). */
  isVolatile: boolean;
}

export const UPPER_ROOT = 1;

/** Reads an upper, or a frozen state of one: that is how an upper becomes a lower layer. */
export class UpperView implements Layer {
  readonly id: Uint8Array;
  readonly rootInode = UPPER_ROOT;
  readonly state: UpperState;

  constructor(id: Uint8Array, state: UpperState) {
    this.id = id;
    this.state = state;
  }

  inode(inode: number): UpperInode {
    const found = trieGet<UpperInode>(this.state.inodes, inode);
    if (!found) throw new RangeError(`the upper has no inode ${inode}`);
    return found;
  }

  has(inode: number): boolean {
    return trieGet<UpperInode>(this.state.inodes, inode) !== undefined;
  }

  lookup(directory: number, name: string): number {
    const { body } = this.inode(directory);
    return body instanceof NameTable ? (body.get(name) ?? NO_INODE) : NO_INODE;
  }

  names(directory: number): Iterable<string> {
    return this.inode(directory).names.keys();
  }

  entries(directory: number): Iterable<readonly [string, number]> {
    return this.inode(directory).names.entries();
  }

  mode(inode: number): number {
    return this.inode(inode).mode;
  }

  uid(inode: number): number {
    return this.inode(inode).uid;
  }

  gid(inode: number): number {
    return this.inode(inode).gid;
  }

  linkCount(inode: number): number {
    return this.inode(inode).linkCount;
  }

  device(inode: number): number {
    return this.inode(inode).device;
  }

  sizeBytes(inode: number): number {
    return this.inode(inode).sizeBytes;
  }

  times(inode: number): Times {
    const { atime, mtime, ctime } = this.inode(inode);
    return { atime, mtime, ctime };
  }

  linkTarget(inode: number): string {
    const { body, mode } = this.inode(inode);
    if (!isSymlink(mode) || typeof body !== 'string') throw new RangeError('not a symlink');
    return body;
  }

  xattrs(inode: number): ReadonlyMap<string, Uint8Array> {
    return this.inode(inode).xattrs;
  }

  content(inode: number): ByteSource {
    return contentSource(this.inode(inode).content);
  }

  readSync(inode: number, offset: number, length: number): Uint8Array | undefined {
    return readPlain(this.inode(inode).content, offset, length);
  }

  nameCount(directory: number): number {
    return this.inode(directory).names.size;
  }

  mayHaveXattrs(inode: number): boolean {
    return this.inode(inode).xattrs !== NO_XATTRS;
  }
}
