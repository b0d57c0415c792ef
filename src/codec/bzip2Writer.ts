import { RunLengthInput } from './bzip2Input.ts';
import { writeSymbols } from './bzip2Coding.ts';
import { MsbBits } from './msbBits.ts';
import { suffixArray } from './suffixArray.ts';

/** .bz2 files. Blocks are of `level` times 100,000 bytes less 19, as bzip2 cuts them, so that its bytes are had again.
 *  Memory: some 30 bytes a byte of a block. About 5 MB/s. */

const BLOCK_UNIT_BYTES = 100_000;
/** bzip2 leaves so much of a block free. */
const SPARE_BYTES = 19;

/** Pieces stay valid. */
export async function* bzip2(
  content: AsyncIterable<Uint8Array>,
  level: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bits = new MsbBits();
  bits.write(8, 0x42);
  bits.write(8, 0x5a);
  bits.write(8, 0x68);
  bits.write(8, 0x30 + level);
  const input = new RunLengthInput(level * BLOCK_UNIT_BYTES - SPARE_BYTES);
  let streamCrc = 0;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) {
      at = input.take(chunk, at);
      if (!input.isFull) continue;
      streamCrc = writeBlock(input, bits, streamCrc);
      yield bits.takeBytes();
    }
  }
  input.finishRun();
  if (input.length > 0) streamCrc = writeBlock(input, bits, streamCrc);
  bits.write(24, 0x177245);
  bits.write(24, 0x385090);
  bits.write32(streamCrc);
  bits.align();
  yield bits.takeBytes();
}

function writeBlock(input: RunLengthInput, bits: MsbBits, streamCrc: number): number {
  const crc = input.crc;
  bits.write(24, 0x314159);
  bits.write(24, 0x265359);
  bits.write32(crc);
  bits.write(1, 0);
  const { last, origin } = transformed(input.bytes.subarray(0, input.length));
  bits.write(24, origin);
  writeSymbols(last, bits);
  input.clear();
  return (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
}

/** The Burrows-Wheeler transform: the last column of the sorted rotations, and the row of the block itself. From the
 *  least rotation on, suffixes sort as rotations do (its Lyndon factors are equal). */
function transformed(block: Uint8Array): { readonly last: Uint8Array; readonly origin: number } {
  const { length } = block;
  const shift = leastRotation(block);
  const rotated = new Uint8Array(length);
  rotated.set(block.subarray(shift));
  rotated.set(block.subarray(0, shift), length - shift);
  const order = suffixArray(rotated, 256);
  const last = new Uint8Array(length);
  const own = (length - shift) % length;
  let origin = 0;
  for (let row = 0; row < length; row++) {
    const start = order[row] as number;
    if (start === own) origin = row;
    last[row] = rotated[start === 0 ? length - 1 : start - 1] as number;
  }
  return { last, origin };
}

/** Where the least of all rotations begins; linear time. */
function leastRotation(block: Uint8Array): number {
  const { length } = block;
  let one = 0;
  let other = 1;
  let matched = 0;
  while (one < length && other < length && matched < length) {
    const a = block[(one + matched) % length] as number;
    const b = block[(other + matched) % length] as number;
    if (a === b) {
      matched++;
      continue;
    }
    if (a > b) one += matched + 1;
    else other += matched + 1;
    if (one === other) other++;
    matched = 0;
  }
  return Math.min(one, other);
}
