import { type ByteSource, clipRange } from './byteSource.ts';
import { ZERO_PAGE_BYTES, zeros } from './zeros.ts';

/** Where stored stretches lie in a source of `sizeBytes`, ascending and apart; all between and behind them is zero.
 *  16 bytes a stretch. */
export interface Stretches {
  readonly sizeBytes: number;
  /** Offset of each. */
  readonly offsets: Float64Array;
  /** Where each lies in the stored bytes, and at last where those end: they lie end to end. */
  readonly storedAt: Float64Array;
}

/** A run of zeros that is handed on as such; shorter ones are put between the stored bytes. */
const LONG_RUN_BYTES = 64 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** Stored bytes are read in order by so many: stretches are often small, and a read may cost a millisecond. */
const READ_BYTES = 1024 * 1024;
/** Runs cost nothing to claim, so that one read must not make them real. */
const MAX_READ_BYTES = 2 ** 30;

/** Bytes of which long runs are zero and not stored. */
export class RunSource implements ByteSource {
  readonly sizeBytes: number;
  readonly readSync?: (offset: number, length: number) => Uint8Array;
  readonly readIntoSync?: (target: Uint8Array, offset: number) => number;
  readonly #stored: ByteSource;
  readonly #stretches: Stretches;
  /** Of the first byte, in the whole that the stretches describe. */
  readonly #start: number;

  /** `start` and `sizeBytes`: of a part. */
  constructor(stored: ByteSource, stretches: Stretches, start = 0, sizeBytes = stretches.sizeBytes) {
    this.#stored = stored;
    this.#stretches = stretches;
    this.#start = start;
    this.sizeBytes = sizeBytes;
    const readStored = stored.readSync?.bind(stored);
    if (readStored) {
      this.readSync = (offset, length) => {
        const range = this.#range(offset, length);
        const whole = this.#inOnePiece(range);
        if (whole !== undefined) return whole === 'zeros' ? zeros(range.length) : readStored(whole, range.length);
        const result = new Uint8Array(range.length);
        for (const { at, to, length: size } of this.#pieces(range)) result.set(readStored(at, size), to);
        return result;
      };
      this.readIntoSync = (target, offset) => {
        const range = this.#range(offset, Math.min(target.length, MAX_READ_BYTES));
        target.fill(0, 0, range.length);
        for (const { at, to, length: size } of this.#pieces(range)) target.set(readStored(at, size), to);
        return range.length;
      };
    }
  }

  /** What is stored, and where it lies; undefined where this is a part of such a source. */
  get parts(): { readonly stored: ByteSource; readonly stretches: Stretches } | undefined {
    if (this.sizeBytes !== this.#stretches.sizeBytes) return undefined;
    return { stored: this.#stored, stretches: this.#stretches };
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = this.#range(offset, length);
    const whole = this.#inOnePiece(range);
    if (whole !== undefined) return whole === 'zeros' ? zeros(range.length) : this.#stored.read(whole, range.length);
    const result = new Uint8Array(range.length);
    for (const { at, to, length: size } of this.#pieces(range)) result.set(await this.#stored.read(at, size), to);
    return result;
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new RunSource(this.#stored, this.#stretches, this.#start + range.offset, range.length);
  }

  /** Chunks stay valid. Long runs are views of the page of zeros, and cost nothing. */
  async *stream(): AsyncIterable<Uint8Array> {
    let chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.sizeBytes));
    let filled = 0;
    let done = 0;
    const window = new StoredWindow(this.#stored);
    const end = { at: 0, to: this.sizeBytes, length: 0 };
    for (const piece of this.#withEnd({ offset: this.#start, length: this.sizeBytes }, end)) {
      for (let gap = piece.to - done; gap > 0;) {
        if (gap >= LONG_RUN_BYTES) {
          if (filled > 0) yield chunk.subarray(0, filled);
          chunk = chunk.subarray(filled);
          filled = 0;
          yield zeros(Math.min(gap, ZERO_PAGE_BYTES));
          done += Math.min(gap, ZERO_PAGE_BYTES);
        } else {
          const taken = Math.min(gap, chunk.length - filled);
          filled += taken;
          done += taken;
        }
        gap = piece.to - done;
        if (filled < chunk.length || done === this.sizeBytes) continue;
        if (filled > 0) yield chunk;
        chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.sizeBytes - done));
        filled = 0;
      }
      for (let copied = 0; copied < piece.length;) {
        const size = Math.min(piece.length - copied, chunk.length - filled);
        chunk.set(await window.read(piece.at + copied, size), filled);
        filled += size;
        copied += size;
        done += size;
        if (filled < chunk.length || done === this.sizeBytes) continue;
        yield chunk;
        chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.sizeBytes - done));
        filled = 0;
      }
    }
    if (filled > 0) yield chunk.subarray(0, filled);
  }

  *#withEnd(range: Range, end: Piece): Generator<Piece> {
    yield* this.#pieces(range);
    yield end;
  }

  /** In the whole. */
  #range(offset: number, length: number): Range {
    const range = clipRange(this.sizeBytes, offset, length);
    if (range.length > MAX_READ_BYTES)
      throw new RangeError(`a read of ${range.length} bytes: stream what is of that size`);
    return { offset: this.#start + range.offset, length: range.length };
  }

  /** Where a range lies in the stored bytes; undefined where it is of several pieces, or more zeros than a page. */
  #inOnePiece({ offset, length }: Range): number | 'zeros' | undefined {
    const { offsets, storedAt } = this.#stretches;
    const i = this.#firstAfter(offset);
    const next = i < offsets.length ? (offsets[i] as number) : Infinity;
    if (next >= offset + length) return length <= ZERO_PAGE_BYTES ? 'zeros' : undefined;
    const at = storedAt[i] as number;
    const size = (storedAt[i + 1] as number) - at;
    return next <= offset && offset + length <= next + size ? at + offset - next : undefined;
  }

  /** Stored pieces of a range, in order. */
  *#pieces({ offset, length }: Range): Generator<Piece> {
    const { offsets, storedAt } = this.#stretches;
    const end = offset + length;
    for (let i = this.#firstAfter(offset); i < offsets.length; i++) {
      const start = offsets[i] as number;
      if (start >= end) return;
      const at = storedAt[i] as number;
      const from = Math.max(start, offset);
      const to = Math.min(start + (storedAt[i + 1] as number) - at, end);
      yield { at: at + from - start, to: from - offset, length: to - from };
    }
  }

  /** The first stretch that ends behind `offset`. */
  #firstAfter(offset: number): number {
    const { offsets, storedAt } = this.#stretches;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const size = (storedAt[middle + 1] as number) - (storedAt[middle] as number);
      if ((offsets[middle] as number) + size <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Range {
  readonly offset: number;
  readonly length: number;
}

/** `length` stored bytes from `at` on, that stand at `to` of a range. */
interface Piece {
  readonly at: number;
  readonly to: number;
  readonly length: number;
}

/** Stored bytes as they are asked for in order, read ahead. */
class StoredWindow {
  readonly #stored: ByteSource;
  #bytes = new Uint8Array(0);
  #start = 0;

  constructor(stored: ByteSource) {
    this.#stored = stored;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    if (at < this.#start || at + length > this.#start + this.#bytes.length) {
      this.#bytes = (await this.#stored.read(at, Math.max(length, READ_BYTES))) as Uint8Array<ArrayBuffer>;
      this.#start = at;
    }
    return this.#bytes.subarray(at - this.#start, at - this.#start + length);
  }
}
