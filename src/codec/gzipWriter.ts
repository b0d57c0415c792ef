import { areZeros, ZERO_PAGE_BYTES, zeros } from '../bytes/zeros.ts';
import { crc32 } from './crc32.ts';
import { Deflater, type DeflateLevel } from './deflater.ts';
import { ZERO_BLOCK_BYTES, zeroBlock, zeroBlockCrc } from './zeroBlock.ts';

/** Levels of zlib; 6 is what engines use. */
export type GzipLevel = DeflateLevel;

const INPUT_BYTES = 256 * 1024;

/** Compresses a stream to one gzip member (RFC 1952) without name or time. The bytes depend on the content and the
 *  level only, and are those of zlib: the native CompressionStream gives others from one browser to the next. Only
 *  blocks of zeros, which stand-ins are full of, are told in a way of their own. Pieces stay valid. About 20 MB/s at
 *  level 6, blocks of zeros as fast as they come. */
export async function* gzip(content: AsyncIterable<Uint8Array>, level: GzipLevel): AsyncIterable<Uint8Array> {
  const writer = new GzipWriter(level);
  for await (const chunk of content) {
    // In parts, so that the output of a large chunk need not be held at once.
    for (let offset = 0; offset < chunk.length; offset += INPUT_BYTES) {
      writer.add(chunk.subarray(offset, offset + INPUT_BYTES));
      yield* writer.take();
    }
  }
  writer.end();
  yield* writer.take();
}

class GzipWriter {
  readonly #ready: Uint8Array[] = [];
  readonly #deflater: Deflater;
  #crc = 0;
  #sizeBytes = 0;
  /** Zeros that the current block begins with, told to nobody yet; undefined where it is no block of zeros. */
  #zeroBytes: number | undefined = 0;
  /** Whether the deflater has bytes that it has not flushed. */
  #isOpen = false;

  constructor(level: GzipLevel) {
    this.#deflater = new Deflater(level);
    // RFC 1952 section 2.3: no name, no time, how hard it was tried, Unix.
    this.#ready.push(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, level === 9 ? 2 : level === 1 ? 4 : 0, 3));
  }

  take(): readonly Uint8Array[] {
    this.#takeDeflated();
    return this.#ready.splice(0);
  }

  /** Blocks lie where they lie in the content, however it comes. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + ZERO_BLOCK_BYTES - (this.#sizeBytes % ZERO_BLOCK_BYTES));
      this.#addToBlock(bytes.subarray(at, end));
      at = end;
    }
  }

  end(): void {
    this.#pushZeros();
    this.#deflater.finish();
    this.#takeDeflated();
    const trailer = new DataView(new ArrayBuffer(8));
    trailer.setUint32(0, this.#crc, true);
    trailer.setUint32(4, this.#sizeBytes % 2 ** 32, true);
    this.#ready.push(new Uint8Array(trailer.buffer));
  }

  /** Bytes of one block. */
  #addToBlock(bytes: Uint8Array): void {
    if (this.#sizeBytes % ZERO_BLOCK_BYTES === 0) this.#zeroBytes = 0;
    this.#sizeBytes += bytes.length;
    if (this.#zeroBytes !== undefined && areZeros(bytes)) {
      this.#zeroBytes += bytes.length;
      if (this.#zeroBytes === ZERO_BLOCK_BYTES) this.#pushZeroBlock();
      return;
    }
    this.#pushZeros();
    this.#pushBytes(bytes);
  }

  #pushZeroBlock(): void {
    if (this.#isOpen) {
      this.#deflater.flush();
      this.#takeDeflated();
    }
    this.#isOpen = false;
    this.#ready.push(zeroBlock());
    this.#crc = zeroBlockCrc(this.#crc);
    this.#zeroBytes = 0;
  }

  /** Those of a block that did not become one of zeros. */
  #pushZeros(): void {
    for (let left = this.#zeroBytes ?? 0; left > 0; left -= ZERO_PAGE_BYTES)
      this.#pushBytes(zeros(Math.min(left, ZERO_PAGE_BYTES)));
    this.#zeroBytes = undefined;
  }

  #pushBytes(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc);
    this.#deflater.push(bytes);
    this.#isOpen = true;
  }

  #takeDeflated(): void {
    const piece = this.#deflater.take();
    if (piece.length > 0) this.#ready.push(piece);
  }
}
