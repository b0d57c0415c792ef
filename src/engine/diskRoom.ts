import type { ByteSource } from '../bytes/byteSource.ts';
import { RunSource } from '../bytes/runSource.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { EngineCore } from './engineCore.ts';
import type { EngineError } from './engineError.ts';
import { other, tarFault } from './messages.ts';

/** Layers lie beside the machine's disk, which holds files in memory: with so much free any layer is taken in. */
const AMPLE_BYTES = 256 * 2 ** 20;
/** What a directory takes. */
const BLOCK_BYTES = 4096;
const FULL = 'no space left on device';

/** Throws EngineError with the words of whoever unpacks a layer on a full disk. Runs of zeros take nothing. */
export function requireLayerRoom(core: EngineCore, { tree, tar }: { tree: LayerTree; tar: ByteSource }): void {
  const { freeBytes } = core.kernel.disk;
  const stored = tar instanceof RunSource ? tar.parts?.stored : tar;
  const wantedBytes = Math.min(Math.max(BLOCK_BYTES, (stored ?? tar).sizeBytes), AMPLE_BYTES);
  if (wantedBytes > freeBytes) throw tarFault(core.vintage, `${firstWithoutRoom(tree, freeBytes)}: ${FULL}`);
}

/** The call that fails: files are written in the order of the tar. */
function firstWithoutRoom(tree: LayerTree, freeBytes: number): string {
  const { kind, size } = tree.columns;
  const files = Array.from({ length: tree.length }, (_, entry) => entry)
    .filter((entry) => kind[entry] === EntryKind.file && (size[entry] as number) > 0)
    .sort((a, b) => tree.contentOffset(a) - tree.contentOffset(b));
  let writtenBytes = 0;
  for (const entry of files) {
    writtenBytes += size[entry] as number;
    if (writtenBytes > freeBytes) return `write /${tree.path(entry)}`;
  }
  const last = files.at(-1);
  return last === undefined ? 'mkdir /' : `write /${tree.path(last)}`;
}

/** Throws EngineError where the disk has no room for a container's directories (daemon/graphdriver/overlay2). */
export function requireContainerRoom(core: EngineCore, id: string): void {
  if (core.kernel.disk.freeBytes < BLOCK_BYTES)
    throw other('system', `mkdir /var/lib/docker/overlay2/${id}-init: ${FULL}`);
}

/** What the daemon says of a write of its own that found no room; undefined for any other error. */
export function fullDisk(error: unknown): EngineError | undefined {
  return error instanceof VfsError && error.code === 'ENOSPC'
    ? other('system', `${error.syscall} ${error.path}: ${FULL}`, error)
    : undefined;
}
