/** The last windows read from a slow place, for callers that hop through it in small reads. A window grows while
 *  reads follow each other closely: sparse archives then cost a small read a header, dense ones a large read every few
 *  thousand headers. */
export interface WindowLimits {
  /** Read at least after a jump: 0 where a read costs by its length rather than by its number. */
  readonly jumpBytes: number;
  readonly smallestBytes: number;
  readonly largestBytes: number;
  readonly count: number;
}

interface Window {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class WindowCache {
  readonly #limits: WindowLimits;
  #windows: Window[] = [];
  #windowBytes: number;
  #lastEnd = -1;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
    this.#windowBytes = limits.smallestBytes;
  }

  /** The bytes, where one window holds them all: a view that stays valid. */
  find(offset: number, length: number): Uint8Array | undefined {
    for (const window of this.#windows) {
      const start = offset - window.offset;
      if (start >= 0 && start + length <= window.bytes.length) return window.bytes.subarray(start, start + length);
    }
    return undefined;
  }

  /** How much to read for a miss; undefined for a read that is better made as it is: a large one, or a jump. */
  sizeForMiss(offset: number, length: number): number | undefined {
    const { smallestBytes, largestBytes, jumpBytes } = this.#limits;
    const gap = offset - this.#lastEnd;
    const isNear = this.#lastEnd >= 0 && gap > -this.#windowBytes && gap <= this.#windowBytes / 4;
    this.#lastEnd = offset + length;
    if (length >= largestBytes / 2) return undefined;
    if (!isNear) {
      this.#windowBytes = smallestBytes;
      return length < jumpBytes ? jumpBytes : undefined;
    }
    this.#windowBytes = Math.min(this.#windowBytes * 2, largestBytes);
    while (this.#windowBytes < length) this.#windowBytes *= 2;
    return this.#windowBytes;
  }

  /** Keeps what was read for a miss. */
  add(offset: number, bytes: Uint8Array): void {
    this.#windows = [{ offset, bytes }, ...this.#windows.slice(0, this.#limits.count - 1)];
    this.#lastEnd = offset + bytes.length;
  }
}
