import type { Screen } from './screen.ts';

/** Lines that are said at once; of more, the last. */
const MAX_LINES = 20;

/** What a screen reader is to say of a terminal: the lines that came since it was last asked; in a full-screen program,
 *  the line that the cursor went to. */
export class SpokenOutput {
  readonly #screen: Screen;
  /** The cursor's line, counted from the first that ever was. */
  #line = 0;
  #wasAlternate = false;
  /** Nothing stood on that line yet: what does now is new. */
  #wasBlank = true;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#line = this.#cursorLine;
  }

  get #cursorLine(): number {
    const { droppedLines, history, cursor } = this.#screen;
    return droppedLines + history.length + cursor.row;
  }

  /** '' where there is nothing new: what is typed on a line is not said again. */
  take(): string {
    const { isAlternate, history, droppedLines, lines } = this.#screen;
    const line = this.#cursorLine;
    const before = this.#line;
    const hasSwitched = isAlternate !== this.#wasAlternate;
    this.#line = line;
    this.#wasAlternate = isAlternate;
    const wasBlank = this.#wasBlank;
    const here = lines[this.#screen.cursor.row]?.text.trim() ?? '';
    this.#wasBlank = here === '';
    if (line === before && !hasSwitched) return '';
    if (isAlternate || hasSwitched || line < before) return here;
    const first = Math.max(wasBlank ? before : before + 1, line - MAX_LINES + 1, droppedLines) - droppedLines;
    const shown = [...history.slice(first), ...lines.slice(Math.max(0, first - history.length))];
    return shown
      .slice(0, line - droppedLines - first + 1)
      .map(({ text }) => text.trim())
      .filter((text) => text !== '')
      .join('\n');
  }
}
