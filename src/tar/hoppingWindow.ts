import type { ByteSource } from '../bytes/byteSource.ts';
import { NO_BYTES } from './headerBlock.ts';

/** Bytes of a read. In a browser a read costs about 1 ms and 1 ms a MiB: where members are large, little more than a
 *  header is read. */
const MIN_WINDOW_BYTES = 16 * 1024;
const FIRST_WINDOW_BYTES = 128 * 1024;
/** A synchronous read costs about 2 µs and 0.1 µs a KiB. In a tar of a root file system 16 KiB measured best:
 *  larger windows read contents that nobody asks for. */
const SYNC_WINDOW_BYTES = 16 * 1024;
/** A gap that is cheaper to read than to hop over. */
const SMALL_GAP_BYTES = 128 * 1024;
/** The same while the source is read through: so much may be under way. */
const PASSED_GAP_BYTES = 32 * 1024 * 1024;

/** The part of a source that lies in memory, for a caller that goes from header to header. Where the source can read
 *  synchronously, one buffer that is filled again and again; else it hops while members are large, and reads the source
 *  through as a stream while they are small. */
export class HoppingWindow {
  start = 0;
  bytes: Uint8Array = NO_BYTES;
  readonly #source: ByteSource;
  #buffer: Uint8Array = NO_BYTES;
  #length = FIRST_WINDOW_BYTES;
  #passage: Passage | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  holds(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.bytes.length;
  }

  /** Holds these bytes then, unless the source ends before. Never goes back. */
  async move(offset: number, length: number): Promise<void> {
    const gap = offset - (this.start + this.bytes.length);
    const isFirst = this.bytes.length === 0;
    if (this.#passage && gap > PASSED_GAP_BYTES) await this.close();
    if (!this.#passage) {
      if (!isFirst && gap < SMALL_GAP_BYTES) {
        if (this.#length < FIRST_WINDOW_BYTES) this.#length = FIRST_WINDOW_BYTES;
        else this.#passage = new Passage(this.#source, offset);
      } else if (gap > this.#length / 4) this.#length = Math.max(this.#length >> 2, MIN_WINDOW_BYTES);
    }
    this.bytes = NO_BYTES;
    this.start = offset;
    if (!this.#passage) {
      this.bytes = await this.#source.read(offset, Math.max(length, this.#length));
      return;
    }
    const found = await this.#passage.find(offset, length);
    if (!found) return;
    this.start = found.start;
    this.bytes = found.bytes;
  }

  moveSync(offset: number, length: number): void {
    const { readIntoSync } = this.#source;
    if (!readIntoSync) throw new Error('the source cannot read synchronously');
    if (this.#buffer.length < length || this.#buffer.length === 0) {
      this.#buffer = new Uint8Array(Math.max(length, SYNC_WINDOW_BYTES));
    }
    const filled = readIntoSync.call(this.#source, this.#buffer, offset);
    this.bytes = filled === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, filled);
    this.start = offset;
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    const passage = this.#passage;
    this.#passage = undefined;
    await passage?.close();
  }
}

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** A source that is read through, from `offset` on. */
class Passage {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Piece;
  /** Where the piece ends: its bytes are gone when the next is asked for. */
  #end: number;

  constructor(source: ByteSource, offset: number) {
    this.#pieces = source.slice(offset).stream()[Symbol.asyncIterator]();
    this.#piece = { start: offset, bytes: NO_BYTES };
    this.#end = offset;
  }

  /** Bytes that hold the range, which begins no earlier than the last one ended; undefined where the source ends. */
  async find(offset: number, length: number): Promise<Piece | undefined> {
    while (offset >= this.#end) if (!(await this.#next())) return undefined;
    if (offset + length <= this.#end) return this.#piece;
    // It crosses the end of a piece.
    const joined = new Uint8Array(length);
    for (let done = 0; ;) {
      const from = offset + done - this.#piece.start;
      const part = this.#piece.bytes.subarray(from, from + length - done);
      joined.set(part, done);
      done += part.length;
      if (done === length) return { start: offset, bytes: joined };
      if (!(await this.#next())) return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done) return false;
    this.#piece = { start: this.#end, bytes: value };
    this.#end += value.length;
    return true;
  }
}
