import { nextTask } from '../bytes/nextTask.ts';

/** Longest stretch of work between two turns of the event loop, ms: cancel and progress stay prompt. */
const STRETCH_MS = 24;
/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 2048;

/** Keeps long work from holding the event loop: call `step` for each item and await `rest` when it says so.
 *  Throws the signal's reason once it is aborted. */
export class Pace {
  readonly #signal: AbortSignal | undefined;
  #steps = 0;
  #since = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    signal?.throwIfAborted();
  }

  /** True when it is time to `rest`. */
  step(): boolean {
    if (++this.#steps < STEPS_PER_LOOK) return false;
    this.#steps = 0;
    return performance.now() - this.#since >= STRETCH_MS;
  }

  async rest(): Promise<void> {
    await nextTask();
    this.#signal?.throwIfAborted();
    this.#since = performance.now();
  }
}
