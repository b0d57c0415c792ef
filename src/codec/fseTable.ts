/** Finite state entropy tables (RFC 8878 4.1). An entry is one int32: the symbol in bits 0-7, the bits to read for
 *  the next state in bits 8-15, and what to add to them from bit 16. */
export interface FseTable {
  readonly entries: Int32Array;
  readonly log: number;
}

export interface FseDescription {
  readonly table: FseTable;
  /** Where the description ends. */
  readonly end: number;
}

/** Reads a table's description (RFC 8878 4.1.1) from [start, end). Undefined where it is corrupt. */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxSymbol: number,
  maxLog: number,
): FseDescription | undefined {
  if (start >= end) return undefined;
  let bit = start * 8;
  const endBit = end * 8;
  const peek = (count: number) => {
    const at = bit >> 3;
    const word = at + 2 < end ? (bytes[at + 2] as number) << 16 : 0;
    const low = (bytes[at] as number) | (at + 1 < end ? (bytes[at + 1] as number) << 8 : 0) | word;
    return (low >>> (bit & 7)) & ((1 << count) - 1);
  };
  const log = peek(4) + 5;
  bit += 4;
  if (log > maxLog) return undefined;
  const counts = new Int16Array(maxSymbol + 1);
  let remaining = (1 << log) + 1;
  let symbol = 0;
  while (remaining > 1 && symbol <= maxSymbol) {
    if (bit >= endBit) return undefined;
    // A value up to `remaining`; the lowest ones take a bit less.
    const bits = 32 - Math.clz32(remaining);
    const short = (1 << bits) - 1 - remaining;
    let value = peek(bits);
    if ((value & ((1 << (bits - 1)) - 1)) < short) {
      value &= (1 << (bits - 1)) - 1;
      bit += bits - 1;
    } else {
      if (value >= 1 << (bits - 1)) value -= short;
      bit += bits;
    }
    const count = value - 1;
    remaining -= Math.abs(count);
    counts[symbol++] = count;
    if (count !== 0) continue;
    for (let repeat = 3; repeat === 3;) {
      if (bit >= endBit) return undefined;
      repeat = peek(2);
      bit += 2;
      symbol += repeat;
    }
  }
  if (remaining !== 1 || symbol > maxSymbol + 1 || bit > endBit) return undefined;
  return { table: buildFseTable(counts, log), end: (bit + 7) >> 3 };
}

/** RFC 8878 4.1.1: "From normalized distribution to decoding tables". A count of -1 stands for "less than 1". */
export function buildFseTable(counts: Int16Array, log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const nextState = new Int32Array(counts.length);
  let high = size - 1;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    const count = counts[symbol] as number;
    nextState[symbol] = count === -1 ? 1 : count;
    if (count === -1) symbols[high--] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    for (let left = counts[symbol] as number; left > 0; left--) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position > high);
    }
  }
  const entries = new Int32Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const next = nextState[symbol] as number;
    nextState[symbol] = next + 1;
    const bits = log - (31 - Math.clz32(next));
    entries[state] = symbol | (bits << 8) | (((next << bits) - size) << 16);
  }
  return { entries, log };
}

/** A table of one symbol that takes no bits (RLE_Mode). */
export function singleSymbolTable(symbol: number): FseTable {
  return { entries: Int32Array.of(symbol), log: 0 };
}
