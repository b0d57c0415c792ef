import { VfsError } from '../vfsError.ts';
import { trieEntries } from './inodeTrie.ts';
import type { UndoLog } from './undoLog.ts';
import type { UpperInode } from './upperInode.ts';
import type { UpperView } from './upperView.ts';

const BLOCK_BYTES = 4096;

/** What the files of an upper hold, and may hold: as a disk of that size (tmpfs(5), `size`), holes and metadata free of
 *  charge. */
export class Quota {
  readonly limitBytes: number;
  usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get leftBytes(): number {
    return Math.max(0, this.limitBytes - this.usedBytes);
  }

  /** Starts from what is there, which may be more than the limit. Cost: all inodes. */
  count(upper: UpperView): void {
    this.usedBytes = 0;
    for (const [, inode] of trieEntries<UpperInode>(upper.state.inodes)) this.usedBytes += inBlocks(inode.writtenBytes);
  }

  /** A file holds `after` bytes instead of `before`. Throws VfsError ENOSPC for more than is left. */
  take(before: number, after: number, log: UndoLog): void {
    const difference = inBlocks(after) - inBlocks(before);
    if (difference === 0) return;
    if (difference > 0 && difference > this.leftBytes) throw new VfsError('ENOSPC', 'write', '');
    log.assign(this, 'usedBytes', this.usedBytes + difference);
  }
}

function inBlocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
