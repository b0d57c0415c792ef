import type { Digest } from '../../image/digest.ts';
import type { LineRange } from '../buildError.ts';
import type { StepListener, StepOutcome } from '../stepEvent.ts';
import type { CacheDecision } from './cacheProbe.ts';

export interface TracedStep {
  readonly source: string;
  readonly stage: number;
  readonly stageName: string;
  readonly lines: LineRange | undefined;
}

const CARRIED_OUT = /^(?:run|copy|add)\b/i;

/** Tells of the steps of a build, one after another, for whoever shows them. */
export class ClassicTrace {
  readonly #listener: StepListener | undefined;
  readonly #signal: AbortSignal | undefined;
  #step = 0;
  #decision: CacheDecision | undefined;

  constructor(listener: StepListener | undefined, signal: AbortSignal | undefined) {
    this.#listener = listener;
    this.#signal = signal;
  }

  readonly decide = (decision: CacheDecision): void => {
    this.#decision = decision;
    this.#listener?.({ kind: 'decided', step: this.#step, decision });
  };

  /** Runs a step. `layers` gives the diffIDs that there are now, base first. */
  async run<T>(step: TracedStep, layers: () => readonly Digest[], run: () => T | Promise<T>): Promise<T> {
    this.#decision = undefined;
    this.#listener?.({ kind: 'started', step: ++this.#step, ...step });
    const before = layers().length;
    let outcome: StepOutcome = this.#signal?.aborted ? 'canceled' : 'failed';
    try {
      const result = await run();
      const isMore = layers().length > before && this.#decision !== undefined;
      // A RUN that changes nothing makes no layer, and has run.
      outcome = isMore || CARRIED_OUT.test(step.source) ? 'built' : 'config';
      if (this.#wasHit) outcome = 'cached';
      return result;
    } catch (error) {
      if (this.#signal?.aborted) outcome = 'canceled';
      throw error;
    } finally {
      this.#listener?.({ kind: 'ended', step: this.#step, outcome, layers: layers() });
    }
  }

  // A getter: the field changes while a step runs, unseen by the compiler.
  get #wasHit(): boolean {
    return this.#decision?.outcome === 'hit';
  }
}
