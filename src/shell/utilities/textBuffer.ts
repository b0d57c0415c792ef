/** States that can be gone back to. */
const MAX_UNDO = 200;

interface State {
  readonly lines: readonly string[];
  readonly row: number;
  readonly column: number;
}

/** The text of an editor: lines, a cursor, undo. The list of lines is never changed in place, so that a state is but a
 *  reference. */
export class TextBuffer {
  lines: readonly string[];
  row = 0;
  column = 0;
  isModified = false;
  readonly #hasEmptyLast: boolean;
  readonly #undo: State[] = [];
  #redo: State[] = [];
  #groups = 0;
  /** Whether a character may take two units. Asked of what comes in: a line that grows is not to be read each time. */
  #mayHavePairs = false;

  /** `lastLine` `empty`: behind the last newline there is an empty line to stand on, as in nano. */
  constructor(text: string, form: { readonly lastLine?: 'empty' } = {}) {
    this.#lookForPairs(text);
    this.lines = form.lastLine === 'empty' ? text.split('\n') : linesOf(text);
    this.#hasEmptyLast = form.lastLine === 'empty';
  }

  get line(): string {
    return this.lines[this.row] ?? '';
  }

  get text(): string {
    if (this.lines.length === 1 && this.lines[0] === '') return '';
    const text = this.lines.join('\n');
    return this.#hasEmptyLast && this.lines.at(-1) === '' ? text : `${text}\n`;
  }

  /** Whatever is changed within is gone back to at once. */
  async grouped(body: () => Promise<void>): Promise<void> {
    this.mark();
    this.#groups++;
    try {
      await body();
    } finally {
      this.#groups--;
    }
  }

  /** Remembers how it is now: a change begins. */
  mark(): void {
    if (this.#groups > 0) return;
    this.#undo.push({ lines: this.lines, row: this.row, column: this.column });
    if (this.#undo.length > MAX_UNDO) this.#undo.shift();
    this.#redo = [];
  }

  undo(): boolean {
    return this.#swap(this.#undo, this.#redo);
  }

  redo(): boolean {
    return this.#swap(this.#redo, this.#undo);
  }

  #swap(from: State[], to: State[]): boolean {
    const state = from.pop();
    if (!state) return false;
    to.push({ lines: this.lines, row: this.row, column: this.column });
    this.lines = state.lines;
    this.row = state.row;
    this.column = state.column;
    this.isModified = true;
    return true;
  }

  moveTo(row: number, column: number): void {
    const isAhead = row === this.row && column > this.column;
    this.row = Math.max(0, Math.min(row, this.lines.length - 1));
    const within = Math.max(0, Math.min(column, this.line.length));
    this.column = this.#mayHavePairs && isBetweenHalves(this.line, within) ? within + (isAhead ? 1 : -1) : within;
  }

  /** Puts lines in the place of others. An empty text has one empty line. */
  replaceLines(row: number, count: number, lines: readonly string[]): void {
    for (const line of lines) this.#lookForPairs(line);
    this.#replace(row, count, lines);
  }

  #lookForPairs(text: string): void {
    this.#mayHavePairs ||= /[\ud800-\udbff]/.test(text);
  }

  #replace(row: number, count: number, lines: readonly string[]): void {
    const next = [...this.lines.slice(0, row), ...lines, ...this.lines.slice(row + count)];
    this.lines = next.length > 0 ? next : [''];
    this.isModified = true;
    this.moveTo(this.row, this.column);
  }

  setLine(text: string): void {
    this.replaceLines(this.row, 1, [text]);
  }

  insert(text: string): void {
    this.#lookForPairs(text);
    const parts = text.split('\n');
    const { line, row, column } = this;
    const joined = [...parts];
    joined[0] = line.slice(0, column) + (parts[0] as string);
    const last = joined.length - 1;
    const end = (joined[last] as string).length;
    joined[last] = (joined[last] as string) + line.slice(column);
    this.#replace(row, 1, joined);
    this.moveTo(row + last, end);
  }

  backspace(): void {
    const { line, row, column } = this;
    if (column > 0) {
      const width = column > 1 && isBetweenHalves(line, column - 1) ? 2 : 1;
      this.setLine(line.slice(0, column - width) + line.slice(column));
      this.moveTo(row, column - width);
    } else if (row > 0) {
      const before = this.lines[row - 1] as string;
      this.replaceLines(row - 1, 2, [before + line]);
      this.moveTo(row - 1, before.length);
    }
  }

  deleteForward(): void {
    const { line, row, column } = this;
    if (column < line.length) {
      this.setLine(line.slice(0, column) + line.slice(afterCharacter(line, column)));
    } else if (row + 1 < this.lines.length) {
      this.replaceLines(row, 2, [line + (this.lines[row + 1] as string)]);
    }
    this.moveTo(row, column);
  }
}

export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}

/** Behind the character at `column`: two units where it lies beyond U+FFFF. */
export function afterCharacter(line: string, column: number): number {
  return column + (isBetweenHalves(line, column + 1) ? 2 : 1);
}

/** Behind so many characters, or at the end of the line. */
export function afterCharacters(line: string, column: number, count: number): number {
  let end = column;
  for (let i = 0; i < count && end < line.length; i++) end = afterCharacter(line, end);
  return Math.min(end, line.length);
}

/** Whether `column` would cut a character in two. */
function isBetweenHalves(line: string, column: number): boolean {
  return column > 0 && column < line.length && (line.codePointAt(column - 1) ?? 0) > 0xffff;
}
