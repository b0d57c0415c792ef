import {
  ALIGN,
  ALIGN_BITS,
  END_SLOT_DIRECT,
  IS_MATCH,
  IS_REP,
  IS_REP0,
  IS_REP0_LONG,
  LENGTH_HIGH,
  LENGTH_LOW,
  LENGTH_MIDDLE,
  LENGTH_STATES,
  LITERAL,
  LITERAL_CODER_SIZE,
  MATCH_LENGTH,
  MIN_MATCH_BYTES,
  POSITION_SLOT,
  POSITION_SPECIAL,
  PROBABILITY_START,
  REP_LENGTH,
} from './lzmaLayout.ts';

/** Three bits of the byte before choose a literal's tree, two of the position a state: xz's own properties. */
const LITERAL_CONTEXT_BITS = 3;
const POSITION_MASK = 3;
export const LZMA_PROPERTIES = 2 * 45 + LITERAL_CONTEXT_BITS;

const LEAST_FOUND_BYTES = 3;
const MOST_MATCH_BYTES = 273;
/** A match that short costs more than its bytes from further away. */
const FAR_FOR_LEAST = 4096;
const HASH_BITS = 15;
/** Earlier places that are looked at for each position. */
const MAX_CHAIN = 48;

/** Encodes bytes as one LZMA2 chunk's data, from a state of its own. Takes what matches first, without looking ahead.
 *  Undefined when the result would not be shorter. */
export function encodeLzma(bytes: Uint8Array): Uint8Array | undefined {
  return new Encoder(bytes).run();
}

class Encoder {
  readonly #bytes: Uint8Array;
  readonly #output: Uint8Array;
  #length = 0;
  readonly #probabilities = new Uint16Array(LITERAL + (LITERAL_CODER_SIZE << LITERAL_CONTEXT_BITS)).fill(
    PROBABILITY_START,
  );
  #low = 0;
  #range = 0xffffffff;
  #cache = 0;
  #cacheSize = 1;
  #state = 0;
  #rep0 = 0;
  readonly #heads = new Int32Array(1 << HASH_BITS).fill(-1);
  readonly #before: Int32Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#output = new Uint8Array(bytes.length);
    this.#before = new Int32Array(bytes.length);
  }

  run(): Uint8Array | undefined {
    const total = this.#bytes.length;
    for (let at = 0; at < total && this.#length < total;) {
      const repeated = at > 0 ? this.#commonBytes(at - this.#rep0 - 1, at) : 0;
      const found = this.#find(at);
      let taken = 1;
      if (repeated >= MIN_MATCH_BYTES && repeated + 1 >= found.length) {
        taken = repeated;
        this.#repeat(at, taken);
      } else if (found.length > 0) {
        taken = found.length;
        this.#match(at, taken, found.distance);
      } else {
        this.#literal(at);
      }
      for (let i = at; i < at + taken; i++) this.#remember(i);
      at += taken;
    }
    for (let i = 0; i < 5; i++) this.#shiftLow();
    return this.#length < total ? this.#output.subarray(0, this.#length) : undefined;
  }

  // Finding matches

  #hash(at: number): number {
    const bytes = this.#bytes;
    const three = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    return Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
  }

  #remember(at: number): void {
    if (at + LEAST_FOUND_BYTES > this.#bytes.length) return;
    const hash = this.#hash(at);
    this.#before[at] = this.#heads[hash] as number;
    this.#heads[hash] = at;
  }

  #commonBytes(from: number, at: number): number {
    const bytes = this.#bytes;
    const most = Math.min(MOST_MATCH_BYTES, bytes.length - at);
    let length = 0;
    while (length < most && bytes[from + length] === bytes[at + length]) length++;
    return length;
  }

  /** The longest of the nearest matches; of length 0 when there is none that is worth it. */
  #find(at: number): { readonly length: number; readonly distance: number } {
    let length = 0;
    let distance = 0;
    if (at + LEAST_FOUND_BYTES > this.#bytes.length) return { length, distance };
    let from = this.#heads[this.#hash(at)] as number;
    for (let i = 0; i < MAX_CHAIN && from >= 0 && length < MOST_MATCH_BYTES; i++) {
      const common = this.#commonBytes(from, at);
      const isWorthIt = common > LEAST_FOUND_BYTES || (common === LEAST_FOUND_BYTES && at - from <= FAR_FOR_LEAST);
      if (isWorthIt && common > length) {
        length = common;
        distance = at - from;
      }
      from = this.#before[from] as number;
    }
    return { length, distance };
  }

  // What the decoder reads

  #literal(at: number): void {
    const bytes = this.#bytes;
    const state = this.#state;
    this.#bit(IS_MATCH + (state << 4) + (at & POSITION_MASK), 0);
    const previous = at > 0 ? (bytes[at - 1] as number) : 0;
    const base = LITERAL + LITERAL_CODER_SIZE * (previous >> (8 - LITERAL_CONTEXT_BITS));
    const byte = bytes[at] as number;
    let expected = state >= 7 ? (bytes[at - this.#rep0 - 1] as number) : 0;
    let offset = state >= 7 ? 0x100 : 0;
    let node = 1;
    for (let i = 7; i >= 0; i--) {
      const bit = (byte >> i) & 1;
      expected <<= 1;
      const expectedBit = expected & offset;
      this.#bit(base + offset + expectedBit + node, bit);
      node = (node << 1) | bit;
      offset &= bit === 1 ? expectedBit : ~expectedBit;
    }
    this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  #repeat(at: number, length: number): void {
    const state = this.#state;
    const positionState = at & POSITION_MASK;
    this.#bit(IS_MATCH + (state << 4) + positionState, 1);
    this.#bit(IS_REP + state, 1);
    this.#bit(IS_REP0 + state, 0);
    this.#bit(IS_REP0_LONG + (state << 4) + positionState, 1);
    this.#matchLength(REP_LENGTH, length, positionState);
    this.#state = state < 7 ? 8 : 11;
  }

  #match(at: number, length: number, distance: number): void {
    const state = this.#state;
    const positionState = at & POSITION_MASK;
    this.#bit(IS_MATCH + (state << 4) + positionState, 1);
    this.#bit(IS_REP + state, 0);
    this.#matchLength(MATCH_LENGTH, length, positionState);
    this.#rep0 = distance - 1;
    this.#distance(this.#rep0, length);
    this.#state = state < 7 ? 7 : 10;
  }

  #matchLength(base: number, length: number, positionState: number): void {
    const value = length - MIN_MATCH_BYTES;
    this.#bit(base, value < 8 ? 0 : 1);
    if (value < 8) {
      this.#tree(base + LENGTH_LOW + positionState * 8, 3, value);
      return;
    }
    this.#bit(base + 1, value < 16 ? 0 : 1);
    if (value < 16) this.#tree(base + LENGTH_MIDDLE + positionState * 8, 3, value - 8);
    else this.#tree(base + LENGTH_HIGH, 8, value - 16);
  }

  #distance(distance: number, length: number): void {
    const highest = 31 - Math.clz32(distance);
    const slot = distance < 4 ? distance : (highest << 1) | ((distance >>> (highest - 1)) & 1);
    this.#tree(POSITION_SLOT + Math.min(length - MIN_MATCH_BYTES, LENGTH_STATES - 1) * 64, 6, slot);
    if (slot < 4) return;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    const rest = distance - base;
    if (slot < END_SLOT_DIRECT) {
      this.#reverseTree(POSITION_SPECIAL + base - slot, bits, rest);
      return;
    }
    for (let i = bits - 1; i >= ALIGN_BITS; i--) this.#directBit((rest >>> i) & 1);
    this.#reverseTree(ALIGN, ALIGN_BITS, rest & ((1 << ALIGN_BITS) - 1));
  }

  #tree(base: number, bits: number, value: number): void {
    let node = 1;
    for (let i = bits - 1; i >= 0; i--) {
      const bit = (value >> i) & 1;
      this.#bit(base + node, bit);
      node = (node << 1) | bit;
    }
  }

  #reverseTree(base: number, bits: number, value: number): void {
    let node = 1;
    for (let i = 0; i < bits; i++) {
      const bit = (value >> i) & 1;
      this.#bit(base + node, bit);
      node = (node << 1) | bit;
    }
  }

  // The range coder

  #bit(index: number, bit: number): void {
    const probability = this.#probabilities[index] as number;
    const bound = (this.#range >>> 11) * probability;
    if (bit === 0) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#low += bound;
      this.#range -= bound;
      this.#probabilities[index] = probability - (probability >> 5);
    }
    this.#normalize();
  }

  #directBit(bit: number): void {
    this.#range >>>= 1;
    if (bit === 1) this.#low += this.#range;
    this.#normalize();
  }

  #normalize(): void {
    while (this.#range < 0x1000000) {
      this.#range = (this.#range << 8) >>> 0;
      this.#shiftLow();
    }
  }

  // A byte is held back with the 255s after it: a carry may still change them.
  #shiftLow(): void {
    const low = this.#low >>> 0;
    const carry = this.#low > 0xffffffff ? 1 : 0;
    if (low < 0xff000000 || carry === 1) {
      for (let byte = this.#cache; this.#cacheSize > 0; this.#cacheSize--) {
        // What goes past the end is not kept: the result is given up then.
        this.#output[this.#length++] = byte + carry;
        byte = 0xff;
      }
      this.#cache = low >>> 24;
    }
    this.#cacheSize++;
    this.#low = (low & 0xffffff) * 0x100;
  }
}
