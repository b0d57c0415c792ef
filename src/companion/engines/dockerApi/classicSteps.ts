import type { EmitStep } from '../engine.ts';

const STEP = /^Step \d+\/\d+ : |^STEP \d+\/\d+: /;
const CACHED = /^ *-+> Using cache|^-+> Using cache/;

/** The classic builder's text, and podman's, as steps: one begins with its line and ends where the next begins. */
export class ClassicSteps {
  readonly #emit: EmitStep;
  readonly #nowMs: () => number;
  #count = 0;
  #startedMs = 0;
  #isCached = false;
  #isOpen = false;
  #rest = '';

  constructor(emit: EmitStep, nowMs: () => number = Date.now) {
    this.#emit = emit;
    this.#nowMs = nowMs;
  }

  /** Lines may come in pieces, and several in one. */
  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  end(error?: string): void {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    this.#close(error);
  }

  #line(line: string): void {
    if (STEP.test(line)) {
      this.#close();
      this.#count++;
      this.#isOpen = true;
      this.#isCached = false;
      this.#startedMs = this.#nowMs();
      this.#emit({ type: 'step', step: String(this.#count), name: line.replace(STEP, '').trim() });
    } else if (CACHED.test(line)) this.#isCached = true;
    else if (this.#isOpen) {
      this.#emit({ type: 'log', step: String(this.#count), stream: 'stdout', text: `${line}\n` });
    }
  }

  #close(error?: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const durationMs = Math.max(0, this.#nowMs() - this.#startedMs);
    const step = String(this.#count);
    this.#emit({ type: 'step-done', step, cached: this.#isCached, durationMs, ...(error ? { error } : {}) });
  }
}
