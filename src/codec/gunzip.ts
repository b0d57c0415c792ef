import { CodecError } from './codecError.ts';
import { crc32 } from './crc32.ts';
import { checkMemberTrailer, isMemberNext, skipMemberHeader } from './gzipMember.ts';
import { INFLATE_PADDING_BYTES, Inflater } from './inflate.ts';
import type { InflateSnapshot, InflateStatus } from './inflate.ts';
import type { InputWindow } from './inputWindow.ts';
import { skipTrailing } from './trailing.ts';
import type { OnTrailing } from './trailing.ts';

/** A gzip stream (RFC 1952) of any number of members. Zeros and other bytes after the last member are passed over,
 *  as gzip and current engines do, and reported. */

/** A point between two pieces of output from which decoding can go on. */
export interface GunzipSnapshot {
  /** Of the next byte of compressed input that is to be read. */
  readonly inputOffset: number;
  readonly outputOffset: number;
  readonly inflate: InflateSnapshot;
  readonly isInMember: boolean;
  readonly crc: number;
  readonly memberBytes: number;
}

export class GunzipReader {
  /** Bytes of output handed out so far. */
  outputOffset = 0;
  readonly #input: InputWindow;
  readonly #inflater = new Inflater();
  readonly #onTrailing: OnTrailing | undefined;
  #isInMember = false;
  #hasMember = false;
  #hasEnded = false;
  #fault: unknown;
  #paddingBytes = 0;
  #crc = 0;
  #memberBytes = 0;

  /** `input` begins at a member, or where `snapshot` says. */
  constructor(input: InputWindow, onTrailing?: OnTrailing, snapshot?: GunzipSnapshot) {
    this.#input = input;
    this.#onTrailing = onTrailing;
    if (snapshot) this.#restore(snapshot);
  }

  /** For the rest of a stream whose first member another decoder has read. */
  static afterMember(input: InputWindow, onTrailing?: OnTrailing): GunzipReader {
    const reader = new GunzipReader(input, onTrailing);
    reader.#hasMember = true;
    return reader;
  }

  /** The next piece, valid until the next call; undefined at the end, when all input has been read.
   *  Throws CodecError, after all that was decoded before the fault has been handed out. */
  async next(): Promise<Uint8Array | undefined> {
    if (!this.#hasEnded) {
      try {
        if (await this.#fillRound()) return this.#take();
      } catch (error) {
        this.#fault = error;
      }
      this.#hasEnded = true;
    }
    if (this.#inflater.outputStart < this.#inflater.outputEnd) return this.#take();
    if (this.#fault !== undefined) throw this.#fault;
    return undefined;
  }

  /** Decodes until the round is full, or to the end of the stream: false. */
  async #fillRound(): Promise<boolean> {
    for (;;) {
      if (!this.#isInMember && !(await this.#beginMember())) return false;
      const status = this.#inflate();
      if (status === 'outputFull') return true;
      if (status === 'needsInput') await this.#moreInput();
      else {
        await checkMemberTrailer(this.#input, this.#crc, this.#memberBytes);
        this.#isInMember = false;
      }
    }
  }

  /** Where decoding stands after the last `next`. */
  snapshot(): GunzipSnapshot {
    return {
      inputOffset: this.#input.offset,
      outputOffset: this.outputOffset,
      inflate: this.#inflater.snapshot(),
      isInMember: this.#isInMember,
      crc: this.#crc,
      memberBytes: this.#memberBytes,
    };
  }

  #restore(snapshot: GunzipSnapshot): void {
    this.outputOffset = snapshot.outputOffset;
    this.#inflater.restore(snapshot.inflate);
    this.#isInMember = snapshot.isInMember;
    this.#hasMember = true;
    this.#crc = snapshot.crc;
    this.#memberBytes = snapshot.memberBytes;
  }

  #take(): Uint8Array {
    const piece = this.#inflater.take();
    this.outputOffset += piece.length;
    return piece;
  }

  async #beginMember(): Promise<boolean> {
    if (this.#hasMember && !(await isMemberNext(this.#input))) {
      await skipTrailing(this.#input, this.#onTrailing);
      return false;
    }
    await skipMemberHeader(this.#input);
    this.#inflater.reset();
    this.#hasMember = true;
    this.#isInMember = true;
    this.#crc = 0;
    this.#memberBytes = 0;
    return true;
  }

  #inflate(): InflateStatus {
    const inflater = this.#inflater;
    const input = this.#input;
    const isTaken = inflater.outputStart === inflater.outputEnd;
    const endBefore = inflater.outputEnd;
    let status: InflateStatus | undefined;
    let fault: unknown;
    try {
      status = inflater.run(input, input.end + this.#paddingBytes);
    } catch (error) {
      fault = error;
    }
    // With nothing left to take, `run` may have moved the output to the front.
    const start = isTaken ? inflater.outputStart : endBefore;
    if (input.position > input.end) {
      // Whatever was decoded from the padding, the true fault is that the input ended.
      inflater.outputEnd = inflater.certainEnd;
      throw this.#truncated();
    }
    this.#crc = crc32(inflater.output, this.#crc, start, inflater.outputEnd);
    this.#memberBytes += inflater.outputEnd - start;
    if (status === undefined) throw fault;
    return status;
  }

  async #moreInput(): Promise<void> {
    const input = this.#input;
    if (this.#paddingBytes > 0) throw this.#truncated();
    if (await input.fill(input.availableBytes + 1)) return;
    input.padEnd(INFLATE_PADDING_BYTES);
    this.#paddingBytes = INFLATE_PADDING_BYTES;
  }

  #truncated(): CodecError {
    const offset = this.#input.offset + this.#input.availableBytes;
    return new CodecError('truncated', offset, 'the gzip stream ends within its data');
  }
}

/** All output of a gzip stream. Pieces are valid until the next is asked for. */
export async function* gunzip(input: InputWindow, onTrailing?: OnTrailing): AsyncIterable<Uint8Array> {
  yield* piecesOf(new GunzipReader(input, onTrailing), input);
}

/** The members after one that was read natively. */
export async function* gunzipRest(input: InputWindow, onTrailing?: OnTrailing): AsyncIterable<Uint8Array> {
  yield* piecesOf(GunzipReader.afterMember(input, onTrailing), input);
}

async function* piecesOf(reader: GunzipReader, input: InputWindow): AsyncIterable<Uint8Array> {
  try {
    for (let piece = await reader.next(); piece; piece = await reader.next()) yield piece;
  } finally {
    await input.close();
  }
}
