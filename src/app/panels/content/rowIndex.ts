import { unitBytes, type TextEncoding } from './encoding.ts';

/** Where the rows of a text begin, learnt while the file is read once in order. A row is a line, or a piece of at
 *  most `MAX_ROW_BYTES` of a line that is longer. Only every 64th row is noted: 16 bytes for it, so a file of
 *  one byte a line costs a quarter of its size and an ordinary one a hundredth. */
export class RowIndex {
  readonly #encoding: TextEncoding;
  readonly #lineFeedOffset: number;
  readonly #unit: 1 | 2;
  /** Byte offset and line number (from 0) of rows 0, 64, 128, … */
  #offsets = new Float64Array(256);
  #lines = new Float64Array(256);
  /** 1 where the noted row goes on with a line that began before it. */
  #continues = new Uint8Array(256);
  #rowCount = 0;
  #lineCount = 0;
  #rowStart: number;
  #scanned: number;
  #rowIsContinuation = false;
  /** Bytes of the open row, kept only from chunk to chunk: needed to cut a long row at a character. */
  #carry: Uint8Array = EMPTY;

  /** `startByte`: bytes before the text (a byte order mark). */
  constructor(encoding: TextEncoding, startByte: number) {
    this.#encoding = encoding;
    this.#unit = unitBytes(encoding);
    this.#lineFeedOffset = encoding === 'utf-16be' ? 1 : 0;
    this.#rowStart = startByte;
    this.#scanned = startByte;
  }

  /** Whole rows known so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  /** Bytes of the file that have been seen: `feed` wants the bytes from here. */
  get scannedBytes(): number {
    return this.#scanned;
  }

  /** The next bytes of the file, in order. */
  feed(chunk: Uint8Array): void {
    const bytes = this.#carry.length === 0 ? chunk : joined(this.#carry, chunk);
    const base = this.#scanned - this.#carry.length;
    this.#scanned += chunk.length;
    for (;;) {
      const from = this.#rowStart - base;
      const end = this.#rowEnd(bytes, from);
      if (end === undefined) break;
      this.#closeRow(base + end.at, end.isLineEnd);
    }
    const rest = this.#rowStart - base;
    this.#carry = rest < bytes.length ? bytes.slice(rest) : EMPTY;
  }

  /** No more bytes will come: the open row is the last. A text that ends with a line feed has no empty last row. */
  finish(): void {
    if (this.#carry.length > 0) this.#closeRow(this.#scanned, true);
    this.#carry = EMPTY;
  }

  /** Where to start reading in order to show `row`: the noted row at or before it. */
  anchor(row: number): Anchor {
    return this.#anchorAt(Math.floor(row / ANCHOR_ROWS));
  }

  /** The last noted row at or before the beginning of a line (from 0), by bisection. */
  anchorOfLine(line: number): Anchor {
    let low = 0;
    let high = Math.max(0, Math.ceil(this.#rowCount / ANCHOR_ROWS) - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const anchor = this.#anchorAt(middle);
      if (anchor.line < line || (anchor.line === line && !anchor.isContinuation)) low = middle;
      else high = middle - 1;
    }
    return this.#anchorAt(low);
  }

  #anchorAt(slot: number): Anchor {
    return {
      row: slot * ANCHOR_ROWS,
      offset: this.#offsets[slot] ?? 0,
      line: this.#lines[slot] ?? 0,
      isContinuation: this.#continues[slot] === 1,
    };
  }

  /** Cuts `bytes`, which begin at an anchor, into rows: at most `count`. */
  cut(bytes: Uint8Array, anchor: Anchor, count: number, bytesEndAt: 'fileEnd' | 'more'): RowPiece[] {
    const rows: RowPiece[] = [];
    let from = 0;
    let line = anchor.line;
    let isContinuation = anchor.isContinuation;
    while (rows.length < count && from < bytes.length) {
      const end = this.#rowEnd(bytes, from);
      if (end === undefined && bytesEndAt === 'more') break;
      const at = end?.at ?? bytes.length;
      rows.push({ start: from, end: at, line, isContinuation });
      isContinuation = end !== undefined && !end.isLineEnd;
      if (!isContinuation) line++;
      from = at;
    }
    return rows;
  }

  #closeRow(end: number, isLineEnd: boolean): void {
    const isAnchor = this.#rowCount % ANCHOR_ROWS === 0;
    if (isAnchor) this.#note(this.#rowCount / ANCHOR_ROWS, this.#rowStart);
    this.#rowCount++;
    if (!this.#rowIsContinuation) this.#lineCount++;
    this.#rowIsContinuation = !isLineEnd;
    this.#rowStart = end;
  }

  #note(slot: number, offset: number): void {
    if (slot >= this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      this.#lines = grown(this.#lines);
      const continues = new Uint8Array(this.#continues.length * 2);
      continues.set(this.#continues);
      this.#continues = continues;
    }
    this.#continues[slot] = this.#rowIsContinuation ? 1 : 0;
    this.#offsets[slot] = offset;
    // A continuation belongs to the line that has been counted already.
    this.#lines[slot] = this.#rowIsContinuation ? this.#lineCount - 1 : this.#lineCount;
  }

  /** One past the row that begins at `from`, or undefined when its end is not among the bytes. */
  #rowEnd(bytes: Uint8Array, from: number): { at: number; isLineEnd: boolean } | undefined {
    const limit = from + MAX_ROW_BYTES;
    const feed = this.#lineFeed(bytes, from, limit);
    if (feed !== undefined) return { at: feed, isLineEnd: true };
    if (bytes.length < limit + 4) return undefined;
    return { at: this.#characterStart(bytes, limit, from), isLineEnd: false };
  }

  /** Looks no further than `limit`: a file without line feeds must not be scanned to its end for every row. */
  #lineFeed(bytes: Uint8Array, from: number, limit: number): number | undefined {
    const within = bytes.subarray(from, Math.min(bytes.length, limit));
    let i = within.indexOf(0x0a);
    if (this.#unit === 1) return i >= 0 ? from + i + 1 : undefined;
    for (; i >= 0; i = within.indexOf(0x0a, i + 1)) {
      const unitStart = i - this.#lineFeedOffset;
      if (unitStart < 0 || unitStart % 2 !== 0 || unitStart + 1 >= within.length) continue;
      if (within[unitStart + 1 - this.#lineFeedOffset] === 0) return from + unitStart + 2;
    }
    return undefined;
  }

  /** The start of the character that `at` lies in. In double-byte charsets a byte below 0x30 is never a trail byte. */
  #characterStart(bytes: Uint8Array, at: number, from: number): number {
    if (this.#encoding === 'utf-8') {
      let i = at;
      while (i > at - 4 && ((bytes[i] as number) & 0xc0) === 0x80) i--;
      return i;
    }
    if (this.#unit === 2) {
      const highByte = bytes[this.#encoding === 'utf-16le' ? at - 1 : at - 2] as number;
      return highByte >= 0xd8 && highByte <= 0xdb ? at - 2 : at;
    }
    for (let i = at; i > Math.max(from, at - 256); i--) if ((bytes[i - 1] as number) < 0x30) return i;
    return at;
  }
}

/** A noted row: its position, where it begins in the file, and the line (from 0) that it is of. */
export interface Anchor {
  readonly row: number;
  readonly offset: number;
  readonly line: number;
  readonly isContinuation: boolean;
}

export interface RowPiece {
  /** Positions in the bytes that were cut; the line feed is within. */
  readonly start: number;
  readonly end: number;
  /** From 0. */
  readonly line: number;
  /** Goes on with the line of the row before. */
  readonly isContinuation: boolean;
}

/** Rows between two noted ones: 64 rows of 2 KiB make the 128 KiB that one read of a window costs at most. */
export const ANCHOR_ROWS = 64;
export const MAX_ROW_BYTES = 2048;
const EMPTY = new Uint8Array(0);

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function grown(old: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(old.length * 2);
  out.set(old);
  return out;
}
