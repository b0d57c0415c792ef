/** What filesystems allocate for a content of some size. One rule a filesystem, in bytes. */
export const ROUNDINGS = ['ext4', 'btrfs', 'zfs'] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** Default block of ext4 and xfs, sector of btrfs, page of Linux. */
export const BLOCK_BYTES = 4096;
/** Default of `max_inline`: no larger content lies in btrfs's metadata (btrfs(5); seen on Linux 6.18). */
export const BTRFS_INLINE_BYTES = 2048;
/** The extent size hint of xfs for copies on write (xfs(5), cowextsize): so much is taken at a first write. What is
 *  not written is given back after some minutes. */
export const XFS_COPY_BYTES = 128 * 1024;
/** Default `recordsize` of zfs (zfsprops(7)): a larger file is made of such records, a smaller one is one block. */
export const ZFS_RECORD_BYTES = 128 * 1024;
/** The smallest block of a pool with ashift=9. */
const ZFS_SECTOR_BYTES = 512;

export function roundUp(sizeBytes: number, unitBytes: number): number {
  return Math.ceil(sizeBytes / unitBytes) * unitBytes;
}

/** Bytes of data blocks for one file. */
export function allocatedBytes(sizeBytes: number, rounding: Rounding): number {
  switch (rounding) {
    case 'ext4':
      return roundUp(sizeBytes, BLOCK_BYTES);
    case 'btrfs':
      return sizeBytes <= BTRFS_INLINE_BYTES ? 0 : roundUp(sizeBytes, BLOCK_BYTES);
    case 'zfs':
      return roundUp(sizeBytes, sizeBytes > ZFS_RECORD_BYTES ? ZFS_RECORD_BYTES : ZFS_SECTOR_BYTES);
  }
}

/** The sum over some files. */
export interface SpaceTally {
  readonly contentBytes: number;
  readonly ext4: number;
  readonly btrfs: number;
  readonly zfs: number;
}

export const NO_SPACE: SpaceTally = { contentBytes: 0, ext4: 0, btrfs: 0, zfs: 0 };

export function tallyOf(sizeBytes: number): SpaceTally {
  return {
    contentBytes: sizeBytes,
    ext4: allocatedBytes(sizeBytes, 'ext4'),
    btrfs: allocatedBytes(sizeBytes, 'btrfs'),
    zfs: allocatedBytes(sizeBytes, 'zfs'),
  };
}

export function addTallies(tallies: readonly SpaceTally[]): SpaceTally {
  const sum = { contentBytes: 0, ext4: 0, btrfs: 0, zfs: 0 };
  for (const tally of tallies) {
    sum.contentBytes += tally.contentBytes;
    for (const rounding of ROUNDINGS) sum[rounding] += tally[rounding];
  }
  return sum;
}
