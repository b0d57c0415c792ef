import { EntryKind } from '../vfs/layerTree.ts';
import { isWrite } from './copyUpCost.ts';
import type { MetadataStep, Operation, OperationCost, OperationTarget } from './driver.ts';
import { allocatedBytes, BLOCK_BYTES } from './spaceTally.ts';

/** How a block device or filesystem below the container's whole tree shares what a write leaves alone. */
export interface BlockRule {
  /** Bytes of the block, sector or record that holds a file's first byte; 0 when it lies in metadata. */
  readonly firstBlockBytes: (fileBytes: number) => number;
  /** What a block is called by: its full size. */
  readonly blockBytes: number;
  /** Whether a block that is the container's own is written in place, or anew each time. */
  readonly ownBlocks: 'inPlace' | 'copied';
}

/** Costs where a container has a whole tree of its own, made of blocks that it shares with the image until they are
 *  written. Metadata is shared in the same way; its blocks are counted among no bytes. */
export function blockCost(operation: Operation, target: OperationTarget, rule: BlockRule): OperationCost {
  const nothing = { copiedBytes: 0, allocatedBytes: 0, blocks: { count: 0, sizeBytes: rule.blockBytes } };
  if (isWrite(operation) && target.kind !== EntryKind.file) return { ...nothing, ...writeElsewhere(target) };
  const steps = ownTreeSteps(operation, target);
  if (!isWrite(operation)) return { ...nothing, steps };
  if (operation === 'secondWrite' && rule.ownBlocks === 'inPlace') return { ...nothing, steps };
  // An empty file holds a byte after the first write.
  const bytes = rule.firstBlockBytes(Math.max(1, target.sizeBytes));
  return {
    copiedBytes: Math.min(bytes, target.sizeBytes),
    allocatedBytes: operation === 'firstWrite' ? bytes : 0,
    blocks: { count: bytes > 0 ? 1 : 0, sizeBytes: rule.blockBytes },
    steps,
  };
}

/** A directory takes no bytes; what is written through a fifo or a device goes elsewhere. */
function writeElsewhere({ kind }: OperationTarget): Pick<OperationCost, 'steps' | 'refusal'> {
  return kind === EntryKind.directory ? { steps: [], refusal: 'EISDIR' } : { steps: [] };
}

/** Costs where a container has a full copy of everything: those of the filesystem below (ext4). */
export function fullCopyCost(operation: Operation, target: OperationTarget): OperationCost {
  const cost = { copiedBytes: 0, allocatedBytes: 0, blocks: { count: 0, sizeBytes: BLOCK_BYTES } };
  if (isWrite(operation) && target.kind !== EntryKind.file) return { ...cost, ...writeElsewhere(target) };
  const steps = ownTreeSteps(operation, target);
  if (operation === 'delete') return { ...cost, allocatedBytes: 0 - freedBytes(target), steps };
  if (operation !== 'firstWrite' || target.sizeBytes > 0) return { ...cost, steps };
  return { ...cost, allocatedBytes: BLOCK_BYTES, blocks: { count: 1, sizeBytes: BLOCK_BYTES }, steps };
}

/** The copy was the container's own: it is freed with its last name. */
function freedBytes({ kind, sizeBytes, linkCount, below }: OperationTarget): number {
  if (kind === EntryKind.directory) return below.space.ext4;
  return kind === EntryKind.file && linkCount === 1 ? allocatedBytes(sizeBytes, 'ext4') : 0;
}

function ownTreeSteps(operation: Operation, { kind, below }: OperationTarget): readonly MetadataStep[] {
  switch (operation) {
    case 'read':
      return [{ step: 'lookup', count: 1 }];
    case 'firstWrite':
    case 'secondWrite':
    case 'chmod':
      return [{ step: 'inodeUpdate', count: 1 }];
    case 'rename':
      return [{ step: 'rename', count: 1 }];
    case 'delete':
      return [
        { step: 'unlink', count: kind === EntryKind.directory ? 1 + below.directoryCount + below.otherCount : 1 },
      ];
  }
}
