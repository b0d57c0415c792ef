import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';

const EPOCH: Timestamp = { sec: 0, nsec: 0 };

/** fstat(2) of what has no place in a filesystem: pipes, terminals. `mode` with type bits. */
export function plainStat(mode: number, inodeNumber: number, device = 0): Stat {
  return {
    mode,
    uid: 0,
    gid: 0,
    linkCount: 1,
    device,
    sizeBytes: 0,
    atime: EPOCH,
    mtime: EPOCH,
    ctime: EPOCH,
    inodeNumber,
  };
}
