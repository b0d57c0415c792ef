import { CodecError } from './codecError.ts';
import {
  CODE_LENGTH_SYMBOLS,
  DISTANCE_INDEX_BITS,
  DISTANCE_SYMBOLS,
  DISTANCE_TABLE_ENTRIES,
  LINK_ENTRY,
  LITERAL_ENTRY,
  LITERAL_INDEX_BITS,
  LITERAL_SYMBOLS,
  LITERAL_TABLE_ENTRIES,
  STOP_ENTRY,
  buildTable,
} from './inflateTables.ts';
import type { InputWindow } from './inputWindow.ts';

/** Raw deflate (RFC 1951), decoded piece by piece. It can stop between any two symbols, so its state is small and
 *  can be kept (`snapshot`) and taken up again elsewhere (`restore`). */

export const HISTORY_BYTES = 32 * 1024;
/** What one round of output holds. Larger ones leave the processor's cache. */
const ROUND_BYTES = 512 * 1024;
const LONGEST_MATCH_BYTES = 258;
const LIMIT = HISTORY_BYTES + ROUND_BYTES;

// A dynamic header takes at most 3 + 14 + 19*3 + 320*14 bits.
const HEADER_BYTES = 576;
// A symbol takes at most 48 bits; the bit buffer runs up to 4 bytes ahead.
const SYMBOL_BYTES = 12;
/** Zeros that must be readable behind the input once it has ended. */
export const INFLATE_PADDING_BYTES = 1024;

export type InflateStatus = 'needsInput' | 'outputFull' | 'ended';

type Mode = 'header' | 'stored' | 'symbols' | 'ended';

/** Everything needed to go on from one point of a stream, but for the input. */
export interface InflateSnapshot {
  readonly mode: Mode;
  readonly isLastBlock: boolean;
  readonly bitBuffer: number;
  readonly bitCount: number;
  readonly storedBytes: number;
  /** Code lengths of the block under way: literals, then distances. */
  readonly codeLengths: Uint8Array | undefined;
  readonly literalCount: number;
  /** Up to 32 KiB before the point. */
  readonly history: Uint8Array;
}

// RFC 1951 3.2.7
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
// RFC 1951 3.2.6
const FIXED_LENGTHS = new Uint8Array(320).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
FIXED_LENGTHS.fill(5, 288);
const FIXED_LITERAL_COUNT = 288;

export class Inflater {
  /** Output not yet taken is [outputStart, outputEnd). */
  readonly output = new Uint8Array(LIMIT + LONGEST_MATCH_BYTES);
  outputStart = HISTORY_BYTES;
  outputEnd = HISTORY_BYTES;
  /** Up to here the output comes from bytes that are there, not from the padding. */
  certainEnd = HISTORY_BYTES;
  #historyStart = HISTORY_BYTES;
  #mode: Mode = 'header';
  #isLastBlock = false;
  #bitBuffer = 0;
  #bitCount = 0;
  #storedBytes = 0;
  #literalCount = 0;
  readonly #codeLengths = new Uint8Array(320);
  readonly #literals = new Int32Array(LITERAL_TABLE_ENTRIES);
  readonly #distances = new Int32Array(DISTANCE_TABLE_ENTRIES);
  readonly #codeLengthTable = new Int32Array(128);

  /** Begins a new deflate stream; output of the one before that is not yet taken stays. */
  reset(): void {
    this.#mode = 'header';
    this.#isLastBlock = false;
    this.#bitBuffer = 0;
    this.#bitCount = 0;
    this.#historyStart = this.outputEnd;
  }

  /** Decodes until the input or the room for output ends. `readableEnd` is where the padding behind the last byte
   *  ends, or `input.end` while more may come: the last bytes are then left for the next call.
   *  Throws CodecError 'corrupt'. */
  run(input: InputWindow, readableEnd: number): InflateStatus {
    this.#slide();
    try {
      return this.#run(input, readableEnd);
    } finally {
      // Whole bytes go back, so that no later step has to return bytes of a chunk that is gone.
      input.position -= this.#bitCount >> 3;
      this.#bitCount &= 7;
      this.#bitBuffer &= (1 << this.#bitCount) - 1;
    }
  }

  #run(input: InputWindow, readableEnd: number): InflateStatus {
    for (;;) {
      if (input.position - (this.#bitCount >> 3) <= input.end) this.certainEnd = this.outputEnd;
      switch (this.#mode) {
        case 'header':
          if (readableEnd - input.position < HEADER_BYTES) return 'needsInput';
          if (this.outputEnd >= LIMIT) return 'outputFull';
          this.#readHeader(input);
          break;
        case 'stored':
          this.#copyStored(input);
          if (this.#storedBytes > 0) return this.outputEnd >= LIMIT ? 'outputFull' : 'needsInput';
          this.#endBlock(input);
          break;
        case 'symbols': {
          // First what is there for certain; towards the padding in small steps, to know how far the bytes carried.
          const certainLimit = input.end - SYMBOL_BYTES;
          const step = Math.min(input.position + 1, readableEnd - SYMBOL_BYTES);
          const limit = input.position < certainLimit ? certainLimit : step;
          if (this.#decodeSymbols(input, limit)) this.#endBlock(input);
          else if (this.outputEnd >= LIMIT) return 'outputFull';
          else if (limit + SYMBOL_BYTES >= readableEnd) return 'needsInput';
          break;
        }
        case 'ended':
          return 'ended';
      }
    }
  }

  /** The output that has not been taken, valid until the next `run`. */
  take(): Uint8Array {
    const taken = this.output.subarray(this.outputStart, this.outputEnd);
    this.outputStart = this.outputEnd;
    return taken;
  }

  snapshot(): InflateSnapshot {
    const historyStart = Math.max(this.#historyStart, this.outputEnd - HISTORY_BYTES);
    return {
      mode: this.#mode,
      isLastBlock: this.#isLastBlock,
      bitBuffer: this.#bitBuffer,
      bitCount: this.#bitCount,
      storedBytes: this.#storedBytes,
      codeLengths: this.#mode === 'symbols' ? this.#codeLengths.slice() : undefined,
      literalCount: this.#literalCount,
      history: this.output.slice(historyStart, this.outputEnd),
    };
  }

  restore(snapshot: InflateSnapshot): void {
    this.#mode = snapshot.mode;
    this.#isLastBlock = snapshot.isLastBlock;
    this.#bitBuffer = snapshot.bitBuffer;
    this.#bitCount = snapshot.bitCount;
    this.#storedBytes = snapshot.storedBytes;
    this.outputStart = this.outputEnd = HISTORY_BYTES;
    this.#historyStart = HISTORY_BYTES - snapshot.history.length;
    this.output.set(snapshot.history, this.#historyStart);
    if (snapshot.codeLengths) {
      this.#codeLengths.set(snapshot.codeLengths);
      this.#buildTables(snapshot.literalCount, 0);
    }
  }

  #slide(): void {
    if (this.outputStart !== this.outputEnd || this.outputEnd < LIMIT) return;
    const shift = this.outputEnd - HISTORY_BYTES;
    this.output.copyWithin(0, shift, this.outputEnd);
    this.outputStart = this.outputEnd = HISTORY_BYTES;
    this.#historyStart = Math.max(0, this.#historyStart - shift);
  }

  #endBlock(input: InputWindow): void {
    this.#mode = this.#isLastBlock ? 'ended' : 'header';
    if (this.#isLastBlock) this.#alignToByte(input);
  }

  /** Gives whole bytes back and drops the rest of a begun one. */
  #alignToByte(input: InputWindow): void {
    input.position -= this.#bitCount >> 3;
    this.#bitBuffer = 0;
    this.#bitCount = 0;
  }

  #bits(input: InputWindow, count: number): number {
    while (this.#bitCount < count) {
      this.#bitBuffer |= (input.bytes[input.position++] as number) << this.#bitCount;
      this.#bitCount += 8;
    }
    const value = this.#bitBuffer & ((1 << count) - 1);
    this.#bitBuffer >>>= count;
    this.#bitCount -= count;
    return value;
  }

  // RFC 1951 3.2.3
  #readHeader(input: InputWindow): void {
    const offset = input.offset - (this.#bitCount >> 3);
    this.#isLastBlock = this.#bits(input, 1) === 1;
    const type = this.#bits(input, 2);
    if (type === 0) {
      this.#alignToByte(input);
      const length = this.#bits(input, 16);
      const complement = this.#bits(input, 16);
      if ((length ^ complement) !== 0xffff) {
        throw new CodecError('corrupt', offset, 'the length of a stored deflate block disagrees with its complement');
      }
      this.#storedBytes = length;
      this.#mode = 'stored';
    } else if (type === 1) {
      this.#codeLengths.set(FIXED_LENGTHS);
      this.#buildTables(FIXED_LITERAL_COUNT, offset);
      this.#mode = 'symbols';
    } else if (type === 2) {
      this.#readDynamicCodes(input, offset);
      this.#mode = 'symbols';
    } else {
      throw new CodecError('corrupt', offset, 'a deflate block of type 3, which does not exist');
    }
  }

  // RFC 1951 3.2.7
  #readDynamicCodes(input: InputWindow, offset: number): void {
    const literalCount = this.#bits(input, 5) + 257;
    const distanceCount = this.#bits(input, 5) + 1;
    const codeLengthCount = this.#bits(input, 4) + 4;
    if (literalCount > 286 || distanceCount > 30) {
      throw new CodecError('corrupt', offset, 'a deflate block declares more symbols than there are');
    }
    const lengths = this.#codeLengths;
    lengths.fill(0);
    for (let i = 0; i < codeLengthCount; i++) lengths[CODE_LENGTH_ORDER[i] as number] = this.#bits(input, 3);
    if (buildTable(this.#codeLengthTable, 7, CODE_LENGTH_SYMBOLS, lengths, 0, 19) !== 'complete') {
      throw new CodecError('corrupt', offset, 'the code of the code lengths of a deflate block is not complete');
    }
    this.#readCodeLengths(input, literalCount + distanceCount, offset);
    if (lengths[256] === 0) throw new CodecError('corrupt', offset, 'a deflate block without an end symbol');
    this.#buildTables(literalCount, offset);
  }

  #readCodeLengths(input: InputWindow, count: number, offset: number): void {
    const lengths = this.#codeLengths;
    let index = 0;
    while (index < count) {
      while (this.#bitCount < 7) {
        this.#bitBuffer |= (input.bytes[input.position++] as number) << this.#bitCount;
        this.#bitCount += 8;
      }
      const entry = this.#codeLengthTable[this.#bitBuffer & 127] as number;
      const bits = entry & 15;
      if (bits === 0) throw new CodecError('corrupt', offset, 'a code length that has no code in a deflate block');
      this.#bitBuffer >>>= bits;
      this.#bitCount -= bits;
      const symbol = entry >> 16;
      if (symbol < 16) {
        lengths[index++] = symbol;
        continue;
      }
      if (symbol === 16 && index === 0) {
        throw new CodecError('corrupt', offset, 'a deflate block repeats a code length before the first');
      }
      const value = symbol === 16 ? (lengths[index - 1] as number) : 0;
      const repeat =
        symbol === 16 ? this.#bits(input, 2) + 3 : symbol === 17 ? this.#bits(input, 3) + 3 : this.#bits(input, 7) + 11;
      if (index + repeat > count) throw new CodecError('corrupt', offset, 'too many code lengths in a deflate block');
      lengths.fill(value, index, index + repeat);
      index += repeat;
    }
    lengths.fill(0, count);
  }

  #buildTables(literalCount: number, offset: number): void {
    this.#literalCount = literalCount;
    const lengths = this.#codeLengths;
    const literals = buildTable(this.#literals, LITERAL_INDEX_BITS, LITERAL_SYMBOLS, lengths, 0, literalCount);
    if (literals === 'invalid') throw new CodecError('corrupt', offset, 'the literal code of a deflate block is wrong');
    const distances = buildTable(this.#distances, DISTANCE_INDEX_BITS, DISTANCE_SYMBOLS, lengths, literalCount, 32);
    if (distances === 'invalid') {
      throw new CodecError('corrupt', offset, 'the distance code of a deflate block is wrong');
    }
  }

  #copyStored(input: InputWindow): void {
    // The two length words took whole bytes, so the bit buffer is empty.
    const count = Math.min(this.#storedBytes, input.end - input.position, LIMIT - this.outputEnd);
    if (count <= 0) return;
    this.output.set(input.bytes.subarray(input.position, input.position + count), this.outputEnd);
    input.position += count;
    this.outputEnd += count;
    this.#storedBytes -= count;
  }

  /** The hot loop. True at the end of the block; else the input or the room for output is used up.
   *  Before each look-up the bit buffer holds at least 16 bits: a code has at most 15, extra bits at most 13. */
  #decodeSymbols(input: InputWindow, inputLimit: number): boolean {
    const bytes = input.bytes;
    const output = this.output;
    const literals = this.#literals;
    const distances = this.#distances;
    const historyStart = this.#historyStart;
    let position = input.position;
    let out = this.outputEnd;
    let hold = this.#bitBuffer;
    let count = this.#bitCount;
    let isEnd = false;
    let fault = '';
    while (position < inputLimit && out < LIMIT) {
      if (count < 16) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << count;
        position += 2;
        count += 16;
      }
      let entry = literals[hold & ((1 << LITERAL_INDEX_BITS) - 1)] as number;
      if ((entry & (LITERAL_ENTRY | LINK_ENTRY | STOP_ENTRY)) === LITERAL_ENTRY) {
        output[out++] = entry >> 16;
        hold >>>= entry & 15;
        count -= entry & 15;
        continue;
      }
      if (entry & LINK_ENTRY) {
        const index = (hold >>> LITERAL_INDEX_BITS) & ((1 << ((entry >> 8) & 31)) - 1);
        entry = literals[(entry >> 16) + index] as number;
      }
      hold >>>= entry & 15;
      count -= entry & 15;
      if (entry & LITERAL_ENTRY) {
        output[out++] = entry >> 16;
        continue;
      }
      if (entry & STOP_ENTRY) {
        if (entry >> 16 === 0) isEnd = true;
        else fault = 'a length symbol that does not exist';
        break;
      }
      if (count < 16) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << count;
        position += 2;
        count += 16;
      }
      let extra = (entry >> 8) & 31;
      let length = (entry >> 16) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      count -= extra;

      if (count < 16) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << count;
        position += 2;
        count += 16;
      }
      entry = distances[hold & ((1 << DISTANCE_INDEX_BITS) - 1)] as number;
      if (entry & LINK_ENTRY) {
        const index = (hold >>> DISTANCE_INDEX_BITS) & ((1 << ((entry >> 8) & 31)) - 1);
        entry = distances[(entry >> 16) + index] as number;
      }
      if (entry & STOP_ENTRY) {
        fault = 'a distance symbol that does not exist';
        break;
      }
      hold >>>= entry & 15;
      count -= entry & 15;
      extra = (entry >> 8) & 31;
      if (count < extra) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << count;
        position += 2;
        count += 16;
      }
      const distance = (entry >> 16) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      count -= extra;

      let from = out - distance;
      if (from < historyStart) {
        fault = 'a distance that reaches before the first byte';
        break;
      }
      if (length >= 64 && distance >= length) {
        output.copyWithin(out, from, from + length);
        out += length;
      } else if (distance === 1 && length >= 32) {
        output.fill(output[from] as number, out, out + length);
        out += length;
      } else {
        do output[out++] = output[from++] as number;
        while (--length > 0);
      }
    }
    input.position = position;
    this.outputEnd = out;
    this.#bitBuffer = hold;
    this.#bitCount = count;
    if (fault !== '') throw new CodecError('corrupt', input.offset - (count >> 3), `deflate: ${fault}`);
    return isEnd;
  }
}
