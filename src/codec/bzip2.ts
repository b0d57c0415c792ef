import { Bzip2Block } from './bzip2Block.ts';
import { CodecError } from './codecError.ts';
import { crc32Bzip2 } from './crc32Bzip2.ts';
import { ForwardBits } from './forwardBits.ts';
import type { InputWindow } from './inputWindow.ts';
import { skipTrailing } from './trailing.ts';
import type { OnTrailing } from './trailing.ts';

/** .bz2 files: streams one after the other, each of blocks that begin at any bit. Bytes behind the last stream are
 *  passed over, as bzip2 does, and reported. */

const HEADER_BYTES = 4;
const BLOCK_UNIT_BYTES = 100_000;
const BLOCK_MAGIC = [0x314159, 0x265359];
const END_MAGIC = [0x177245, 0x385090];
/** A block's symbols have at most 20 bits, and there is at most one a byte; selectors and codes come on top. */
const PACKED_UNIT_BYTES = (BLOCK_UNIT_BYTES * 20) / 8;
const PACKED_EXTRA_BYTES = 64 * 1024;
const ROUND_BYTES = 512 * 1024;

/** All content of a .bz2 file. Pieces are valid until the next is asked for. */
export async function* bunzip2(input: InputWindow, onTrailing?: OnTrailing): AsyncIterable<Uint8Array> {
  try {
    let level = await readHeader(input);
    if (level === 0) {
      if (!(await input.fill(HEADER_BYTES))) throw truncated(input);
      throw new CodecError('corrupt', input.offset, 'no bzip2 header');
    }
    const output = new Uint8Array(ROUND_BYTES);
    while (level > 0) {
      yield* readStream(input, level, output);
      level = await readHeader(input);
    }
    await skipTrailing(input, onTrailing);
  } finally {
    await input.close();
  }
}

/** The level of the stream that begins here, 0 where none does. */
async function readHeader(input: InputWindow): Promise<number> {
  if (!(await input.fill(HEADER_BYTES))) return 0;
  const { bytes, position } = input;
  const level = (bytes[position + 3] as number) - 0x30;
  const isMagic = bytes[position] === 0x42 && bytes[position + 1] === 0x5a && bytes[position + 2] === 0x68;
  if (!isMagic || level < 1 || level > 9) return 0;
  input.position += HEADER_BYTES;
  return level;
}

async function* readStream(input: InputWindow, level: number, output: Uint8Array): AsyncIterable<Uint8Array> {
  const block = new Bzip2Block(level * BLOCK_UNIT_BYTES);
  let streamCrc = 0;
  let bit = 0;
  for (;;) {
    await input.fill(level * PACKED_UNIT_BYTES + PACKED_EXTRA_BYTES);
    const bits = new ForwardBits(input.bytes.subarray(0, input.end), input.position, bit);
    const magic = [bits.read(24), bits.read(24)];
    const storedCrc = bits.readUint32();
    const isEnd = magic.every((part, i) => part === END_MAGIC[i]);
    if (!isEnd) readBlock(input, bits, magic, block);
    if (bits.bitPosition > input.end * 8) throw truncated(input);
    const blockOffset = input.offset;
    input.position = isEnd ? Math.ceil(bits.bitPosition / 8) : bits.bitPosition >> 3;
    bit = bits.bitPosition & 7;
    if (isEnd) {
      if (storedCrc === streamCrc) return;
      throw new CodecError('checksum', blockOffset, 'the CRC of a bzip2 stream does not match its content');
    }

    let blockCrc = 0;
    do {
      const end = block.write(output, 0);
      blockCrc = crc32Bzip2(output, blockCrc, 0, end);
      yield output.subarray(0, end);
    } while (!block.isWritten);
    if (blockCrc !== storedCrc) {
      throw new CodecError('checksum', blockOffset, 'the CRC of a bzip2 block does not match its content');
    }
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ blockCrc;
    streamCrc >>>= 0;
  }
}

/** Throws 'truncated' rather than what the missing bytes, read as zeros, seem to say. */
function readBlock(input: InputWindow, bits: ForwardBits, magic: readonly number[], block: Bzip2Block): void {
  const isBlock = magic.every((part, i) => part === BLOCK_MAGIC[i]);
  const fault = isBlock ? block.read(bits) : 'it has no magic';
  if (bits.bitPosition > input.end * 8) throw truncated(input);
  if (fault !== undefined) throw new CodecError('corrupt', input.offset, `a bzip2 block is wrong: ${fault}`);
}

function truncated(input: InputWindow): CodecError {
  return new CodecError('truncated', input.offset + input.availableBytes, 'the bzip2 stream ends within its data');
}
