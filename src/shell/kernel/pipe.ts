import { VfsError } from '../../vfs/vfsError.ts';
import { S_IFIFO } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { plainStat } from './noStat.ts';
import { OpenFile } from './openFile.ts';

/** As Linux (pipe(7)). */
export const PIPE_CAPACITY_BYTES = 65536;
const NO_BYTES = new Uint8Array(0);

let pipeCount = 0;

/** Bytes on their way between processes. Chunks go through as they are, not copied. */
export class PipeBuffer {
  readonly number = ++pipeCount;
  readers = 0;
  writers = 0;
  /** Ends opened since the start: a fifo's other end may be gone before the first has noticed it. */
  readersSeen = 0;
  writersSeen = 0;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;
  #waiting: (() => void)[] = [];

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Somebody may go on: bytes came or went, an end was opened or closed. */
  wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  read(maxBytes: number): Uint8Array | Promise<Uint8Array> {
    if (this.#sizeBytes === 0) return this.writers === 0 ? NO_BYTES : this.#readLater(maxBytes);
    const chunk = this.#chunks[0] as Uint8Array;
    const taken = chunk.length <= maxBytes ? chunk : chunk.subarray(0, maxBytes);
    if (taken === chunk) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(maxBytes);
    this.#sizeBytes -= taken.length;
    this.wake();
    return taken;
  }

  /** No further than the first of that byte. */
  readThrough(byte: number, maxBytes: number): Uint8Array | Promise<Uint8Array> {
    const chunk = this.#chunks[0];
    if (!chunk) return this.writers === 0 ? NO_BYTES : this.#readThroughLater(byte, maxBytes);
    // A large chunk is not searched to its end for each part of it.
    const at = (chunk.length > maxBytes ? chunk.subarray(0, maxBytes) : chunk).indexOf(byte);
    return this.read(at < 0 ? maxBytes : at + 1);
  }

  async #readThroughLater(byte: number, maxBytes: number): Promise<Uint8Array> {
    while (this.#sizeBytes === 0 && this.writers > 0) await this.change();
    return this.readThrough(byte, maxBytes);
  }

  whenReadable(): Promise<void> | undefined {
    return this.#sizeBytes === 0 && this.writers > 0 ? this.change() : undefined;
  }

  async #readLater(maxBytes: number): Promise<Uint8Array> {
    while (this.#sizeBytes === 0 && this.writers > 0) await this.change();
    return this.read(maxBytes);
  }

  write(bytes: Uint8Array, path: string): undefined | Promise<void> {
    if (this.readers === 0) throw new VfsError('EPIPE', 'write', path);
    if (this.#sizeBytes >= PIPE_CAPACITY_BYTES) return this.#writeLater(bytes, path);
    this.#chunks.push(bytes);
    this.#sizeBytes += bytes.length;
    this.wake();
    // A large chunk is handed over whole, but its writer waits until it is taken.
    return this.#sizeBytes > PIPE_CAPACITY_BYTES ? this.#drained(path) : undefined;
  }

  async #writeLater(bytes: Uint8Array, path: string): Promise<void> {
    while (this.#sizeBytes >= PIPE_CAPACITY_BYTES && this.readers > 0) await this.change();
    await this.write(bytes, path);
  }

  async #drained(path: string): Promise<void> {
    while (this.#sizeBytes > PIPE_CAPACITY_BYTES) {
      if (this.readers === 0) throw new VfsError('EPIPE', 'write', path);
      await this.change();
    }
  }
}

/** One end of a pipe, or of a fifo that was opened both ways. */
export class PipeEnd extends OpenFile {
  readonly path: string;
  readonly #buffer: PipeBuffer;
  readonly #isReader: boolean;
  readonly #isWriter: boolean;
  readonly #stat: Stat;

  constructor(buffer: PipeBuffer, access: 'read' | 'write' | 'both', path = `pipe:[${buffer.number}]`, stat?: Stat) {
    super();
    this.#buffer = buffer;
    this.path = path;
    this.#isReader = access !== 'write';
    this.#isWriter = access !== 'read';
    this.#stat = stat ?? plainStat(S_IFIFO | 0o600, buffer.number);
    if (this.#isReader) {
      buffer.readers++;
      buffer.readersSeen++;
    }
    if (this.#isWriter) {
      buffer.writers++;
      buffer.writersSeen++;
    }
    buffer.wake();
  }

  read(maxBytes: number): Uint8Array | Promise<Uint8Array> {
    if (!this.#isReader) throw new VfsError('EBADF', 'read', this.path);
    return this.#buffer.read(maxBytes);
  }

  override readThrough(byte: number, maxBytes: number): Uint8Array | Promise<Uint8Array> {
    if (!this.#isReader) throw new VfsError('EBADF', 'read', this.path);
    return this.#buffer.readThrough(byte, maxBytes);
  }

  override whenReadable(): Promise<void> | undefined {
    return this.#isReader ? this.#buffer.whenReadable() : undefined;
  }

  write(bytes: Uint8Array): undefined | Promise<void> {
    if (!this.#isWriter) throw new VfsError('EBADF', 'write', this.path);
    return this.#buffer.write(bytes, this.path);
  }

  stat(): Stat {
    return this.#stat;
  }

  protected release(): void {
    if (this.#isReader) this.#buffer.readers--;
    if (this.#isWriter) this.#buffer.writers--;
    this.#buffer.wake();
  }
}

/** pipe(2). What is written may be changed by nobody afterwards: chunks are not copied. */
export function makePipe(): { readonly readEnd: OpenFile; readonly writeEnd: OpenFile } {
  const buffer = new PipeBuffer();
  return { readEnd: new PipeEnd(buffer, 'read'), writeEnd: new PipeEnd(buffer, 'write') };
}
