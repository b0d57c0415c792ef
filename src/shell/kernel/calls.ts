// The calls that programs make. Paths may be relative to the process's directory. All throw VfsError with the path as it
// was given.
import { joinBytes } from '../../bytes/joinBytes.ts';
import { encodeName } from '../../bytes/byteName.ts';
import { isDirectory, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { ListedName } from '../../vfs/overlay/overlayNode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { XattrFlag } from '../../vfs/overlay/xattrCalls.ts';
import { renamed, topologyChanged } from './mountNamespace.ts';
import type { OpenFile } from './openFile.ts';
import type { Process } from './process.ts';

/** Waits only for the other end of a fifo. The file is the caller's to close, or to `install` as a descriptor. */
export function open(process: Process, path: string, flags: number, mode = 0o666): OpenFile | Promise<OpenFile> {
  return process.mounts.open(process, path, flags, mode);
}

export function stat(process: Process, path: string): Stat {
  return process.mounts.stat(process, path);
}

export function lstat(process: Process, path: string): Stat {
  return process.mounts.lstat(process, path);
}

/** Undefined where there is nothing, or no way there. */
export function statIfThere(process: Process, path: string): Stat | undefined {
  return process.mounts.find(process, path, 'follow');
}

export function lstatIfThere(process: Process, path: string): Stat | undefined {
  return process.mounts.find(process, path, 'noFollow');
}

export function readlink(process: Process, path: string): string {
  return process.mounts.call(process, path, 'noFollow', 'readlink', 'read', (fs, inner) => fs.readlink(inner));
}

/** Names without `.` and `..`, in no order that one may count on. Mount points count as what they are. */
export function readdir(process: Process, path: string): readonly ListedName[] {
  return process.mounts.call(process, path, 'follow', 'opendir', 'read', (fs, inner) => fs.readdir(inner));
}

/** access(2) with the effective ids; 4 read, 2 write, 1 execute, 0 existence. */
export function access(process: Process, path: string, mask: number): void {
  const kind = (mask & 2) !== 0 && !isSpecial(process, path) ? 'write' : 'read';
  process.mounts.call(process, path, 'follow', 'access', kind, (fs, inner) => fs.access(inner, mask));
}

function isSpecial(process: Process, path: string): boolean {
  const found = statIfThere(process, path);
  return found !== undefined && (found.mode & 0o170000) !== 0o100000 && !isDirectory(found.mode);
}

export function mayAccess(process: Process, path: string, mask: number): boolean {
  try {
    access(process, path, mask);
    return true;
  } catch (error) {
    if (error instanceof VfsError) return false;
    throw error;
  }
}

export function mkdir(process: Process, path: string, mode = 0o777): void {
  process.mounts.call(process, path, 'noFollow', 'mkdir', 'write', (fs, inner) => fs.mkdir(inner, mode));
}

/** `mode` with type bits; `device` as of `deviceNumber`. */
export function mknod(process: Process, path: string, mode: number, device = 0): void {
  process.mounts.call(process, path, 'noFollow', 'mknod', 'write', (fs, inner) => fs.mknod(inner, mode, device));
}

export function symlink(process: Process, target: string, path: string): void {
  process.mounts.call(process, path, 'noFollow', 'symlink', 'write', (fs, inner) => fs.symlink(target, inner));
}

export function link(process: Process, from: string, to: string): void {
  process.mounts.between(process, from, to, 'link', (fs, a, b) => fs.link(a, b));
}

export function unlink(process: Process, path: string): void {
  process.mounts.call(process, path, 'noFollow', 'unlink', 'write', (fs, inner) => {
    const before = fs.lstat(inner);
    fs.unlink(inner);
    // Ways led through it.
    if (isSymlink(before.mode)) topologyChanged();
    if (before.linkCount === 1) process.kernel.disk.free(before.sizeBytes);
  });
}

export function rmdir(process: Process, path: string): void {
  process.mounts.call(process, path, 'noFollow', 'rmdir', 'write', (fs, inner) => fs.rmdir(inner));
}

export function rename(process: Process, from: string, to: string): void {
  process.mounts.between(process, from, to, 'rename', (fs, a, b) => fs.rename(a, b));
}

export function chmod(process: Process, path: string, mode: number): void {
  process.mounts.call(process, path, 'follow', 'chmod', 'write', (fs, inner) => fs.chmod(inner, mode));
}

/** Undefined leaves an id as it is. */
export function chown(process: Process, path: string, uid: number | undefined, gid: number | undefined): void {
  process.mounts.call(process, path, 'follow', 'chown', 'write', (fs, inner) => fs.lchown(inner, uid, gid));
}

export function lchown(process: Process, path: string, uid: number | undefined, gid: number | undefined): void {
  process.mounts.call(process, path, 'noFollow', 'lchown', 'write', (fs, inner) => fs.lchown(inner, uid, gid));
}

/** Undefined: now. */
export function utimes(
  process: Process,
  path: string,
  atime: Timestamp | undefined,
  mtime: Timestamp | undefined,
): void {
  process.mounts.call(process, path, 'follow', 'utimes', 'write', (fs, inner) => fs.lutimes(inner, atime, mtime));
}

export function lutimes(
  process: Process,
  path: string,
  atime: Timestamp | undefined,
  mtime: Timestamp | undefined,
): void {
  process.mounts.call(process, path, 'noFollow', 'lutimes', 'write', (fs, inner) => fs.lutimes(inner, atime, mtime));
}

export function truncate(process: Process, path: string, sizeBytes: number): void {
  process.mounts.call(process, path, 'follow', 'truncate', 'write', (fs, inner) => fs.truncate(inner, sizeBytes));
}

export function setXattr(
  process: Process,
  path: string,
  name: string,
  value: Uint8Array,
  flag: XattrFlag = 'any',
): void {
  process.mounts.call(process, path, 'noFollow', 'setxattr', 'write', (fs, inner) =>
    fs.setXattr(inner, name, value, flag),
  );
}

export function getXattr(process: Process, path: string, name: string): Uint8Array {
  return process.mounts.call(process, path, 'noFollow', 'getxattr', 'read', (fs, inner) => fs.getXattr(inner, name));
}

export function removeXattr(process: Process, path: string, name: string): void {
  process.mounts.call(process, path, 'noFollow', 'removexattr', 'write', (fs, inner) => fs.removeXattr(inner, name));
}

export function listXattrs(process: Process, path: string): readonly string[] {
  return process.mounts.call(process, path, 'noFollow', 'listxattr', 'read', (fs, inner) => fs.listXattrs(inner));
}

/** The absolute path without links, `.` or `..`. Throws ENOENT when the end does not exist. */
export function realpath(process: Process, path: string): string {
  const place = process.mounts.resolve(process, path, 'follow', 'realpath');
  stat(process, path);
  return place.path;
}

/** Throws ENOTDIR, EACCES… and leaves the directory as it was. */
export function chdir(process: Process, path: string): void {
  const place = process.mounts.resolve(process, path, 'follow', 'chdir');
  const found = stat(process, path);
  if (!isDirectory(found.mode)) throw new VfsError('ENOTDIR', 'chdir', path);
  access(process, path, 1);
  process.cwd = place.path;
}

/** A whole file. Throws EFBIG above `limitBytes`. */
export async function readFile(process: Process, path: string, limitBytes = 256 * 1024 * 1024): Promise<Uint8Array> {
  const file = await open(process, path, O_RDONLY);
  try {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for (;;) {
      const reading = file.read(1 << 20);
      const chunk = reading instanceof Promise ? await process.waitFor(reading) : reading;
      if (chunk.length === 0) break;
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw new VfsError('EFBIG', 'read', path);
      chunks.push(chunk);
      if (process.isDue) await process.pause();
    }
    if (chunks.length === 1) return chunks[0] as Uint8Array;
    return joinBytes(chunks);
  } catch (error) {
    throw renamed(error, 'read', path);
  } finally {
    file.close();
  }
}

/** Makes a file, or replaces its bytes. */
export async function writeFile(
  process: Process,
  path: string,
  data: Uint8Array | string,
  mode = 0o666,
): Promise<void> {
  const file = await open(process, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  try {
    await file.write(typeof data === 'string' ? encodeName(data) : data);
  } finally {
    file.close();
  }
}

/** mkdir -p. */
export function makeDirectories(process: Process, path: string, mode = 0o777): void {
  const found = statIfThere(process, path);
  if (found && isDirectory(found.mode)) return;
  const end = path.replace(/\/+$/, '');
  const slash = end.lastIndexOf('/');
  if (slash > 0) makeDirectories(process, end.slice(0, slash), mode);
  mkdir(process, end, mode);
}

export function isLink(process: Process, path: string): boolean {
  const found = lstatIfThere(process, path);
  return found !== undefined && isSymlink(found.mode);
}
