import { reverseVideo, type Screen, shownLine } from './screen.ts';
import type { TextBuffer } from './textBuffer.ts';

/** What is shown in reverse: whole lines, or up to and with the character at `to`. */
export interface ShownSelection {
  readonly from: { readonly row: number; readonly column: number };
  readonly to: { readonly row: number; readonly column: number };
  readonly isLines: boolean;
}

/** The part of a text that a screen shows, and where the cursor is in it. */
export class EditorView {
  #top = 0;
  #left = 0;

  /** The first row that is shown. */
  get topRow(): number {
    return this.#top;
  }

  /** Rows of the text; `filler` stands where there is no more. */
  rows(
    buffer: TextBuffer,
    size: { readonly rows: number; readonly columns: number },
    form: { readonly filler: string; readonly numbers: boolean; readonly selection?: ShownSelection | undefined },
  ) {
    if (buffer.row < this.#top) this.#top = buffer.row;
    if (buffer.row >= this.#top + size.rows) this.#top = buffer.row - size.rows + 1;
    const numbers = form.numbers ? Math.max(3, String(buffer.lines.length).length) + 1 : 0;
    const width = Math.max(1, size.columns - numbers);
    const column = shownLine(buffer.line.slice(0, buffer.column)).length;
    if (column < this.#left || column >= this.#left + width) this.#left = Math.max(0, column - width + 1);
    const rows: string[] = [];
    for (let i = 0; i < size.rows; i++) {
      const line = buffer.lines[this.#top + i];
      const number = form.numbers && line !== undefined ? `${String(this.#top + i + 1).padStart(numbers - 1)} ` : '';
      const shown = line === undefined ? form.filler : shownLine(line).slice(this.#left, this.#left + width);
      const part = line === undefined ? undefined : this.#selected(line, this.#top + i, form.selection);
      rows.push(number + (part ? highlighted(shown, part.start - this.#left, part.end - this.#left) : shown));
    }
    return { rows, cursor: { row: buffer.row - this.#top, column: column - this.#left + numbers } };
  }

  /** The columns of a line that are selected. */
  #selected(line: string, row: number, selection: ShownSelection | undefined) {
    if (!selection || row < selection.from.row || row > selection.to.row) return undefined;
    const at = (column: number) => shownLine(line.slice(0, column)).length;
    const start = selection.isLines || row > selection.from.row ? 0 : at(selection.from.column);
    const end = selection.isLines || row < selection.to.row ? at(line.length) : at(selection.to.column + 1);
    return { start, end };
  }
}

function highlighted(shown: string, start: number, end: number): string {
  const [from, to] = [Math.max(0, start), Math.min(shown.length, end)];
  return from >= to ? shown : shown.slice(0, from) + reverseVideo(shown.slice(from, to)) + shown.slice(to);
}

/** Asks for a line of text below the screen. Undefined when it was left. */
export async function askLine(
  screen: Screen,
  row: number,
  prompt: string,
  form: { readonly initial?: string; readonly leavesOnEmptyBackspace?: boolean } = {},
): Promise<string | undefined> {
  let text = form.initial ?? '';
  for (;;) {
    await screen.write(`\x1b[${row + 1};1H${(prompt + text).slice(-(screen.columns - 1))}\x1b[K`);
    const key = await screen.key();
    switch (key) {
      case 'enter':
        return text;
      case 'escape':
      case 'ctrl-c':
      case 'eof':
        return undefined;
      case 'backspace':
        if (text === '' && form.leavesOnEmptyBackspace) return undefined;
        text = text.slice(0, -1);
        break;
      case 'ctrl-u':
        text = '';
        break;
      case 'tab':
        text += '\t';
        break;
      default:
        if ([...key].length === 1) text += key;
    }
  }
}
