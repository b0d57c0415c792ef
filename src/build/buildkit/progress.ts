/** A node of the build's graph as progress shows it. */
export interface Vertex {
  /** From 1, in the order of their first appearance. */
  readonly number: number;
  readonly name: string;
  readonly startedMs: number;
  readonly digest: string;
}

export type VertexEnd =
  { readonly kind: 'done' | 'cached' | 'canceled' } | { readonly kind: 'error'; readonly message: string };

/** Whether a line ended, or the output did. */
export type LineForm = 'whole' | 'rest';

/** Where progress goes. Calls may be awaited for backpressure. */
export interface ProgressDisplay {
  started(vertex: Vertex): undefined | Promise<void>;
  /** A thing that the step did: `exporting layers done`. */
  status(vertex: Vertex, text: string): undefined | Promise<void>;
  /** A line that a command printed, without its end; `atMs` after the start. */
  log(vertex: Vertex, line: string, atMs: number, form?: LineForm): undefined | Promise<void>;
  ended(vertex: Vertex, end: VertexEnd, tookMs: number): undefined | Promise<void>;
  /** Nothing more will come. */
  finished(): undefined | Promise<void>;
}

/** Hands vertices out, and times them. */
export class Progress {
  readonly #display: ProgressDisplay;
  readonly #nowMs: () => number;
  readonly #digestOf: (text: string) => string;
  #count = 0;

  constructor(display: ProgressDisplay, nowMs: () => number, digestOf: (text: string) => string) {
    this.#display = display;
    this.#nowMs = nowMs;
    this.#digestOf = digestOf;
  }

  /** A number for a vertex that starts later. */
  reserve(): number {
    return ++this.#count;
  }

  async start(name: string, number = this.reserve()): Promise<Step> {
    const vertex = { number, name, startedMs: this.#nowMs(), digest: `sha256:${this.#digestOf(`${number} ${name}`)}` };
    await this.#display.started(vertex);
    return new Step(vertex, this.#display, this.#nowMs);
  }

  /** Runs a step from start to end; what it throws ends it, and is thrown. */
  async step<T>(name: string, run: (step: Step) => Promise<T>, number?: number): Promise<T> {
    const step = await this.start(name, number);
    try {
      const value = await run(step);
      await step.end({ kind: 'done' });
      return value;
    } catch (error) {
      await step.fail(error);
      throw error;
    }
  }
}

/** A vertex under way. */
export class Step {
  readonly vertex: Vertex;
  readonly #display: ProgressDisplay;
  readonly #nowMs: () => number;
  #hasEnded = false;
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #lines = { stdout: '', stderr: '' };

  constructor(vertex: Vertex, display: ProgressDisplay, nowMs: () => number) {
    this.vertex = vertex;
    this.#display = display;
    this.#nowMs = nowMs;
  }

  status(text: string): undefined | Promise<void> {
    return this.#display.status(this.vertex, text);
  }

  /** Output of a command, in pieces of any size. */
  async output(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
    const text = this.#lines[stream] + this.#decoders[stream].decode(bytes, { stream: true });
    const lines = text.split('\n');
    this.#lines[stream] = (lines.pop() as string).slice(-MAX_LINE_LENGTH);
    for (const line of lines) await this.line(line);
  }

  line(text: string, form: LineForm = 'whole'): undefined | Promise<void> {
    return this.#display.log(this.vertex, text, this.#nowMs() - this.vertex.startedMs, form);
  }

  /** Only the first end counts. */
  async end(end: VertexEnd): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const rest of Object.values(this.#lines)) if (rest !== '') await this.line(rest, 'rest');
    await this.#display.ended(this.vertex, end, this.#nowMs() - this.vertex.startedMs);
  }

  async fail(error: unknown): Promise<void> {
    const isCanceled = error instanceof Error && error.name === 'AbortError';
    if (isCanceled) return this.end({ kind: 'canceled' });
    return this.end({ kind: 'error', message: error instanceof Error ? error.message : String(error) });
  }
}

const MAX_LINE_LENGTH = 1 << 20;
