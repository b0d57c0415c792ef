import type { Timestamp } from '../vfs/overlay/layer.ts';
import { rfc3339Fixed } from './goTime.ts';
import type { LogLine, OutputChunk } from './containerCalls.ts';

/** What is kept of a container's output; the oldest goes first. A real disk would hold more. */
const MAX_LOG_BYTES = 32 * 2 ** 20;
/** Writes may be of a byte each. */
const MAX_CHUNKS = 200_000;
const LF = 10;
/** A line that is longer comes in pieces of this size, each an entry of its own (moby daemon/logger, Copier). */
const MAX_ENTRY_BYTES = 16_384;

/** A piece of output as it was written. */
export interface LoggedChunk extends OutputChunk {
  readonly at: Timestamp;
}

/** A container's output, kept as the json-file driver does. */
export class OutputLog {
  #chunks: LoggedChunk[] = [];
  #sizeBytes = 0;
  /** Chunks that were dropped from the beginning. */
  #dropped = 0;
  #frozen: readonly LoggedChunk[] | undefined;

  constructor(chunks: readonly LoggedChunk[] = []) {
    this.#chunks = [...chunks];
    this.#sizeBytes = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** As they are now; the same array as long as nothing was added. */
  freeze(): readonly LoggedChunk[] {
    this.#frozen ??= [...this.#chunks];
    return this.#frozen;
  }

  add(chunk: LoggedChunk): void {
    this.#frozen = undefined;
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.bytes.length;
    if (this.#sizeBytes > MAX_LOG_BYTES || this.#chunks.length > MAX_CHUNKS) this.#shorten();
  }

  /** Drops a quarter at a time. */
  #shorten(): void {
    let count = 0;
    const keptChunks = (MAX_CHUNKS * 3) / 4;
    const isTooMuch = () => this.#sizeBytes > (MAX_LOG_BYTES * 3) / 4 || this.#chunks.length - count > keptChunks;
    while (count < this.#chunks.length && isTooMuch()) {
      this.#sizeBytes -= (this.#chunks[count] as LoggedChunk).bytes.length;
      count++;
    }
    this.#chunks = this.#chunks.slice(count);
    this.#dropped += count;
  }

  /** Chunks from a position on that an earlier call gave; 0 for the first. */
  since(position: number): { readonly chunks: readonly LoggedChunk[]; readonly next: number } {
    const from = Math.max(0, position - this.#dropped);
    return { chunks: this.#chunks.slice(from), next: this.#dropped + this.#chunks.length };
  }
}

/** Puts lines together out of chunks; a line of one stream may come in several. */
export class LineSplitter {
  readonly #rest = new Map<OutputChunk['stream'], LoggedChunk>();

  add(chunk: LoggedChunk): LogLine[] {
    const earlier = this.#rest.get(chunk.stream);
    const bytes = earlier ? joined(earlier.bytes, chunk.bytes) : chunk.bytes;
    const at = earlier?.at ?? chunk.at;
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = nextEntry(bytes, start); end > start; end = nextEntry(bytes, start)) {
      lines.push(lineOf(chunk.stream, start === 0 ? at : chunk.at, bytes.subarray(start, end)));
      start = end;
    }
    if (start < bytes.length)
      this.#rest.set(chunk.stream, { ...chunk, at: start === 0 ? at : chunk.at, bytes: bytes.subarray(start) });
    else this.#rest.delete(chunk.stream);
    return lines;
  }

  /** Lines that never ended. */
  finish(): LogLine[] {
    const lines = [...this.#rest.values()].map(({ stream, at, bytes }) => lineOf(stream, at, bytes));
    this.#rest.clear();
    return lines;
  }
}

/** Where the entry ends that begins at `start`; `start` itself where it is not whole yet. */
function nextEntry(bytes: Uint8Array, start: number): number {
  const feed = bytes.subarray(start, start + MAX_ENTRY_BYTES).indexOf(LF);
  if (feed >= 0) return start + feed + 1;
  // A line that is exactly as long as a piece is not cut before its end.
  const isLong = bytes.length - start > MAX_ENTRY_BYTES;
  return isLong ? start + MAX_ENTRY_BYTES : start;
}

function lineOf(stream: OutputChunk['stream'], at: Timestamp, bytes: Uint8Array): LogLine {
  return { stream, atSec: at.sec + at.nsec / 1e9, at: rfc3339Fixed(at), bytes };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
