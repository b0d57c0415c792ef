import { SlicedSource, SourceError, clipRange, streamByReads } from '../bytes/byteSource.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import { GunzipReader } from './gunzip.ts';
import type { GunzipSnapshot } from './gunzip.ts';
import { InputWindow } from './inputWindow.ts';

/** How many points to go on from are kept. */
export interface CheckpointPlan {
  /** Output between two of them, at first. */
  readonly spacingBytes: number;
  /** Each holds 32 KiB of history. When there are this many, every other goes and the spacing doubles. */
  readonly maxCount: number;
}

const USUAL_PLAN: CheckpointPlan = { spacingBytes: 4 * 1024 * 1024, maxCount: 128 };
/** Decoded pieces of about 512 KiB that are kept. */
const MAX_PIECES = 8;
const RANDOM_READ_BYTES = 256 * 1024;

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Cursor {
  readonly input: InputWindow;
  readonly reader: GunzipReader;
}

/** Random access into a gzip stream. Decoding goes on from the nearest point before that is known; the points are
 *  gathered by whatever is read, so that the first read far in costs the decoding of all before it, and later ones
 *  a few MiB. Reads throw CodecError where the stream is damaged. */
export class GzipSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #compressed: ByteSource;
  #checkpoints: GunzipSnapshot[] = [];
  readonly #maxCheckpoints: number;
  #spacingBytes: number;
  #pieces: Piece[] = [];
  #cursor: Cursor | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** `sizeBytes` is the length of the content, known from an earlier pass. */
  constructor(compressed: ByteSource, sizeBytes: number, plan = USUAL_PLAN) {
    this.#compressed = compressed;
    this.sizeBytes = sizeBytes;
    this.#spacingBytes = plan.spacingBytes;
    this.#maxCheckpoints = plan.maxCount;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    const result = this.#turn.then(() => this.#read(range.offset, range.length));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this, range.offset, range.length);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    const input = new InputWindow(this.#compressed.stream());
    const reader = new GunzipReader(input);
    try {
      let leftBytes = this.sizeBytes;
      while (leftBytes > 0) {
        const piece = await this.#next(reader);
        yield piece.length <= leftBytes ? piece : piece.subarray(0, leftBytes);
        leftBytes -= piece.length;
      }
    } finally {
      await input.close();
    }
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    const first = await this.#pieceAt(offset);
    const start = offset - first.offset;
    if (start + length <= first.bytes.length) return first.bytes.subarray(start, start + length);
    const result = new Uint8Array(length);
    let doneBytes = first.bytes.length - start;
    result.set(first.bytes.subarray(start));
    while (doneBytes < length) {
      const piece = await this.#pieceAt(offset + doneBytes);
      const from = offset + doneBytes - piece.offset;
      const part = piece.bytes.subarray(from, from + length - doneBytes);
      result.set(part, doneBytes);
      doneBytes += part.length;
    }
    return result;
  }

  async #pieceAt(offset: number): Promise<Piece> {
    const index = this.#pieces.findIndex((piece) => contains(piece, offset));
    const known = this.#pieces[index];
    if (known) {
      if (index > 0) this.#pieces.unshift(...this.#pieces.splice(index, 1));
      return known;
    }
    const { reader } = await this.#cursorBefore(offset);
    try {
      for (;;) {
        const start = reader.outputOffset;
        const bytes = await this.#next(reader);
        if (start + bytes.length <= offset) continue;
        const piece = { offset: start, bytes: bytes.slice() };
        this.#pieces = [piece, ...this.#pieces.slice(0, MAX_PIECES - 1)];
        return piece;
      }
    } catch (error) {
      await this.#dropCursor();
      throw error;
    }
  }

  /** The running decoder, where it stands before `offset` with no checkpoint between; else a new one. */
  async #cursorBefore(offset: number): Promise<Cursor> {
    const checkpoint = this.#checkpoints.findLast((candidate) => candidate.outputOffset <= offset);
    const running = this.#cursor;
    if (running) {
      const position = running.reader.outputOffset;
      if (position <= offset && position >= (checkpoint?.outputOffset ?? 0)) return running;
      await this.#dropCursor();
    }
    const startOffset = checkpoint?.inputOffset ?? 0;
    const input = new InputWindow(streamByReads(this.#compressed.slice(startOffset), RANDOM_READ_BYTES), startOffset);
    this.#cursor = { input, reader: new GunzipReader(input, undefined, checkpoint) };
    return this.#cursor;
  }

  async #dropCursor(): Promise<void> {
    const cursor = this.#cursor;
    this.#cursor = undefined;
    await cursor?.input.close();
  }

  async #next(reader: GunzipReader): Promise<Uint8Array> {
    const bytes = await reader.next();
    if (!bytes) {
      throw new SourceError(
        'changed',
        reader.outputOffset,
        'the gzip stream holds less than it did when it was indexed',
      );
    }
    const last = this.#checkpoints.at(-1)?.outputOffset ?? 0;
    if (reader.outputOffset >= last + this.#spacingBytes) this.#addCheckpoint(reader.snapshot());
    return bytes;
  }

  #addCheckpoint(checkpoint: GunzipSnapshot): void {
    this.#checkpoints.push(checkpoint);
    if (this.#checkpoints.length < this.#maxCheckpoints) return;
    this.#checkpoints = this.#checkpoints.filter((_, index) => index % 2 === 1);
    this.#spacingBytes *= 2;
  }
}

function contains(piece: Piece, offset: number): boolean {
  return offset >= piece.offset && offset < piece.offset + piece.bytes.length;
}
