/** Requests that are looked at together, and the time in which they come when somebody waits for each. */
const BURST_REQUESTS = 32;
const BURST_MS = 10;

/** Notices when requests come one after the other as fast as they are answered, and tells the threads that share its
 *  memory (`shareWith`). A look at the clock every 32 requests. */
export class RequestPace {
  /** One number: how many bursts there have been. */
  readonly bursts = new Int32Array(new SharedArrayBuffer(4));
  readonly #onFirst: (bursts: Int32Array) => void;
  readonly #nowMs: () => number;
  #requests = 0;
  #sinceMs: number;
  #hasBegun = false;

  /** `onFirst`: runs at the first burst. */
  constructor(onFirst: (bursts: Int32Array) => void, nowMs = () => performance.now()) {
    this.#onFirst = onFirst;
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** A request has been answered. */
  note(): void {
    if (++this.#requests < BURST_REQUESTS) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#sinceMs <= BURST_MS) this.#noteBurst();
    this.#requests = 0;
    this.#sinceMs = nowMs;
  }

  #noteBurst(): void {
    Atomics.add(this.bursts, 0, 1);
    Atomics.notify(this.bursts, 0);
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#onFirst(this.bursts);
  }
}
