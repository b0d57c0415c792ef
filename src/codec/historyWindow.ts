/** Content that is ready is handed out in pieces of about this size. */
const ROUND_BYTES = 512 * 1024;
const FIRST_BYTES = 1024 * 1024;
/** Beyond the window; more would save little moving for large windows. */
const MAX_SPARE_BYTES = 32 * 1024 * 1024;

/** The end of the content that a dictionary coder has made: what matches can still reach, and what has not been
 *  handed out. It grows as content comes, so that a header that only claims a large window costs nothing. */
export class HistoryWindow {
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  /** Where the next byte goes. */
  end = 0;
  /** The first byte that matches may reach, if it is not further back than `windowBytes`. */
  start = 0;
  windowBytes = 0;
  #taken = 0;

  /** Forgets the history: matches never reach what lies before. */
  reset(windowBytes: number): void {
    this.windowBytes = windowBytes;
    this.start = this.end;
  }

  get hasContent(): boolean {
    return this.end > this.#taken;
  }

  get hasRound(): boolean {
    return this.end - this.#taken >= ROUND_BYTES;
  }

  /** What has not been handed out, valid until `makeRoom`. */
  take(): Uint8Array {
    const piece = this.bytes.subarray(this.#taken, this.end);
    this.#taken = this.end;
    return piece;
  }

  /** Makes room for `roomBytes` more. What was not taken stays. */
  makeRoom(roomBytes: number): void {
    if (this.end + roomBytes <= this.bytes.length) return;
    const keepFrom = Math.min(this.#taken, Math.max(this.start, this.end - this.windowBytes));
    const keptBytes = this.end - keepFrom;
    const neededBytes = keptBytes + roomBytes;
    // Twice the window, so that each byte is moved about once.
    const usefulBytes = this.windowBytes + Math.min(this.windowBytes, MAX_SPARE_BYTES) + ROUND_BYTES + roomBytes;
    const grownBytes = Math.max(neededBytes, Math.min(usefulBytes, this.bytes.length * 2));
    if (grownBytes > this.bytes.length) {
      const grown = new Uint8Array(grownBytes);
      grown.set(this.bytes.subarray(keepFrom, this.end));
      this.bytes = grown;
    } else {
      this.bytes.copyWithin(0, keepFrom, this.end);
    }
    this.start = Math.max(0, this.start - keepFrom);
    this.#taken -= keepFrom;
    this.end = keptBytes;
  }
}
