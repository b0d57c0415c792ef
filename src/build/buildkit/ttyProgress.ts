import { fixedText } from '../go/floatText.ts';
import type { ProgressDisplay, Vertex, VertexEnd } from './progress.ts';

interface Row {
  readonly vertex: Vertex;
  readonly statuses: string[];
  end: { readonly kind: VertexEnd['kind']; readonly tookMs: number } | undefined;
}

const PREFIX = ' => ';
const COLORS = { done: 34, cached: 34, canceled: 33, error: 31 } as const;
const TITLES = { done: '', cached: 'CACHED ', canceled: 'CANCELED ', error: 'ERROR ' } as const;
const MIN_NAME = 12;
/** Shorter times are no time (progressui, display.go). */
const INSTANT_SEC = 0.05;

/** Progress on a terminal: a row for each vertex and for what it did, painted again as they change (buildkit
 *  util/progress/progressui, display.go). Output of commands is not shown. */
export class TtyProgress implements ProgressDisplay {
  readonly #print: (text: string) => undefined | Promise<void>;
  readonly #nowMs: () => number;
  /** Asked at each picture: windows change. */
  readonly #columns: () => number;
  /** At the end of the first line: the builder's name. */
  readonly #title: string;
  readonly #startedMs: number;
  readonly #rows = new Map<number, Row>();
  #lines: number | undefined;

  constructor(setup: {
    readonly print: (text: string) => undefined | Promise<void>;
    readonly nowMs: () => number;
    readonly columns: () => number;
    readonly title?: string;
  }) {
    this.#print = setup.print;
    this.#nowMs = setup.nowMs;
    this.#columns = setup.columns;
    this.#title = setup.title ?? '';
    this.#startedMs = setup.nowMs();
  }

  started(vertex: Vertex): undefined | Promise<void> {
    this.#rows.set(vertex.number, { vertex, statuses: [], end: undefined });
    return this.#paint('');
  }

  status({ number }: Vertex, text: string): undefined | Promise<void> {
    this.#rows.get(number)?.statuses.push(text.replace(/ done$/, ''));
    return this.#paint('');
  }

  log(): undefined {
    return undefined;
  }

  ended({ number }: Vertex, end: VertexEnd, tookMs: number): undefined | Promise<void> {
    const row = this.#rows.get(number);
    if (row) row.end = { kind: end.kind, tookMs };
    return this.#paint('');
  }

  finished(): undefined | Promise<void> {
    const isComplete = [...this.#rows.values()].every(({ end }) => end !== undefined);
    return this.#paint(isComplete ? 'FINISHED' : '');
  }

  #paint(title: string): undefined | Promise<void> {
    const width = this.#columns();
    const rows = [...this.#rows.values()].sort((a, b) => a.vertex.number - b.vertex.number);
    const done = rows.filter(({ end }) => end !== undefined).length;
    const sec = fixedText((this.#nowMs() - this.#startedMs) / 1000, 1);
    const head = `[+] Building ${sec}s (${done}/${rows.length}) ${title}`
      .padEnd(width - this.#title.length - (this.#title === '' ? 0 : 1))
      .concat(this.#title);
    const lines = rows.flatMap((row) => this.#rowLines(row, width));
    // The first picture begins where the cursor is: up and down again, which leaves the last row of a screen alone.
    const up = this.#lines === undefined ? '\x1b[1A\x1b[1B' : '\x1b[1A'.repeat(this.#lines + 1);
    this.#lines = lines.length;
    return this.#print(`${up}\x1b[0G\x1b[?25l${head}\n${lines.join('')}\x1b[?25h`);
  }

  #rowLines({ vertex, statuses, end }: Row, width: number): readonly string[] {
    const tookMs = end?.tookMs ?? this.#nowMs() - vertex.startedMs;
    const title = TITLES[end?.kind ?? 'done'];
    return [`${title}${vertex.name}`, ...statuses.map((status) => `=> ${status}`)].flatMap((name) => {
      const sec = tookMs / 1000 < INSTANT_SEC ? 0 : tookMs / 1000;
      const timer = ` ${fixedText(sec, 1)}s`;
      const left = width - PREFIX.length - timer.length - 2;
      if (left < MIN_NAME) return [];
      const text = `${PREFIX}${name.slice(0, left)}`.padEnd(width - timer.length - 2);
      return [end ? `\x1b[${COLORS[end.kind]}m${text} ${timer}\n\x1b[0m` : `${text} ${timer}\n`];
    });
  }
}
