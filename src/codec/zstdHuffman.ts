import { BackwardBits } from './backwardBits.ts';
import { readFseTable } from './fseTable.ts';

/** Huffman coding of zstd literals (RFC 8878 4.2). */

// RFC 8878 4.2.1
const MAX_CODE_BITS = 11;
const MAX_WEIGHT_LOG = 6;

/** Entry: the symbol in bits 0-7, the code's bits above. */
export interface HuffmanTable {
  readonly entries: Uint16Array;
  readonly bits: number;
}

/** Reads a tree's description from [start, end). Undefined where it is corrupt. */
export function readHuffmanTable(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly table: HuffmanTable; readonly end: number } | undefined {
  if (start >= end) return undefined;
  const header = bytes[start] as number;
  const weights = new Uint8Array(256);
  let count: number;
  let next: number;
  if (header >= 128) {
    count = header - 127;
    next = start + 1 + ((count + 1) >> 1);
    if (next > end) return undefined;
    for (let i = 0; i < count; i++) {
      const pair = bytes[start + 1 + (i >> 1)] as number;
      weights[i] = i % 2 === 0 ? pair >> 4 : pair & 15;
    }
  } else {
    next = start + 1 + header;
    if (next > end) return undefined;
    count = readCompressedWeights(bytes, start + 1, next, weights);
    if (count === 0) return undefined;
  }
  const table = buildTable(weights, count);
  return table && { table, end: next };
}

/** RFC 8878 4.2.1.2: two states take turns. Returns the number of weights, 0 where they are corrupt. */
function readCompressedWeights(bytes: Uint8Array, start: number, end: number, weights: Uint8Array): number {
  const described = readFseTable(bytes, start, end, 12, MAX_WEIGHT_LOG);
  const bits = new BackwardBits();
  if (!described || !bits.open(bytes, described.end, end)) return 0;
  const { entries, log } = described.table;
  let state = bits.read(log);
  let other = bits.read(log);
  if (bits.isOverrun) return 0;
  for (let count = 0; count < 254;) {
    const entry = entries[state] as number;
    weights[count++] = entry & 0xff;
    const following = (entry >> 16) + bits.read((entry >> 8) & 0xff);
    if (bits.isOverrun) {
      weights[count++] = (entries[other] as number) & 0xff;
      return count;
    }
    state = other;
    other = following;
  }
  return 0;
}

// RFC 8878 4.2.1: the last symbol's weight is what is missing to a power of two.
function buildTable(weights: Uint8Array, count: number): HuffmanTable | undefined {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights[i] as number;
    if (weight > MAX_CODE_BITS + 1) return undefined;
    sum += weight > 0 ? 1 << (weight - 1) : 0;
  }
  if (sum === 0) return undefined;
  const bits = 32 - Math.clz32(sum);
  const missing = (1 << bits) - sum;
  if (bits > MAX_CODE_BITS || (missing & (missing - 1)) !== 0) return undefined;
  weights[count] = 32 - Math.clz32(missing);

  const entries = new Uint16Array(1 << bits);
  let position = 0;
  for (let weight = 1; weight <= bits; weight++) {
    for (let symbol = 0; symbol <= count; symbol++) {
      if (weights[symbol] !== weight) continue;
      const size = 1 << (weight - 1);
      entries.fill(symbol | ((bits + 1 - weight) << 8), position, position + size);
      position += size;
    }
  }
  return position === entries.length ? { entries, bits } : undefined;
}

/** Decodes one stream of exactly `count` symbols. False where the stream does not hold just that. */
export function decodeHuffmanStream(
  table: HuffmanTable,
  stream: BackwardBits,
  target: Uint8Array,
  start: number,
  count: number,
): boolean {
  const { entries, bits } = table;
  const { bytes, startBit } = stream;
  const shift = 32 - bits;
  const end = start + count;
  let position = stream.position;
  let out = start;
  // Two symbols take up to 22 bits of the 25 that a load holds for certain.
  for (const last = end - 1; out < last && position >= startBit;) {
    const at = (position - 25) >> 3;
    const drop = 7 - ((position - 25) & 7);
    let word =
      (((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)) <<
        drop) |
      0;
    const first = entries[word >>> shift] as number;
    target[out++] = first & 0xff;
    word <<= first >> 8;
    const second = entries[word >>> shift] as number;
    target[out++] = second & 0xff;
    position -= (first >> 8) + (second >> 8);
  }
  stream.position = position;
  while (out < end && !stream.isOverrun) {
    const index = stream.read(bits);
    const entry = entries[index] as number;
    target[out++] = entry & 0xff;
    stream.position += bits - (entry >> 8);
  }
  return out === end && stream.isAtStart;
}
