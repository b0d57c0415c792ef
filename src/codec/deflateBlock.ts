import type { BitWriter } from './bitWriter.ts';
import { type Alphabet, HuffmanTree, reversedCodes } from './huffmanTree.ts';

/** Symbols of a block, at most: zlib's memLevel 8. */
const MAX_SYMBOLS = 16_383;
const END_OF_BLOCK = 256;
const MIN_MATCH = 3;
const STORED = 0;
const FIXED = 1;
const DYNAMIC = 2;

// RFC 1951 section 3.2.5.
const LENGTH_EXTRA = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
const DISTANCE_EXTRA = Uint8Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1));
/** Section 3.2.7: codes 16, 17 and 18 repeat. */
const REPEAT_EXTRA = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 7);
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const COPY = 16;
const ZEROS = 17;
const MANY_ZEROS = 18;

const FIXED_LITERAL_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
const FIXED_DISTANCE_LENGTHS = new Uint8Array(30).fill(5);
const FIXED_LITERAL_CODES = new Uint16Array(288);
const FIXED_DISTANCE_CODES = new Uint16Array(30);
reversedCodes(FIXED_LITERAL_LENGTHS, 287, FIXED_LITERAL_CODES);
reversedCodes(FIXED_DISTANCE_LENGTHS, 29, FIXED_DISTANCE_CODES);

/** First length (less 3), first distance (less 1) of each code, and the code of each. */
const LENGTH_BASE = basesOf(LENGTH_EXTRA);
const DISTANCE_BASE = basesOf(DISTANCE_EXTRA);
const LENGTH_CODE = codesOf(LENGTH_BASE, 256);
const DISTANCE_CODE = codesOf(DISTANCE_BASE, 32_768);
// The longest match has a code of its own.
LENGTH_BASE[28] = 255;
LENGTH_CODE[255] = 28;

const LITERALS: Alphabet = {
  symbolCount: 286,
  maxBits: 15,
  extraBits: LENGTH_EXTRA,
  extraFrom: 257,
  fixedLengths: FIXED_LITERAL_LENGTHS,
};
const DISTANCES: Alphabet = {
  symbolCount: 30,
  maxBits: 15,
  extraBits: DISTANCE_EXTRA,
  extraFrom: 0,
  fixedLengths: FIXED_DISTANCE_LENGTHS,
};
const LENGTHS: Alphabet = {
  symbolCount: 19,
  maxBits: 7,
  extraBits: REPEAT_EXTRA,
  extraFrom: 0,
  fixedLengths: undefined,
};

function basesOf(extra: Uint8Array): Int32Array {
  const bases = new Int32Array(extra.length);
  for (let code = 1; code < extra.length; code++)
    bases[code] = (bases[code - 1] as number) + 2 ** (extra[code - 1] as number);
  return bases;
}

function codesOf(bases: Int32Array, count: number): Uint8Array {
  const codes = new Uint8Array(count);
  for (let value = 0, code = 0; value < count; value++) {
    while (code + 1 < bases.length && (bases[code + 1] as number) <= value) code++;
    codes[value] = code;
  }
  return codes;
}

/** The symbols of one block of deflate, and how they are written: stored, or in the cheaper of the fixed code and one of
 *  their own, as zlib decides. */
export class DeflateBlock {
  readonly #distances = new Uint16Array(MAX_SYMBOLS);
  /** Literals, or lengths less 3. */
  readonly #values = new Uint8Array(MAX_SYMBOLS);
  #count = 0;
  readonly #literalTree = new HuffmanTree(LITERALS);
  readonly #distanceTree = new HuffmanTree(DISTANCES);
  readonly #lengthTree = new HuffmanTree(LENGTHS);
  readonly #literalCounts = this.#literalTree.counts;
  readonly #distanceCounts = this.#distanceTree.counts;

  constructor() {
    this.#clear();
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Gives whether the block is full. */
  literal(byte: number): boolean {
    this.#values[this.#count] = byte;
    this.#distances[this.#count] = 0;
    this.#literalCounts[byte] = (this.#literalCounts[byte] as number) + 1;
    return ++this.#count === MAX_SYMBOLS;
  }

  /** Gives whether the block is full. */
  match(distance: number, length: number): boolean {
    const value = length - MIN_MATCH;
    this.#values[this.#count] = value;
    this.#distances[this.#count] = distance;
    const symbol = (LENGTH_CODE[value] as number) + END_OF_BLOCK + 1;
    const code = DISTANCE_CODE[distance - 1] as number;
    this.#literalCounts[symbol] = (this.#literalCounts[symbol] as number) + 1;
    this.#distanceCounts[code] = (this.#distanceCounts[code] as number) + 1;
    return ++this.#count === MAX_SYMBOLS;
  }

  /** `plain`: the bytes that the symbols stand for, where they are still at hand. */
  write(writer: BitWriter, plain: Uint8Array | undefined, isLast: boolean): void {
    const [literals, distances, lengths] = [this.#literalTree, this.#distanceTree, this.#lengthTree];
    literals.build();
    distances.build();
    lengths.clear();
    this.#eachLength((symbol) => {
      lengths.counts[symbol] = (lengths.counts[symbol] as number) + 1;
    });
    lengths.build();
    let shown = LENGTHS_ORDER.length;
    while (shown > 4 && lengths.lengths[LENGTHS_ORDER[shown - 1] as number] === 0) shown--;
    const ownBits = literals.bits + distances.bits + lengths.bits + 3 * shown + 14;
    const fixedBytes = (literals.fixedBits + distances.fixedBits + 10) >>> 3;
    const bytes = Math.min((ownBits + 10) >>> 3, fixedBytes);
    const last = isLast ? 1 : 0;
    if (plain && plain.length + 4 <= bytes) {
      writeStored(writer, plain, isLast);
    } else if (fixedBytes === bytes) {
      writer.put(FIXED * 2 + last, 3);
      this.#writeSymbols(
        writer,
        [FIXED_LITERAL_CODES, FIXED_LITERAL_LENGTHS],
        [FIXED_DISTANCE_CODES, FIXED_DISTANCE_LENGTHS],
      );
    } else {
      writer.put(DYNAMIC * 2 + last, 3);
      this.#writeCodes(writer, shown);
      this.#writeSymbols(writer, [literals.codes, literals.lengths], [distances.codes, distances.lengths]);
    }
    this.#clear();
  }

  #clear(): void {
    this.#count = 0;
    this.#literalTree.clear();
    this.#distanceTree.clear();
    this.#literalCounts[END_OF_BLOCK] = 1;
  }

  /** The lengths of both codes, in runs (section 3.2.7). `extra`: how long a run is, less the shortest. */
  #eachLength(put: (symbol: number, extra: number) => void): void {
    for (const tree of [this.#literalTree, this.#distanceTree]) {
      let before = -1;
      for (let at = 0; at <= tree.last;) {
        const length = tree.lengths[at] as number;
        // The first of a run of lengths stands for itself, unless it goes on from the run before.
        const most = length === 0 ? 138 : length === before ? 6 : 7;
        let count = 1;
        while (count < most && at + count <= tree.last && tree.lengths[at + count] === length) count++;
        const least = length !== 0 && length !== before ? 4 : 3;
        if (count < least) for (let i = 0; i < count; i++) put(length, 0);
        else if (length !== 0) {
          if (length !== before) put(length, 0);
          put(COPY, count - (length !== before ? 1 : 0) - 3);
        } else if (count <= 10) put(ZEROS, count - 3);
        else put(MANY_ZEROS, count - 11);
        before = length;
        at += count;
      }
    }
  }

  #writeCodes(writer: BitWriter, shown: number): void {
    const { codes, lengths } = this.#lengthTree;
    writer.put(this.#literalTree.last - 256, 5);
    writer.put(this.#distanceTree.last, 5);
    writer.put(shown - 4, 4);
    for (let i = 0; i < shown; i++) writer.put(lengths[LENGTHS_ORDER[i] as number] as number, 3);
    this.#eachLength((symbol, extra) => {
      writer.put(codes[symbol] as number, lengths[symbol] as number);
      const bits = REPEAT_EXTRA[symbol] as number;
      if (bits > 0) writer.put(extra, bits);
    });
  }

  #writeSymbols(
    writer: BitWriter,
    [literalCodes, literalLengths]: readonly [Uint16Array, ArrayLike<number>],
    [distanceCodes, distanceLengths]: readonly [Uint16Array, ArrayLike<number>],
  ): void {
    for (let i = 0; i < this.#count; i++) {
      const distance = this.#distances[i] as number;
      const value = this.#values[i] as number;
      if (distance === 0) {
        writer.put(literalCodes[value] as number, literalLengths[value] as number);
        continue;
      }
      const code = LENGTH_CODE[value] as number;
      const symbol = code + END_OF_BLOCK + 1;
      writer.put(literalCodes[symbol] as number, literalLengths[symbol] as number);
      const lengthBits = LENGTH_EXTRA[code] as number;
      if (lengthBits > 0) writer.put(value - (LENGTH_BASE[code] as number), lengthBits);
      const far = DISTANCE_CODE[distance - 1] as number;
      writer.put(distanceCodes[far] as number, distanceLengths[far] as number);
      const distanceBits = DISTANCE_EXTRA[far] as number;
      if (distanceBits > 0) writer.put(distance - 1 - (DISTANCE_BASE[far] as number), distanceBits);
    }
    writer.put(literalCodes[END_OF_BLOCK] as number, literalLengths[END_OF_BLOCK] as number);
  }
}

/** A block of bytes as they are (section 3.2.4). */
export function writeStored(writer: BitWriter, plain: Uint8Array, isLast: boolean): void {
  writer.put(STORED * 2 + (isLast ? 1 : 0), 3);
  writer.align();
  const { length } = plain;
  writer.putBytes(Uint8Array.of(length, length >> 8, ~length, ~length >> 8));
  writer.putBytes(plain);
}
