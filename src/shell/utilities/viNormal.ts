import type { ViEditor } from './viEditor.ts';
import { characterOf } from './viMotionKeys.ts';
import { firstNonBlank, kindOf, type Motion } from './viMotions.ts';
import { operate, OPERATORS, paste } from './viOperators.ts';
import { joinLines, linesRange, rangeOf, toggledCase, type ViRange } from './viRange.ts';
import { textObject } from './viTextObjects.ts';
import { visualOperator } from './viVisual.ts';

const MAX_COUNT = 10_000;

interface Call {
  readonly count: number | undefined;
  readonly register: string | undefined;
}

/** The commands of command mode, and of what is selected. */
export class ViNormal {
  readonly #editor: ViEditor;
  /** The column that `j` and `k` keep to, whatever the lines are like on the way. */
  #wanted = 0;

  constructor(editor: ViEditor) {
    this.#editor = editor;
  }

  get #state() {
    return this.#editor.state;
  }

  get #buffer() {
    return this.#editor.state.buffer;
  }

  async run(first: string): Promise<void> {
    this.#editor.isBehindLine = false;
    let key = first;
    let register: string | undefined;
    let count: number | undefined;
    for (;;) {
      if (key === '"') register = await this.#editor.next();
      else if (/^[1-9]$/.test(key)) {
        const read = await this.#readCount(key);
        count = Math.min(MAX_COUNT, (count ?? 1) * read.count);
        key = read.next;
        continue;
      } else break;
      key = await this.#editor.next();
    }
    if (key === 'g') key = `g${await this.#editor.next()}`;
    if (this.#editor.selection) await this.#visual(key, { count, register });
    else await this.#command(key, { count, register });
    if (!VERTICAL.has(key))
      this.#wanted = key === '$' || key === 'end' ? Number.POSITIVE_INFINITY : this.#buffer.column;
  }

  async #readCount(first: string): Promise<{ readonly count: number; readonly next: string }> {
    let digits = first;
    let next = await this.#editor.next();
    while (/^[0-9]$/.test(next)) {
      digits += next;
      next = await this.#editor.next();
    }
    return { count: Math.min(Number(digits), MAX_COUNT), next };
  }

  async #command(key: string, call: Call): Promise<void> {
    if (OPERATORS.has(key)) {
      await this.#operator(key, call);
      return;
    }
    const motion = await this.#motion(key, call.count);
    if (motion) {
      this.#go(key, motion);
      return;
    }
    if (MOTIONS.has(key)) this.#state.hasFailed = true;
    else if (!(this.#begin(key, call) || (await this.#change(key, call)))) await this.#other(key, call);
  }

  #motion(key: string, count: number | undefined): Promise<Motion | undefined> | Motion | undefined {
    if (key.length === 2 && key.startsWith('g')) return this.#editor.motions.prefixed(key[1] as string, count);
    return this.#editor.motions.read(key, count);
  }

  #go(key: string, { row, column }: Motion): void {
    const buffer = this.#buffer;
    if (JUMPS.has(key)) this.#state.marks.set("'", { row: buffer.row, column: buffer.column });
    if (VERTICAL.has(key)) buffer.moveTo(row, Math.min(this.#wanted, (buffer.lines[row] as string).length));
    else if (key === 'G' || key === 'gg') buffer.moveTo(row, firstNonBlank(buffer.lines[row] as string));
    else buffer.moveTo(row, column);
    this.#editor.isBehindLine = this.#editor.selection !== undefined && (key === '$' || key === 'end');
  }

  async #operator(operator: string, { count, register }: Call): Promise<void> {
    let key = await this.#editor.next();
    let times = count;
    if (/^[1-9]$/.test(key)) {
      const read = await this.#readCount(key);
      times = Math.min(MAX_COUNT, (count ?? 1) * read.count);
      key = read.next;
    }
    if (key === 'g') key = `g${await this.#editor.next()}`;
    const range = await this.#operatorRange(operator, key, times);
    if (!range) {
      this.#state.hasFailed = true;
      return;
    }
    if (operator !== 'y') this.#editor.changes();
    if (operate(this.#state, operator, range, { register, count: 1 }))
      this.#editor.beginInsertion({ count: 1, kind: 'insert' });
  }

  async #operatorRange(operator: string, key: string, count: number | undefined): Promise<ViRange | undefined> {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    const isDoubled = key === operator || (operator.startsWith('g') && (key === operator[1] || key === operator));
    if (isDoubled) {
      const last = row + (count ?? 1) - 1;
      return last >= buffer.lines.length && (count ?? 1) > 1 && operator !== 'y' && row === buffer.lines.length - 1
        ? undefined
        : linesRange(row, Math.min(buffer.lines.length - 1, last));
    }
    if (key === 'i' || key === 'a') {
      const motion = textObject(buffer, key, await this.#editor.next());
      return motion && rangeOf(buffer, motion);
    }
    // To change a word leaves the blanks behind it.
    if (operator === 'c' && /^[wW]$/.test(key) && kindOf(line[column]) !== 0) return this.#changedWord(key, count ?? 1);
    const motion = await this.#motion(key, count);
    if (!motion) return undefined;
    // A word at the end of its line does not reach into the next one.
    if (/^[wW]$/.test(key) && motion.row > row && motion.column <= firstNonBlank(buffer.lines[motion.row] as string)) {
      const end = { row: motion.row - 1, column: (buffer.lines[motion.row - 1] as string).length };
      return { from: { row, column }, to: end, isLines: false };
    }
    return rangeOf(buffer, motion);
  }

  /** To the end of this word, or of so many more. */
  async #changedWord(key: string, count: number): Promise<ViRange | undefined> {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    const isSame = (at: number) => (key === 'W' ? kindOf(line[at]) !== 0 : kindOf(line[at]) === kindOf(line[column]));
    let end = column;
    while (end + 1 < line.length && isSame(end + 1)) end++;
    if (count === 1) return { from: { row, column }, to: { row, column: end + 1 }, isLines: false };
    buffer.moveTo(row, end);
    const motion = await this.#motion(key === 'w' ? 'e' : 'E', count - 1);
    buffer.moveTo(row, column);
    return motion && rangeOf(buffer, motion);
  }

  /** What begins insert mode. */
  #begin(key: string, { count = 1, register }: Call): boolean {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    const start = (at: number, kind: 'insert' | 'replace' = 'insert') => {
      buffer.mark();
      buffer.moveTo(row, at);
      this.#editor.beginInsertion({ count, kind });
    };
    const change = (range: ViRange) => {
      operate(this.#state, 'c', range, { register, count: 1 });
      this.#editor.beginInsertion({ count: 1, kind: 'insert' });
    };
    const upTo = (at: number): ViRange => ({ from: { row, column }, to: { row, column: at }, isLines: false });
    switch (key) {
      case 'i':
      case 'insert':
        start(column);
        return true;
      case 'I':
        start(line.trim() === '' ? line.length : firstNonBlank(line));
        return true;
      case 'gI':
        start(0);
        return true;
      case 'a':
        start(column + 1);
        return true;
      case 'A':
        start(line.length);
        return true;
      case 'R':
        start(column, 'replace');
        return true;
      case 'o':
      case 'O': {
        const at = key === 'o' ? row + 1 : row;
        buffer.mark();
        buffer.replaceLines(at, 0, ['']);
        buffer.moveTo(at, 0);
        this.#editor.beginInsertion({ count, kind: 'lines' });
        return true;
      }
      case 's':
        change(upTo(Math.min(line.length, column + count)));
        return true;
      case 'C':
        change({ ...upTo(0), to: this.#lineEnd(count) });
        return true;
      case 'S':
        change(linesRange(row, Math.min(buffer.lines.length - 1, row + count - 1)));
        return true;
      default:
        return false;
    }
  }

  #lineEnd(count: number) {
    const row = Math.min(this.#buffer.lines.length - 1, this.#buffer.row + count - 1);
    return { row, column: (this.#buffer.lines[row] as string).length };
  }

  /** What changes the text and stays in command mode. */
  async #change(key: string, { count = 1, register }: Call): Promise<boolean> {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    const cut = (from: number, to: { readonly row: number; readonly column: number }) => {
      const range = { from: { row, column: from }, to, isLines: false };
      operate(this.#state, 'd', range, { register, count: 1 });
    };
    switch (key) {
      case 'x':
      case 'delete':
        if (line === '') this.#state.hasFailed = true;
        else cut(column, { row, column: Math.min(line.length, column + count) });
        break;
      case 'X':
        if (column === 0) this.#state.hasFailed = true;
        else cut(Math.max(0, column - count), { row, column });
        break;
      case 'D':
        cut(column, this.#lineEnd(count));
        break;
      case 'p':
      case 'P':
        paste(this.#state, key === 'p' ? 'after' : 'before', { register, count });
        break;
      case 'r':
        this.#replace(await this.#editor.next(), count);
        break;
      case '~': {
        const end = Math.min(line.length, column + count);
        buffer.mark();
        buffer.setLine(line.slice(0, column) + toggledCase(line.slice(column, end)) + line.slice(end));
        buffer.moveTo(row, end);
        break;
      }
      case 'J':
      case 'gJ':
        if (row + 1 >= buffer.lines.length) {
          this.#state.hasFailed = true;
          break;
        }
        buffer.mark();
        joinLines(buffer, row, Math.max(2, count), key === 'J' ? 'blank' : 'asIs');
        break;
      case 'ctrl-a':
      case 'ctrl-x':
        this.#addToNumber(key === 'ctrl-a' ? count : -count);
        break;
      case '&':
        await this.#editor.ex('s');
        break;
      default:
        return false;
    }
    this.#editor.changes();
    return true;
  }

  #replace(key: string, count: number): void {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    const isText = [...characterOf(key)].length === 1 || key === 'enter';
    if (!isText || column + count > line.length) {
      this.#state.hasFailed = key !== 'escape';
      return;
    }
    buffer.mark();
    if (key === 'enter') {
      buffer.replaceLines(row, 1, [line.slice(0, column), line.slice(column + count)]);
      buffer.moveTo(row + 1, 0);
      return;
    }
    buffer.setLine(line.slice(0, column) + characterOf(key).repeat(count) + line.slice(column + count));
    buffer.moveTo(row, column + count - 1);
  }

  /** The number under the cursor, or the next one on its line. */
  #addToNumber(difference: number): void {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    const found = [...line.matchAll(/-?\d+/g)].find(({ index, 0: text }) => index + text.length > column);
    if (!found || found[0].length > 18) {
      this.#state.hasFailed = true;
      return;
    }
    const sum = String(BigInt(found[0]) + BigInt(difference));
    buffer.mark();
    buffer.setLine(line.slice(0, found.index) + sum + line.slice(found.index + found[0].length));
    buffer.moveTo(row, found.index + sum.length - 1);
  }

  async #other(key: string, { count }: Call): Promise<void> {
    const state = this.#state;
    const buffer = this.#buffer;
    switch (key) {
      case '.':
        this.#editor.repeatChange(count);
        break;
      case 'u':
        for (let i = 0; i < (count ?? 1); i++) if (!buffer.undo()) state.message = 'Already at oldest change';
        break;
      case 'ctrl-r':
        for (let i = 0; i < (count ?? 1); i++) if (!buffer.redo()) state.message = 'Already at newest change';
        break;
      case 'v':
      case 'V':
        this.#editor.selection = { start: { row: buffer.row, column: buffer.column }, isLines: key === 'V' };
        break;
      case 'ctrl-v':
        state.fail('selecting a block is not simulated');
        break;
      case 'gv':
        this.#selectAgain();
        break;
      case 'Y':
        await this.#command('y', { count, register: undefined });
        break;
      case 'm':
        state.marks.set(await this.#editor.next(), { row: buffer.row, column: buffer.column });
        break;
      case 'q':
        await this.#editor.record();
        break;
      case '@':
        await this.#editor.playMacro(count ?? 1);
        break;
      case 'Z': {
        const next = await this.#editor.next();
        if (next === 'Z') await this.#editor.ex('x');
        else if (next === 'Q') this.#editor.hasEnded = true;
        break;
      }
      case ':':
        await this.#editor.commandLine(count === undefined ? '' : `.,.+${count - 1}`);
        break;
      case 'z':
        await this.#editor.next();
        break;
      case 'ctrl-g':
        state.message = `"${state.path ?? '[No Name]'}"${buffer.isModified ? ' [Modified]' : ''} ${buffer.lines.length} lines`;
        break;
      case 'ctrl-c':
        state.message = 'Type  :qa!  and press <Enter> to abandon all changes and exit';
        break;
      default:
        break;
    }
  }

  #selectAgain(): void {
    const start = this.#state.marks.get('<');
    const end = this.#state.marks.get('>');
    if (!start || !end) return;
    this.#editor.selection = { start, isLines: start.column === 0 && end.column === Number.MAX_SAFE_INTEGER };
    this.#buffer.moveTo(end.row, end.column);
  }

  async #visual(key: string, { count, register }: Call): Promise<void> {
    const editor = this.#editor;
    const { selection } = editor;
    if (!selection) return;
    if (await this.#select(key, count)) return;
    const state = this.#state;
    const buffer = this.#buffer;
    const rows = Math.abs(buffer.row - selection.start.row);
    const columns = Math.abs(buffer.column - selection.start.column);
    this.#keepMarks();
    if (key === ':') {
      editor.selection = undefined;
      await editor.commandLine("'<,'>");
      return;
    }
    const argument = key === 'r' ? characterOf(await editor.next()) : '';
    const inserts = visualOperator(state, selection, key, { register, count: count ?? 1, argument });
    if (inserts === undefined) return;
    editor.selection = undefined;
    if (key === 'y' || key === 'Y') return;
    editor.keepVisualChange(repeating(selection.isLines, { rows, columns }, [...editor.keys.command]));
    if (inserts) editor.beginInsertion({ count: 1, kind: 'insert' });
  }

  #keepMarks(): void {
    const { selection } = this.#editor;
    if (!selection) return;
    const { row, column } = this.#buffer;
    const { start } = selection;
    const isBack = row < start.row || (row === start.row && column < start.column);
    const [first, last] = isBack ? [{ row, column }, start] : [start, { row, column }];
    this.#state.marks.set('<', selection.isLines ? { ...first, column: 0 } : first);
    this.#state.marks.set('>', selection.isLines ? { ...last, column: Number.MAX_SAFE_INTEGER } : last);
  }

  /** What changes the selection. */
  async #select(key: string, count: number | undefined): Promise<boolean> {
    const editor = this.#editor;
    const buffer = this.#buffer;
    const selection = editor.selection;
    if (!selection) return true;
    if (
      key === 'escape' ||
      key === 'ctrl-c' ||
      (key === 'v' && !selection.isLines) ||
      (key === 'V' && selection.isLines)
    ) {
      this.#keepMarks();
      editor.selection = undefined;
      return true;
    }
    if (key === 'v' || key === 'V') {
      editor.selection = { ...selection, isLines: key === 'V' };
      return true;
    }
    if (key === 'o' || key === 'O') {
      const { row, column } = buffer;
      buffer.moveTo(selection.start.row, selection.start.column);
      editor.selection = { ...selection, start: { row, column } };
      return true;
    }
    if (key === 'i' || key === 'a') {
      const motion = textObject(buffer, key, await editor.next());
      if (!motion?.from) return true;
      editor.selection = { start: motion.from, isLines: motion.takes === 'lines' };
      const back = motion.takes === 'upTo' ? 1 : 0;
      buffer.moveTo(motion.row, motion.column - back);
      return true;
    }
    if (OPERATORS.has(key)) return false;
    const motion = await this.#motion(key, count);
    if (motion) this.#go(key, motion);
    return motion !== undefined || MOTIONS.has(key);
  }
}

/** Keys that select as much from the cursor on, before those of the command. */
function repeating(
  isLines: boolean,
  size: { readonly rows: number; readonly columns: number },
  keys: string[],
): string[] {
  const moves = (count: number, key: string) => (count > 0 ? [...String(count), key] : []);
  if (isLines) return ['V', ...moves(size.rows, 'j'), ...keys];
  return ['v', ...(size.rows > 0 ? moves(size.rows, 'j') : moves(size.columns, 'l')), ...keys];
}

const VERTICAL = new Set(['j', 'k', 'up', 'down', 'ctrl-n', 'ctrl-p', 'ctrl-j', 'gj', 'gk']);
const JUMPS = new Set(['G', 'gg', '/', '?', 'n', 'N', '*', '#', '%', "'", '`', '{', '}', '(', ')', 'H', 'M', 'L']);
/** Keys that are motions even where they lead nowhere. */
const MOTIONS = new Set([
  ...JUMPS,
  ...VERTICAL,
  ...['w', 'b', 'e', 'W', 'B', 'E', 'f', 'F', 't', 'T', ';', ',', 'h', 'l', 'left', 'right', ' ', '+', '-', 'enter'],
]);
