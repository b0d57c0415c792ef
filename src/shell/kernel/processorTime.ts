/** What the members of a control group may use of the processors: so much in each period, and what was not used in one
 *  is lost with it (Documentation/scheduler/sched-bwc.rst). One that used more waits until that is made up for. */
export class ProcessorTime {
  usedMs = 0;
  /** Waits, and how long they were. */
  waits = 0;
  waitedMs = 0;
  /** None was used yet. */
  #creditMs = Number.POSITIVE_INFINITY;
  #seenMs = performance.now();

  /** After so much was used: how long to wait now, in ms. */
  use(ranMs: number, quotaMs: number, periodMs: number): number {
    const nowMs = performance.now();
    const grantedMs = ((nowMs - this.#seenMs) * quotaMs) / periodMs;
    this.#creditMs = Math.min(quotaMs, this.#creditMs + grantedMs) - ranMs;
    this.#seenMs = nowMs;
    if (this.#creditMs >= 0) return 0;
    const waitMs = (-this.#creditMs * periodMs) / quotaMs;
    this.waits++;
    this.waitedMs += waitMs;
    return waitMs;
  }
}
