import type { ByteSource } from '../../bytes/byteSource.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { O_ACCMODE, O_APPEND, O_RDONLY, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Filesystem } from './filesystem.ts';
import { OpenFile } from './openFile.ts';
import type { Credentials } from '../../vfs/overlay/permission.ts';

const NO_BYTES = new Uint8Array(0);

/** A file or directory of a filesystem, opened. */
export class RegularFile extends OpenFile {
  readonly path: string;
  readonly filesystem: Filesystem;
  readonly flags: number;
  readonly #fd: number;
  readonly #credentials: Credentials;
  readonly #onWrite: (grownBytes: number) => void;
  #offset = 0;

  /** `fd`: of the filesystem's `open`. `onWrite` is told by how much a write makes the file longer, before it. */
  constructor(
    filesystem: Filesystem,
    fd: number,
    path: string,
    flags: number,
    credentials: Credentials,
    onWrite: (grownBytes: number) => void,
  ) {
    super();
    this.filesystem = filesystem;
    this.#fd = fd;
    this.path = path;
    this.flags = flags;
    this.#credentials = credentials;
    this.#onWrite = onWrite;
  }

  read(maxBytes: number): Uint8Array | Promise<Uint8Array> {
    if ((this.flags & O_ACCMODE) === O_WRONLY) throw new VfsError('EBADF', 'read', this.path);
    const { mode, sizeBytes } = this.stat();
    if (isDirectory(mode)) throw new VfsError('EISDIR', 'read', this.path);
    const offset = this.#offset;
    // Files of /proc have no size and yet a content.
    if (sizeBytes > 0 && offset >= sizeBytes) return NO_BYTES;
    const content = this.filesystem.content(this.#fd);
    if (content.readSync) {
      const bytes = content.keptPart?.(offset, maxBytes) ?? content.readSync(offset, maxBytes);
      this.#offset = offset + bytes.length;
      return bytes;
    }
    return content.read(offset, maxBytes).then((bytes) => {
      this.#offset = offset + bytes.length;
      return bytes;
    });
  }

  write(bytes: Uint8Array): undefined {
    if ((this.flags & O_ACCMODE) === O_RDONLY) throw new VfsError('EBADF', 'write', this.path);
    const { filesystem } = this;
    filesystem.credentials = this.#credentials;
    const sizeBytes = filesystem.fstat(this.#fd).sizeBytes;
    const offset = this.#writeOffset(sizeBytes);
    this.#onWrite(Math.max(0, offset + bytes.length - sizeBytes));
    filesystem.pwrite(this.#fd, offset, bytes);
    this.#offset = offset + bytes.length;
    return undefined;
  }

  #writeOffset(sizeBytes: number): number {
    return (this.flags & O_APPEND) !== 0 ? sizeBytes : this.#offset;
  }

  /** How far the next write may go on in a file that must not become longer. */
  roomBelow(limitBytes: number): number {
    return Math.max(0, limitBytes - this.#writeOffset(this.stat().sizeBytes));
  }

  override seek(offset: number, whence: 'set' | 'current' | 'end'): number {
    const base = whence === 'set' ? 0 : whence === 'current' ? this.#offset : this.stat().sizeBytes;
    if (base + offset < 0) throw new VfsError('EINVAL', 'lseek', this.path);
    this.#offset = base + offset;
    return this.#offset;
  }

  override truncate(sizeBytes: number): void {
    this.filesystem.credentials = this.#credentials;
    this.#onWrite(Math.max(0, sizeBytes - this.stat().sizeBytes));
    this.filesystem.ftruncate(this.#fd, sizeBytes);
  }

  /** The bytes as they are now, wherever they lie. */
  content(): ByteSource {
    return this.filesystem.content(this.#fd);
  }

  stat(): Stat {
    return this.filesystem.fstat(this.#fd);
  }

  protected release(): void {
    this.filesystem.close(this.#fd);
  }
}
