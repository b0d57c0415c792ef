import { type BulkReading, type ByteSource, SourceError } from '../bytes/byteSource.ts';
import { Pacer } from '../bytes/pacer.ts';
import { BLOCK_BYTES, isZeroBlock, NO_BYTES } from './headerBlock.ts';
import { TarMachine } from './tarMachine.ts';
import type { TarScan, TarScanOptions, TarVisitor } from './tarScan.ts';

/** Bytes of a read. In a browser a read costs about 1 ms and 1 ms a MiB: where members are small, whole stretches
 *  are read; where they are large, little more than a header. */
const MIN_WINDOW_BYTES = 16 * 1024;
const FIRST_WINDOW_BYTES = 128 * 1024;
/** A synchronous read costs about 2 µs and 0.1 µs a KiB. In a tar of a root file system 16 KiB measured best:
 *  larger windows read contents that nobody asks for. */
const SYNC_WINDOW_BYTES = 16 * 1024;
/** Where the source does not tell. */
const BULK: BulkReading = { readBytes: 8 * 1024 * 1024, ahead: 5 };
/** A gap that is cheaper to read than to hop over. */
const SMALL_GAP_BYTES = 128 * 1024;

const TRAILING_CHECKED_BYTES = 256 * 1024 * 1024;

/** Headers between two looks at the clock. */
const PACE_HEADERS = 256;

/** Reads all headers of a tar and hops over the contents. `visit` is called in archive order.
 *  Throws TarError (see `TarScanOptions.partial`), SourceError, and the signal's reason. */
export async function scanTar(source: ByteSource, visit: TarVisitor, options: TarScanOptions = {}): Promise<TarScan> {
  const machine = new TarMachine(visit, options);
  const window = new HoppingWindow(source);
  const pacer = new Pacer(options.signal);
  options.signal?.throwIfAborted();
  const total = source.sizeBytes;
  let untilLook = PACE_HEADERS;
  while (!machine.isDone) {
    const { wantOffset, wantLength } = machine;
    if (wantOffset + wantLength > total) {
      machine.finish(total, wantOffset < total ? await source.read(wantOffset, total - wantOffset) : new Uint8Array(0));
      break;
    }
    if (!window.holds(wantOffset, wantLength)) {
      if (source.readIntoSync) window.moveSync(wantOffset, wantLength);
      else await window.move(wantOffset, wantLength);
      if (!window.holds(wantOffset, wantLength))
        throw new SourceError('changed', wantOffset, `fewer bytes at ${wantOffset} than the source said it has`);
      options.signal?.throwIfAborted();
      options.onProgress?.(wantOffset);
    }
    machine.feed(window.bytes, wantOffset - window.start);
    if (--untilLook === 0) {
      untilLook = PACE_HEADERS;
      if (pacer.isDue) await pacer.pause();
    }
  }
  window.letGo();
  const trailingStart = Math.min(machine.endOffset + machine.endBlocks * BLOCK_BYTES, total);
  const zeros = await isZeroToEnd(source, trailingStart, pacer);
  options.onProgress?.(total);
  return {
    entryCount: machine.entryCount,
    endOffset: machine.endOffset,
    totalBytes: total,
    trailing: { bytes: total - trailingStart, zeros },
    endBlocks: machine.endBlocks,
    findings: machine.findings.list(),
    error: machine.error,
  };
}

/** The part of the source that lies in memory: one buffer that is filled again and again where the source can do
 *  that, else what it gives: more while hops are short, and then also ahead of need, less while they are long. */
class HoppingWindow {
  start = 0;
  bytes: Uint8Array = NO_BYTES;
  readonly #source: ByteSource;
  readonly #bulk: BulkReading;
  #buffer = new Uint8Array(0);
  #length = FIRST_WINDOW_BYTES;
  /** The bytes are of a bulk read, which nobody looks at twice. */
  #isBulk = false;
  /** Reads under way, end to end. */
  #ahead: { readonly start: number; readonly end: number; readonly bytes: Promise<Uint8Array> }[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
    this.#bulk = source.bulk ?? BULK;
  }

  holds(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.bytes.length;
  }

  async move(offset: number, length: number): Promise<void> {
    this.#adapt(offset);
    this.letGo();
    while (this.#ahead[0] && this.#ahead[0].end <= offset) this.#ahead.shift();
    const next = this.#ahead[0];
    if (next && offset >= next.start && offset + length <= next.end) {
      this.#ahead.shift();
      this.bytes = await next.bytes;
      this.start = next.start;
      this.#isBulk = true;
    } else {
      this.#ahead = [];
      this.bytes = await this.#source.read(offset, Math.max(length, this.#length));
      this.start = offset;
    }
    if (this.#length >= this.#bulk.readBytes) this.#readAhead();
  }

  letGo(): void {
    if (this.#isBulk) this.#bulk.free?.(this.bytes);
    this.#isBulk = false;
    this.bytes = NO_BYTES;
  }

  #readAhead(): void {
    const { sizeBytes } = this.#source;
    let start = this.#ahead.at(-1)?.end ?? this.start + this.bytes.length;
    while (this.#ahead.length < this.#bulk.ahead && start < sizeBytes) {
      const end = Math.min(start + this.#bulk.readBytes, sizeBytes);
      const bytes = this.#source.read(start, end - start);
      // Its failure counts when its bytes are needed.
      bytes.catch(() => undefined);
      this.#ahead.push({ start, end, bytes });
      start = end;
    }
  }

  moveSync(offset: number, length: number): void {
    const { readIntoSync } = this.#source;
    if (!readIntoSync) throw new Error('the source cannot read synchronously');
    if (this.#buffer.length < length || this.#buffer.length === 0) {
      this.#buffer = new Uint8Array(Math.max(length, SYNC_WINDOW_BYTES));
    }
    const filled = readIntoSync.call(this.#source, this.#buffer, offset);
    this.bytes = filled === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, filled);
    this.start = offset;
  }

  /** Grows fast: until it reads ahead, each read is waited for. One large file among small ones does not shrink it. */
  #adapt(offset: number): void {
    if (this.bytes.length === 0) return;
    const gap = offset - (this.start + this.bytes.length);
    if (gap < SMALL_GAP_BYTES) this.#length = Math.min(this.#length * 8, this.#bulk.readBytes);
    else if (gap > this.#length / 4) this.#length = Math.max(this.#length >> 2, MIN_WINDOW_BYTES);
  }
}

async function isZeroToEnd(source: ByteSource, start: number, pacer: Pacer): Promise<boolean> {
  const end = Math.min(source.sizeBytes, start + TRAILING_CHECKED_BYTES);
  let length = MIN_WINDOW_BYTES;
  for (let offset = start; offset < end;) {
    const bytes = await source.read(offset, Math.min(length, end - offset));
    if (!isZeroBlock(bytes, 0, bytes.length)) return false;
    if (bytes.length === 0) break;
    offset += bytes.length;
    length = Math.min(length * 4, BULK.readBytes);
    if (pacer.isDue) await pacer.pause();
  }
  return true;
}
