import type { Clock } from '../shell/kernel/clock.ts';
import type { EngineEvent } from './systemCalls.ts';

/** As many as dockerd keeps (moby daemon/events, eventsLimit). */
const MAX_KEPT = 256;

/** What happened, as `docker events` tells it. */
export class EventLog {
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #kept: EngineEvent[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get kept(): readonly EngineEvent[] {
    return this.#kept;
  }

  log(
    type: EngineEvent['type'],
    action: string,
    actorId: string,
    attributes: Readonly<Record<string, string>> = {},
  ): void {
    const { sec, nsec } = this.#clock.now();
    const event: EngineEvent = {
      type,
      action,
      actorId,
      attributes,
      timeSec: sec,
      timeNsec: BigInt(sec) * 1_000_000_000n + BigInt(nsec),
    };
    this.#kept = [...this.#kept.slice(1 - MAX_KEPT), event];
    for (const listener of this.#listeners) listener(event);
  }

  /** What was kept of another day comes before what is new. */
  recall(events: readonly EngineEvent[]): void {
    this.#kept = [...events, ...this.#kept].slice(-MAX_KEPT);
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
