import { Xxh64 } from './xxh64.ts';

/** Zstandard frames (RFC 8878) of raw and RLE blocks: valid for every decoder, compressed only where one byte fills a
 *  block. One frame with a checksum, of unknown content size. Memory: a block. */

const MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
/** Block_Maximum_Size (RFC 8878 3.1.1.2.4). */
const BLOCK_BYTES = 128 * 1024;
/** No dictionary, a checksum, no content size; a window of 128 KiB: exponent 7, mantissa 0 (3.1.1.1). */
const FRAME_HEADER = Uint8Array.of(0x04, 7 << 3);
const RAW = 0;
const RLE = 1;

/** Pieces stay valid. */
export async function* zstdStored(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = new Xxh64();
  yield MAGIC;
  yield FRAME_HEADER;
  let block = new Uint8Array(BLOCK_BYTES);
  let length = 0;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) {
      if (length === BLOCK_BYTES) {
        yield* blockOf(block, length, false);
        block = new Uint8Array(BLOCK_BYTES);
        length = 0;
      }
      const taken = Math.min(BLOCK_BYTES - length, chunk.length - at);
      block.set(chunk.subarray(at, at + taken), length);
      hash.update(chunk, at, at + taken);
      length += taken;
      at += taken;
    }
  }
  yield* blockOf(block, length, true);
  const checksum = hash.low32();
  yield Uint8Array.of(checksum, checksum >>> 8, checksum >>> 16, checksum >>> 24);
}

function* blockOf(bytes: Uint8Array, length: number, isLast: boolean): Generator<Uint8Array> {
  const first = bytes[0];
  const isRun = length > 1 && bytes.subarray(0, length).every((byte) => byte === first);
  const header = (isLast ? 1 : 0) | ((isRun ? RLE : RAW) << 1) | (length << 3);
  yield Uint8Array.of(header, header >>> 8, header >>> 16);
  yield bytes.subarray(0, isRun ? 1 : length);
}
