import type { BuildEvent, BuildEventBody } from '../protocol.ts';

/** The events of one build: kept, numbered, and handed to any number of readers, each from where it likes. */
export class EventLog {
  readonly #events: BuildEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #nowMs: () => number;
  #isEnded = false;
  #readers = 0;
  #onReaders: ((count: number) => void) | undefined;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  get readers(): number {
    return this.#readers;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Called whenever a reader comes or goes. */
  onReaders(callback: (count: number) => void): void {
    this.#onReaders = callback;
  }

  append(body: BuildEventBody): void {
    if (this.#isEnded) return;
    this.#events.push({ seq: this.#events.length, timeMs: this.#nowMs(), ...body });
    this.#isEnded = body.type === 'done' || body.type === 'error';
    this.#wake();
  }

  /** Events from a number on, as they come, until the last; `undefined` now and then while none comes, so that a
   *  connection can be seen to live. Ends early by the signal. */
  async *read(from: number, pauseMs: number, signal: AbortSignal): AsyncGenerator<BuildEvent | undefined> {
    this.#count(1);
    try {
      for (let at = from; !signal.aborted;) {
        const event = this.#events[at];
        if (event) {
          at++;
          yield event;
        } else if (this.#isEnded) return;
        else if (!(await this.#more(pauseMs, signal))) yield undefined;
      }
    } finally {
      this.#count(-1);
    }
  }

  #count(change: number): void {
    this.#readers += change;
    this.#onReaders?.(this.#readers);
  }

  /** Whether anything came. */
  #more(pauseMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (came: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve(came);
      };
      const wake = (): void => done(true);
      const timer = setTimeout(() => done(false), pauseMs);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
