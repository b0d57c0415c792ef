import { freemem, totalmem } from 'node:os';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { FilesystemFigures } from '../../fuse/fuseFilesystem.ts';
import { OverlayFilesystem } from '../../fuse/overlayFilesystem.ts';
import { UnionFilesystem } from '../../fuse/unionFilesystem.ts';
import type { LayerTreeLayer } from '../../vfs/overlay/layerTreeLayer.ts';
import { treeLayerOver } from '../../vfs/overlay/linkedTreeLayer.ts';
import { Upper } from '../../vfs/overlay/upper.ts';
import type { ParsedArguments } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { safeText } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { type ImageStack, readStack } from '../imageStack.ts';
import { openInput } from '../openInput.ts';
import { describeImage, imageChoice, selectImage } from '../selectImage.ts';
import { selectLayer } from '../selectLayer.ts';
import { keepChanges, loadChanges } from './keptChanges.ts';
import type { MountPlan } from './mountPlan.ts';
import { openLayers } from './openLayers.ts';
import { preciseClock } from './preciseClock.ts';
import { requireSavable, saveImage } from './saveImage.ts';
import { serveImage } from './serveImage.ts';

/** The serving process: opens the image, mounts it, and when it is unmounted sees to the changes. */
export async function mountImage(plan: MountPlan, args: ParsedArguments, context: CommandContext): Promise<ExitCode> {
  const archive = await openInput(plan.file, context, args.value('platform'));
  const image = selectImage(archive, imageChoice(args));
  if (plan.save !== undefined) await requireSavable(image, plan.save, plan);
  const wanted = args.value('up-to');
  const upTo = wanted === undefined ? image.layers.length - 1 : selectLayer(image.layers, wanted);
  const stack = await readStack(archive, image, upTo, context);
  const contents = await openLayers(image.layers, stack.indexed, await context.work(), context.onExit);
  const name = safeText(describeImage(archive, image));
  if (plan.access === 'readOnly') {
    const filesystem = new UnionFilesystem(stack.union, contents);
    await serveImage(filesystem, plan, announcement(name, plan), context);
    return ExitCode.fine;
  }
  const upper = new Upper({
    now: preciseClock,
    ...(plan.limitBytes === undefined ? {} : { limitBytes: plan.limitBytes }),
  });
  if (plan.keep !== undefined) await loadChanges(plan.keep, upper, context);
  const filesystem = overUpper(stack, contents, upper, plan);
  await serveImage(filesystem, plan, announcement(name, plan), context);
  if (plan.keep !== undefined) await keepChanges(plan.keep, filesystem.changes('asMounted'), context);
  if (plan.save !== undefined) {
    await saveImage(archive, image, filesystem.changes('standalone'), plan.save, plan, context);
  }
  return ExitCode.fine;
}

function announcement(image: string, { access, folder, save, keep }: MountPlan): string {
  const ends = `to end: Ctrl-C, or umount ${safeText(folder)}`;
  if (access === 'readOnly') return `${image}\nmounted read-only on ${safeText(folder)}; ${ends}`;
  const kept = [
    ...(keep === undefined ? [] : [`kept in ${keep}`]),
    ...(save === undefined ? [] : [`saved as an image in ${save}`]),
  ];
  const fate = kept.length > 0 ? `will be ${kept.join(' and ')}` : 'will be lost at the end (see --save and --keep)';
  return `${image}\nmounted on ${safeText(folder)}; changes ${safeText(fate)}; ${ends}`;
}

function overUpper(
  { trees, indexed }: ImageStack,
  contents: readonly (ByteSource | undefined)[],
  upper: Upper,
  { overlayOptions, limitBytes }: MountPlan,
): OverlayFilesystem {
  const lowers: LayerTreeLayer[] = [];
  for (const [position, tree] of trees.entries()) {
    const content = contents[position];
    if (tree && content) lowers.push(treeLayerOver(lowers, tree, content, layerId(position)));
  }
  lowers.reverse();
  const layerBytes = indexed.reduce((sum, index) => sum + (index?.sizeBytes ?? 0), 0);
  const inMemory = () => memoryFigures(layerBytes);
  const figures = limitBytes === undefined ? inMemory : () => quotaFigures(upper, limitBytes);
  return new OverlayFilesystem(lowers, upper, overlayOptions, figures, () => inMemory().freeBlocks > 0);
}

/** Stands for the layer in the marks of this image's mounts. */
function layerId(position: number): Uint8Array {
  return new TextEncoder().encode(`layer ${position}`.padEnd(16));
}

const BLOCK_BYTES = 4096;
/** Of the memory that we may have. More would end in the process being killed, and all changes with it. */
const USED_SHARE = 0.75;

/** The changes' own, as of a disk that holds nothing else: what the image has is not theirs. */
function quotaFigures(upper: Upper, limitBytes: number): FilesystemFigures {
  const freeBlocks = Math.floor((upper.leftBytes ?? 0) / BLOCK_BYTES);
  const blocks = Math.floor(limitBytes / BLOCK_BYTES);
  return { blockSizeBytes: BLOCK_BYTES, blocks, freeBlocks, files: 2 ** 32, freeFiles: 2 ** 31 };
}

/** What statfs(2) shows, and where ENOSPC begins: changes are kept in memory. */
function memoryFigures(layerBytes: number): FilesystemFigures {
  const limitBytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) * USED_SHARE;
  const usedBytes = process.memoryUsage.rss();
  const freeBlocks = Math.floor(Math.max(0, Math.min(freemem(), limitBytes - usedBytes)) / BLOCK_BYTES);
  const blocks = freeBlocks + Math.ceil((layerBytes + usedBytes) / BLOCK_BYTES);
  return { blockSizeBytes: BLOCK_BYTES, blocks, freeBlocks, files: 2 ** 32, freeFiles: 2 ** 31 };
}
