/** Those that nobody asked for this long are let go. */
const IDLE_MS = 3000;

/** Buffers to be filled again: the first touch of fresh memory takes longer than copying into it. */
export class SpareBuffers {
  readonly #sizeBytes: number;
  readonly #maxCount: number;
  #spare: ArrayBuffer[] = [];
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  /** Keeps no more than `maxCount` of them. */
  constructor(sizeBytes: number, maxCount: number) {
    this.#sizeBytes = sizeBytes;
    this.#maxCount = maxCount;
  }

  /** With old bytes in it, maybe. */
  take(): ArrayBuffer {
    return this.#spare.pop() ?? new ArrayBuffer(this.#sizeBytes);
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength !== this.#sizeBytes || this.#spare.length >= this.#maxCount) return;
    this.#spare.push(buffer);
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.#spare = [];
    }, IDLE_MS);
  }
}
