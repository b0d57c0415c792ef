import { joinBytes } from '../bytes/joinBytes.ts';
import { Deflate } from 'pako';
import { zeros } from '../bytes/zeros.ts';
import { crc32 } from './crc32.ts';

/** So many zeros are compressed once, and then told again and again. */
export const ZERO_BLOCK_BYTES = 64 * 1024;

const FULL_FLUSH = 3;

let packed: Uint8Array | undefined;

/** A block of zeros as deflate blocks (RFC 1951) that begin and end at a byte, are not the last, and refer to nothing
 *  before them. */
export function zeroBlock(): Uint8Array {
  if (packed) return packed;
  const pieces: Uint8Array[] = [];
  const deflate = new Deflate({ raw: true, level: 9, chunkSize: 4096 });
  deflate.onData = (piece) => {
    pieces.push(piece);
  };
  deflate.push(zeros(ZERO_BLOCK_BYTES), FULL_FLUSH);
  const whole = joinBytes(pieces);
  packed = whole;
  return whole;
}

/** What becomes of each bit of a CRC-32 in a block of zeros, and of none: the sum is linear. */
let shifted: Uint32Array | undefined;

/** Continues a CRC-32 over a block of zeros. */
export function zeroBlockCrc(crc: number): number {
  shifted ??= shiftedBits();
  let sum = shifted[32] as number;
  for (let bit = 0; bit < 32; bit++) if ((crc >>> bit) & 1) sum ^= shifted[bit] as number;
  return sum >>> 0;
}

function shiftedBits(): Uint32Array {
  const block = zeros(ZERO_BLOCK_BYTES);
  const none = crc32(block, 0);
  return Uint32Array.from({ length: 33 }, (_, bit) => (bit === 32 ? none : crc32(block, (1 << bit) >>> 0) ^ none));
}
