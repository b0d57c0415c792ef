import { type Screen, shownLine } from './screen.ts';
import type { TextBuffer } from './textBuffer.ts';

/** The part of a text that a screen shows, and where the cursor is in it. */
export class EditorView {
  #top = 0;
  #left = 0;

  /** Rows of the text; `filler` stands where there is no more. */
  rows(
    buffer: TextBuffer,
    size: { readonly rows: number; readonly columns: number },
    form: { readonly filler: string; readonly numbers: boolean },
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
      rows.push(line === undefined ? form.filler : number + shownLine(line).slice(this.#left, this.#left + width));
    }
    return { rows, cursor: { row: buffer.row - this.#top, column: column - this.#left + numbers } };
  }
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
