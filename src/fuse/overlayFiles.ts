import { dataEntry } from '../vfs/overlay/lookup.ts';
import type { MountState } from '../vfs/overlay/mountState.ts';
import type { OverlayInode } from '../vfs/overlay/overlayNode.ts';
import { FuseError } from './fuseError.ts';
import { readInto } from './layerContent.ts';
import type { KnownInode } from './knownInodes.ts';

/** An open file or directory. */
export interface OpenFile {
  readonly known: KnownInode;
  /** As open(2). */
  readonly flags: number;
}

/** Open files by handle. */
export class OpenFiles<File> {
  readonly #files = new Map<number, File>();
  #next = 1;

  add(file: File): number {
    const handle = this.#next++;
    this.#files.set(handle, file);
    return handle;
  }

  /** Throws EBADF. */
  get(handle: number): File {
    const file = this.#files.get(handle);
    if (!file) throw new FuseError('EBADF');
    return file;
  }

  remove(handle: number): File {
    const file = this.get(handle);
    this.#files.delete(handle);
    return file;
  }
}

/** Fills `target` with what a file holds from `offset` on. */
export function readOverlayFile(mount: MountState, inode: OverlayInode, offset: number, target: Uint8Array): number {
  const { layer, inode: real } = dataEntry(mount, inode);
  const content = mount.layer(layer).content(real);
  return readInto(
    content,
    offset,
    target.subarray(0, Math.max(0, Math.min(target.length, content.sizeBytes - offset))),
  );
}
