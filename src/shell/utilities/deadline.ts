import type { Process } from '../kernel/process.ts';

/** What was waited for took longer than was allowed. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  /** How long was waited in all. */
  readonly waitedMs: number;
  constructor(waitedMs: number) {
    super(`waited for ${waitedMs} ms`);
    this.waitedMs = waitedMs;
  }
}

/** A bound on the time of several waits together, by the machine's clock. What is waited for is not ended by it. */
export class Deadline {
  readonly #process: Process;
  readonly #limitMs: number;
  readonly #startMs: number;

  /** `Infinity`: as long as it takes. */
  constructor(process: Process, limitMs: number) {
    this.#process = process;
    this.#limitMs = limitMs;
    this.#startMs = this.#nowMs;
  }

  get #nowMs(): number {
    const { sec, nsec } = this.#process.kernel.clock.now();
    return sec * 1000 + nsec / 1e6;
  }

  get isOver(): boolean {
    return this.#nowMs - this.#startMs >= this.#limitMs;
  }

  /** Throws DeadlineError. */
  async wait<T>(work: Promise<T>): Promise<T> {
    const process = this.#process;
    if (this.#limitMs === Number.POSITIVE_INFINITY) return process.waitFor(work);
    const abort = new AbortController();
    const leftMs = Math.max(0, this.#startMs + this.#limitMs - this.#nowMs);
    const late = process.kernel.clock.sleep(leftMs, abort.signal).then(() => {
      throw new DeadlineError(Math.floor(this.#nowMs - this.#startMs));
    });
    late.catch(() => undefined);
    try {
      return await process.waitFor(Promise.race([work, late]));
    } finally {
      abort.abort();
    }
  }

  /** The pieces, all of them within the time. Throws DeadlineError. */
  pieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    return eachInTime(() => this, body);
  }
}

/** The pieces of a body, each waited for as the deadline for it allows. Throws DeadlineError. */
export async function* eachInTime(
  deadlineOf: () => Deadline,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await deadlineOf().wait(iterator.next());
    if (next.done) return;
    yield next.value;
  }
}
