import type { ByteSource } from '../../bytes/byteSource.ts';

/** No inode: the result of a lookup that finds nothing. Inodes count from 1. */
export const NO_INODE = 0;

/** A directory tree as the kernel finds it on disk below a mount: the upper, a frozen upper, or a layer's tree.
 *  Whiteouts are char devices 0:0 or carry an xattr, directories are opaque by an xattr, and so on: nothing here
 *  knows what a mount makes of it. Inode numbers are the layer's own. Names are strings as of `bytes/byteName.ts`.
 *  Asking for an inode that the layer does not have throws RangeError. */
export interface Layer {
  /** 16 bytes that stay the same from mount to mount: file handles (overlayfs.rst, "Index") name the layer by them. */
  readonly id: Uint8Array;
  readonly rootInode: number;
  /** The inode of that name, or NO_INODE. */
  lookup(directory: number, name: string): number;
  /** Names in the layer's own order; no `.` or `..`. */
  names(directory: number): Iterable<string>;
  /** Names with their inodes, where that costs less than looking each up. */
  entries?(directory: number): Iterable<readonly [string, number]>;
  has(inode: number): boolean;
  /** st_mode, type bits included. */
  mode(inode: number): number;
  uid(inode: number): number;
  gid(inode: number): number;
  /** Names of a file in this layer; of a directory 2 and its subdirectories. */
  linkCount(inode: number): number;
  /** As of `deviceNumber`; 0 for what is no device. */
  device(inode: number): number;
  /** Bytes of a file as a reader sees them, of a symlink's target; else 0. */
  sizeBytes(inode: number): number;
  times(inode: number): Times;
  linkTarget(inode: number): string;
  xattrs(inode: number): ReadonlyMap<string, Uint8Array>;
  content(inode: number): ByteSource;
  /** Bytes of a file as `content(inode).readSync` gives them, where that takes no source; else undefined. */
  readSync?(inode: number, offset: number, length: number): Uint8Array | undefined;
  /** Tells the `hashText` of each name, where that takes less than all of it. */
  eachNameHash?(directory: number, tell: (hash: number) => void): void;
  /** Entries of a directory, where that is known without looking at them. */
  nameCount?(directory: number): number;
  /** S_IFMT bits of the mode, where they cost less than all of it. */
  type?(inode: number): number;
  /** False for what certainly has no xattrs: most objects. */
  mayHaveXattrs?(inode: number): boolean;
}

/** Names of a directory with their inodes. */
export function* entriesOf(layer: Layer, directory: number): Iterable<readonly [string, number]> {
  if (layer.entries) yield* layer.entries(directory);
  else for (const name of layer.names(directory)) yield [name, layer.lookup(directory, name)];
}

export interface Times {
  readonly atime: Timestamp;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
}

/** Seconds since 1970 and nanoseconds, 0..999,999,999, counted upwards. */
export interface Timestamp {
  readonly sec: number;
  readonly nsec: number;
}

export const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();
