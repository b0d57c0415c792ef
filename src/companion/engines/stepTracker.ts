import type { EmitStep } from './engine.ts';

/** One vertex of BuildKit's graph as its progress tells it, again and again. */
export interface VertexState {
  readonly digest: string;
  readonly name: string;
  readonly startedMs: number | undefined;
  readonly completedMs: number | undefined;
  readonly isCached: boolean;
  readonly error: string | undefined;
}

interface Step {
  readonly id: string;
  startedMs: number;
  /** As it was told last. */
  ended: { readonly atMs: number; readonly isCached: boolean; readonly error: string | undefined } | undefined;
  isTold: boolean;
}

/** Turns BuildKit's repeated vertex states into one beginning and one end each. */
export class StepTracker {
  readonly #emit: EmitStep;
  readonly #steps = new Map<string, Step>();
  readonly #decoders = new Map<string, TextDecoder>();

  constructor(emit: EmitStep) {
    this.#emit = emit;
  }

  vertex({ digest, name, startedMs, completedMs, isCached, error }: VertexState): void {
    let step = this.#steps.get(digest);
    if (!step) {
      if (startedMs === undefined && completedMs === undefined && error === undefined) return;
      const id = String(this.#steps.size + 1);
      step = { id, startedMs: startedMs ?? completedMs ?? 0, ended: undefined, isTold: false };
      this.#steps.set(digest, step);
      this.#emit({ type: 'step', step: id, name });
    }
    const isOver = completedMs !== undefined || error !== undefined;
    // A step that looked for its result first, and did not find it, ends at once and begins again.
    if (step.ended && (!isOver || (startedMs ?? 0) > step.startedMs)) {
      step.startedMs = startedMs ?? step.startedMs;
      step.ended = undefined;
      step.isTold = false;
    }
    if (isOver && !step.ended) step.ended = { atMs: completedMs ?? step.startedMs, isCached, error };
  }

  /** Tells the ends of steps: at the end of each message, for one may take back what it told before. */
  settle(): void {
    for (const step of this.#steps.values()) {
      if (!step.ended || step.isTold) continue;
      step.isTold = true;
      const { atMs, isCached, error } = step.ended;
      const durationMs = Math.max(0, Math.round(atMs - step.startedMs));
      this.#emit({ type: 'step-done', step: step.id, cached: isCached, durationMs, ...(error ? { error } : {}) });
    }
  }

  /** Characters may be cut between two pieces of a log. */
  log(digest: string, stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const key = `${stream} ${digest}`;
    const decoder = this.#decoders.get(key) ?? new TextDecoder();
    this.#decoders.set(key, decoder);
    const text = decoder.decode(bytes, { stream: true });
    if (text !== '') this.#emit({ type: 'log', step: this.#steps.get(digest)?.id ?? '', stream, text });
  }
}
