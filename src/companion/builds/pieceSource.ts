import { clipRange, SlicedSource, type ByteSource } from '../../bytes/byteSource.ts';

/** Bytes in memory as they came, in pieces: putting 4 MB together takes 2 ms, which nobody needs who only writes them
 *  away again. */
export class PieceSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #pieces: readonly Uint8Array[];
  /** Where each begins. */
  readonly #starts: readonly number[];

  constructor(pieces: readonly Uint8Array[]) {
    const starts: number[] = [];
    let sizeBytes = 0;
    for (const piece of pieces) {
      starts.push(sizeBytes);
      sizeBytes += piece.length;
    }
    this.#pieces = pieces;
    this.#starts = starts;
    this.sizeBytes = sizeBytes;
  }

  /** The pieces of a range, clipped to the end: views. */
  *views(offset: number, length: number): Generator<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    const end = range.offset + range.length;
    for (let at = range.offset, i = this.#pieceAt(at); at < end; i++) {
      const piece = this.#pieces[i] as Uint8Array;
      const start = this.#starts[i] as number;
      const view = piece.subarray(at - start, end - start);
      at += view.length;
      if (view.length > 0) yield view;
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.readSync(offset, length);
  }

  readSync(offset: number, length: number): Uint8Array {
    const views = [...this.views(offset, length)];
    if (views.length === 1) return views[0] as Uint8Array;
    const bytes = new Uint8Array(views.reduce((sum, view) => sum + view.length, 0));
    let at = 0;
    for (const view of views) {
      bytes.set(view, at);
      at += view.length;
    }
    return bytes;
  }

  readIntoSync(target: Uint8Array, offset: number): number {
    let at = 0;
    for (const view of this.views(offset, target.length)) {
      target.set(view, at);
      at += view.length;
    }
    return at;
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this, range.offset, range.length);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    yield* this.views(0, this.sizeBytes);
  }

  /** The last that begins at an offset or before it. */
  #pieceAt(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
