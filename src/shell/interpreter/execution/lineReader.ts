import { joinBytes } from '../../../bytes/joinBytes.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import type { OpenFile } from '../../kernel/openFile.ts';
import type { Process } from '../../kernel/process.ts';
import type { Soon } from '../waiting.ts';

/** Bytes taken at a time from a file that can be put back: lines are short. */
const FIRST_BYTES = 256;
const CHUNK_BYTES = 4096;
const MAX_LINE_BYTES = 256 * 1024 * 1024;

export interface ReadLine {
  readonly bytes: Uint8Array;
  readonly isEnded: boolean;
  readonly isTimedOut: boolean;
}

/** Reads from a descriptor no further than is needed: what follows belongs to who reads next. */
export class LineReader {
  isTimedOut = false;
  readonly #process: Process;
  readonly #file: OpenFile;
  readonly #deadline: Promise<'timeout'> | undefined;
  readonly #isSeekable: boolean;

  constructor(process: Process, fd: number, timeoutMs: number | undefined) {
    this.#process = process;
    this.#file = process.file(fd);
    this.#isSeekable = canSeek(this.#file);
    if (timeoutMs !== undefined && !this.#isSeekable) {
      this.#deadline = process.kernel.clock.sleep(timeoutMs, process.signal).then(
        () => 'timeout',
        () => 'timeout',
      );
    }
  }

  /** The bytes before that one, which is taken, too. */
  until(delimiter: number): Soon<ReadLine> {
    return this.#isSeekable ? this.#untilSeekable(delimiter) : this.#untilStreamed(delimiter, [], 0);
  }

  #untilStreamed(delimiter: number, parts: Uint8Array[], before: number): Soon<ReadLine> {
    let sizeBytes = before;
    for (;;) {
      // What follows the delimiter stays for who reads next.
      const reading = this.#file.readThrough(delimiter, CHUNK_BYTES);
      if (reading instanceof Promise) return this.#untilStreamedLater(reading, delimiter, parts, sizeBytes);
      const line = this.#found(reading, delimiter, parts, sizeBytes);
      if (line) return line;
      sizeBytes += reading.length;
      if (!this.#process.isDue) continue;
      const readBytes = sizeBytes;
      return this.#process.pause().then(() => this.#untilStreamed(delimiter, parts, readBytes));
    }
  }

  async #untilStreamedLater(
    reading: Promise<Uint8Array>,
    delimiter: number,
    parts: Uint8Array[],
    sizeBytes: number,
  ): Promise<ReadLine> {
    const chunk = await this.#waitFor(reading);
    const line = this.#found(chunk, delimiter, parts, sizeBytes);
    if (line) return line;
    if (this.#process.isDue) await this.#process.pause();
    return this.#untilStreamed(delimiter, parts, sizeBytes + (chunk?.length ?? 0));
  }

  #untilSeekable(delimiter: number, parts: Uint8Array[] = [], before = 0): Soon<ReadLine> {
    let sizeBytes = before;
    let size = FIRST_BYTES;
    for (;;) {
      const reading = this.#file.read(size);
      if (reading instanceof Promise)
        return this.#waitFor(reading).then(
          (chunk) =>
            this.#found(chunk, delimiter, parts, sizeBytes) ??
            this.#untilSeekable(delimiter, parts, sizeBytes + (chunk?.length ?? 0)),
        );
      const line = this.#found(reading, delimiter, parts, sizeBytes);
      if (line) return line;
      sizeBytes += reading.length;
      size = CHUNK_BYTES;
    }
  }

  /** The line, where it ends with the chunk or in it; what is behind it is put back. */
  #found(
    chunk: Uint8Array | undefined,
    delimiter: number,
    parts: Uint8Array[],
    sizeBytes: number,
  ): ReadLine | undefined {
    if (chunk === undefined || chunk.length === 0)
      return { bytes: joined(parts, sizeBytes), isEnded: true, isTimedOut: this.isTimedOut };
    const at = chunk.indexOf(delimiter);
    if (at >= 0) {
      if (at + 1 < chunk.length) this.#file.seek(at + 1 - chunk.length, 'current');
      parts.push(chunk.subarray(0, at));
      return { bytes: joined(parts, sizeBytes + at), isEnded: false, isTimedOut: false };
    }
    parts.push(chunk);
    if (sizeBytes + chunk.length > MAX_LINE_BYTES) throw new VfsError('EFBIG', 'read', this.#file.path);
    return undefined;
  }

  /** The bytes of the next character of UTF-8; undefined at the end. */
  async character(): Promise<Uint8Array | undefined> {
    const first = await this.#read(1);
    if (first === undefined || first.length === 0) return undefined;
    const code = first[0] as number;
    const more = code >= 0xf0 ? 3 : code >= 0xe0 ? 2 : code >= 0xc0 ? 1 : 0;
    const bytes = [code];
    for (let i = 0; i < more; i++) {
      const next = await this.#read(1);
      if (next === undefined || next.length === 0) break;
      bytes.push(next[0] as number);
    }
    return Uint8Array.from(bytes);
  }

  async #read(maxBytes: number): Promise<Uint8Array | undefined> {
    const reading = this.#file.read(maxBytes);
    return reading instanceof Promise ? this.#waitFor(reading) : reading;
  }

  async #waitFor(reading: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
    for (;;) {
      try {
        const waits: Promise<Uint8Array | 'timeout'>[] = [reading];
        if (this.#deadline) waits.push(this.#deadline);
        const result = await this.#process.waitFor(Promise.race(waits));
        if (result !== 'timeout') return result;
        this.isTimedOut = true;
        return undefined;
      } catch (error) {
        if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
      }
    }
  }
}

function canSeek(file: OpenFile): boolean {
  try {
    file.seek(0, 'current');
    return !file.isTerminal;
  } catch {
    return false;
  }
}

function joined(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  if (parts.length === 1) return (parts[0] as Uint8Array).subarray(0, sizeBytes);
  return joinBytes(parts);
}
