/** What stands behind a symbol's code, and what the symbols cost in deflate's fixed code. */
export interface Alphabet {
  readonly symbolCount: number;
  readonly maxBits: number;
  /** Bits behind a code, from `extraFrom` on. */
  readonly extraBits: Uint8Array;
  readonly extraFrom: number;
  /** Lengths of the fixed code (RFC 1951 section 3.2.6); undefined where there is none. */
  readonly fixedLengths: Uint8Array | undefined;
}

/** Counts symbols and makes their Huffman code. Among the many best codes it is the one that zlib makes: its heap, its
 *  order among equals (the flatter tree first) and its way to shorten codes that are too long. */
export class HuffmanTree {
  readonly #alphabet: Alphabet;
  /** How often each symbol came; those of inner nodes behind them. */
  readonly counts: Int32Array;
  /** Bits of each symbol's code, 0 for one without. One place more than symbols. */
  readonly lengths: Int32Array;
  /** Codes with their first bit lowest. */
  readonly codes: Uint16Array;
  /** The last symbol with a code. */
  last = -1;
  /** What all counted symbols cost with this code, and with the fixed one, extra bits included. */
  bits = 0;
  fixedBits = 0;
  readonly #parents: Int32Array;
  readonly #depths: Int32Array;
  readonly #nodeBits: Int32Array;
  /** From 1 up the heap, from the end down the nodes in the order in which they were taken. */
  readonly #heap: Int32Array;
  #heapLength = 0;
  #taken = 0;
  readonly #lengthCounts: Int32Array;

  constructor(alphabet: Alphabet) {
    const { symbolCount, maxBits } = alphabet;
    this.#alphabet = alphabet;
    this.counts = new Int32Array(symbolCount * 2 + 1);
    this.lengths = new Int32Array(symbolCount + 1);
    this.codes = new Uint16Array(symbolCount);
    this.#parents = new Int32Array(symbolCount * 2 + 1);
    this.#depths = new Int32Array(symbolCount * 2 + 1);
    this.#nodeBits = new Int32Array(symbolCount * 2 + 1);
    this.#heap = new Int32Array(symbolCount * 2 + 1);
    this.#lengthCounts = new Int32Array(maxBits + 1);
  }

  clear(): void {
    this.counts.fill(0, 0, this.#alphabet.symbolCount);
  }

  build(): void {
    this.bits = 0;
    this.fixedBits = 0;
    this.#gather();
    for (let at = this.#heapLength >> 1; at >= 1; at--) this.#sink(at);
    this.#join();
    this.#measure();
    reversedCodes(this.lengths, this.last, this.codes);
  }

  /** All symbols that came, and as many others as make two: a code needs that many. */
  #gather(): void {
    const { symbolCount, fixedLengths } = this.#alphabet;
    const { counts, lengths } = this;
    const heap = this.#heap;
    this.#heapLength = 0;
    this.#taken = heap.length;
    this.last = -1;
    lengths.fill(0);
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      if (counts[symbol] === 0) continue;
      this.last = symbol;
      heap[++this.#heapLength] = symbol;
      this.#depths[symbol] = 0;
    }
    while (this.#heapLength < 2) {
      const symbol = this.last < 2 ? ++this.last : 0;
      heap[++this.#heapLength] = symbol;
      counts[symbol] = 1;
      this.#depths[symbol] = 0;
      // It does not come: what it will be counted for is taken off.
      this.bits--;
      if (fixedLengths) this.fixedBits -= fixedLengths[symbol] as number;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.counts[a] as number) - (this.counts[b] as number);
    return difference < 0 || (difference === 0 && (this.#depths[a] as number) <= (this.#depths[b] as number));
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const node = heap[from] as number;
    let at = from;
    for (let child = at * 2; child <= this.#heapLength; child *= 2) {
      if (child < this.#heapLength && this.#isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      if (this.#isBefore(node, heap[child] as number)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = node;
  }

  /** Joins the two rarest until one is left. */
  #join(): void {
    const heap = this.#heap;
    for (let node = this.#alphabet.symbolCount; this.#heapLength >= 2; node++) {
      const first = heap[1] as number;
      heap[1] = heap[this.#heapLength--] as number;
      this.#sink(1);
      const second = heap[1] as number;
      heap[--this.#taken] = first;
      heap[--this.#taken] = second;
      this.counts[node] = (this.counts[first] as number) + (this.counts[second] as number);
      this.#depths[node] = Math.max(this.#depths[first] as number, this.#depths[second] as number) + 1;
      this.#parents[first] = node;
      this.#parents[second] = node;
      heap[1] = node;
      this.#sink(1);
    }
    heap[--this.#taken] = heap[1] as number;
  }

  /** Lengths from the root down, none longer than allowed. */
  #measure(): void {
    const { maxBits, symbolCount, extraBits, extraFrom, fixedLengths } = this.#alphabet;
    const heap = this.#heap;
    const nodeBits = this.#nodeBits;
    const lengthCounts = this.#lengthCounts.fill(0);
    let tooLong = 0;
    nodeBits[heap[this.#taken] as number] = 0;
    for (let at = this.#taken + 1; at < heap.length; at++) {
      const node = heap[at] as number;
      let bits = (nodeBits[this.#parents[node] as number] as number) + 1;
      if (bits > maxBits) {
        bits = maxBits;
        tooLong++;
      }
      nodeBits[node] = bits;
      if (node >= symbolCount) continue;
      lengthCounts[bits] = (lengthCounts[bits] as number) + 1;
      const extra = node >= extraFrom ? (extraBits[node - extraFrom] as number) : 0;
      const count = this.counts[node] as number;
      this.bits += count * (bits + extra);
      if (fixedLengths) this.fixedBits += count * ((fixedLengths[node] as number) + extra);
    }
    if (tooLong > 0) this.#shorten(tooLong);
    for (let symbol = 0; symbol <= this.last; symbol++) {
      this.lengths[symbol] = this.counts[symbol] === 0 ? 0 : (nodeBits[symbol] as number);
    }
  }

  /** Makes room among the longest codes by lengthening shorter ones, and gives the lengths out again. */
  #shorten(tooLong: number): void {
    const { maxBits, symbolCount } = this.#alphabet;
    const lengthCounts = this.#lengthCounts;
    const add = (bits: number, change: number) => {
      lengthCounts[bits] = (lengthCounts[bits] as number) + change;
    };
    for (let left = tooLong; left > 0; left -= 2) {
      let bits = maxBits - 1;
      while (lengthCounts[bits] === 0) bits--;
      add(bits, -1);
      add(bits + 1, 2);
      add(maxBits, -1);
    }
    let at = this.#heap.length;
    for (let bits = maxBits; bits > 0; bits--) {
      for (let left = lengthCounts[bits] as number; left > 0;) {
        const node = this.#heap[--at] as number;
        if (node >= symbolCount) continue;
        this.bits += (bits - (this.#nodeBits[node] as number)) * (this.counts[node] as number);
        this.#nodeBits[node] = bits;
        left--;
      }
    }
  }
}

/** Canonical codes (RFC 1951 section 3.2.2), turned around. */
export function reversedCodes(lengths: ArrayLike<number>, last: number, codes: Uint16Array): void {
  const next = new Int32Array(17);
  for (let symbol = 0; symbol <= last; symbol++) {
    const bits = lengths[symbol] as number;
    if (bits > 0) next[bits + 1] = (next[bits + 1] as number) + 1;
  }
  for (let bits = 1, code = 0; bits <= 16; bits++) {
    code = (code + (next[bits] as number)) << 1;
    next[bits] = code;
  }
  for (let symbol = 0; symbol <= last; symbol++) {
    const bits = lengths[symbol] as number;
    if (bits === 0) continue;
    let code = next[bits] as number;
    next[bits] = code + 1;
    let turned = 0;
    for (let i = 0; i < bits; i++, code >>= 1) turned = (turned << 1) | (code & 1);
    codes[symbol] = turned;
  }
}
