import type { HistoryWindow } from './historyWindow.ts';
import {
  ALIGN,
  ALIGN_BITS,
  END_SLOT_DIRECT,
  IS_MATCH,
  IS_REP,
  IS_REP0,
  IS_REP0_LONG,
  IS_REP1,
  IS_REP2,
  LENGTH_HIGH,
  LENGTH_LOW,
  LENGTH_MIDDLE,
  LENGTH_STATES,
  LITERAL,
  LITERAL_CODER_SIZE,
  MATCH_LENGTH,
  MAX_LITERAL_BITS,
  MIN_MATCH_BYTES,
  POSITION_SLOT,
  POSITION_SPECIAL,
  PROBABILITY_START,
  REP_LENGTH,
} from './lzmaLayout.ts';

/** The LZMA decoder proper: one chunk of LZMA2 at a time, whole in memory. Names and layout of the probabilities
 *  follow the LZMA specification (lzma-specification.txt of the LZMA SDK). */

const SHORT_RUN_BYTES = 32;

export class LzmaDecoder {
  readonly #probabilities = new Uint16Array(LITERAL + (LITERAL_CODER_SIZE << MAX_LITERAL_BITS));
  #bytes: Uint8Array = new Uint8Array(0);
  #position = 0;
  #range = 0;
  #code = 0;
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  #literalContextBits = 0;
  #literalPositionMask = 0;
  #positionMask = 0;

  /** Takes the properties byte; false when it is out of range. */
  setProperties(byte: number): boolean {
    if (byte >= 9 * 5 * 5) return false;
    const positionBits = Math.floor(byte / 45);
    const literalPositionBits = Math.floor((byte % 45) / 9);
    this.#literalContextBits = byte % 9;
    if (this.#literalContextBits + literalPositionBits > MAX_LITERAL_BITS) return false;
    this.#literalPositionMask = (1 << literalPositionBits) - 1;
    this.#positionMask = (1 << positionBits) - 1;
    return true;
  }

  resetState(): void {
    this.#state = 0;
    this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0;
    this.#probabilities.fill(PROBABILITY_START);
  }

  /** Decodes the chunk at [start, end) into exactly `count` bytes of `window`, which has room for them.
   *  `position` is how many bytes came since the dictionary was reset. False where the chunk is corrupt. */
  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    window: HistoryWindow,
    count: number,
    position: number,
  ): boolean {
    if (end - start < 5 || bytes[start] !== 0) return false;
    this.#bytes = bytes;
    this.#position = start + 5;
    this.#range = -1;
    this.#code =
      ((bytes[start + 1] as number) << 24) |
      ((bytes[start + 2] as number) << 16) |
      ((bytes[start + 3] as number) << 8) |
      (bytes[start + 4] as number);
    const limit = window.end + count;
    // The contexts look at the lowest bits of the position only.
    const shift = (position - window.end) | 0;
    while (window.end < limit) {
      if (this.#position > end) return false;
      const positionState = (window.end + shift) & this.#positionMask;
      if (this.#bit(IS_MATCH + (this.#state << 4) + positionState) === 0) {
        this.#literal(window, shift);
      } else if (!this.#match(window, limit, positionState)) {
        return false;
      }
    }
    this.#normalize();
    return this.#position === end && this.#code === 0;
  }

  #normalize(): void {
    if (this.#range >>> 24 === 0) {
      this.#range <<= 8;
      this.#code = (this.#code << 8) | (this.#bytes[this.#position++] as number);
    }
  }

  #bit(index: number): number {
    let range = this.#range;
    let code = this.#code;
    if (range >>> 24 === 0) {
      range <<= 8;
      code = (code << 8) | (this.#bytes[this.#position++] as number);
    }
    const probability = this.#probabilities[index] as number;
    const bound = Math.imul(range >>> 11, probability);
    if (code >>> 0 < bound >>> 0) {
      this.#range = bound;
      this.#code = code;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.#range = (range - bound) | 0;
    this.#code = (code - bound) | 0;
    this.#probabilities[index] = probability - (probability >> 5);
    return 1;
  }

  /** A tree of `bits` levels at `base`, highest bit first. */
  #tree(base: number, bits: number): number {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | this.#bit(base + node);
    return node - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(base + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #directBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#normalize();
      this.#range >>>= 1;
      const isOne = this.#code >>> 0 >= this.#range >>> 0;
      if (isOne) this.#code = (this.#code - this.#range) | 0;
      value = (value << 1) | (isOne ? 1 : 0);
    }
    return value;
  }

  // The most frequent path, with the coder's state in locals.
  #literal(window: HistoryWindow, shift: number): void {
    const probabilities = this.#probabilities;
    const bytes = this.#bytes;
    const output = window.bytes;
    const end = window.end;
    const previous = end > window.start ? (output[end - 1] as number) : 0;
    const context =
      (((end + shift) & this.#literalPositionMask) << this.#literalContextBits) |
      (previous >> (8 - this.#literalContextBits));
    const base = LITERAL + LITERAL_CODER_SIZE * context;
    const state = this.#state;
    let position = this.#position;
    let range = this.#range;
    let code = this.#code;
    let node = 1;
    // After a match the byte that it would have given next steers the choice until they differ.
    let expected = state >= 7 ? (output[end - this.#rep0 - 1] as number) : 0;
    let offset = state >= 7 ? 0x100 : 0;
    while (node < 0x100) {
      expected <<= 1;
      const expectedBit = expected & offset;
      const index = base + offset + expectedBit + node;
      if (range >>> 24 === 0) {
        range <<= 8;
        code = (code << 8) | (bytes[position++] as number);
      }
      const probability = probabilities[index] as number;
      const bound = Math.imul(range >>> 11, probability);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        probabilities[index] = probability + ((2048 - probability) >> 5);
        node <<= 1;
        offset &= ~expectedBit;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        probabilities[index] = probability - (probability >> 5);
        node = (node << 1) | 1;
        offset &= expectedBit;
      }
    }
    output[end] = node;
    window.end = end + 1;
    this.#position = position;
    this.#range = range;
    this.#code = code;
    this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** A match or a repeated one; false where it reaches too far back or over the end of the chunk. */
  #match(window: HistoryWindow, limit: number, positionState: number): boolean {
    const state = this.#state;
    let length: number;
    if (this.#bit(IS_REP + state) === 0) {
      this.#rep3 = this.#rep2;
      this.#rep2 = this.#rep1;
      this.#rep1 = this.#rep0;
      length = this.#length(MATCH_LENGTH, positionState);
      this.#rep0 = this.#distance(length);
      this.#state = state < 7 ? 7 : 10;
    } else {
      if (this.#bit(IS_REP0 + state) === 0) {
        if (this.#bit(IS_REP0_LONG + (state << 4) + positionState) === 0) {
          this.#state = state < 7 ? 9 : 11;
          return this.#copy(window, limit, 1);
        }
      } else {
        this.#chooseRepeat(state);
      }
      length = this.#length(REP_LENGTH, positionState);
      this.#state = state < 7 ? 8 : 11;
    }
    return this.#copy(window, limit, length);
  }

  /** Makes one of the three older distances the newest. */
  #chooseRepeat(state: number): void {
    let distance = this.#rep1;
    if (this.#bit(IS_REP1 + state) === 1) {
      distance = this.#rep2;
      if (this.#bit(IS_REP2 + state) === 1) {
        distance = this.#rep3;
        this.#rep3 = this.#rep2;
      }
      this.#rep2 = this.#rep1;
    }
    this.#rep1 = this.#rep0;
    this.#rep0 = distance;
  }

  #length(base: number, positionState: number): number {
    if (this.#bit(base) === 0) return MIN_MATCH_BYTES + this.#tree(base + LENGTH_LOW + positionState * 8, 3);
    if (this.#bit(base + 1) === 0) return MIN_MATCH_BYTES + 8 + this.#tree(base + LENGTH_MIDDLE + positionState * 8, 3);
    return MIN_MATCH_BYTES + 16 + this.#tree(base + LENGTH_HIGH, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(POSITION_SLOT + Math.min(length - MIN_MATCH_BYTES, LENGTH_STATES - 1) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < END_SLOT_DIRECT) return base + this.#reverseTree(POSITION_SPECIAL + base - slot, bits);
    return base + (this.#directBits(bits - ALIGN_BITS) << ALIGN_BITS) + this.#reverseTree(ALIGN, ALIGN_BITS);
  }

  #copy(window: HistoryWindow, limit: number, length: number): boolean {
    const output = window.bytes;
    let out = window.end;
    // A distance of 32 bits came out negative: it is beyond any window.
    const distance = this.#rep0 >= 0 ? this.#rep0 + 1 : Infinity;
    if (distance > out - window.start || distance > window.windowBytes || length > limit - out) return false;
    let from = out - distance;
    if (length > SHORT_RUN_BYTES && distance >= length) {
      output.copyWithin(out, from, from + length);
      out += length;
    } else {
      for (; length > 0; length--) output[out++] = output[from++] as number;
    }
    window.end = out;
    return true;
  }
}
