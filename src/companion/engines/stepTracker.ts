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

/** Turns BuildKit's repeated vertex states into one beginning and one end each. */
export class StepTracker {
  readonly #emit: EmitStep;
  readonly #steps = new Map<string, { readonly id: string; readonly startedMs: number; isDone: boolean }>();
  readonly #decoders = new Map<string, TextDecoder>();

  constructor(emit: EmitStep) {
    this.#emit = emit;
  }

  vertex({ digest, name, startedMs, completedMs, isCached, error }: VertexState): void {
    let step = this.#steps.get(digest);
    if (!step) {
      if (startedMs === undefined && completedMs === undefined && error === undefined) return;
      step = { id: String(this.#steps.size + 1), startedMs: startedMs ?? completedMs ?? 0, isDone: false };
      this.#steps.set(digest, step);
      this.#emit({ type: 'step', step: step.id, name });
    }
    if (step.isDone || (completedMs === undefined && error === undefined)) return;
    step.isDone = true;
    const durationMs = Math.max(0, Math.round((completedMs ?? step.startedMs) - step.startedMs));
    this.#emit({ type: 'step-done', step: step.id, cached: isCached, durationMs, ...(error ? { error } : {}) });
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
