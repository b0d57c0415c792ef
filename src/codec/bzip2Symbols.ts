import type { ForwardBits } from './forwardBits.ts';

/** The Huffman codes of a bzip2 block. Codes have at most 20 bits; the usual ones are found in one look-up. */

const MAX_CODE_BITS = 20;
const INDEX_BITS = 10;

export class Bzip2Code {
  /** Symbol << 5 | bits for codes of up to INDEX_BITS bits, else 0. */
  readonly #short = new Uint16Array(1 << INDEX_BITS);
  /** First code that is longer than `bits`, at the top of 20 bits. */
  readonly #limits = new Int32Array(MAX_CODE_BITS + 2);
  readonly #offsets = new Int32Array(MAX_CODE_BITS + 2);
  readonly #symbols = new Uint16Array(258);
  #maxBits = 0;

  /** False for a code that is over-subscribed. An incomplete one is let pass, as bzip2 does. */
  build(lengths: Uint8Array, count: number): boolean {
    const counts = new Int32Array(MAX_CODE_BITS + 2);
    for (let i = 0; i < count; i++) {
      const bits = lengths[i] as number;
      counts[bits] = (counts[bits] as number) + 1;
    }
    this.#short.fill(0);
    let code = 0;
    let index = 0;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      this.#offsets[bits] = index - code;
      for (let symbol = 0; symbol < count; symbol++) {
        if (lengths[symbol] !== bits) continue;
        this.#symbols[index++] = symbol;
        if (bits <= INDEX_BITS) {
          const first = code << (INDEX_BITS - bits);
          this.#short.fill((symbol << 5) | bits, first, first + (1 << (INDEX_BITS - bits)));
        }
        code++;
      }
      if (code > 1 << bits) return false;
      if ((counts[bits] as number) > 0) this.#maxBits = bits;
      this.#limits[bits] = code << (MAX_CODE_BITS - bits);
      code <<= 1;
    }
    return true;
  }

  /** The next symbol, or -1 where no code fits. */
  read(bits: ForwardBits): number {
    if (bits.count < MAX_CODE_BITS) bits.refill();
    const { hold } = bits;
    const entry = this.#short[hold >>> (32 - INDEX_BITS)] as number;
    if (entry !== 0) {
      bits.hold = hold << (entry & 31);
      bits.count -= entry & 31;
      return entry >> 5;
    }
    const top = hold >>> (32 - MAX_CODE_BITS);
    for (let length = 1; length <= this.#maxBits; length++) {
      if (top >= (this.#limits[length] as number)) continue;
      bits.hold = hold << length;
      bits.count -= length;
      return this.#symbols[(top >> (MAX_CODE_BITS - length)) + (this.#offsets[length] as number)] as number;
    }
    return -1;
  }
}
