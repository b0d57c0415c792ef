import { readNumericField } from './numericField.ts';
import { BLOCK_BYTES, Field } from './headerBlock.ts';
import { type SparseExtent, TarError } from './tarEntry.ts';

/** Bound of ours: GNU tar's own files have some dozens. */
const MAX_EXTENTS = 1 << 17;

/** A sparse map that is being gathered, in any of GNU's formats (GNU tar manual, "Storing Sparse Files"). */
export class SparseMapReader {
  readonly #offset: number;
  readonly #numbers: number[] = [];
  #pending = 0;
  #digits = 0;

  /** `offset` is where the member's header lies, for errors. */
  constructor(offset: number) {
    this.#offset = offset;
  }

  /** Old GNU format: `count` pairs of 12-byte fields from `at`. An empty pair ends the list. */
  addOldGnuPairs(buffer: Uint8Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const start = at + i * 24;
      if (buffer[start] === 0) return;
      this.#push(readNumericField(buffer, start, 12, this.#offset));
      this.#push(readNumericField(buffer, start + 12, 12, this.#offset));
    }
  }

  /** Formats 0.0 and 0.1: decimal numbers between commas. */
  addCommaList(text: Uint8Array): void {
    if (text.length === 0) return;
    for (const byte of text) this.#take(byte, 0x2c);
    this.#endNumber();
  }

  /** Format 1.0: a block of decimal lines at the head of the content; the first is the count of pairs. */
  addLines(buffer: Uint8Array, at: number): void {
    for (let i = at; i < at + BLOCK_BYTES && !this.isComplete; i++) this.#take(buffer[i] as number, 0x0a);
  }

  /** Whether format 1.0's lines are all there. */
  get isComplete(): boolean {
    const count = this.#numbers[0];
    return count !== undefined && this.#numbers.length >= 1 + 2 * count;
  }

  /** The extents that hold bytes. Throws TarError `sparse` unless they ascend, do not overlap, end within
   *  `sizeBytes`, and are all stored. */
  finish(sizeBytes: number, storedBytes: number, hasCount: boolean): readonly SparseExtent[] {
    const numbers = hasCount ? this.#numbers.slice(1) : this.#numbers;
    if (numbers.length % 2 !== 0) throw this.#fail('has an odd number of values');
    const extents: SparseExtent[] = [];
    let end = 0;
    let stored = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      const offset = numbers[i] as number;
      const length = numbers[i + 1] as number;
      if (offset < end || length < 0 || offset + length > sizeBytes) throw this.#fail('is out of order or range');
      end = offset + length;
      stored += length;
      if (length > 0) extents.push({ offset, length });
    }
    if (stored > storedBytes) throw this.#fail('names more bytes than are stored');
    return extents;
  }

  #take(byte: number, separator: number): void {
    if (byte === separator) this.#endNumber();
    else if (byte >= 0x30 && byte <= 0x39) {
      this.#pending = this.#pending * 10 + byte - 0x30;
      this.#digits++;
    } else throw this.#fail('holds what is no digit');
  }

  #endNumber(): void {
    if (this.#digits === 0) throw this.#fail('has an empty number');
    this.#push(this.#pending);
    this.#pending = 0;
    this.#digits = 0;
  }

  #push(value: number): void {
    if (!Number.isSafeInteger(value) || this.#numbers.length > 2 * MAX_EXTENTS) throw this.#fail('is too large');
    this.#numbers.push(value);
  }

  #fail(why: string): TarError {
    return new TarError('sparse', this.#offset, `sparse map of the member at ${this.#offset} ${why}`);
  }
}

/** Pairs in a header of type S, and in each extension block that follows one. */
export const OLD_GNU_HEADER_PAIRS = Field.gnuSparse[1] / 24;
export const OLD_GNU_EXTENSION_PAIRS = 21;
/** Byte of an extension block that tells of another. */
export const OLD_GNU_EXTENSION_FLAG = 504;
