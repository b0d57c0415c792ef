import { fixedText } from '../go/floatText.ts';
import type { LineForm, ProgressDisplay, Vertex, VertexEnd } from './progress.ts';

/** What is kept. */
export interface LogTailForm {
  /** Of each vertex, the last ones. */
  readonly lineCount: number;
  /** Each line begins with the number of its vertex, as 20.10 has it. */
  readonly isNumbered: boolean;
}

/** Hands progress on, and keeps the last lines of each vertex for the message about the one that failed. */
export class LogTail implements ProgressDisplay {
  readonly #display: ProgressDisplay;
  readonly #form: LogTailForm;
  readonly #lines = new Map<string, string[]>();

  constructor(display: ProgressDisplay, form: LogTailForm) {
    this.#display = display;
    this.#form = form;
  }

  /** `0.123 text`, of the vertex of that name. */
  linesOf(name: string): readonly string[] {
    return this.#lines.get(name) ?? [];
  }

  started(vertex: Vertex): undefined | Promise<void> {
    return this.#display.started(vertex);
  }

  status(vertex: Vertex, text: string): undefined | Promise<void> {
    return this.#display.status(vertex, text);
  }

  log(vertex: Vertex, line: string, atMs: number, form?: LineForm): undefined | Promise<void> {
    const { lineCount, isNumbered } = this.#form;
    const lines = this.#lines.get(vertex.name) ?? [];
    lines.push(`${isNumbered ? `#${vertex.number} ` : ''}${fixedText(atMs / 1000, 3)} ${line}`);
    if (lines.length > lineCount) lines.shift();
    this.#lines.set(vertex.name, lines);
    return this.#display.log(vertex, line, atMs, form);
  }

  ended(vertex: Vertex, end: VertexEnd, tookMs: number): undefined | Promise<void> {
    if (end.kind !== 'error') this.#lines.delete(vertex.name);
    return this.#display.ended(vertex, end, tookMs);
  }

  finished(): undefined | Promise<void> {
    return this.#display.finished();
  }
}
