import { deviceMajor, deviceMinor } from '../vfs/overlay/fileMode.ts';
import type { MountState } from '../vfs/overlay/mountState.ts';
import type { OverlayInode } from '../vfs/overlay/overlayNode.ts';
import { statInode } from '../vfs/overlay/stat.ts';
import { FileType } from './fileType.ts';
import type { FileAttributes, FuseEntry } from './fuseFilesystem.ts';
import type { KnownInode } from './knownInodes.ts';

/** All changes come through the kernel itself, which knows what they change; for what it does not, see
 *  `OverlayFilesystem`. */
export const TIMEOUT_SEC = 86_400;
const BLOCK_BYTES = 4096;
const DIRECTORY_BYTES = 4096;

export function entryOf(mount: MountState, known: KnownInode): FuseEntry {
  return {
    node: known.number,
    generation: 1,
    entryTimeoutSec: TIMEOUT_SEC,
    attributesTimeoutSec: TIMEOUT_SEC,
    attributes: attributesOf(mount, known.inode),
  };
}

export function attributesOf(mount: MountState, inode: OverlayInode): FileAttributes {
  const stat = statInode(mount, inode);
  const sizeBytes = inode.type === FileType.directory ? DIRECTORY_BYTES : stat.sizeBytes;
  return {
    ino: stat.inodeNumber,
    sizeBytes,
    storedBytes: inode.type === FileType.file ? Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES : sizeBytes,
    atimeSec: stat.atime.sec,
    atimeNsec: stat.atime.nsec,
    mtimeSec: stat.mtime.sec,
    mtimeNsec: stat.mtime.nsec,
    ctimeSec: stat.ctime.sec,
    ctimeNsec: stat.ctime.nsec,
    mode: stat.mode,
    linkCount: stat.linkCount,
    uid: stat.uid,
    gid: stat.gid,
    deviceMajor: deviceMajor(stat.device),
    deviceMinor: deviceMinor(stat.device),
    blockSizeBytes: BLOCK_BYTES,
  };
}
