import process from 'node:process';
import type { Clock } from '../../../shell/kernel/clock.ts';
import type { Timestamp } from '../../../vfs/overlay/layer.ts';

/** How long nothing may look at the clock before time moves on. */
const IDLE_MS = 5;
/** What sleeps longer is there to stay: a container that is to be stopped. */
const HORIZON_NSEC = 15_000_000_000n;

interface Sleeper {
  readonly atNsec: bigint;
  readonly wake: () => void;
}

/** Work of the machine that waits for the computer: files that are read, sums that are made in threads. */
const WORK = /^(FS|Zlib|.*Job|.*Port|Worker)/;

function isReading(): boolean {
  return process.getActiveResourcesInfo().some((name) => WORK.test(name));
}

/** The time of a transcript: a second and a bit a step, as a person types; who sleeps a little wakes at once when
 *  nothing else is done; who sleeps long does not wake. Nothing depends on the speed of the computer. */
export class StepClock implements Clock {
  #nowNsec: bigint;
  #sleepers: Sleeper[] = [];
  #activity = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(startSec: number) {
    this.#nowNsec = BigInt(startSec) * 1_000_000_000n;
  }

  now(): Timestamp {
    this.#activity++;
    this.#nowNsec += 1000n;
    return { sec: Number(this.#nowNsec / 1_000_000_000n), nsec: Number(this.#nowNsec % 1_000_000_000n) };
  }

  /** Moves on and wakes who is due. */
  advance(durationMs: number): void {
    this.#nowNsec += BigInt(Math.round(durationMs * 1e6));
    for (let next = this.#sleepers[0]; next && next.atNsec <= this.#nowNsec; next = this.#sleepers[0]) {
      this.#sleepers.shift();
      next.wake();
    }
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper: Sleeper = { atNsec: this.#nowNsec + BigInt(Math.round(durationMs * 1e6)), wake: done };
      const leave = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      function done() {
        signal?.removeEventListener('abort', leave);
        resolve();
      }
      signal?.addEventListener('abort', leave, { once: true });
      const after = this.#sleepers.findIndex(({ atNsec }) => atNsec > sleeper.atNsec);
      this.#sleepers.splice(after < 0 ? this.#sleepers.length : after, 0, sleeper);
      this.#activity++;
      this.#watch();
    });
  }

  /** Lets go of the computer's timers. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#sleepers = [];
  }

  #watch(): void {
    const [next] = this.#sleepers;
    if (this.#timer !== undefined || !next || next.atNsec - this.#nowNsec > HORIZON_NSEC) return;
    const seen = this.#activity;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const [first] = this.#sleepers;
      const isIdle = seen === this.#activity && !isReading();
      if (isIdle && first && first.atNsec - this.#nowNsec <= HORIZON_NSEC) {
        this.#sleepers.shift();
        if (first.atNsec > this.#nowNsec) this.#nowNsec = first.atNsec;
        first.wake();
      }
      this.#watch();
    }, IDLE_MS);
  }
}
