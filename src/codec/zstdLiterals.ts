import { BackwardBits } from './backwardBits.ts';
import { decodeHuffmanStream, readHuffmanTable } from './zstdHuffman.ts';
import type { HuffmanTable } from './zstdHuffman.ts';

/** The literals section of a compressed block (RFC 8878 3.1.1.3.1). */

export const MAX_BLOCK_BYTES = 128 * 1024;

export class ZstdLiterals {
  /** Where the literals of the block lie: in our own buffer, or still in the input. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  count = 0;
  readonly #buffer = new Uint8Array(MAX_BLOCK_BYTES);
  readonly #stream = new BackwardBits();
  #table: HuffmanTable | undefined;

  /** Forgets the tree of the frame before. */
  reset(): void {
    this.#table = undefined;
  }

  /** Decodes the section at [start, end) and returns where it ends, or -1 where it is corrupt. */
  read(bytes: Uint8Array, start: number, end: number): number {
    if (start >= end) return -1;
    const first = bytes[start] as number;
    const type = first & 3;
    const format = (first >> 2) & 3;
    return type < 2
      ? this.#readPlain(bytes, start, end, type, format)
      : this.#readPacked(bytes, start, end, type, format);
  }

  #readPlain(bytes: Uint8Array, start: number, end: number, type: number, format: number): number {
    const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
    if (start + headerBytes > end) return -1;
    const header = readLittle(bytes, start, headerBytes);
    this.count = headerBytes === 1 ? header >> 3 : header >> 4;
    const content = start + headerBytes;
    if (this.count > MAX_BLOCK_BYTES) return -1;
    if (type === 0) {
      this.bytes = bytes;
      this.start = content;
      return content + this.count <= end ? content + this.count : -1;
    }
    if (content >= end) return -1;
    this.#buffer.fill(bytes[content] as number, 0, this.count);
    this.bytes = this.#buffer;
    this.start = 0;
    return content + 1;
  }

  #readPacked(bytes: Uint8Array, start: number, end: number, type: number, format: number): number {
    const headerBytes = format < 2 ? 3 : format + 2;
    if (start + headerBytes > end) return -1;
    const sizeBits = format < 2 ? 10 : format === 2 ? 14 : 18;
    const header = readLittle(bytes, start, Math.min(headerBytes, 4)) >>> 4;
    const mask = (1 << sizeBits) - 1;
    this.count = header & mask;
    const high = headerBytes === 5 ? (bytes[start + 4] as number) << 10 : 0;
    const packedBytes = ((header >>> sizeBits) | high) & mask;
    let position = start + headerBytes;
    const sectionEnd = position + packedBytes;
    if (this.count > MAX_BLOCK_BYTES || sectionEnd > end) return -1;
    if (type === 2) {
      const described = readHuffmanTable(bytes, position, sectionEnd);
      if (!described) return -1;
      this.#table = described.table;
      position = described.end;
    }
    this.bytes = this.#buffer;
    this.start = 0;
    const isRead =
      format === 0
        ? this.#readOne(bytes, position, sectionEnd, 0, this.count)
        : this.#readFour(bytes, position, sectionEnd);
    return isRead ? sectionEnd : -1;
  }

  // RFC 8878 3.1.1.3.1.6
  #readFour(bytes: Uint8Array, start: number, end: number): boolean {
    if (start + 6 > end) return false;
    const quarter = (this.count + 3) >> 2;
    let position = start + 6;
    for (let i = 0; i < 4; i++) {
      const streamEnd = i < 3 ? position + readLittle(bytes, start + i * 2, 2) : end;
      const count = i < 3 ? quarter : this.count - 3 * quarter;
      if (streamEnd > end || count < 0) return false;
      if (!this.#readOne(bytes, position, streamEnd, i * quarter, count)) return false;
      position = streamEnd;
    }
    return true;
  }

  #readOne(bytes: Uint8Array, start: number, end: number, target: number, count: number): boolean {
    if (!this.#table || !this.#stream.open(bytes, start, end)) return false;
    return decodeHuffmanStream(this.#table, this.#stream, this.#buffer, target, count);
  }
}

/** A number of up to 4 bytes, the lowest first. Signed when it has 4. */
function readLittle(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value |= (bytes[start + i] as number) << (8 * i);
  return value;
}
