import { EntryKind } from '../vfs/layerTree.ts';
import type { BackingFilesystem, MetadataStep, Operation, OperationCost, OperationTarget } from './driver.ts';
import { allocatedBytes, BLOCK_BYTES, roundUp, XFS_COPY_BYTES } from './spaceTally.ts';

/** How a file is brought into the container's layer. */
export interface CopyUpRule {
  readonly backing: BackingFilesystem;
  /** Whether rename(2) takes a directory of a lower layer. */
  readonly directoryRename: 'never' | 'childless';
}

/** Costs where a file is copied up as a whole before its first change, attributes included (overlayfs.rst,
 *  "Non-directories"; redirect_dir=off, metacopy=off, index=off). Seen on Linux 6.18: the copy is a clone of extents
 *  where the filesystem can share them. */
export function copyUpCost(operation: Operation, target: OperationTarget, rule: CopyUpRule): OperationCost {
  if (target.kind === EntryKind.directory) return directoryCost(operation, target, rule);
  // What is written through a fifo or a device goes elsewhere.
  if (target.kind !== EntryKind.file && isWrite(operation)) return { ...NO_DATA, steps: [] };
  const parents = stepsOf('copyUpDirectory', target.parentCount);
  switch (operation) {
    case 'read':
      return { ...NO_DATA, steps: stepsOf('lookup', target.layersSearched) };
    case 'firstWrite':
      return copied(target.sizeBytes, 'write', rule.backing, [...parents, { step: 'copyUpInode', count: 1 }]);
    case 'secondWrite':
      return secondWrite(target.sizeBytes, rule.backing);
    case 'chmod':
      return copied(target.sizeBytes, 'touch', rule.backing, [
        ...parents,
        { step: 'copyUpInode', count: 1 },
        { step: 'inodeUpdate', count: 1 },
      ]);
    case 'rename':
      return copied(target.sizeBytes, 'touch', rule.backing, [
        ...parents,
        { step: 'copyUpInode', count: 1 },
        { step: 'rename', count: 1 },
        { step: 'whiteout', count: 1 },
      ]);
    case 'delete':
      return { ...NO_DATA, steps: [...parents, { step: 'whiteout', count: 1 }] };
  }
}

export function isWrite(operation: Operation): boolean {
  return operation === 'firstWrite' || operation === 'secondWrite';
}

const NO_DATA = { copiedBytes: 0, allocatedBytes: 0, blocks: { count: 0, sizeBytes: BLOCK_BYTES } };

function directoryCost(operation: Operation, target: OperationTarget, rule: CopyUpRule): OperationCost {
  const parents = stepsOf('copyUpDirectory', target.parentCount);
  const itself: MetadataStep = { step: 'copyUpDirectory', count: target.parentCount + 1 };
  const { below } = target;
  switch (operation) {
    case 'read':
      return { ...NO_DATA, steps: stepsOf('lookup', target.layersSearched) };
    case 'firstWrite':
    case 'secondWrite':
      return { ...NO_DATA, steps: [], refusal: 'EISDIR' };
    case 'chmod':
      return { ...NO_DATA, steps: [itself, { step: 'inodeUpdate', count: 1 }] };
    case 'rename': {
      const childCount = below.directoryCount + below.otherCount;
      if (rule.directoryRename === 'childless' && childCount === 0)
        return { ...NO_DATA, steps: [itself, { step: 'rename', count: 1 }, { step: 'whiteout', count: 1 }] };
      return movedByCopying(target, parents);
    }
    case 'delete':
      return { ...NO_DATA, steps: removalSteps(target) };
  }
}

/** What mv does after EXDEV: a copy of all below in new files, and the removal of the old ones. */
function movedByCopying(target: OperationTarget, parents: readonly MetadataStep[]): OperationCost {
  const { space } = target.below;
  return {
    copiedBytes: space.contentBytes,
    allocatedBytes: space.ext4,
    blocks: { count: space.ext4 / BLOCK_BYTES, sizeBytes: BLOCK_BYTES },
    steps: [...parents, ...removalSteps({ ...target, parentCount: 0 })],
    refusal: 'EXDEV',
  };
}

/** rm -r: each directory is copied up to take the whiteouts of its content, and gives way to its own whiteout. */
function removalSteps({ parentCount, below }: OperationTarget): readonly MetadataStep[] {
  return [
    { step: 'copyUpDirectory', count: parentCount + 1 + below.directoryCount },
    { step: 'whiteout', count: 1 + below.directoryCount + below.otherCount },
  ];
}

function copied(
  sizeBytes: number,
  how: 'write' | 'touch',
  backing: BackingFilesystem,
  steps: readonly MetadataStep[],
): OperationCost {
  // An empty file holds a byte after the first write.
  const newSize = how === 'write' ? Math.max(1, sizeBytes) : sizeBytes;
  const newBytes = backing === 'ext4' ? allocatedBytes(newSize, 'ext4') : clonedBytes(newSize, how, backing);
  return {
    copiedBytes: backing === 'ext4' ? sizeBytes : Math.min(sizeBytes, newBytes),
    allocatedBytes: newBytes,
    blocks: { count: newBytes / BLOCK_BYTES, sizeBytes: BLOCK_BYTES },
    steps,
  };
}

/** What is not shared with the lower file after its clone was written or touched. */
function clonedBytes(sizeBytes: number, how: 'write' | 'touch', backing: 'xfs' | 'btrfs'): number {
  if (sizeBytes === 0) return 0;
  if (backing === 'btrfs') return how === 'write' ? Math.min(BLOCK_BYTES, allocatedBytes(sizeBytes, 'btrfs')) : 0;
  const hasTail = sizeBytes % BLOCK_BYTES !== 0;
  // xfs copies a last block that is not full instead of sharing it.
  if (how === 'touch') return hasTail ? BLOCK_BYTES : 0;
  const whole = roundUp(sizeBytes, BLOCK_BYTES);
  return whole <= XFS_COPY_BYTES ? whole : XFS_COPY_BYTES + (hasTail ? BLOCK_BYTES : 0);
}

/** The container's own file changes in place; btrfs never writes in place, and frees what it replaces. */
function secondWrite(sizeBytes: number, backing: BackingFilesystem): OperationCost {
  const steps: readonly MetadataStep[] = [{ step: 'inodeUpdate', count: 1 }];
  if (backing !== 'btrfs') return { ...NO_DATA, steps };
  const rewritten = clonedBytes(Math.max(1, sizeBytes), 'write', backing);
  return {
    copiedBytes: Math.min(sizeBytes, rewritten),
    allocatedBytes: 0,
    blocks: { count: rewritten / BLOCK_BYTES, sizeBytes: BLOCK_BYTES },
    steps,
  };
}

export function stepsOf(step: MetadataStep['step'], count: number): readonly MetadataStep[] {
  return count > 0 ? [{ step, count }] : [];
}
