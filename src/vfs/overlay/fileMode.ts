/** Bits of st_mode (inode(7)). */
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;
export const S_IXGRP = 0o0010;
/** Permission bits, setuid, setgid and sticky. */
export const PERMISSION_BITS = 0o7777;

export function isDirectory(mode: number): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

export function isRegular(mode: number): boolean {
  return (mode & S_IFMT) === S_IFREG;
}

export function isSymlink(mode: number): boolean {
  return (mode & S_IFMT) === S_IFLNK;
}

/** Of a character or a block device. */
export function isDevice(mode: number): boolean {
  const type = mode & S_IFMT;
  return type === S_IFCHR || type === S_IFBLK;
}

/** A device number as one value: major * 2^32 + minor, as in the layer tree. 0 is 0:0, a whiteout's. */
export function deviceNumber(major: number, minor: number): number {
  return major * 2 ** 32 + minor;
}

export function deviceMajor(device: number): number {
  return Math.floor(device / 2 ** 32);
}

export function deviceMinor(device: number): number {
  return device % 2 ** 32;
}
