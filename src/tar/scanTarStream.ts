import { Pacer } from '../bytes/pacer.ts';
import { BLOCK_BYTES, isZeroBlock } from './headerBlock.ts';
import { type TarEntry, keepEntry } from './tarEntry.ts';
import { TarMachine } from './tarMachine.ts';
import type { TarScan, TarScanOptions, TarVisitor } from './tarScan.ts';

/** Takes the contents as they pass. Each may return a promise to hold the stream back. */
export interface TarContentSink {
  /** A piece of a member's stored bytes, in order; valid during the call, or until its promise settles. */
  onContent(entry: TarEntry, piece: Uint8Array): void | Promise<void>;
  /** All stored bytes of the member have passed. Not called when the archive ends before. */
  onContentEnd?(entry: TarEntry): void | Promise<void>;
}

export interface TarStreamOptions extends TarScanOptions {
  readonly sink?: TarContentSink | undefined;
}

/** Reads a tar once through, to the last byte after its end. A chunk need only be valid until the next is asked
 *  for. Throws TarError (see `TarScanOptions.partial`), what the stream throws, and the signal's reason. */
export async function scanTarStream(
  chunks: AsyncIterable<Uint8Array>,
  visit: TarVisitor,
  options: TarStreamOptions = {},
): Promise<TarScan> {
  options.signal?.throwIfAborted();
  const passage = new TarPassage(visit, options);
  const pacer = new Pacer(options.signal);
  for await (const chunk of chunks) {
    await passage.take(chunk, pacer);
    options.signal?.throwIfAborted();
    options.onProgress?.(passage.position);
    if (pacer.isDue) await pacer.pause();
  }
  return passage.finish();
}

const PACE_HEADERS = 256;

class TarPassage {
  /** Bytes that have passed. */
  position = 0;
  readonly #machine: TarMachine;
  readonly #sink: TarContentSink | undefined;
  /** The entry whose content is passing, with bytes of its own; undefined where there is no sink. */
  #entry: TarEntry | undefined;
  #entryEnd = 0;
  /** What has come of a want that crosses chunks. */
  #part = new Uint8Array(BLOCK_BYTES);
  #partLength = 0;
  #trailingIsZero = true;

  constructor(visit: TarVisitor, options: TarStreamOptions) {
    this.#sink = options.sink;
    const visitAndKeep: TarVisitor = (entry) => {
      visit(entry);
      this.#entry = keepEntry(entry);
      this.#entryEnd = entry.contentOffset + entry.storedBytes;
    };
    this.#machine = new TarMachine(options.sink ? visitAndKeep : visit, options);
  }

  async take(chunk: Uint8Array, pacer: Pacer): Promise<void> {
    const machine = this.#machine;
    const chunkStart = this.position;
    let at = 0;
    let untilLook = PACE_HEADERS;
    while (at < chunk.length && !machine.isDone) {
      if (this.#entry) await this.#handContent(this.#entry, chunk, at, chunkStart);
      const skip = machine.wantOffset - (chunkStart + at);
      if (this.#partLength === 0 && skip > 0) {
        at = Math.min(chunk.length, at + skip);
        if (at === chunk.length) break;
      }
      at = this.#feed(chunk, at);
      if (--untilLook === 0) {
        untilLook = PACE_HEADERS;
        if (pacer.isDue) {
          this.position = chunkStart + at;
          await pacer.pause();
        }
      }
    }
    if (this.#entry && !machine.isDone && at >= chunk.length) {
      // An entry that was visited at the very end of the chunk has no content in it, unless it is empty.
      await this.#endContent(this.#entry, chunkStart + chunk.length);
    }
    if (machine.isDone) this.#checkTrailing(chunk, chunkStart);
    this.position = chunkStart + chunk.length;
  }

  finish(): TarScan {
    const machine = this.#machine;
    if (!machine.isDone) {
      const rest = this.#part.subarray(0, this.#partLength);
      machine.finish(this.position, rest);
      this.#trailingIsZero = isZeroBlock(rest, 0, rest.length);
    }
    const trailingStart = Math.min(machine.endOffset + machine.endBlocks * BLOCK_BYTES, this.position);
    return {
      entryCount: machine.entryCount,
      endOffset: machine.endOffset,
      totalBytes: this.position,
      trailing: { bytes: this.position - trailingStart, zeros: this.#trailingIsZero },
      endBlocks: machine.endBlocks,
      findings: machine.findings.list(),
      error: machine.error,
    };
  }

  /** Feeds the machine from `at` of the chunk, or keeps what there is of its want. Returns the position after. */
  #feed(chunk: Uint8Array, at: number): number {
    const machine = this.#machine;
    const length = machine.wantLength;
    if (this.#partLength === 0 && at + length <= chunk.length) {
      machine.feed(chunk, at);
      return at + length;
    }
    const taken = Math.min(length - this.#partLength, chunk.length - at);
    this.#growPart(this.#partLength + taken);
    this.#part.set(chunk.subarray(at, at + taken), this.#partLength);
    this.#partLength += taken;
    if (this.#partLength === length) {
      this.#partLength = 0;
      machine.feed(this.#part, 0);
    }
    return at + taken;
  }

  #growPart(length: number): void {
    if (this.#part.length >= length) return;
    const grown = new Uint8Array(Math.max(length, this.#part.length * 2));
    grown.set(this.#part.subarray(0, this.#partLength));
    this.#part = grown;
  }

  async #handContent(entry: TarEntry, chunk: Uint8Array, at: number, chunkStart: number): Promise<void> {
    const start = Math.max(entry.contentOffset - chunkStart, at);
    const end = Math.min(this.#entryEnd - chunkStart, chunk.length);
    if (end > start) await this.#sink?.onContent(entry, chunk.subarray(start, end));
    await this.#endContent(entry, chunkStart + chunk.length);
  }

  async #endContent(entry: TarEntry, seenTo: number): Promise<void> {
    if (this.#entryEnd > seenTo) return;
    this.#entry = undefined;
    await this.#sink?.onContentEnd?.(entry);
  }

  #checkTrailing(chunk: Uint8Array, chunkStart: number): void {
    if (!this.#trailingIsZero) return;
    const { endOffset, endBlocks } = this.#machine;
    if (endBlocks < 2) {
      this.#trailingIsZero = false;
      return;
    }
    const trailingStart = endOffset + endBlocks * BLOCK_BYTES;
    const at = Math.max(0, trailingStart - chunkStart);
    if (at < chunk.length) this.#trailingIsZero = isZeroBlock(chunk, at, chunk.length - at);
  }
}
