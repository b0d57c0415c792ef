import type { PlannedStage, PlannedStep } from '../plan/stageState.ts';
import type { StepListener, StepOutcome } from '../stepEvent.ts';
import type { LayerStack } from './layerStack.ts';
import type { StepDecision } from './stepCache.ts';

/** Tells of the steps of a build's stages, FROM among them, for whoever shows them. */
export class StageTrace {
  readonly #listener: StepListener;
  readonly #signal: AbortSignal;
  #count = 0;

  /** `signal`: what goes wrong after it was raised is no failure of the step. */
  constructor(listener: StepListener, signal: AbortSignal) {
    this.#listener = listener;
    this.#signal = signal;
  }

  /** A step begins; FROM where it is undefined. */
  begin({ node }: PlannedStage, step: PlannedStep | undefined): TracedStep {
    const listener = this.#listener;
    const { stage, lines } = node;
    const number = ++this.#count;
    const written = step ? step.instruction.node : stage?.node;
    const own = step && { startLine: step.instruction.node.startLine, endLine: step.instruction.node.endLine };
    listener({
      kind: 'started',
      step: number,
      source: written?.original ?? '',
      stage: node.number,
      stageName: stage?.name ?? '',
      lines: step?.isOnBuild ? undefined : (own ?? lines),
    });
    return new TracedStep(number, listener, this.#signal);
  }
}

export class TracedStep {
  readonly #number: number;
  readonly #listener: StepListener;
  readonly #signal: AbortSignal;
  #isCached = false;

  constructor(number: number, listener: StepListener, signal: AbortSignal) {
    this.#number = number;
    this.#listener = listener;
    this.#signal = signal;
  }

  readonly decide = (decision: StepDecision): void => {
    this.#isCached = decision.outcome === 'hit';
    this.#listener({ kind: 'decided', step: this.#number, decision });
  };

  end(outcome: StepOutcome, { layers }: LayerStack): void {
    const shown = outcome === 'built' && this.#isCached ? 'cached' : outcome;
    this.#listener({ kind: 'ended', step: this.#number, outcome: shown, layers });
  }

  /** Gives the error back. */
  fail(error: unknown, stack: LayerStack): unknown {
    this.end(this.#signal.aborted ? 'canceled' : 'failed', stack);
    return error;
  }
}
