import { widthOf } from '../lineEditor/display.ts';
import { columnsOf } from './columnsOf.ts';
import { reverseVideo, shownLine } from './screen.ts';
import { afterCharacter, type TextBuffer } from './textBuffer.ts';

/** What is shown in reverse: whole lines, or up to and with the character at `to`. */
export interface ShownSelection {
  readonly from: { readonly row: number; readonly column: number };
  readonly to: { readonly row: number; readonly column: number };
  readonly isLines: boolean;
}

interface Columns {
  readonly start: number;
  readonly end: number;
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
    const column = widthOf(shownLine(buffer.line.slice(0, buffer.column)));
    if (column < this.#left || column >= this.#left + width) this.#left = Math.max(0, column - width + 1);
    const rows: string[] = [];
    for (let i = 0; i < size.rows; i++) {
      const line = buffer.lines[this.#top + i];
      const number = form.numbers && line !== undefined ? `${String(this.#top + i + 1).padStart(numbers - 1)} ` : '';
      const window = { start: this.#left, end: this.#left + width };
      const part = line === undefined ? undefined : this.#selected(line, this.#top + i, form.selection);
      rows.push(number + (line === undefined ? form.filler : shownPart(shownLine(line), window, part)));
    }
    return { rows, cursor: { row: buffer.row - this.#top, column: column - this.#left + numbers } };
  }

  /** The columns of a line that are selected. */
  #selected(line: string, row: number, selection: ShownSelection | undefined) {
    if (!selection || row < selection.from.row || row > selection.to.row) return undefined;
    const at = (column: number) => widthOf(shownLine(line.slice(0, column)));
    const start = selection.isLines || row > selection.from.row ? 0 : at(selection.from.column);
    const end =
      selection.isLines || row < selection.to.row ? at(line.length) : at(afterCharacter(line, selection.to.column));
    return { start, end };
  }
}

/** The columns of a line within `window`, those of `part` in reverse. */
function shownPart(shown: string, window: Columns, part: Columns | undefined): string {
  const start = Math.max(window.start, part?.start ?? 0);
  const end = Math.min(window.end, part?.end ?? 0);
  if (start >= end) return columnsOf(shown, window.start, window.end);
  const selected = columnsOf(shown, start, end);
  return (
    columnsOf(shown, window.start, start) +
    (selected === '' ? '' : reverseVideo(selected)) +
    columnsOf(shown, end, window.end)
  );
}
