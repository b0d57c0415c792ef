import { isDirectory, isRegular } from '../vfs/overlay/fileMode.ts';
import type { Layer } from '../vfs/overlay/layer.ts';
import { entriesOf } from '../vfs/overlay/layer.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { ContainerRecord } from './containerRecord.ts';
import { mountRootfs } from './containerRootfs.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import type { EngineCore } from './engineCore.ts';

/** Bytes of a layer as moby pkg/directory counts them: everything but directories, an inode once. */
export function sizeRwBytes(layer: Layer): number {
  let sum = 0;
  const seen = new Set<number>();
  const directories = [layer.rootInode];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const [, inode] of entriesOf(layer, directory)) {
      if (isDirectory(layer.mode(inode))) directories.push(inode);
      else if (!seen.has(inode)) {
        seen.add(inode);
        sum += layer.sizeBytes(inode);
      }
    }
  }
  return sum;
}

/** Bytes by which a container's files are longer than those of its image: what writing them took of the disk, on which a
 *  copy-up takes nothing (`kernel/disk.ts`). */
export function grownBytes(
  core: EngineCore,
  record: Pick<ContainerRecord, 'layers'>,
  { initLayer, upper }: Pick<ContainerRuntime, 'initLayer' | 'upper'>,
): number {
  const view = upper.freeze();
  const below = mountRootfs(record.layers, initLayer, undefined, () => core.kernel.clock.now());
  let sum = 0;
  const seen = new Set<number>();
  const directories: (readonly [inode: number, path: string])[] = [[view.rootInode, '']];
  for (let at = directories.pop(); at; at = directories.pop()) {
    const [directory, path] = at;
    for (const [name, inode] of entriesOf(view, directory)) {
      if (isDirectory(view.mode(inode))) directories.push([inode, `${path}/${name}`]);
      else if (isRegular(view.mode(inode)) && !seen.has(inode)) {
        seen.add(inode);
        sum += Math.max(0, view.sizeBytes(inode) - lowerBytes(below, `${path}/${name}`));
      }
    }
  }
  return sum;
}

function lowerBytes(below: OverlayMount, path: string): number {
  try {
    const { mode, sizeBytes } = below.lstat(path);
    return isRegular(mode) ? sizeBytes : 0;
  } catch (error) {
    if (error instanceof VfsError) return 0;
    throw error;
  }
}
