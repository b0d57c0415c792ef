import type { TextEncoding } from './encoding.ts';
import type { FilePages, ReadBytes } from './filePages.svelte.ts';
import { ANCHOR_ROWS, type Anchor, MAX_ROW_BYTES, RowIndex, type RowPiece } from './rowIndex.ts';
import { visibleText } from './visibleText.ts';

export interface TextRow {
  /** From 1; undefined for a further piece of a long line. */
  readonly line: number | undefined;
  readonly text: string;
}

/** Bytes that are indexed without being asked for; a larger file is indexed as far as the reader goes. */
const EAGER_BYTES = 64 * 1024 * 1024;
const SCAN_CHUNK_BYTES = 1024 * 1024;
const FIRST_CHUNK_BYTES = 128 * 1024;
const STEP_BYTES = 32 * 1024 * 1024;
const MAX_BLOCKS = 16;
/** The most that the rows from one anchor to the next can take. */
const BLOCK_BYTES = ANCHOR_ROWS * (MAX_ROW_BYTES + 4);

/** A file's text by rows, while its row index is still being made. */
export class TextModel {
  readonly sizeBytes: number;
  readonly encoding: TextEncoding;
  rowCount = $state(0);
  lineCount = $state(0);
  scannedBytes = $state(0);
  status = $state<'scanning' | 'paused' | 'done' | 'failed'>('scanning');

  readonly #index: RowIndex;
  readonly #pages: FilePages;
  readonly #read: ReadBytes;
  readonly #decoder: TextDecoder;
  readonly #blocks = new Map<number, readonly TextRow[]>();
  #scanTo = EAGER_BYTES;
  #disposed = false;

  constructor(sizeBytes: number, encoding: TextEncoding, bomBytes: number, pages: FilePages, read: ReadBytes) {
    this.sizeBytes = sizeBytes;
    this.encoding = encoding;
    this.#index = new RowIndex(encoding, bomBytes);
    this.#pages = pages;
    this.#read = read;
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true });
  }

  /** Reads on until the bound, the end, or `dispose`. */
  async scan(): Promise<void> {
    this.status = 'scanning';
    while (!this.#disposed && this.#index.scannedBytes < this.sizeBytes) {
      if (this.#index.scannedBytes >= this.#scanTo) {
        this.status = 'paused';
        return;
      }
      const offset = this.#index.scannedBytes;
      const chunk = await this.#read(offset, offset < SCAN_CHUNK_BYTES ? FIRST_CHUNK_BYTES : SCAN_CHUNK_BYTES);
      if (this.#disposed) return;
      if (!chunk || chunk.length === 0) {
        this.status = 'failed';
        return;
      }
      this.#index.feed(chunk);
      this.#publish();
    }
    if (this.#disposed) return;
    this.#index.finish();
    this.#blocks.clear();
    this.status = 'done';
    this.#publish();
  }

  /** Goes on with a paused scan: a step further, or to the end. */
  scanOn(how: 'step' | 'toEnd'): void {
    if (this.status !== 'paused') return;
    this.#scanTo = how === 'toEnd' ? this.sizeBytes : this.#scanTo + STEP_BYTES;
    void this.scan();
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** Undefined while its bytes are on their way. Reactive. */
  row(row: number): TextRow | undefined {
    const block = Math.floor(row / ANCHOR_ROWS);
    return this.#block(block)?.[row - block * ANCHOR_ROWS];
  }

  /** The row where a line (from 1) begins, or undefined when it is not known yet or not there. */
  async rowOfLine(line: number): Promise<number | undefined> {
    if (!Number.isSafeInteger(line) || line < 1 || line > this.lineCount) return undefined;
    const anchor = this.#index.anchorOfLine(line - 1);
    const bytes = await this.#read(anchor.offset, BLOCK_BYTES);
    if (!bytes) return undefined;
    const pieces = this.#cut(bytes, anchor, ANCHOR_ROWS);
    const at = pieces.findIndex((piece) => piece.line === line - 1 && !piece.isContinuation);
    return at < 0 ? undefined : anchor.row + at;
  }

  #publish(): void {
    this.rowCount = this.#index.rowCount;
    this.lineCount = this.#index.lineCount;
    this.scannedBytes = this.#index.scannedBytes;
  }

  #block(block: number): readonly TextRow[] | undefined {
    const firstRow = block * ANCHOR_ROWS;
    const wanted = Math.min(ANCHOR_ROWS, this.rowCount - firstRow);
    const known = this.#blocks.get(block);
    if (known && known.length >= wanted) return known;
    const anchor = this.#index.anchor(firstRow);
    const bytes = this.#pages.bytes(anchor.offset, BLOCK_BYTES);
    if (!bytes) return undefined;
    const rows = this.#cut(bytes, anchor, wanted).map((piece) => ({
      line: piece.isContinuation ? undefined : piece.line + 1,
      text: visibleText(this.#decoder.decode(bytes.subarray(piece.start, piece.end))),
    }));
    this.#blocks.set(block, rows);
    const oldest = this.#blocks.size > MAX_BLOCKS ? this.#blocks.keys().next().value : undefined;
    if (oldest !== undefined) this.#blocks.delete(oldest);
    return rows;
  }

  #cut(bytes: Uint8Array, anchor: Anchor, count: number): RowPiece[] {
    const reachesEnd = anchor.offset + bytes.length >= this.sizeBytes;
    return this.#index.cut(bytes, anchor, count, reachesEnd ? 'fileEnd' : 'more');
  }
}
