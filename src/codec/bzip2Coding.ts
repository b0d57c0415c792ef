import { codeLengths } from './codeLengths.ts';
import type { MsbBits } from './msbBits.ts';

/** The second half of a bzip2 block: move-to-front, runs of zeros, and two to six Huffman tables that take turns every
 *  fifty symbols. Tables are chosen as bzip2 chooses them, so that its bytes are had again. */

const RUN_A = 0;
const RUN_B = 1;
const GROUP_SYMBOLS = 50;
const ITERATIONS = 4;
/** bzip2 allows 20 bits and makes codes of at most 17. */
const MAX_CODE_BITS = 17;
/** What a symbol costs at first in a table that is not meant for it. */
const FOREIGN_COST = 15;

export function writeSymbols(block: Uint8Array, bits: MsbBits): void {
  const used = usedBytes(block);
  writeUsed(used, bits);
  const { symbols, alphabet } = moveToFront(block, used);
  const tables = firstTables(symbols, alphabet);
  let selectors = new Uint8Array(0);
  for (let i = 0; i < ITERATIONS; i++) selectors = improve(tables, symbols, alphabet);
  bits.write(3, tables.length);
  bits.write(15, selectors.length);
  writeSelectors(selectors, tables.length, bits);
  for (const lengths of tables) writeLengths(lengths, bits);
  const codes = tables.map(canonicalCodes);
  for (let group = 0, at = 0; group < selectors.length; group++) {
    const table = selectors[group] as number;
    const lengths = tables[table] as Uint8Array;
    const code = codes[table] as Int32Array;
    const end = Math.min(symbols.length, at + GROUP_SYMBOLS);
    for (; at < end; at++) {
      const symbol = symbols[at] as number;
      bits.write(lengths[symbol] as number, code[symbol] as number);
    }
  }
}

function usedBytes(block: Uint8Array): Uint8Array {
  const used = new Uint8Array(256);
  for (let i = 0; i < block.length; i++) used[block[i] as number] = 1;
  return used;
}

/** Sixteen bits for the rows of sixteen, then those of each row that has any. */
function writeUsed(used: Uint8Array, bits: MsbBits): void {
  let rows = 0;
  const rowBits = new Array<number>(16).fill(0);
  for (let byte = 0; byte < 256; byte++) {
    if (!used[byte]) continue;
    rows |= 0x8000 >> (byte >> 4);
    rowBits[byte >> 4] = (rowBits[byte >> 4] as number) | (0x8000 >> (byte & 15));
  }
  bits.write(16, rows);
  for (const row of rowBits) if (row !== 0) bits.write(16, row);
}

/** Symbols: runs of zeros in the bijective base two (RUN_A, RUN_B), other places plus one, and the end. */
function moveToFront(block: Uint8Array, used: Uint8Array) {
  const order: number[] = [];
  for (let byte = 0; byte < 256; byte++) if (used[byte]) order.push(byte);
  const alphabet = order.length + 2;
  const recent = Uint8Array.from(order);
  const symbols = new Uint16Array(block.length + 1);
  let count = 0;
  let zeros = 0;
  const flushZeros = () => {
    // zeros + 1 in binary without its first one, lowest bit first.
    for (let rest = zeros + 1; rest > 1; rest >>>= 1) symbols[count++] = rest & 1 ? RUN_B : RUN_A;
    zeros = 0;
  };
  for (let i = 0; i < block.length; i++) {
    const byte = block[i] as number;
    if (recent[0] === byte) {
      zeros++;
      continue;
    }
    if (zeros > 0) flushZeros();
    let place = 1;
    let carried = recent[0] as number;
    while (recent[place] !== byte) {
      const next = recent[place] as number;
      recent[place++] = carried;
      carried = next;
    }
    recent[place] = carried;
    recent[0] = byte;
    symbols[count++] = place + 1;
  }
  if (zeros > 0) flushZeros();
  symbols[count++] = alphabet - 1;
  return { symbols: symbols.subarray(0, count), alphabet };
}

function tableCount(symbolCount: number): number {
  if (symbolCount < 200) return 2;
  if (symbolCount < 600) return 3;
  if (symbolCount < 1200) return 4;
  return symbolCount < 2400 ? 5 : 6;
}

/** Each table for a range of symbols, with about the same share of the block. */
function firstTables(symbols: Uint16Array, alphabet: number): Uint8Array[] {
  const frequencies = new Int32Array(alphabet);
  for (let i = 0; i < symbols.length; i++)
    frequencies[symbols[i] as number] = (frequencies[symbols[i] as number] as number) + 1;
  const count = tableCount(symbols.length);
  const tables = Array.from({ length: count }, () => new Uint8Array(alphabet).fill(FOREIGN_COST));
  let rest = symbols.length;
  let start = 0;
  for (let part = count; part > 0; part--) {
    const wanted = Math.floor(rest / part);
    let end = start - 1;
    let share = 0;
    while (share < wanted && end < alphabet - 1) share += frequencies[++end] as number;
    const isInner = part !== count && part !== 1;
    if (end > start && isInner && (count - part) % 2 === 1) share -= frequencies[end--] as number;
    tables[part - 1]?.fill(0, start, end + 1);
    start = end + 1;
    rest -= share;
  }
  return tables;
}

/** Gives each group to the table that costs least, then makes the tables anew for what they got. */
function improve(tables: readonly Uint8Array[], symbols: Uint16Array, alphabet: number): Uint8Array<ArrayBuffer> {
  const selectors = new Uint8Array(Math.ceil(symbols.length / GROUP_SYMBOLS));
  const frequencies = tables.map(() => new Int32Array(alphabet));
  for (let group = 0; group < selectors.length; group++) {
    const start = group * GROUP_SYMBOLS;
    const end = Math.min(symbols.length, start + GROUP_SYMBOLS);
    let best = 0;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let table = 0; table < tables.length; table++) {
      const lengths = tables[table] as Uint8Array;
      let cost = 0;
      for (let i = start; i < end; i++) cost += lengths[symbols[i] as number] as number;
      if (cost < bestCost) {
        best = table;
        bestCost = cost;
      }
    }
    selectors[group] = best;
    const own = frequencies[best] as Int32Array;
    for (let i = start; i < end; i++) own[symbols[i] as number] = (own[symbols[i] as number] as number) + 1;
  }
  for (const [table, own] of frequencies.entries()) tables[table]?.set(codeLengths(own, MAX_CODE_BITS));
  return selectors;
}

/** Places in a list where the last used comes first, in unary. */
function writeSelectors(selectors: Uint8Array, tables: number, bits: MsbBits): void {
  const recent = Array.from({ length: tables }, (_, table) => table);
  for (const selector of selectors) {
    const place = recent.indexOf(selector);
    recent.splice(place, 1);
    recent.unshift(selector);
    for (let i = 0; i < place; i++) bits.write(1, 1);
    bits.write(1, 0);
  }
}

/** The first length, then steps up (10), steps down (11) and ends (0). */
function writeLengths(lengths: Uint8Array, bits: MsbBits): void {
  let current = lengths[0] as number;
  bits.write(5, current);
  for (const length of lengths) {
    for (; current < length; current++) bits.write(2, 2);
    for (; current > length; current--) bits.write(2, 3);
    bits.write(1, 0);
  }
}

function canonicalCodes(lengths: Uint8Array): Int32Array {
  const codes = new Int32Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) codes[symbol] = code++;
    code <<= 1;
  }
  return codes;
}
