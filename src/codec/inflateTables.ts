/** Decoding tables of deflate's Huffman codes (RFC 1951 3.2). An entry is one int32:
 *    bits 0-3   bits that the code takes, in all
 *    bits 8-12  extra bits to read; in a link: index bits of the second table
 *    bit 13     a link to a second table
 *    bit 14     stop: end of block, or a code that no symbol has
 *    bit 15     a literal byte
 *    bits 16-   the literal, the base length or distance, or where the second table lies */

export const LINK_ENTRY = 1 << 13;
export const STOP_ENTRY = 1 << 14;
export const LITERAL_ENTRY = 1 << 15;
/** What the table holds where no code leads; the end of block is STOP_ENTRY with bits. */
const INVALID_ENTRY = STOP_ENTRY;

// First look-up of 11 and 8 bits: 2,342 and 402 entries are then the most that any complete code can take
// (zlib's examples/enough.c).
export const LITERAL_INDEX_BITS = 11;
export const DISTANCE_INDEX_BITS = 8;
export const LITERAL_TABLE_ENTRIES = 2342;
export const DISTANCE_TABLE_ENTRIES = 402;

const MAX_CODE_BITS = 15;

// RFC 1951 3.2.5. Symbols 286 and 287, distances 30 and 31 take part in the fixed code but never occur.
const LENGTH_BASES = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/** Entries without their code's bits, by symbol. */
export const LITERAL_SYMBOLS = makeLiteralSymbols();
export const DISTANCE_SYMBOLS = makeDistanceSymbols();
export const CODE_LENGTH_SYMBOLS = Int32Array.from({ length: 19 }, (_, symbol) => symbol << 16);

function makeLiteralSymbols(): Int32Array {
  const symbols = new Int32Array(288).fill(INVALID_ENTRY);
  for (let byte = 0; byte < 256; byte++) symbols[byte] = (byte << 16) | LITERAL_ENTRY;
  symbols[256] = STOP_ENTRY;
  LENGTH_BASES.forEach((base, i) => {
    symbols[257 + i] = (base << 16) | ((LENGTH_EXTRA[i] as number) << 8);
  });
  // Told from the end of block by bit 16.
  symbols[286] = symbols[287] = INVALID_ENTRY | (1 << 16);
  return symbols;
}

function makeDistanceSymbols(): Int32Array {
  const symbols = new Int32Array(32).fill(INVALID_ENTRY);
  for (let symbol = 0; symbol < 30; symbol++) {
    const extra = symbol < 2 ? 0 : (symbol >> 1) - 1;
    const base = symbol < 2 ? symbol + 1 : (2 + (symbol & 1)) * 2 ** extra + 1;
    symbols[symbol] = (base << 16) | (extra << 8);
  }
  return symbols;
}

const lengthCounts = new Int32Array(MAX_CODE_BITS + 1);
const firstIndex = new Int32Array(MAX_CODE_BITS + 2);
const ordered = new Uint16Array(288);

/** 'sparse' is a code that zlib lets pass for lengths and distances though it is not complete: none at all, or
 *  one symbol of one bit. */
export type CodeShape = 'complete' | 'sparse' | 'invalid';

/** Fills `table` for the code whose lengths are `lengths[start, start+count)`. */
export function buildTable(
  table: Int32Array,
  indexBits: number,
  symbols: Int32Array,
  lengths: Uint8Array,
  start: number,
  count: number,
): CodeShape {
  lengthCounts.fill(0);
  for (let i = 0; i < count; i++) {
    const bits = lengths[start + i] as number;
    lengthCounts[bits] = (lengthCounts[bits] as number) + 1;
  }
  let maxBits = MAX_CODE_BITS;
  while (maxBits > 0 && lengthCounts[maxBits] === 0) maxBits--;
  let unused = 1;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    unused = unused * 2 - (lengthCounts[bits] as number);
    if (unused < 0) return 'invalid';
  }
  if (unused > 0) {
    if (maxBits > 1) return 'invalid';
    table.fill(INVALID_ENTRY | (1 << 16), 0, 1 << indexBits);
  }

  firstIndex[1] = 0;
  for (let bits = 1; bits < MAX_CODE_BITS; bits++) {
    firstIndex[bits + 1] = (firstIndex[bits] as number) + (lengthCounts[bits] as number);
  }
  for (let i = 0; i < count; i++) {
    const bits = lengths[start + i] as number;
    if (bits === 0) continue;
    const index = firstIndex[bits] as number;
    ordered[index] = i;
    firstIndex[bits] = index + 1;
  }
  fillTable(table, indexBits, symbols, maxBits);
  return unused > 0 ? 'sparse' : 'complete';
}

// Codes in canonical order, kept bit-reversed as they lie in the stream; those that share their first
// `indexBits` bits come one after the other and share a second table.
function fillTable(table: Int32Array, indexBits: number, symbols: Int32Array, maxBits: number): void {
  const indexMask = (1 << indexBits) - 1;
  let code = 0;
  let next = 0;
  let linkedPrefix = -1;
  let secondStart = 0;
  let secondBits = 0;
  let tableEnd = 1 << indexBits;
  for (let bits = 1; bits <= maxBits; bits++) {
    for (let left = lengthCounts[bits] as number; left > 0; left--) {
      const entry = (symbols[ordered[next++] as number] as number) | bits;
      if (bits <= indexBits) {
        for (let i = code; i <= indexMask; i += 1 << bits) table[i] = entry;
      } else {
        const prefix = code & indexMask;
        if (prefix !== linkedPrefix) {
          linkedPrefix = prefix;
          secondStart = tableEnd;
          secondBits = secondTableBits(bits, indexBits, maxBits, left);
          tableEnd += 1 << secondBits;
          table[prefix] = (secondStart << 16) | (secondBits << 8) | LINK_ENTRY | indexBits;
        }
        const step = 1 << (bits - indexBits);
        for (let i = code >> indexBits; i < 1 << secondBits; i += step) table[secondStart + i] = entry;
      }
      let bit = 1 << (bits - 1);
      while (code & bit) bit >>= 1;
      code = bit === 0 ? 0 : (code & (bit - 1)) + bit;
    }
  }
}

/** Index bits of a second table whose first code is `bits` long, with `left` such codes yet to come. */
function secondTableBits(bits: number, indexBits: number, maxBits: number, left: number): number {
  let size = bits - indexBits;
  let room = (1 << size) - left;
  while (size + indexBits < maxBits && room > 0) {
    size++;
    room = room * 2 - (lengthCounts[size + indexBits] as number);
  }
  return size;
}
