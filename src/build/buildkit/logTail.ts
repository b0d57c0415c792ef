import { fixedText } from '../go/floatText.ts';
import type { ProgressDisplay, Vertex, VertexEnd } from './progress.ts';

/** Lines that are kept of each vertex (progressui, the ring of its logs). */
const KEPT_LINES = 10;

/** Hands progress on, and keeps the last lines of each vertex for the message about the one that failed. */
export class LogTail implements ProgressDisplay {
  readonly #display: ProgressDisplay;
  readonly #lines = new Map<string, string[]>();

  constructor(display: ProgressDisplay) {
    this.#display = display;
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

  log(vertex: Vertex, line: string, atMs: number): undefined | Promise<void> {
    const lines = this.#lines.get(vertex.name) ?? [];
    lines.push(`${fixedText(atMs / 1000, 3)} ${line}`);
    if (lines.length > KEPT_LINES) lines.shift();
    this.#lines.set(vertex.name, lines);
    return this.#display.log(vertex, line, atMs);
  }

  ended(vertex: Vertex, end: VertexEnd, tookMs: number): undefined | Promise<void> {
    if (end.kind !== 'error') this.#lines.delete(vertex.name);
    return this.#display.ended(vertex, end, tookMs);
  }

  finished(): undefined | Promise<void> {
    return this.#display.finished();
  }
}
