import { copyUpCost } from './copyUpCost.ts';
import type { BackingFilesystem, StorageDriver } from './driver.ts';
import { graftChangeset } from './graft.ts';
import { OVERLAY_DIRECTORIES, overlayDirectory, type OverlayStyle } from './overlayDirectory.ts';
import { changesets, usageOf } from './usage.ts';

const STYLE: OverlayStyle = {
  name: 'overlay2',
  whiteouts: 'overlay',
  graftUpper: (maker, at, source) => graftChangeset(maker, at, source, 'overlay'),
  workMode: 0o700,
  innerWorkMode: 0,
};

/** The kernel's OverlayFS under dockerd: a directory a layer, one mount a container. Seen with dockerd 20.10.24 on
 *  Linux 6.18; the xattrs `origin`, `impure` and `uuid`, which the kernel keeps for itself, are left out, and the
 *  remains in `work/work`. */
export function overlay2(backing: BackingFilesystem): StorageDriver {
  return {
    name: 'overlay2',
    evidence: { layout: 'measured', cost: 'measured' },
    copyUnit: { unit: 'file' },
    dataRoot: '/var/lib/docker',
    layOut: (host, random) => overlayDirectory(host, random, STYLE),
    usage: (measure) =>
      usageOf(measure, changesets(measure, 'init'), {
        rounding: backing === 'btrfs' ? 'btrfs' : 'ext4',
        directories: OVERLAY_DIRECTORIES,
      }),
    cost: (operation, target) => copyUpCost(operation, target, { backing, directoryRename: 'never' }),
  };
}
