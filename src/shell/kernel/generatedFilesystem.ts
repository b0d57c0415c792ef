import { encodeName } from '../../bytes/byteName.ts';
import { type ByteSource, MemorySource } from '../../bytes/byteSource.ts';
import { S_IFDIR, S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import type { ListedName } from '../../vfs/overlay/overlayNode.ts';
import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH } from '../../vfs/capability.ts';
import { type Credentials, isCapable, ROOT } from '../../vfs/overlay/permission.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { type Errno, VfsError } from '../../vfs/vfsError.ts';
import type { Filesystem } from './filesystem.ts';
import { plainStat } from './noStat.ts';
import type { Process } from './process.ts';

/** An object of a filesystem that is made when it is looked at. */
export interface GeneratedNode {
  /** With type bits. */
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly device?: number;
  /** Of a directory. */
  readonly names?: () => readonly string[];
  /** Of a file. */
  readonly text?: () => string;
  /** Of a link. */
  readonly target?: () => string;
  /** Takes what is written, where that is allowed. */
  readonly write?: (bytes: Uint8Array) => void;
}

/** A filesystem whose objects are computed: /proc, /sys, /dev/pts. Nothing can be made or removed in it. */
export abstract class GeneratedFilesystem implements Filesystem {
  credentials: Credentials = ROOT;
  caller: Process | undefined = undefined;
  readonly #open = new Map<
    number,
    { readonly node: GeneratedNode; readonly stat: Stat; readonly source: ByteSource }
  >();
  #nextFd = 0;

  /** What stands at a path without slashes at its ends, '' being the root. */
  protected abstract node(path: string): GeneratedNode | undefined;

  #at(path: string, syscall: string): GeneratedNode {
    const found = this.node(path.replace(/^\/+|\/+$/g, ''));
    if (!found) throw new VfsError('ENOENT', syscall, path);
    return found;
  }

  #refuse(code: Errno, syscall: string, path: string): never {
    throw new VfsError(code, syscall, path);
  }

  lstat(path: string): Stat {
    const node = this.#at(path, 'lstat');
    return {
      ...plainStat(node.mode, inodeOf(path), node.device ?? 0),
      uid: node.uid ?? 0,
      gid: node.gid ?? 0,
      linkCount: (node.mode & S_IFMT) === S_IFDIR ? 2 : 1,
    };
  }

  readlink(path: string): string {
    const { target } = this.#at(path, 'readlink');
    return target ? target() : this.#refuse('EINVAL', 'readlink', path);
  }

  readdir(path: string): readonly ListedName[] {
    const { names } = this.#at(path, 'readdir');
    if (!names) return this.#refuse('ENOTDIR', 'readdir', path);
    const base = path.replace(/^\/+|\/+$/g, '');
    return names().map((name) => ({
      name,
      type: (this.node(base === '' ? name : `${base}/${name}`)?.mode ?? S_IFREG) & S_IFMT,
    }));
  }

  access(path: string, mask: number): void {
    const { mode, uid = 0 } = this.#at(path, 'access');
    const granted = this.credentials.uid === uid ? (mode >> 6) & 7 : mode & 7;
    if (isCapable(this.credentials, CAP_DAC_OVERRIDE) && ((mask & 1) === 0 || (mode & 0o111) !== 0)) return;
    if (isCapable(this.credentials, CAP_DAC_READ_SEARCH) && mask === 4) return;
    if ((mask & ~granted) !== 0) this.#refuse('EACCES', 'access', path);
  }

  open(path: string, flags: number): number {
    const node = this.#at(path, 'open');
    const isWriting = (flags & 3) !== 0;
    if (isWriting && node.names) this.#refuse('EISDIR', 'open', path);
    this.access(path, [4, 2, 6, 6][flags & 3] as number);
    if (isWriting && !node.write) this.#refuse('EACCES', 'open', path);
    const fd = this.#nextFd++;
    const source = new MemorySource(encodeName(node.text?.() ?? ''));
    this.#open.set(fd, { node, stat: this.lstat(path), source });
    return fd;
  }

  close(fd: number): void {
    this.#open.delete(fd);
  }

  content(fd: number): ByteSource {
    return this.#file(fd, 'read').source;
  }

  fstat(fd: number): Stat {
    return this.#file(fd, 'fstat').stat;
  }

  pwrite(fd: number, _offset: number, bytes: Uint8Array): number {
    const { write } = this.#file(fd, 'write').node;
    if (!write) return this.#refuse('EBADF', 'write', '');
    write(bytes);
    return bytes.length;
  }

  ftruncate(): void {}

  truncate(): void {}

  #file(fd: number, syscall: string) {
    return this.#open.get(fd) ?? this.#refuse('EBADF', syscall, String(fd));
  }

  mkdir(path: string): void {
    this.#refuse(this.node(path.replace(/^\/+|\/+$/g, '')) ? 'EEXIST' : 'ENOENT', 'mkdir', path);
  }

  mknod(path: string): void {
    this.#refuse('EPERM', 'mknod', path);
  }

  symlink(_target: string, path: string): void {
    this.#refuse('EPERM', 'symlink', path);
  }

  link(from: string): void {
    this.#refuse('EPERM', 'link', from);
  }

  unlink(path: string): void {
    this.#at(path, 'unlink');
    this.#refuse('EPERM', 'unlink', path);
  }

  rmdir(path: string): void {
    this.#at(path, 'rmdir');
    this.#refuse('EPERM', 'rmdir', path);
  }

  rename(from: string): void {
    this.#refuse('EPERM', 'rename', from);
  }

  chmod(path: string): void {
    this.#refuse('EPERM', 'chmod', path);
  }

  lchown(path: string): void {
    this.#refuse('EPERM', 'chown', path);
  }

  lutimes(path: string): void {
    this.#refuse('EPERM', 'utimes', path);
  }

  setXattr(path: string): void {
    this.#refuse('EOPNOTSUPP', 'setxattr', path);
  }

  getXattr(path: string): Uint8Array {
    return this.#refuse('EOPNOTSUPP', 'getxattr', path);
  }

  removeXattr(path: string): void {
    this.#refuse('EOPNOTSUPP', 'removexattr', path);
  }

  listXattrs(): readonly string[] {
    return [];
  }
}

/** The same for the same path (FNV-1a). */
function inodeOf(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193) >>> 0;
  return hash + 1;
}
