import { background, foreground, type Look, LookFlag, PLAIN } from './cell.ts';
import type { Line } from './line.ts';
import type { Screen } from './screen.ts';

/** Lines in one block of the page that is never touched again. */
const BLOCK_LINES = 50;
/** Blocks of scrolled-off lines in the page; the rest is forgotten. */
const MAX_BLOCKS = 40;

/** A line in sight as it was drawn last. */
interface Row {
  readonly element: HTMLElement;
  line: Line | undefined;
  version: number;
  /** Twice the cursor's column, plus 1 with the focus; -1 without a cursor. */
  cursor: number;
}

/** Draws a screen into an element: what scrolled off as blocks that stay, the lines in sight again when they change.
 *  Colours are classes, for a policy allows no inline styles. */
export class TerminalRenderer {
  readonly #screen: Screen;
  readonly #history: HTMLElement;
  readonly #live: HTMLElement;
  /** Lines of the history that stand in the page, counted from the start. */
  #drawnHistory = 0;
  #block: HTMLElement | undefined;
  #blockLines = 0;
  readonly #rows: Row[] = [];

  constructor(screen: Screen, container: HTMLElement) {
    this.#screen = screen;
    this.#history = element('div', 'history');
    this.#live = element('div', 'live');
    container.replaceChildren(this.#history, this.#live);
  }

  /** Brings the page up to date. Cost: the lines that changed. */
  draw(hasFocus: boolean): void {
    this.#drawHistory();
    const { lines, cursor, isCursorVisible } = this.#screen;
    while (this.#rows.length < lines.length) {
      const row: Row = { element: element('div', 'line'), line: undefined, version: -1, cursor: -1 };
      this.#rows.push(row);
      this.#live.append(row.element);
    }
    while (this.#rows.length > lines.length) this.#rows.pop()?.element.remove();
    for (const [i, line] of lines.entries()) {
      const row = this.#rows[i] as Row;
      const column = isCursorVisible && i === cursor.row ? cursor.column * 2 + (hasFocus ? 1 : 0) : -1;
      if (row.line === line && row.version === line.version && row.cursor === column) continue;
      row.line = line;
      row.version = line.version;
      row.cursor = column;
      row.element.replaceChildren(...spans(line, column < 0 ? -1 : column >> 1, hasFocus));
    }
    // A full-screen program has the page to itself.
    this.#history.hidden = this.#screen.isAlternate;
  }

  #drawHistory(): void {
    const { history, droppedLines } = this.#screen;
    const total = history.length + droppedLines;
    if (this.#drawnHistory > total || (history.length === 0 && this.#drawnHistory > 0)) {
      this.#history.replaceChildren();
      this.#block = undefined;
      this.#drawnHistory = total;
    }
    const first = Math.max(this.#drawnHistory, droppedLines, total - BLOCK_LINES * MAX_BLOCKS);
    for (let at = first; at < total; at++) {
      if (!this.#block || this.#blockLines >= BLOCK_LINES) {
        this.#block = element('div', 'block');
        this.#blockLines = 0;
        this.#history.append(this.#block);
        if (this.#history.childElementCount > MAX_BLOCKS) this.#history.firstElementChild?.remove();
      }
      const row = element('div', 'line');
      row.append(...spans(history[at - droppedLines] as Line, -1, false));
      this.#block.append(row);
      this.#blockLines++;
    }
    this.#drawnHistory = total;
  }
}

function spans(line: Line, cursorColumn: number, hasFocus: boolean): Node[] {
  if (cursorColumn < 0) {
    const nodes = line.runs.map(({ text, look, isWide }) => spanOf(text, look, isWide ? 'wide' : ''));
    return nodes.length > 0 ? nodes : [document.createTextNode('\u200b')];
  }
  const nodes: Node[] = [];
  let text = '';
  let look: Look = PLAIN;
  const flush = () => {
    if (text !== '') nodes.push(spanOf(text, look, ''));
    text = '';
  };
  const columns = Math.max(line.cells.length, cursorColumn + 1);
  for (let column = 0; column < columns; column++) {
    const cell = line.cells[column] ?? ' ';
    const cellLook = line.looks[column] ?? PLAIN;
    const wide = line.isWide(column) ? 'wide' : '';
    // On the second cell of a wide character it is the character's.
    const isCursor = column === cursorColumn || (wide !== '' && column + 1 === cursorColumn);
    if (isCursor || wide !== '') {
      flush();
      const cursor = isCursor ? (hasFocus ? 'cursor' : 'cursor idle') : '';
      nodes.push(spanOf(cell, cellLook, `${wide} ${cursor}`.trim()));
      continue;
    }
    if (cell === '') continue;
    if (cellLook !== look) flush();
    look = cellLook;
    text += cell;
  }
  flush();
  return nodes;
}

function spanOf(text: string, look: Look, extra: string): Node {
  const names = classNames(look, extra);
  if (names === '') return document.createTextNode(text);
  const span = element('span', names);
  span.textContent = text;
  return span;
}

/** Classes of TerminalView.svelte: `f1`…`f16`, `b1`…`b16` for the sixteen colours, nearest for the other 240. */
function classNames(look: Look, extra: string): string {
  if (look === PLAIN) return extra;
  const names = extra === '' ? [] : [extra];
  let front = foreground(look);
  let back = background(look);
  if ((look & LookFlag.inverse) !== 0) names.push('inverse');
  if (front > 16) front = nearest(front - 1) + 1;
  if (back > 16) back = nearest(back - 1) + 1;
  if (front > 0) names.push(`f${front}`);
  if (back > 0) names.push(`b${back}`);
  for (const [flag, name] of FLAGS) if ((look & flag) !== 0) names.push(name);
  return names.join(' ');
}

const FLAGS = [
  [LookFlag.bold, 'bold'],
  [LookFlag.dim, 'dim'],
  [LookFlag.italic, 'italic'],
  [LookFlag.underline, 'underline'],
  [LookFlag.hidden, 'concealed'],
  [LookFlag.strike, 'strike'],
] as const;

/** One of the sixteen for a colour of the cube or a grey. */
function nearest(colour: number): number {
  if (colour >= 232) return colour < 238 ? 8 : colour < 250 ? 7 : 15;
  const index = colour - 16;
  const [red, green, blue] = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6] as const;
  const bright = Math.max(red, green, blue) >= 4 ? 8 : 0;
  const half = Math.max(red, green, blue) / 2;
  return bright + (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0);
}

function element(name: string, className: string): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
