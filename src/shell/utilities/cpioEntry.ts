/** The forms of archives that cpio(1) reads and writes: GNU cpio manual, "Options", `--format`; cpio(5). */
export type CpioFormat = 'bin' | 'odc' | 'newc' | 'crc' | 'tar' | 'ustar';

export const CPIO_FORMATS: readonly CpioFormat[] = ['crc', 'newc', 'odc', 'bin', 'ustar', 'tar'];

/** A member of an archive. */
export interface CpioEntry {
  readonly name: string;
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkCount: number;
  readonly mtimeSec: number;
  /** Bytes of content that follow: a symlink's target, too, but for tars. */
  readonly sizeBytes: number;
  /** Of the filesystem; with `inode` it tells which members are one file. */
  readonly device: number;
  readonly inode: number;
  /** Of a device. */
  readonly major: number;
  readonly minor: number;
  /** Sum of all bytes, modulo 2^32; of `crc` only. */
  readonly checksum: number;
  /** Where it is not in the content: tars. */
  readonly linkName?: string;
  /** A hard link of a tar. */
  readonly isLink?: boolean;
}

export const TRAILER_NAME = 'TRAILER!!!';

export const TRAILER: CpioEntry = {
  name: TRAILER_NAME,
  mode: 0,
  uid: 0,
  gid: 0,
  linkCount: 1,
  mtimeSec: 0,
  sizeBytes: 0,
  device: 0,
  inode: 0,
  major: 0,
  minor: 0,
  checksum: 0,
};

/** What ends the program: GNU's status is 2, busybox's 1. */
export class CpioFailure extends Error {
  override readonly name = 'CpioFailure';
}

/** Content is padded to a multiple of this. */
export function alignmentOf(format: CpioFormat): number {
  switch (format) {
    case 'newc':
    case 'crc':
      return 4;
    case 'bin':
      return 2;
    case 'odc':
      return 1;
    default:
      return 512;
  }
}

export function paddingTo(alignment: number, sizeBytes: number): number {
  return (alignment - (sizeBytes % alignment)) % alignment;
}
