import { nextTask } from './nextTask.ts';

/** Work between two pauses. A frame of a page is 16 ms. */
const SLICE_MS = 30;

/** Lets long synchronous work pause, so that its thread can answer, and end when it is asked to. */
export class Pacer {
  readonly #signal: AbortSignal | undefined;
  #pausedAt = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  get isDue(): boolean {
    return performance.now() - this.#pausedAt > SLICE_MS;
  }

  /** Lets other tasks run. Throws the signal's reason when it was aborted. */
  async pause(): Promise<void> {
    await nextTask();
    this.#pausedAt = performance.now();
    this.#signal?.throwIfAborted();
  }
}
