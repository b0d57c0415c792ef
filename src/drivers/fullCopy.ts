import { blockCost, type BlockRule, fullCopyCost } from './blockCost.ts';
import { BTRFS_RULE } from './btrfs.ts';
import type { BackingFilesystem, StorageDriver } from './driver.ts';
import { BLOCK_BYTES, roundUp, XFS_COPY_BYTES } from './spaceTally.ts';
import { fullCopies, type LayoutDirectories, sharedTrees, usageOf } from './usage.ts';

const XFS_RULE: BlockRule = {
  firstBlockBytes: (fileBytes) => Math.min(XFS_COPY_BYTES, roundUp(fileBytes, BLOCK_BYTES)),
  blockBytes: XFS_COPY_BYTES,
  ownBlocks: 'inPlace',
};

/** Use and costs of a driver that copies whole trees. The copies of dockerd and containerd share their extents where the
 *  filesystem can (FICLONE, copy_file_range): then they take no space, and writes cost what they cost there. Seen with
 *  dockerd 20.10.24 and containerd 1.6.20 on ext4, xfs and btrfs. */
export function fullCopyDriver(
  backing: BackingFilesystem,
  initLayers: 'init' | 'plain',
  directories: LayoutDirectories,
): Pick<StorageDriver, 'copyUnit' | 'usage' | 'cost'> {
  if (backing === 'ext4') {
    return {
      copyUnit: { unit: 'nothing' },
      usage: (measure) => usageOf(measure, fullCopies(measure, initLayers), { rounding: 'ext4', directories }),
      cost: fullCopyCost,
    };
  }
  const rule = backing === 'btrfs' ? BTRFS_RULE : XFS_RULE;
  const rounding = backing === 'btrfs' ? 'btrfs' : 'ext4';
  return {
    copyUnit: { unit: 'block', sizeBytes: rule.blockBytes },
    usage: (measure) => usageOf(measure, sharedTrees(measure, initLayers), { rounding, directories }),
    cost: (operation, target) => blockCost(operation, target, rule),
  };
}
