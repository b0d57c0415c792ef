import type { Timestamp } from '../../vfs/overlay/layer.ts';

/** The time of a machine. */
export interface Clock {
  now(): Timestamp;
  /** Ends after that time, or rejects with the signal's reason when it is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** The computer's own time. */
export class WallClock implements Clock {
  now(): Timestamp {
    const nowMs = performance.timeOrigin + performance.now();
    const sec = Math.floor(nowMs / 1000);
    return { sec, nsec: Math.floor((nowMs - sec * 1000) * 1e6) };
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      // setTimeout takes 31 bits.
      const timer = setTimeout(done, Math.min(durationMs, 2 ** 31 - 1));
      function aborted() {
        clearTimeout(timer);
        reject(signal?.reason);
      }
      function done() {
        signal?.removeEventListener('abort', aborted);
        resolve();
      }
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }
}

/** How long nothing may happen before time moves on. */
const IDLE_MS = 2;

/** Time that stands still while the machine works and jumps to the next thing that somebody waits for: what sleeps for
 *  an hour wakes at once, and in order. Each look at the clock is a microsecond later than the one before. */
export class VirtualClock implements Clock {
  #nowNsec: bigint;
  readonly #waiting: { readonly atNsec: bigint; readonly wake: () => void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #activity = 0;

  constructor(startSec: number) {
    this.#nowNsec = BigInt(Math.floor(startSec)) * 1_000_000_000n;
  }

  now(): Timestamp {
    this.#activity++;
    this.#nowNsec += 1000n;
    return { sec: Number(this.#nowNsec / 1_000_000_000n), nsec: Number(this.#nowNsec % 1_000_000_000n) };
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const entry = { atNsec: this.#nowNsec + BigInt(Math.round(durationMs * 1e6)), wake: done };
      const waiting = this.#waiting;
      function aborted() {
        const at = waiting.indexOf(entry);
        if (at >= 0) waiting.splice(at, 1);
        reject(signal?.reason);
      }
      function done() {
        signal?.removeEventListener('abort', aborted);
        resolve();
      }
      signal?.addEventListener('abort', aborted, { once: true });
      const after = waiting.findIndex(({ atNsec }) => atNsec > entry.atNsec);
      waiting.splice(after < 0 ? waiting.length : after, 0, entry);
      this.#activity++;
      this.#watch();
    });
  }

  #watch(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    const seen = this.#activity;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (seen === this.#activity) {
        const next = this.#waiting.shift();
        if (next && next.atNsec > this.#nowNsec) this.#nowNsec = next.atNsec;
        next?.wake();
      }
      this.#watch();
    }, IDLE_MS);
  }
}
