import { applySgr, type Look, PLAIN } from './cell.ts';
import { characterWidth } from './characterWidth.ts';
import { Line } from './line.ts';

/** Lines that have left the screen and are kept. */
const MAX_HISTORY_LINES = 5000;
const TAB_COLUMNS = 8;
/** An escape sequence that goes on for longer is none. */
const MAX_SEQUENCE = 256;

interface Cursor {
  row: number;
  column: number;
  look: Look;
}

/** What a terminal shows: the bytes that programs write, as ECMA-48 and xterm have them, to lines of cells. Knows
 *  what shells, pagers and small editors use; anything else is left out. */
export class Screen {
  columns: number;
  rows: number;
  /** Lines that scrolled off the top, oldest first. */
  history: Line[] = [];
  /** How many were dropped from the history's start. */
  droppedLines = 0;
  lines: Line[];
  cursor: Cursor = { row: 0, column: 0, look: PLAIN };
  isCursorVisible = true;
  /** Application cursor keys: arrows are ESC O A. */
  hasApplicationCursor = false;
  hasBracketedPaste = false;
  title = '';
  /** Rings of the bell so far. */
  bells = 0;
  /** Answers to questions about the terminal; whoever types sends them back. */
  onReply: ((text: string) => void) | undefined;
  #saved: Cursor = { row: 0, column: 0, look: PLAIN };
  #main: { lines: Line[]; cursor: Cursor } | undefined;
  #scrollTop = 0;
  #scrollBottom: number;
  /** The cursor stands behind the last column: the next character goes to the next line. */
  #isWrapPending = false;
  #hasAutoWrap = true;
  #hasInsert = false;
  #sequence = '';
  readonly #decoder = new TextDecoder();

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#scrollBottom = rows - 1;
    this.lines = blankLines(rows);
  }

  /** Whether a full-screen program has the screen to itself. */
  get isAlternate(): boolean {
    return this.#main !== undefined;
  }

  write(bytes: Uint8Array): void {
    const text = this.#sequence + this.#decoder.decode(bytes, { stream: true });
    this.#sequence = '';
    let at = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === 0x1b) {
        const used = this.#escape(text, at);
        if (used === 0) {
          this.#sequence = text.length - at > MAX_SEQUENCE ? '' : text.slice(at);
          return;
        }
        at += used;
      } else if (code < 0x20 || code === 0x7f) {
        this.#control(code);
        at++;
      } else {
        const character = String.fromCodePoint(text.codePointAt(at) as number);
        this.#print(character);
        at += character.length;
      }
    }
  }

  resize(columns: number, rows: number): void {
    while (this.lines.length > rows) {
      // Blank lines at the bottom go first, so that what is to be read stays.
      if (this.cursor.row < this.lines.length - 1 && this.lines.at(-1)?.cells.length === 0) this.lines.pop();
      else {
        this.#keep(this.lines.shift() as Line);
        this.cursor.row = Math.max(0, this.cursor.row - 1);
      }
    }
    while (this.lines.length < rows) this.lines.push(new Line());
    this.columns = columns;
    this.rows = rows;
    this.#scrollTop = 0;
    this.#scrollBottom = rows - 1;
    this.cursor.column = Math.min(this.cursor.column, columns - 1);
    this.#isWrapPending = false;
  }

  /** What is on the screen and above it, as text. */
  get text(): string {
    const all = [...this.history, ...this.lines];
    let text = '';
    for (const line of all) text += line.isWrapped ? line.text : `${line.text.trimEnd()}\n`;
    return text.trimEnd();
  }

  #line(): Line {
    return this.lines[this.cursor.row] as Line;
  }

  #print(character: string): void {
    const width = characterWidth(character.codePointAt(0) as number);
    const { cursor } = this;
    if (width === 0) {
      this.#combine(character);
      return;
    }
    if (this.#isWrapPending || cursor.column + width > this.columns) {
      if (this.#hasAutoWrap) {
        this.#line().isWrapped = true;
        cursor.column = 0;
        this.#lineFeed();
      } else cursor.column = this.columns - width;
      this.#isWrapPending = false;
    }
    const line = this.#line();
    if (this.#hasInsert) line.insert(cursor.column, width, this.columns, cursor.look);
    line.put(cursor.column, character, cursor.look);
    if (width === 2) line.put(cursor.column + 1, '', cursor.look);
    cursor.column += width;
    if (cursor.column >= this.columns) {
      cursor.column = this.columns - 1;
      this.#isWrapPending = true;
    }
  }

  #combine(character: string): void {
    const line = this.#line();
    const column = this.#isWrapPending ? this.cursor.column : this.cursor.column - 1;
    const before = line.cells[column];
    if (before !== undefined && before.length < 16) line.put(column, before + character, line.looks[column] as Look);
  }

  #control(code: number): void {
    const { cursor } = this;
    switch (code) {
      case 7:
        this.bells++;
        return;
      case 8:
        if (this.#isWrapPending) this.#isWrapPending = false;
        else cursor.column = Math.max(0, cursor.column - 1);
        return;
      case 9:
        cursor.column = Math.min(this.columns - 1, (Math.floor(cursor.column / TAB_COLUMNS) + 1) * TAB_COLUMNS);
        return;
      case 10:
      case 11:
      case 12:
        this.#isWrapPending = false;
        this.#lineFeed();
        return;
      case 13:
        this.#isWrapPending = false;
        cursor.column = 0;
        return;
      default:
    }
  }

  #lineFeed(): void {
    if (this.cursor.row === this.#scrollBottom) this.#scrollUp(1);
    else if (this.cursor.row < this.rows - 1) this.cursor.row++;
  }

  #scrollUp(count: number): void {
    for (let i = 0; i < count; i++) {
      const [gone] = this.lines.splice(this.#scrollTop, 1);
      if (gone && this.#scrollTop === 0 && !this.#main) this.#keep(gone);
      this.lines.splice(this.#scrollBottom, 0, new Line());
    }
  }

  #scrollDown(count: number): void {
    for (let i = 0; i < count; i++) {
      this.lines.splice(this.#scrollBottom, 1);
      this.lines.splice(this.#scrollTop, 0, new Line());
    }
  }

  #keep(line: Line): void {
    this.history.push(line);
    if (this.history.length > MAX_HISTORY_LINES * 1.2) {
      const extra = this.history.length - MAX_HISTORY_LINES;
      this.history.splice(0, extra);
      this.droppedLines += extra;
    }
  }

  /** Characters of the sequence at `at`, or 0 when it is not whole yet. */
  #escape(text: string, at: number): number {
    const kind = text[at + 1];
    if (kind === undefined) return 0;
    if (kind === '[') return this.#controlSequence(text, at);
    if (kind === ']' || kind === 'P' || kind === '_' || kind === '^') return this.#string(text, at, kind);
    if ('()*+-./#%'.includes(kind)) return text.length > at + 2 ? 3 : 0;
    this.#plainEscape(kind);
    return 2;
  }

  #plainEscape(kind: string): void {
    switch (kind) {
      case '7':
        this.#saved = { ...this.cursor };
        break;
      case '8':
        this.cursor = { ...this.#saved };
        break;
      case 'D':
        this.#lineFeed();
        break;
      case 'E':
        this.cursor.column = 0;
        this.#lineFeed();
        break;
      case 'M':
        if (this.cursor.row === this.#scrollTop) this.#scrollDown(1);
        else this.cursor.row = Math.max(0, this.cursor.row - 1);
        break;
      case 'c':
        this.#reset();
        break;
      default:
    }
    this.#isWrapPending = false;
  }

  #reset(): void {
    this.lines = blankLines(this.rows);
    this.cursor = { row: 0, column: 0, look: PLAIN };
    this.#main = undefined;
    this.#scrollTop = 0;
    this.#scrollBottom = this.rows - 1;
    this.isCursorVisible = true;
    this.hasApplicationCursor = false;
    this.hasBracketedPaste = false;
    this.#hasAutoWrap = true;
    this.#hasInsert = false;
  }

  /** Operating system commands and the like: of use is only the window's title. */
  #string(text: string, at: number, kind: string): number {
    const end = /\u0007|\u001b\\/.exec(text.slice(at + 2, at + 2 + MAX_SEQUENCE * 8));
    if (!end) return text.length - at > MAX_SEQUENCE * 8 ? 2 : 0;
    const title = /^[02];(.*)$/s.exec(text.slice(at + 2, at + 2 + end.index));
    if (kind === ']' && title) this.title = title[1] as string;
    return 2 + end.index + end[0].length;
  }

  #controlSequence(text: string, at: number): number {
    let end = at + 2;
    while (end < text.length && text.charCodeAt(end) >= 0x20 && text.charCodeAt(end) <= 0x3f) end++;
    if (end >= text.length) return end - at > MAX_SEQUENCE ? 2 : 0;
    const body = text.slice(at + 2, end);
    const mark = /^[?>=<]/.exec(body)?.[0] ?? '';
    const parameters = body
      .slice(mark.length)
      .split(/[;:]/)
      .map((part) => Number.parseInt(part, 10) || 0);
    if (/^[?>=<]?[\d;:]*$/.test(body)) this.#command(text[end] as string, mark, parameters);
    return end - at + 1;
  }

  #command(letter: string, mark: string, parameters: readonly number[]): void {
    const { cursor } = this;
    const count = Math.max(1, parameters[0] ?? 0);
    if (mark === '?') {
      if (letter === 'h' || letter === 'l') for (const mode of parameters) this.#setPrivateMode(mode, letter === 'h');
      return;
    }
    if (mark !== '') return;
    if (letter !== 'm') this.#isWrapPending = false;
    switch (letter) {
      case 'A':
        cursor.row = Math.max(cursor.row >= this.#scrollTop ? this.#scrollTop : 0, cursor.row - count);
        break;
      case 'B':
      case 'e':
        cursor.row = Math.min(
          cursor.row <= this.#scrollBottom ? this.#scrollBottom : this.rows - 1,
          cursor.row + count,
        );
        break;
      case 'C':
      case 'a':
        cursor.column = Math.min(this.columns - 1, cursor.column + count);
        break;
      case 'D':
        cursor.column = Math.max(0, cursor.column - count);
        break;
      case 'E':
        cursor.row = Math.min(this.rows - 1, cursor.row + count);
        cursor.column = 0;
        break;
      case 'F':
        cursor.row = Math.max(0, cursor.row - count);
        cursor.column = 0;
        break;
      case 'G':
      case '`':
        cursor.column = Math.min(this.columns, count) - 1;
        break;
      case 'd':
        cursor.row = Math.min(this.rows, count) - 1;
        break;
      case 'H':
      case 'f':
        cursor.row = Math.min(this.rows, count) - 1;
        cursor.column = Math.min(this.columns, Math.max(1, parameters[1] ?? 1)) - 1;
        break;
      case 's':
        this.#saved = { ...cursor };
        break;
      case 'u':
        this.cursor = { ...this.#saved };
        break;
      case 'm':
        cursor.look = applySgr(cursor.look, parameters);
        break;
      case 'h':
      case 'l':
        if (parameters.includes(4)) this.#hasInsert = letter === 'h';
        break;
      case 'n':
        if (parameters[0] === 6) this.onReply?.(`\u001b[${cursor.row + 1};${cursor.column + 1}R`);
        else if (parameters[0] === 5) this.onReply?.('\u001b[0n');
        break;
      case 'c':
        this.onReply?.('\u001b[?6c');
        break;
      default:
        this.#edit(letter, count, parameters);
    }
  }

  #edit(letter: string, count: number, parameters: readonly number[]): void {
    const { cursor } = this;
    const line = this.#line();
    switch (letter) {
      case 'J':
        this.#eraseDisplay(parameters[0] ?? 0);
        break;
      case 'K': {
        const what = parameters[0] ?? 0;
        line.erase(
          what === 0 ? cursor.column : 0,
          what === 1 ? cursor.column + 1 : this.#endOf(line),
          background(cursor.look),
        );
        break;
      }
      case 'P':
        line.remove(cursor.column, Math.min(count, this.columns));
        break;
      case 'X':
        line.erase(cursor.column, Math.min(this.columns, cursor.column + count), background(cursor.look));
        break;
      case '@':
        line.insert(cursor.column, Math.min(count, this.columns), this.columns, PLAIN);
        break;
      case 'L':
      case 'M': {
        if (cursor.row < this.#scrollTop || cursor.row > this.#scrollBottom) break;
        const top = this.#scrollTop;
        this.#scrollTop = cursor.row;
        const lines = Math.min(count, this.#scrollBottom - cursor.row + 1);
        if (letter === 'L') this.#scrollDown(lines);
        else this.#deleteLines(lines);
        this.#scrollTop = top;
        break;
      }
      case 'S':
        this.#scrollUp(Math.min(count, this.rows));
        break;
      case 'T':
        this.#scrollDown(Math.min(count, this.rows));
        break;
      case 'r': {
        const top = count - 1;
        const bottom = Math.min(this.rows, parameters[1] || this.rows) - 1;
        if (top < bottom) {
          this.#scrollTop = top;
          this.#scrollBottom = bottom;
          cursor.row = 0;
          cursor.column = 0;
        }
        break;
      }
      default:
    }
  }

  #deleteLines(count: number): void {
    this.lines.splice(this.#scrollTop, count);
    this.lines.splice(this.#scrollBottom - count + 1, 0, ...blankLines(count));
  }

  /** A line may be longer than the screen, which was wider once. */
  #endOf(line: Line): number {
    return Math.max(this.columns, line.cells.length);
  }

  #eraseDisplay(what: number): void {
    const { cursor } = this;
    const look = background(cursor.look);
    if (what === 3) {
      this.droppedLines += this.history.length;
      this.history = [];
      return;
    }
    const first = what === 0 ? cursor.row + 1 : 0;
    const last = what === 1 ? cursor.row : this.rows;
    for (let row = first; row < last; row++) {
      this.lines[row] = new Line();
      if (look !== PLAIN) this.lines[row]?.erase(0, this.columns, look);
    }
    if (what === 0) this.#line().erase(cursor.column, this.#endOf(this.#line()), look);
    else if (what === 1) this.#line().erase(0, cursor.column + 1, look);
  }

  #setPrivateMode(mode: number, isOn: boolean): void {
    switch (mode) {
      case 1:
        this.hasApplicationCursor = isOn;
        break;
      case 7:
        this.#hasAutoWrap = isOn;
        break;
      case 25:
        this.isCursorVisible = isOn;
        break;
      case 2004:
        this.hasBracketedPaste = isOn;
        break;
      case 47:
      case 1047:
      case 1049:
        this.#switchScreen(isOn);
        break;
      default:
    }
  }

  #switchScreen(toAlternate: boolean): void {
    if (toAlternate && !this.#main) {
      this.#main = { lines: this.lines, cursor: { ...this.cursor } };
      this.lines = blankLines(this.rows);
    } else if (!toAlternate && this.#main) {
      this.lines = this.#main.lines;
      this.cursor = this.#main.cursor;
      this.#main = undefined;
      this.resize(this.columns, this.rows);
    }
    this.#scrollTop = 0;
    this.#scrollBottom = this.rows - 1;
  }
}

/** What erasing leaves: the pen's background alone. */
function background(look: Look): Look {
  return look & (0x1ff << 9);
}

function blankLines(count: number): Line[] {
  return Array.from({ length: count }, () => new Line());
}
