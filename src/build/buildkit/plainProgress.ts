import { fixedText } from '../go/floatText.ts';
import type { ProgressDisplay, Vertex, VertexEnd } from './progress.ts';

/** `--progress=plain` (buildkit util/progress/progressui, printer.go): a block for each vertex, `#n …` before each line;
 *  a vertex that is interrupted by another ends its block with `#n ...`. */
export class PlainProgress implements ProgressDisplay {
  readonly #print: (text: string) => undefined | Promise<void>;
  /** 20.10 prints each vertex's digest below its name. */
  readonly #showsDigests: boolean;
  #current: number | undefined;
  readonly #open = new Set<number>();

  constructor(print: (text: string) => undefined | Promise<void>, options: { readonly showsDigests: boolean }) {
    this.#print = print;
    this.#showsDigests = options.showsDigests;
  }

  started(vertex: Vertex): undefined | Promise<void> {
    this.#open.add(vertex.number);
    const digest = this.#showsDigests ? `#${vertex.number} ${vertex.digest}\n` : '';
    const text = `${this.#turnTo(vertex)}#${vertex.number} ${vertex.name}\n${digest}`;
    return this.#print(text);
  }

  status(vertex: Vertex, text: string): undefined | Promise<void> {
    return this.#line(vertex, text);
  }

  log(vertex: Vertex, line: string, atMs: number): undefined | Promise<void> {
    return this.#line(vertex, `${fixedText(atMs / 1000, 3)} ${line}`);
  }

  ended(vertex: Vertex, end: VertexEnd, tookMs: number): undefined | Promise<void> {
    this.#open.delete(vertex.number);
    const words = {
      done: `DONE ${fixedText(tookMs / 1000, 1)}s`,
      cached: 'CACHED',
      canceled: 'CANCELED',
      error: `ERROR: ${end.kind === 'error' ? end.message : ''}`,
    };
    return this.#line(vertex, words[end.kind]);
  }

  finished(): undefined {
    return undefined;
  }

  #line(vertex: Vertex, text: string): undefined | Promise<void> {
    const isElsewhere = this.#current !== vertex.number;
    const head = isElsewhere ? `${this.#turnTo(vertex)}#${vertex.number} ${vertex.name}\n` : '';
    return this.#print(`${head}#${vertex.number} ${text}\n`);
  }

  /** What ends the block that was being printed. */
  #turnTo(vertex: Vertex): string {
    const before = this.#current;
    this.#current = vertex.number;
    if (before === undefined) return '';
    return this.#open.has(before) && before !== vertex.number ? `#${before} ...\n\n` : '\n';
  }
}
