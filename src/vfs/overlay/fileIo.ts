import type { ByteSource } from '../../bytes/byteSource.ts';
import { copyUp } from './copyUp.ts';
import { dropPrivilegesOfWriter, FILE_MAX_BYTES } from './attributeCalls.ts';
import { S_IFDIR, S_IFIFO, S_IFREG } from './fileMode.ts';
import { dataEntry } from './lookup.ts';
import type { MountState } from './mountState.ts';
import { closeFile, findToOpen, type OpenFile, openFound } from './openFile.ts';
import { O_ACCMODE, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from './openFlags.ts';
import type { OverlayInode } from './overlayNode.ts';
import { createPassing, rewritePassing } from './passingFile.ts';
import type { Credentials } from './permission.ts';

/** MAX_RW_COUNT of the kernel: more is not read or written at once. */
const MAX_TRANSFER_BYTES = 0x7ffff000;

/** The bytes of an open regular file as they are now; of a metadata-only copy, those of the data behind it, as long
 *  as the file says. */
export function contentSourceOf(mount: MountState, file: OpenFile): ByteSource {
  requireReadable(mount, file);
  if (file.inode.type !== S_IFREG) throw mount.fail('EINVAL');
  const { layer, inode } = dataEntry(mount, file.inode);
  return mount.layer(layer).content(inode);
}

/** pread(2) where the bytes can be had at once. Throws TypeError where they cannot: then `contentSourceOf` is the
 *  way. */
export function readAt(mount: MountState, file: OpenFile, offset: number, length: number): Uint8Array {
  requirePosition(mount, offset);
  if (file.inode.type === S_IFIFO) throw mount.fail('ESPIPE');
  requireReadable(mount, file);
  if (file.inode.type !== S_IFREG) throw mount.fail('EINVAL');
  return readInode(mount, file.inode, offset, Math.min(length, MAX_TRANSFER_BYTES));
}

function readInode(mount: MountState, of: OverlayInode, offset: number, length: number): Uint8Array {
  const { layer: index, inode } = dataEntry(mount, of);
  const layer = mount.layer(index);
  const bytes = layer.readSync?.(inode, offset, length);
  if (bytes) return bytes;
  const source = layer.content(inode);
  if (!source.readSync) throw new TypeError('the bytes of this layer cannot be read synchronously');
  return source.readSync(offset, length);
}

/** All bytes of a regular file that the caller may read, in an array of their own. Throws as open(2) and `readAt` do,
 *  EINVAL for what has no bytes to give. */
export function readWhole(mount: MountState, credentials: Credentials, path: string): Uint8Array {
  const inode = findToOpen(mount, credentials, path, O_RDONLY, 0).node.inode as OverlayInode;
  if (inode.type === S_IFDIR) throw mount.fail('EISDIR');
  if (inode.type !== S_IFREG) throw mount.fail('EINVAL');
  return readInode(mount, inode, 0, MAX_TRANSFER_BYTES).slice();
}

/** open(2), write(2) from the start (with O_APPEND: from the end) until all is written, and close(2). */
export function writeWhole(
  mount: MountState,
  credentials: Credentials,
  path: string,
  bytes: Uint8Array,
  { flags, mode }: { readonly flags: number; readonly mode: number },
): void {
  if (bytes.length <= MAX_TRANSFER_BYTES && (flags & (O_ACCMODE | O_DIRECTORY)) === O_WRONLY) {
    const isThere = (flags & (O_TRUNC | O_EXCL)) === O_TRUNC && rewritePassing(mount, credentials, path, bytes);
    if (isThere || ((flags & O_CREAT) !== 0 && createPassing(mount, credentials, path, mode, bytes))) return;
  }
  const found = findToOpen(mount, credentials, path, flags, mode);
  const inode = found.node.inode as OverlayInode;
  const isReplacing = found.isCreated || (flags & O_TRUNC) !== 0;
  if (inode.type === S_IFREG && isReplacing && (flags & O_ACCMODE) !== O_RDONLY && bytes.length <= MAX_TRANSFER_BYTES) {
    if (!found.isCreated) copyUp(mount, found.node, 'truncate');
    dropPrivilegesOfWriter(mount, credentials, inode);
    if (!found.isCreated || bytes.length > 0) mount.writable().rewrite(inode.upper, bytes);
    return;
  }
  const file = openFound(mount, credentials, found, flags);
  try {
    if (inode.type === S_IFIFO) writePipe(mount, file, bytes);
    else for (let at = 0; at < bytes.length;) at += writeAt(mount, credentials, file, at, bytes.subarray(at));
  } finally {
    closeFile(mount, file);
  }
}

/** read(2) of a fifo. */
export function readPipe(mount: MountState, file: OpenFile, length: number): Uint8Array {
  requireReadable(mount, file);
  return file.inode.pipe?.read(Math.min(length, MAX_TRANSFER_BYTES), mount.syscall, mount.path) ?? new Uint8Array(0);
}

/** pwrite(2); with O_APPEND at the end, whatever the offset (as Linux does). Gives the bytes taken. */
export function writeAt(
  mount: MountState,
  credentials: Credentials,
  file: OpenFile,
  offset: number,
  bytes: Uint8Array,
): number {
  requirePosition(mount, offset);
  if (file.inode.type === S_IFIFO) throw mount.fail('ESPIPE');
  if (!file.isWritable) throw mount.fail('EBADF');
  if (bytes.length === 0) return 0;
  const upper = mount.writable();
  const { inode } = file;
  const at = file.isAppending ? upper.sizeBytes(inode.upper) : offset;
  if (at >= FILE_MAX_BYTES) throw mount.fail('EFBIG');
  const taken = bytes.subarray(0, Math.min(MAX_TRANSFER_BYTES, FILE_MAX_BYTES - at));
  dropPrivilegesOfWriter(mount, credentials, inode);
  upper.write(inode.upper, at, taken);
  return taken.length;
}

/** write(2) to a fifo. */
export function writePipe(mount: MountState, file: OpenFile, bytes: Uint8Array): number {
  if (!file.isWritable) throw mount.fail('EBADF');
  return file.inode.pipe?.write(bytes, mount.syscall, mount.path) ?? 0;
}

function requireReadable(mount: MountState, file: OpenFile): void {
  if (!file.isReadable) throw mount.fail('EBADF');
  if (file.inode.type === S_IFDIR) throw mount.fail('EISDIR');
}

function requirePosition(mount: MountState, offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) throw mount.fail('EINVAL');
}
