import { BackwardBits } from './backwardBits.ts';
import { buildFseTable, readFseTable, singleSymbolTable } from './fseTable.ts';
import type { FseTable } from './fseTable.ts';
import type { ZstdLiterals } from './zstdLiterals.ts';
import type { HistoryWindow } from './historyWindow.ts';

/** The sequences section of a compressed block (RFC 8878 3.1.1.3.2): what to copy from the literals, and what from
 *  the content before. */

// RFC 8878 3.1.1.3.2.1.1
const LITERAL_LENGTH_BITS = Uint8Array.of(
  ...new Uint8Array(16),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
);
const MATCH_LENGTH_BITS = Uint8Array.of(
  ...new Uint8Array(32),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
);
const LITERAL_LENGTH_BASES = basesOf(LITERAL_LENGTH_BITS, 0);
const MATCH_LENGTH_BASES = basesOf(MATCH_LENGTH_BITS, 3);
/** A window has at most 2^27 bytes, so that no offset needs more bits than this. */
const MAX_OFFSET_CODE = 27;
const MAX_DESCRIBED_OFFSET_CODE = 31;
const MAX_LITERAL_LENGTH_LOG = 9;
const MAX_MATCH_LENGTH_LOG = 9;
const MAX_OFFSET_LOG = 8;
/** Shorter runs are copied byte by byte: a call costs more. */
const SHORT_RUN_BYTES = 48;
const TOO_LONG = 'it holds more than a block may';

function basesOf(bits: Uint8Array, first: number): Int32Array {
  const bases = new Int32Array(bits.length);
  let base = first;
  bits.forEach((count, code) => {
    bases[code] = base;
    base += 2 ** count;
  });
  return bases;
}

// RFC 8878 3.1.1.3.2.2, the default distributions
const DEFAULT_LITERAL_LENGTHS = buildFseTable(
  Int16Array.of(
    ...[4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1],
    ...[-1, -1, -1, -1],
  ),
  6,
);
const DEFAULT_MATCH_LENGTHS = buildFseTable(
  Int16Array.of(
    ...[1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ...[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1],
  ),
  6,
);
const DEFAULT_OFFSETS = buildFseTable(
  Int16Array.of(...[1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], ...[-1, -1, -1, -1, -1]),
  5,
);

export class ZstdSequences {
  readonly #bits = new BackwardBits();
  #literalLengths: FseTable | undefined;
  #offsets: FseTable | undefined;
  #matchLengths: FseTable | undefined;
  #next = 0;
  // RFC 8878 3.1.1.5
  #repeat1 = 1;
  #repeat2 = 4;
  #repeat3 = 8;

  /** Forgets the tables and offsets of the frame before. */
  reset(): void {
    this.#literalLengths = this.#offsets = this.#matchLengths = undefined;
    this.#repeat1 = 1;
    this.#repeat2 = 4;
    this.#repeat3 = 8;
  }

  /** Carries the section at [start, end) out on `window`, which grows by `limitBytes` at most. Returns the fault,
   *  or undefined. */
  run(
    bytes: Uint8Array,
    start: number,
    end: number,
    literals: ZstdLiterals,
    window: HistoryWindow,
    limitBytes: number,
  ): string | undefined {
    const limit = window.end + limitBytes;
    const count = this.#readCount(bytes, start, end);
    if (count < 0) return 'the number of its sequences is cut off';
    if (count > 0) {
      const fault = this.#readTables(bytes, end) ?? this.#execute(bytes, end, count, literals, window, limit);
      if (fault !== undefined) return fault;
    } else if (this.#next !== end) {
      return 'bytes follow its last sequence';
    }
    if (window.end + literals.count > limit) return TOO_LONG;
    window.bytes.set(literals.bytes.subarray(literals.start, literals.start + literals.count), window.end);
    window.end += literals.count;
    return undefined;
  }

  // RFC 8878 3.1.1.3.2.1
  #readCount(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start] as number;
    const size = first < 128 ? 1 : first < 255 ? 2 : 3;
    this.#next = start + size;
    if (start + size > end) return -1;
    if (size === 1) return first;
    const second = bytes[start + 1] as number;
    return size === 2 ? ((first - 128) << 8) + second : second + ((bytes[start + 2] as number) << 8) + 0x7f00;
  }

  #readTables(bytes: Uint8Array, end: number): string | undefined {
    if (this.#next >= end) return 'its sequence modes are cut off';
    const modes = bytes[this.#next++] as number;
    if ((modes & 3) !== 0) return 'its sequence modes have reserved bits';
    const read = (mode: number, before: FseTable | undefined, preset: FseTable, maxSymbol: number, maxLog: number) =>
      this.#readTable(bytes, end, mode & 3, before, preset, maxSymbol, maxLog);
    const literalLengths = read(
      modes >> 6,
      this.#literalLengths,
      DEFAULT_LITERAL_LENGTHS,
      LITERAL_LENGTH_BITS.length - 1,
      MAX_LITERAL_LENGTH_LOG,
    );
    const offsets = read(modes >> 4, this.#offsets, DEFAULT_OFFSETS, MAX_DESCRIBED_OFFSET_CODE, MAX_OFFSET_LOG);
    const matchLengths = read(
      modes >> 2,
      this.#matchLengths,
      DEFAULT_MATCH_LENGTHS,
      MATCH_LENGTH_BITS.length - 1,
      MAX_MATCH_LENGTH_LOG,
    );
    if (!literalLengths || !offsets || !matchLengths) return 'a table of its sequences is corrupt';
    this.#literalLengths = literalLengths;
    this.#offsets = offsets;
    this.#matchLengths = matchLengths;
    return undefined;
  }

  #readTable(
    bytes: Uint8Array,
    end: number,
    mode: number,
    before: FseTable | undefined,
    preset: FseTable,
    maxSymbol: number,
    maxLog: number,
  ): FseTable | undefined {
    if (mode === 0) return preset;
    if (mode === 3) return before;
    if (mode === 1) {
      const symbol = this.#next < end ? (bytes[this.#next++] as number) : 256;
      return symbol <= maxSymbol ? singleSymbolTable(symbol) : undefined;
    }
    const described = readFseTable(bytes, this.#next, end, maxSymbol, maxLog);
    if (described) this.#next = described.end;
    return described?.table;
  }

  // RFC 8878 3.1.1.4
  #execute(
    bytes: Uint8Array,
    end: number,
    count: number,
    literals: ZstdLiterals,
    window: HistoryWindow,
    limit: number,
  ): string | undefined {
    const bits = this.#bits;
    if (!bits.open(bytes, this.#next, end)) return 'its sequence bits have no end mark';
    const literalLengths = this.#literalLengths as FseTable;
    const offsets = this.#offsets as FseTable;
    const matchLengths = this.#matchLengths as FseTable;
    const { entries: literalEntries } = literalLengths;
    const { entries: offsetEntries } = offsets;
    const { entries: matchEntries } = matchLengths;
    const source = literals.bytes;
    const output = window.bytes;
    let literal = literals.start;
    const literalEnd = literal + literals.count;
    let out = window.end;
    let literalEntry = literalEntries[bits.read(literalLengths.log)] as number;
    let offsetEntry = offsetEntries[bits.read(offsets.log)] as number;
    let matchEntry = matchEntries[bits.read(matchLengths.log)] as number;
    let repeat1 = this.#repeat1;
    let repeat2 = this.#repeat2;
    let repeat3 = this.#repeat3;

    for (let left = count; ;) {
      const offsetCode = offsetEntry & 0xff;
      if (offsetCode > MAX_OFFSET_CODE) return 'an offset is beyond any window';
      let value = 1 << offsetCode;
      if (offsetCode > 16) {
        value += bits.read(offsetCode - 16) << 16;
        value += bits.read(16);
      } else {
        value += bits.read(offsetCode);
      }
      const matchCode = matchEntry & 0xff;
      let matchLength = (MATCH_LENGTH_BASES[matchCode] as number) + bits.read(MATCH_LENGTH_BITS[matchCode] as number);
      const literalCode = literalEntry & 0xff;
      let literalLength =
        (LITERAL_LENGTH_BASES[literalCode] as number) + bits.read(LITERAL_LENGTH_BITS[literalCode] as number);

      // The values 1 to 3 stand for the offsets before; without literals they shift by one.
      let offset: number;
      if (value > 3) {
        offset = value - 3;
        repeat3 = repeat2;
        repeat2 = repeat1;
        repeat1 = offset;
      } else {
        const index = literalLength === 0 ? value + 1 : value;
        if (index === 1) {
          offset = repeat1;
        } else {
          offset = index === 2 ? repeat2 : index === 3 ? repeat3 : repeat1 - 1;
          if (index !== 2) repeat3 = repeat2;
          repeat2 = repeat1;
          repeat1 = offset;
        }
      }

      if (out + literalLength + matchLength > limit) return TOO_LONG;
      if (literal + literalLength > literalEnd) return 'its sequences take more literals than there are';
      if (literalLength > SHORT_RUN_BYTES) {
        output.set(source.subarray(literal, literal + literalLength), out);
        out += literalLength;
        literal += literalLength;
      } else {
        for (; literalLength > 0; literalLength--) output[out++] = source[literal++] as number;
      }
      let from = out - offset;
      if (offset === 0 || from < window.start || offset > window.windowBytes) return 'an offset reaches too far back';
      if (matchLength > SHORT_RUN_BYTES && offset >= matchLength) {
        output.copyWithin(out, from, from + matchLength);
        out += matchLength;
      } else {
        for (; matchLength > 0; matchLength--) output[out++] = output[from++] as number;
      }

      if (--left === 0) break;
      literalEntry = literalEntries[(literalEntry >> 16) + bits.read((literalEntry >> 8) & 0xff)] as number;
      matchEntry = matchEntries[(matchEntry >> 16) + bits.read((matchEntry >> 8) & 0xff)] as number;
      offsetEntry = offsetEntries[(offsetEntry >> 16) + bits.read((offsetEntry >> 8) & 0xff)] as number;
      if (bits.position < bits.startBit) return 'its sequence bits are cut off';
    }
    if (!bits.isAtStart) return 'its sequence bits do not end where they should';
    window.end = out;
    literals.start = literal;
    literals.count = literalEnd - literal;
    this.#repeat1 = repeat1;
    this.#repeat2 = repeat2;
    this.#repeat3 = repeat3;
    return undefined;
  }
}
