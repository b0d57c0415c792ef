import { VfsError } from '../vfsError.ts';

/** As Linux (pipe(7)). */
const CAPACITY_BYTES = 65536;

/** What goes through a fifo while somebody has it open. It lives in the mount, not in a layer. */
export class Pipe {
  readers = 0;
  writers = 0;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  /** Up to `length` bytes; throws EAGAIN when there are none yet, gives none when there is no writer. */
  read(length: number, syscall: string, path: string): Uint8Array {
    if (this.#sizeBytes === 0 && this.writers > 0) throw new VfsError('EAGAIN', syscall, path);
    const bytes = new Uint8Array(Math.min(length, this.#sizeBytes));
    for (let at = 0; at < bytes.length;) {
      const chunk = this.#chunks[0] as Uint8Array;
      const part = chunk.subarray(0, bytes.length - at);
      bytes.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#sizeBytes -= bytes.length;
    return bytes;
  }

  /** Bytes taken; throws EPIPE without readers and EAGAIN when the pipe is full. */
  write(bytes: Uint8Array, syscall: string, path: string): number {
    if (this.readers === 0) throw new VfsError('EPIPE', syscall, path);
    const free = CAPACITY_BYTES - this.#sizeBytes;
    if (free === 0 && bytes.length > 0) throw new VfsError('EAGAIN', syscall, path);
    const taken = bytes.slice(0, free);
    if (taken.length > 0) this.#chunks.push(taken);
    this.#sizeBytes += taken.length;
    return taken.length;
  }
}
