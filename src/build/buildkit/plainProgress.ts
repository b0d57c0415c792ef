import type { LineForm, ProgressDisplay, Vertex, VertexEnd } from './progress.ts';

/** So long nothing else is shown while a vertex is being shown that has not ended (progressui's ticker). */
const PATIENCE_MS = 150;

/** `--progress=plain` (buildkit util/progress/progressui, printer.go): a block for each vertex, `#n …` before each line.
 *  What others do meanwhile waits for its end; a vertex that is interrupted by another ends its block with `#n ...`. */
export class PlainProgress implements ProgressDisplay {
  readonly #print: (text: string) => undefined | Promise<void>;
  /** 20.10 prints each vertex's digest below its name. */
  readonly #showsDigests: boolean;
  /** 20.10 goes on in the line that a command did not end. */
  readonly #joinsRests: boolean;
  readonly #rests = new Map<number, string>();
  readonly #nowMs: () => number;
  #current: number | undefined;
  #shownMs = 0;
  readonly #open = new Set<number>();
  /** Lines of vertices that wait, in the order in which they began to. */
  readonly #waiting = new Map<number, { readonly vertex: Vertex; readonly lines: string[] }>();

  constructor(
    print: (text: string) => undefined | Promise<void>,
    options: { readonly showsDigests: boolean; readonly joinsRests?: boolean; readonly nowMs?: () => number },
  ) {
    this.#print = print;
    this.#showsDigests = options.showsDigests;
    this.#joinsRests = options.joinsRests ?? false;
    this.#nowMs = options.nowMs ?? (() => 0);
  }

  started(vertex: Vertex): undefined | Promise<void> {
    this.#open.add(vertex.number);
    const name = `#${vertex.number} ${vertex.name}`;
    return this.#show(vertex, this.#showsDigests ? [name, `#${vertex.number} ${vertex.digest}`] : [name]);
  }

  status(vertex: Vertex, text: string): undefined | Promise<void> {
    return this.#show(vertex, [`#${vertex.number} ${text}`]);
  }

  log(vertex: Vertex, line: string, atMs: number, form: LineForm = 'whole'): undefined | Promise<void> {
    const text = `#${vertex.number} ${(atMs / 1000).toFixed(3)} ${line}`;
    if (form === 'whole' || !this.#joinsRests) return this.#show(vertex, [text]);
    this.#rests.set(vertex.number, (this.#rests.get(vertex.number) ?? '') + text);
    return undefined;
  }

  ended(vertex: Vertex, end: VertexEnd, tookMs: number): undefined | Promise<void> {
    this.#open.delete(vertex.number);
    const words = {
      done: `DONE ${(tookMs / 1000).toFixed(1)}s`,
      cached: 'CACHED',
      canceled: 'CANCELED',
      error: `ERROR: ${end.kind === 'error' ? end.message : ''}`,
    };
    const rest = this.#rests.get(vertex.number) ?? '';
    return this.#show(vertex, [`${rest}#${vertex.number} ${words[end.kind]}`]);
  }

  finished(): undefined | Promise<void> {
    return this.#printAll([...this.#waiting.keys()].map((number) => this.#taken(number)).join(''));
  }

  #show(vertex: Vertex, lines: readonly string[]): undefined | Promise<void> {
    const { number } = vertex;
    const kept = this.#waiting.get(number);
    if (kept) kept.lines.push(...lines);
    else this.#waiting.set(number, { vertex, lines: [...lines] });
    const isBusy = this.#current !== undefined && this.#current !== number && this.#open.has(this.#current);
    if (isBusy && this.#nowMs() - this.#shownMs < PATIENCE_MS) return undefined;
    return this.#printAll(this.#taken(number) + this.#others());
  }

  /** Once nothing is being shown: those that have ended, then one of those that have not. */
  #others(): string {
    if (this.#current !== undefined && this.#open.has(this.#current)) return '';
    const numbers = [...this.#waiting.keys()];
    const next = numbers.find((number) => this.#open.has(number));
    const ended = numbers.filter((number) => !this.#open.has(number));
    return [...ended, ...(next === undefined ? [] : [next])].map((number) => this.#taken(number)).join('');
  }

  /** What waits of a vertex, with what ends the block before. */
  #taken(number: number): string {
    const waiting = this.#waiting.get(number);
    if (!waiting) return '';
    this.#waiting.delete(number);
    const { vertex, lines } = waiting;
    const before = this.#current;
    this.#current = number;
    if (before === number) return lines.map((line) => `${line}\n`).join('');
    const name = `#${number} ${vertex.name}`;
    const head = before === undefined ? '' : this.#open.has(before) ? `#${before} ...\n\n` : '\n';
    return head + (lines[0] === name ? lines : [name, ...lines]).map((line) => `${line}\n`).join('');
  }

  #printAll(text: string): undefined | Promise<void> {
    this.#shownMs = this.#nowMs();
    return text === '' ? undefined : this.#print(text);
  }
}
