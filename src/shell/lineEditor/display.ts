/** Columns that a text takes: wide characters of East Asia and emoji two, marks none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) as number;
  if (code < 0x300) return code < 0x20 ? 2 : 1;
  if (/\p{Mn}|\p{Me}|\u200d|\ufe0f/u.test(character)) return 0;
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return isWide ? 2 : 1;
}

/** A character that could do something to the terminal is shown as `^X`. */
export function visible(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (character) => {
    const code = character.charCodeAt(0);
    return code === 0x7f ? '^?' : `^${String.fromCharCode(code + 64)}`;
  });
}

/** The width of a prompt's last line, without what it says to the terminal. */
export function promptWidth(prompt: string): number {
  const plain = prompt.replace(/\x1b\[[\d;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g, '');
  return widthOf(plain.slice(plain.lastIndexOf('\n') + 1));
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** Where a text that begins at `column` of a terminal so wide leads to; newlines begin new rows. */
export function placeAfter(text: string, column: number, columns: number): Place {
  let row = 0;
  let at = column;
  for (const character of text) {
    if (character === '\n') {
      row++;
      at = 0;
      continue;
    }
    const width = characterWidth(character);
    if (at + width > columns) {
      row++;
      at = 0;
    }
    at += width;
  }
  if (at >= columns) return { row: row + 1, column: 0 };
  return { row, column: at };
}

/** Draws a line being edited again, from wherever the cursor was left. */
export class LineDisplay {
  /** Row of the cursor, counted from the prompt's last line. */
  #row = 0;

  /** What is to be sent; `before` is the text up to the cursor. */
  redraw(prompt: string, text: string, before: string, columns: number): string {
    const start = promptWidth(prompt);
    const shown = visible(text);
    const end = placeAfter(shown, start, columns);
    const cursor = placeAfter(visible(before), start, columns);
    const lastLine = prompt.slice(prompt.lastIndexOf('\n') + 1);
    let out = this.#row > 0 ? `\x1b[${this.#row}A` : '';
    out += `\r\x1b[J${lastLine}${shown.replaceAll('\n', '\r\n')}`;
    // A full last column leaves the cursor hanging: go on explicitly.
    if (end.column === 0 && end.row > 0 && !shown.endsWith('\n')) out += '\r\n';
    const up = end.row - cursor.row;
    if (up > 0) out += `\x1b[${up}A`;
    out += '\r';
    if (cursor.column > 0) out += `\x1b[${cursor.column}C`;
    this.#row = cursor.row;
    return out;
  }

  /** Moves behind the text: what comes next begins a new line. */
  finish(prompt: string, text: string, before: string, columns: number): string {
    const start = promptWidth(prompt);
    const end = placeAfter(visible(text), start, columns);
    const cursor = placeAfter(visible(before), start, columns);
    this.#row = 0;
    const down = end.row - cursor.row;
    return `${down > 0 ? `\x1b[${down}B` : ''}\r\n`;
  }

  reset(): void {
    this.#row = 0;
  }
}
