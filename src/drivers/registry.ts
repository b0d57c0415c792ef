import { aufs } from './aufs.ts';
import { btrfs } from './btrfs.ts';
import { containerdBtrfs } from './containerdBtrfs.ts';
import { containerdNative } from './containerdNative.ts';
import { containerdOverlayfs } from './containerdOverlayfs.ts';
import { devicemapper } from './devicemapper.ts';
import type { BackingFilesystem, StorageDriver } from './driver.ts';
import { fuseOverlayfs } from './fuseOverlayfs.ts';
import { overlay2 } from './overlay2.ts';
import { vfs } from './vfs.ts';
import { windowsfilter } from './windowsfilter.ts';
import { zfs } from './zfs.ts';

/** Every driver. `backing` is the filesystem below those that mount the kernel's overlay or copy whole trees; the others
 *  bring theirs, or are reckoned on ext4. */
export function storageDrivers(backing: BackingFilesystem): readonly StorageDriver[] {
  return [
    overlay2(backing),
    fuseOverlayfs,
    containerdOverlayfs(backing),
    aufs,
    btrfs,
    containerdBtrfs,
    zfs,
    devicemapper,
    vfs(backing),
    containerdNative(backing),
    windowsfilter,
  ];
}
