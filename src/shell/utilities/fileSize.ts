import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';

/** The filesystem that is played under everything: ext4 with blocks of 4 KiB. */
const BLOCK_BYTES = 4096;
/** Shorter targets lie in the inode itself. */
const FAST_LINK_BYTES = 60;

/** st_size, where a directory is a block long. */
export function shownSizeBytes(stat: Stat): number {
  return (stat.mode & S_IFMT) === S_IFDIR ? stat.sizeBytes || BLOCK_BYTES : stat.sizeBytes;
}

/** What st_blocks counts, in bytes. */
export function allocatedBytes(stat: Stat): number {
  switch (stat.mode & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
      return Math.ceil(shownSizeBytes(stat) / BLOCK_BYTES) * BLOCK_BYTES;
    case S_IFLNK:
      return stat.sizeBytes < FAST_LINK_BYTES ? 0 : BLOCK_BYTES;
    default:
      return 0;
  }
}
