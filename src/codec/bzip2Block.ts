import { Bzip2Code } from './bzip2Symbols.ts';
import type { ForwardBits } from './forwardBits.ts';

/** One block of bzip2: Huffman codes, move-to-front and runs, and the inverse Burrows-Wheeler transform. There is no
 *  specification; the format is that of bzip2 1.0.8 (decompress.c). */

const MAX_GROUPS = 6;
const GROUP_SYMBOLS = 50;
const MAX_CODE_BITS = 20;
const RUN_A = 0;
const RUN_B = 1;

export class Bzip2Block {
  /** Each entry: a byte in bits 0-7, above it where the next byte of the block stands. */
  readonly #links: Uint32Array;
  readonly #byteCounts = new Int32Array(257);
  readonly #front = new Uint8Array(256);
  readonly #codes: readonly Bzip2Code[] = Array.from({ length: MAX_GROUPS }, () => new Bzip2Code());
  readonly #lengths = new Uint8Array(258);
  #selectors = new Uint8Array(0);
  #symbolCount = 0;
  #sizeBytes = 0;
  #leftBytes = 0;
  #next = 0;
  #last = -1;
  #repeated = 0;
  #pendingByte = 0;
  #pendingCount = 0;

  constructor(capacityBytes: number) {
    this.#links = new Uint32Array(capacityBytes);
  }

  /** Reads the block behind its magic and CRC. Returns the fault, or undefined. */
  read(bits: ForwardBits): string | undefined {
    if (bits.read(1) === 1) return 'it is randomised, as no bzip2 since 0.9.5 writes';
    const origin = bits.read(24);
    const fault = this.#readCodes(bits) ?? this.#readSymbols(bits);
    if (fault !== undefined) return fault;
    if (origin >= this.#sizeBytes) return 'its origin lies outside';
    this.#link();
    this.#next = (this.#links[origin] as number) >>> 8;
    this.#leftBytes = this.#sizeBytes;
    this.#last = -1;
    this.#repeated = this.#pendingCount = 0;
    return undefined;
  }

  #readCodes(bits: ForwardBits): string | undefined {
    let used = 0;
    const ranges = bits.read(16);
    for (let range = 0; range < 16; range++) {
      const members = ranges & (0x8000 >> range) ? bits.read(16) : 0;
      for (let i = 0; i < 16; i++) if (members & (0x8000 >> i)) this.#front[used++] = range * 16 + i;
    }
    if (used === 0) return 'it uses no bytes';
    this.#symbolCount = used + 2;
    const groups = bits.read(3);
    const selectorCount = bits.read(15);
    if (groups < 2 || groups > MAX_GROUPS || selectorCount === 0) return 'its number of codes is wrong';
    const order = Uint8Array.from({ length: groups }, (_, i) => i);
    this.#selectors = new Uint8Array(selectorCount);
    for (let i = 0; i < selectorCount; i++) {
      let rank = 0;
      while (bits.read(1) === 1) if (++rank >= groups) return 'a selector is out of range';
      const group = order[rank] as number;
      order.copyWithin(1, 0, rank);
      order[0] = group;
      this.#selectors[i] = group;
    }
    for (let group = 0; group < groups; group++) {
      if (!this.#readLengths(bits)) return 'a code length is out of range';
      const code = this.#codes[group] as Bzip2Code;
      if (!code.build(this.#lengths, this.#symbolCount)) return 'a code has too many symbols';
    }
    return undefined;
  }

  #readLengths(bits: ForwardBits): boolean {
    let length = bits.read(5);
    for (let symbol = 0; symbol < this.#symbolCount; symbol++) {
      // Lengths wander up and down by one; no writer wanders further than the range.
      for (let steps = 0; bits.read(1) === 1; steps++) {
        if (steps > 2 * MAX_CODE_BITS) return false;
        length += bits.read(1) === 0 ? 1 : -1;
      }
      if (length < 1 || length > MAX_CODE_BITS) return false;
      this.#lengths[symbol] = length;
    }
    return true;
  }

  #readSymbols(bits: ForwardBits): string | undefined {
    const links = this.#links;
    const front = this.#front;
    const counts = this.#byteCounts.fill(0);
    const endSymbol = this.#symbolCount - 1;
    let size = 0;
    let run = 0;
    let runUnit = 1;
    let left = 0;
    let group = 0;
    let code = this.#codes[0] as Bzip2Code;
    for (;;) {
      if (left === 0) {
        const selector = this.#selectors[group++];
        if (selector === undefined) return 'its selectors do not suffice';
        code = this.#codes[selector] as Bzip2Code;
        left = GROUP_SYMBOLS;
      }
      left--;
      const symbol = code.read(bits);
      if (symbol === RUN_A || symbol === RUN_B) {
        // A bijective number in base two, the lowest digit first.
        run += runUnit << symbol;
        runUnit <<= 1;
        if (run > links.length) return 'it holds more than a block may';
        continue;
      }
      if (run > 0) {
        if (size + run > links.length) return 'it holds more than a block may';
        const byte = front[0] as number;
        links.fill(byte, size, size + run);
        counts[byte + 1] = (counts[byte + 1] as number) + run;
        size += run;
        run = 0;
        runUnit = 1;
      }
      if (symbol === endSymbol) break;
      if (symbol < 0) return 'a code leads to no symbol';
      if (size === links.length) return 'it holds more than a block may';
      const rank = symbol - 1;
      const byte = front[rank] as number;
      if (rank < 16) for (let i = rank; i > 0; i--) front[i] = front[i - 1] as number;
      else front.copyWithin(1, 0, rank);
      front[0] = byte;
      links[size++] = byte;
      counts[byte + 1] = (counts[byte + 1] as number) + 1;
    }
    this.#sizeBytes = size;
    return size === 0 ? 'it is empty' : undefined;
  }

  // The inverse transform: the n-th occurrence of a byte in the last column is its n-th in the sorted first one.
  #link(): void {
    const links = this.#links;
    const starts = this.#byteCounts;
    for (let byte = 1; byte <= 256; byte++) starts[byte] = (starts[byte] as number) + (starts[byte - 1] as number);
    for (let i = 0; i < this.#sizeBytes; i++) {
      const byte = (links[i] as number) & 0xff;
      const at = starts[byte] as number;
      starts[byte] = at + 1;
      links[at] = ((links[at] as number) | (i << 8)) >>> 0;
    }
  }

  /** Writes content to `target` from `start` until it is full or the block ends; returns where it stopped. Four equal
   *  bytes are followed by the number of further ones. */
  write(target: Uint8Array, start: number): number {
    const links = this.#links;
    let out = start;
    let next = this.#next;
    let left = this.#leftBytes;
    let last = this.#last;
    let repeated = this.#repeated;
    for (;;) {
      if (this.#pendingCount > 0) {
        const count = Math.min(this.#pendingCount, target.length - out);
        target.fill(this.#pendingByte, out, out + count);
        out += count;
        this.#pendingCount -= count;
      }
      while (left > 0 && out < target.length && repeated < 4) {
        const link = links[next] as number;
        next = link >>> 8;
        left--;
        const byte = link & 0xff;
        target[out++] = byte;
        repeated = byte === last ? repeated + 1 : 1;
        last = byte;
      }
      if (repeated < 4 || left === 0 || out === target.length) break;
      const link = links[next] as number;
      next = link >>> 8;
      left--;
      this.#pendingCount = link & 0xff;
      this.#pendingByte = last;
      last = -1;
      repeated = 0;
    }
    this.#next = next;
    this.#leftBytes = left;
    this.#last = last;
    this.#repeated = repeated;
    return out;
  }

  get isWritten(): boolean {
    return this.#leftBytes === 0 && this.#pendingCount === 0;
  }
}
