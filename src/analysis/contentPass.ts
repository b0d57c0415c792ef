import type { ByteSource } from '../bytes/byteSource.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import type { LayerContents } from './layerContents.ts';
import { Pace } from './pace.ts';
import { storedBytes } from './storedBytes.ts';

/** Files of one layer whose contents are wanted. */
export interface ContentRequest {
  readonly layer: number;
  readonly tree: LayerTree;
  /** Inodes, in any order, no duplicates. */
  readonly entries: readonly number[];
  /** Of each file at most its first bytes are read. */
  readonly maxBytesPerFile: number;
}

/** One piece of a file. Pieces of a file come in order, files in the order of the tar. */
export interface ContentPiece {
  readonly entry: number;
  /** Position in the stored content. */
  readonly offset: number;
  /** Valid until the visitor's promise resolves. */
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

export interface ContentOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how far the reading came, in bytes of wanted content. */
  readonly onBytes?: ((doneBytes: number) => void) | undefined;
}

/** What lies further apart than this is not read together. */
const JOIN_GAP_BYTES = 128 * 1024;
/** Largest single read: as large as measured best for a file in Chromium. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Hands the contents of chosen files to a visitor, in one pass over their layer: by reads where random access is
 *  cheap, else by streaming the tar up to the last of them. A visitor that returns 'enough' ends its file; one that
 *  returns 'stop' ends the pass. Returns the files that the layer ended before: it is cut. */
export async function passContents(
  contents: LayerContents,
  request: ContentRequest,
  visit: (piece: ContentPiece) => VisitResult | Promise<VisitResult>,
  options: ContentOptions = {},
): Promise<{ readonly unread: number }> {
  const feeder = new RangeFeeder(request, visit, options.onBytes);
  const pace = new Pace(options.signal);
  const source = feeder.isDone ? undefined : await contents.random(request.layer);
  if (source) await feedByReads(source, feeder, pace, options.signal);
  else if (!feeder.isDone) {
    let position = 0;
    for await (const chunk of contents.stream(request.layer)) {
      options.signal?.throwIfAborted();
      await feeder.feed(position, chunk);
      position += chunk.length;
      if (feeder.isDone) break;
      if (pace.step()) await pace.rest();
    }
  }
  return { unread: feeder.unread };
}

export type VisitResult = 'more' | 'enough' | 'stop';

async function feedByReads(
  source: ByteSource,
  feeder: RangeFeeder,
  pace: Pace,
  signal: AbortSignal | undefined,
): Promise<void> {
  while (!feeder.isDone) {
    signal?.throwIfAborted();
    if (pace.step()) await pace.rest();
    const window = feeder.nextWindow();
    const bytes = await source.read(window.offset, window.length);
    await feeder.feed(window.offset, bytes);
    if (bytes.length < window.length) return;
  }
}

/** Cuts a passing stream into the pieces that are wanted. */
class RangeFeeder {
  readonly #entries: readonly number[];
  readonly #start: Float64Array;
  readonly #length: Float64Array;
  readonly #visit: (piece: ContentPiece) => VisitResult | Promise<VisitResult>;
  readonly #onBytes: ((doneBytes: number) => void) | undefined;
  #at = 0;
  #doneOfFile = 0;
  #doneBytes = 0;
  #stopped = false;

  constructor(
    request: ContentRequest,
    visit: (piece: ContentPiece) => VisitResult | Promise<VisitResult>,
    onBytes: ((doneBytes: number) => void) | undefined,
  ) {
    const { tree, maxBytesPerFile } = request;
    this.#entries = request.entries
      .filter((entry) => storedBytes(tree, entry) > 0)
      .sort((a, b) => tree.contentOffset(a) - tree.contentOffset(b));
    this.#start = Float64Array.from(this.#entries, (entry) => tree.contentOffset(entry));
    this.#length = Float64Array.from(this.#entries, (entry) => Math.min(storedBytes(tree, entry), maxBytesPerFile));
    this.#visit = visit;
    this.#onBytes = onBytes;
  }

  get isDone(): boolean {
    return this.#stopped || this.#at >= this.#entries.length;
  }

  get unread(): number {
    return this.#stopped ? 0 : this.#entries.length - this.#at;
  }

  /** The next wanted bytes, together with what follows closely. */
  nextWindow(): { readonly offset: number; readonly length: number } {
    const offset = (this.#start[this.#at] as number) + this.#doneOfFile;
    let end = offset;
    for (let i = this.#at; i < this.#entries.length; i++) {
      const start = this.#start[i] as number;
      if (start - end > JOIN_GAP_BYTES || end - offset >= WINDOW_BYTES) break;
      end = start + (this.#length[i] as number);
    }
    return { offset, length: Math.min(end - offset, WINDOW_BYTES) };
  }

  async feed(position: number, bytes: Uint8Array): Promise<void> {
    const end = position + bytes.length;
    while (!this.isDone) {
      const start = this.#start[this.#at] as number;
      const length = this.#length[this.#at] as number;
      const from = start + this.#doneOfFile;
      // Before what is passing: two entries claim the same bytes. The first of them had them.
      if (from < position) {
        this.#nextFile();
        continue;
      }
      if (from >= end) return;
      const until = Math.min(start + length, end);
      const isLast = until === start + length;
      const entry = this.#entries[this.#at] as number;
      const piece = bytes.subarray(from - position, until - position);
      const result = await this.#visit({ entry, offset: this.#doneOfFile, bytes: piece, isLast });
      this.#doneBytes += until - from;
      this.#doneOfFile += until - from;
      if (result === 'stop') this.#stopped = true;
      else if (isLast || result === 'enough') this.#nextFile();
    }
  }

  #nextFile(): void {
    this.#at++;
    this.#doneOfFile = 0;
    this.#onBytes?.(this.#doneBytes);
  }
}
