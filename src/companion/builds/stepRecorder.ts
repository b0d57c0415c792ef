import { CompanionError } from '../companionError.ts';
import type { StepEvent } from '../protocol.ts';

export interface StepBounds {
  readonly logBytes: number;
  readonly steps: number;
}

const MAX_NAME_CHARACTERS = 2000;
/** A line of NDJSON stays within what clients read at once. */
const MAX_TEXT_CHARACTERS = 64 * 1024;
/** What an event costs besides its text: many small ones are a flood too. */
const EVENT_BYTES = 64;

/** Keeps what an engine tells within bounds: so much log, so many steps, so long a name. */
export class StepRecorder {
  readonly #bounds: StepBounds;
  readonly #append: (event: StepEvent) => void;
  #logBytes = 0;
  #steps = 0;
  #isTruncated = false;

  constructor(bounds: StepBounds, append: (event: StepEvent) => void) {
    this.#bounds = bounds;
    this.#append = append;
  }

  /** Throws CompanionError `limit` when there are too many steps. */
  add(event: StepEvent): void {
    switch (event.type) {
      case 'step':
        if (++this.#steps > this.#bounds.steps) {
          throw new CompanionError('limit', `the build has over ${this.#bounds.steps} steps`);
        }
        this.#append({ ...event, name: shortened(event.name) });
        break;
      case 'step-done':
        this.#append(event.error === undefined ? event : { ...event, error: shortened(event.error) });
        break;
      case 'log':
        this.#addLog(event);
        break;
      case 'log-truncated':
        this.#append(event);
        break;
    }
  }

  #addLog(event: Extract<StepEvent, { type: 'log' }>): void {
    if (this.#isTruncated) return;
    for (let at = 0; at < event.text.length; at += MAX_TEXT_CHARACTERS) {
      const text = event.text.slice(at, at + MAX_TEXT_CHARACTERS);
      const sizeBytes = Math.max(EVENT_BYTES, Buffer.byteLength(text));
      if (this.#logBytes + sizeBytes > this.#bounds.logBytes) {
        this.#isTruncated = true;
        this.#append({ type: 'log-truncated', keptBytes: this.#logBytes });
        return;
      }
      this.#logBytes += sizeBytes;
      this.#append({ ...event, text });
    }
  }
}

function shortened(text: string): string {
  return text.length <= MAX_NAME_CHARACTERS ? text : `${text.slice(0, MAX_NAME_CHARACTERS)}…`;
}
