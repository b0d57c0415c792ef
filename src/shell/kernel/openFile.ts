import { VfsError } from '../../vfs/vfsError.ts';
import type { Pty } from './pty.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';

/** An open file description (open(2)): what descriptors of one or several processes refer to. It is released when the
 *  last of them is closed. */
export abstract class OpenFile {
  #references = 1;
  /** As it stands in /proc/PID/fd and in messages: a path, `pipe:[7]`. */
  abstract readonly path: string;

  /** The terminal that it is. */
  get terminal(): Pty | undefined {
    return undefined;
  }

  get isTerminal(): boolean {
    return this.terminal !== undefined;
  }

  /** Up to that many bytes from the position on, none at the end. Waits where there are none yet. The bytes are the
   *  caller's to read, not to change. Throws VfsError. */
  abstract read(maxBytes: number): Uint8Array | Promise<Uint8Array>;

  /** As `read`, but nothing behind the first of that byte: it stays for who reads next. Terminals and files give what
   *  they have byte by byte. */
  readThrough(_byte: number, _maxBytes: number): Uint8Array | Promise<Uint8Array> {
    return this.read(1);
  }

  /** Ends when a read may have something to give, or the end; undefined when it would not wait now. Unlike a read, it can
   *  be given up without loss. */
  whenReadable(): Promise<void> | undefined {
    return undefined;
  }

  /** Writes all of it; waits while a pipe is full. The bytes are not changed afterwards by who gave them.
   *  Throws VfsError: EPIPE for a pipe that nobody reads (who writes gets SIGPIPE: `Process.write` sees to it). */
  abstract write(bytes: Uint8Array): undefined | Promise<void>;

  abstract stat(): Stat;

  /** Sets the position; gives it. Throws ESPIPE for what has none. */
  seek(_offset: number, _whence: 'set' | 'current' | 'end'): number {
    throw new VfsError('ESPIPE', 'lseek', this.path);
  }

  /** Throws EINVAL for what has no length. */
  truncate(_sizeBytes: number): void {
    throw new VfsError('EINVAL', 'ftruncate', this.path);
  }

  /** One more descriptor refers to it. */
  retain(): this {
    this.#references++;
    return this;
  }

  close(): void {
    if (--this.#references === 0) this.release();
  }

  protected abstract release(): void;
}
