import { findInLine, reversedFind, type ViFind } from './viFind.ts';
import { endBefore, firstNonBlank, type Motion, motionOf } from './viMotions.ts';
import { findPattern } from './viSearch.ts';
import type { ViState } from './viState.ts';

/** What motions ask of the editor. */
export interface MotionContext {
  readonly state: ViState;
  readonly pageRows: number;
  /** The row at the top of the screen. */
  readonly topRow: number;
  next(): Promise<string>;
  /** A line typed below the text; undefined where it was left. */
  line(prompt: string): Promise<string | undefined>;
}

/** Motions of more than one key, and those that remember something: searches, marks, `f`. */
export class ViMotionKeys {
  readonly #context: MotionContext;
  #find: ViFind | undefined;

  constructor(context: MotionContext) {
    this.#context = context;
  }

  /** Undefined for what is no motion, or leads nowhere; then it has failed where `isMotion` says that it was one. */
  async read(key: string, count: number | undefined): Promise<Motion | undefined> {
    const { state } = this.#context;
    const { buffer } = state;
    switch (key) {
      case '/':
      case '?':
        return this.#searchFor(key);
      case 'n':
      case 'N':
        return this.#searchAgain(state.isBackward !== (key === 'N'), count ?? 1);
      case '*':
      case '#':
        return this.#searchWord(key === '#');
      case 'f':
      case 'F':
      case 't':
      case 'T':
        this.#find = { key, character: characterOf(await this.#context.next()) };
        return findInLine(buffer, this.#find, count ?? 1, { isAgain: false });
      case ';':
      case ',':
        if (!this.#find) return undefined;
        return findInLine(buffer, key === ';' ? this.#find : reversedFind(this.#find), count ?? 1, { isAgain: true });
      case "'":
      case '`':
        return this.#toMark(key, await this.#context.next());
      case 'H':
      case 'M':
      case 'L':
        return this.#onScreen(key, count);
      default:
        return motionOf(buffer, key, count, this.#context.pageRows);
    }
  }

  /** Those that begin with `g`. */
  prefixed(key: string, count: number | undefined): Motion | undefined {
    const { buffer } = this.#context.state;
    const { row, line, lines } = buffer;
    if (key === 'g') return motionOf(buffer, 'G', count ?? 1, this.#context.pageRows);
    if (key === 'j' || key === 'k') return motionOf(buffer, key, count, this.#context.pageRows);
    if (key === '_') {
      const to = Math.min(lines.length - 1, row + (count ?? 1) - 1);
      return { row: to, column: Math.max(0, (lines[to] as string).trimEnd().length - 1), takes: 'including' };
    }
    if (key === 'e' || key === 'E') return endBefore(buffer, key, count ?? 1);
    if (key === '0') return { row, column: 0, takes: 'upTo' };
    if (key === '^') return { row, column: firstNonBlank(line), takes: 'upTo' };
    if (key === '$') return { row, column: Math.max(0, line.length - 1), takes: 'including' };
    return undefined;
  }

  async #searchFor(sign: '/' | '?'): Promise<Motion | undefined> {
    const { state } = this.#context;
    const text = await this.#context.line(sign);
    if (text === undefined) return undefined;
    const typed = new RegExp(`^(?:\\\\.|[^\\\\${sign}])*`, 's').exec(text)?.[0] ?? '';
    if (typed !== '') state.pattern = typed.replaceAll(`\\${sign}`, sign);
    state.isBackward = sign === '?';
    return this.#searchAgain(state.isBackward, 1);
  }

  #searchWord(isBackward: boolean): Motion | undefined {
    const { state } = this.#context;
    const { line, column, row } = state.buffer;
    const from = /\w*$/.exec(line.slice(0, column))?.index ?? 0;
    const word = /\w+/.exec(line.slice(/\w/.test(line[column] ?? '') ? from : column));
    if (!word) {
      state.fail('E348: No string under cursor');
      return undefined;
    }
    state.pattern = `\\<${word[0]}\\>`;
    state.isBackward = isBackward;
    if (isBackward) state.buffer.moveTo(row, /\w/.test(line[column] ?? '') ? from : column);
    return this.#searchAgain(isBackward, 1);
  }

  #searchAgain(isBackward: boolean, count: number): Motion | undefined {
    const { state } = this.#context;
    const { buffer } = state;
    if (state.pattern === '') {
      state.fail('E35: No previous regular expression');
      return undefined;
    }
    const { row, column } = buffer;
    try {
      for (let i = 0; i < count; i++) {
        const found = findPattern(buffer, state.pattern, { isBackward, ignoreCase: state.settings.ignoreCase });
        if (typeof found === 'string') {
          state.fail(found);
          return undefined;
        }
        buffer.moveTo(found.row, found.column);
      }
      return { row: buffer.row, column: buffer.column, takes: 'upTo' };
    } finally {
      buffer.moveTo(row, column);
    }
  }

  #toMark(key: string, name: string): Motion | undefined {
    const { state } = this.#context;
    const mark = state.marks.get(name === '`' ? "'" : name);
    if (!mark) {
      state.fail('E20: Mark not set');
      return undefined;
    }
    const row = Math.min(mark.row, state.buffer.lines.length - 1);
    if (key === '`') return { row, column: mark.column, takes: 'upTo' };
    return { row, column: firstNonBlank(state.buffer.lines[row] as string), takes: 'lines' };
  }

  #onScreen(key: string, count: number | undefined): Motion {
    const { topRow, pageRows, state } = this.#context;
    const { lines } = state.buffer;
    const bottom = Math.min(lines.length, topRow + pageRows + 2) - 1;
    const wanted =
      key === 'H'
        ? topRow + (count ?? 1) - 1
        : key === 'L'
          ? bottom - (count ?? 1) + 1
          : Math.floor((topRow + bottom) / 2);
    const row = Math.max(0, Math.min(lines.length - 1, wanted));
    return { row, column: firstNonBlank(lines[row] as string), takes: 'lines' };
  }
}

export function characterOf(key: string): string {
  return key === 'tab' ? '\t' : key;
}
