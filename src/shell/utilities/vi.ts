import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { askLine, EditorView } from './editorView.ts';
import { Screen } from './screen.ts';
import { TextBuffer } from './textBuffer.ts';
import { utility } from './utility.ts';
import { runEx, type ViState } from './viCommands.ts';
import { firstNonBlank, type Motion, motionOf } from './viMotions.ts';

/** A small editor with the keys of vi. */
export const vi: Program = utility(
  {
    usage: '[OPTION]... [FILE]',
    // No swap file is kept, and the old vi's ways are not followed: -n and -N ask for nothing else.
    options: { command: '-c=COMMAND', readOnly: '-R', plain: '-n -N' },
    notSimulated: '-e -s -b -E -C',
    version: '9.0 (the simulated one)',
  },
  async (process, options) => {
    const screen = Screen.open(process);
    if (!screen) {
      await process.complain('standard output is not a terminal');
      return 1;
    }
    const line = options.operands.find((word) => /^\+\d*$/.test(word));
    const path = options.operands.find((word) => !word.startsWith('+'));
    await screen.begin();
    try {
      const editor = new Vi(process, screen);
      await editor.open(path, line);
      if (options.has('readOnly')) editor.protect();
      for (const command of options.values('command')) if (await editor.ex(command)) return 0;
      await editor.run();
    } finally {
      await screen.end();
    }
    return 0;
  },
);

const MAX_COUNT = 10_000;

class Vi {
  readonly #process: Process;
  readonly #screen: Screen;
  readonly #view = new EditorView();
  readonly #state: ViState = {
    buffer: new TextBuffer(''),
    path: undefined,
    message: '',
    settings: { numbers: false, ignoreCase: false, isReadOnly: false },
    register: { lines: [], isWhole: true },
  };
  #isInserting = false;
  #pattern = '';
  #isBackward = false;
  #find: { readonly key: string; readonly character: string } | undefined;
  #hasEnded = false;

  constructor(process: Process, screen: Screen) {
    this.#process = process;
    this.#screen = screen;
  }

  get #buffer(): TextBuffer {
    return this.#state.buffer;
  }

  get #textRows(): number {
    return Math.max(1, this.#screen.rows - 1);
  }

  async open(path: string | undefined, line: string | undefined): Promise<void> {
    if (path !== undefined) await runEx(this.#process, this.#state, `e ${path}`);
    if (line !== undefined)
      this.#buffer.moveTo(line === '+' ? this.#buffer.lines.length - 1 : Number(line.slice(1)) - 1, 0);
  }

  protect(): void {
    this.#state.settings.isReadOnly = true;
  }

  ex(command: string): Promise<boolean> {
    return runEx(this.#process, this.#state, command);
  }

  async #draw(): Promise<void> {
    const { columns } = this.#screen;
    const form = { filler: '~', numbers: this.#state.settings.numbers };
    const { rows, cursor } = this.#view.rows(this.#buffer, { rows: this.#textRows, columns }, form);
    const place = `${this.#buffer.row + 1},${this.#buffer.column + 1}`;
    const message = this.#isInserting ? '-- INSERT --' : this.#state.message;
    const status = `${message.slice(0, Math.max(0, columns - 18)).padEnd(Math.max(0, columns - 18))}${place}`;
    await this.#screen.draw([...rows, status.slice(0, columns)], {
      row: cursor.row,
      column: Math.min(columns - 1, cursor.column),
    });
  }

  async run(): Promise<void> {
    while (!this.#hasEnded) {
      if (!this.#isInserting) this.#clampCursor();
      await this.#draw();
      const key = await this.#screen.key();
      if (key === 'eof') return;
      if (key === 'resize') continue;
      if (this.#isInserting) this.#insertKey(key);
      else await this.#normalKey(key);
    }
  }

  /** In command mode the cursor stands on a character. */
  #clampCursor(): void {
    const { row, column, line } = this.#buffer;
    if (column > 0 && column >= line.length) this.#buffer.moveTo(row, Math.max(0, line.length - 1));
  }

  #insertKey(key: string): void {
    const buffer = this.#buffer;
    switch (key) {
      case 'escape':
      case 'ctrl-c':
      case 'ctrl-[':
        this.#isInserting = false;
        buffer.moveTo(buffer.row, buffer.column - 1);
        break;
      case 'enter':
        buffer.insert('\n');
        break;
      case 'tab':
        buffer.insert('\t');
        break;
      case 'backspace':
        buffer.backspace();
        break;
      case 'delete':
        buffer.deleteForward();
        break;
      case 'up':
      case 'down':
      case 'left':
      case 'right':
      case 'home':
      case 'end':
      case 'pageUp':
      case 'pageDown': {
        const motion = motionOf(buffer, key, 1, this.#textRows);
        if (motion) buffer.moveTo(motion.row, motion.column);
        break;
      }
      default:
        if ([...key].length === 1) buffer.insert(key);
        else if (key.startsWith('meta-')) {
          // Escape and a key that came at once.
          this.#isInserting = false;
          buffer.moveTo(buffer.row, buffer.column - 1);
          this.#pendingKeys.push(key.slice(5));
        }
    }
  }

  readonly #pendingKeys: string[] = [];

  async #nextKey(): Promise<string> {
    return this.#pendingKeys.shift() ?? this.#screen.key();
  }

  #insert(): void {
    this.#buffer.mark();
    this.#isInserting = true;
  }

  async #normalKey(given: string): Promise<void> {
    this.#pendingKeys.unshift(given);
    this.#state.message = '';
    while (this.#pendingKeys.length > 0 && !this.#isInserting && !this.#hasEnded) {
      let digits = '';
      let key = await this.#nextKey();
      while (/^[1-9]$/.test(key) || (key === '0' && digits !== '')) {
        digits += key;
        key = await this.#nextKey();
      }
      await this.#command(key, digits === '' ? undefined : Math.min(Number(digits), MAX_COUNT));
    }
  }

  async #command(key: string, count: number | undefined): Promise<void> {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    const motion = await this.#motion(key, count);
    if (motion) {
      buffer.moveTo(motion.row, motion.column);
      return;
    }
    switch (key) {
      case 'i':
      case 'insert':
        this.#insert();
        break;
      case 'I':
        this.#insert();
        buffer.moveTo(row, firstNonBlank(line));
        break;
      case 'a':
        this.#insert();
        buffer.moveTo(row, column + 1);
        break;
      case 'A':
        this.#insert();
        buffer.moveTo(row, line.length);
        break;
      case 'o':
      case 'O': {
        this.#insert();
        const at = key === 'o' ? row + 1 : row;
        buffer.replaceLines(at, 0, ['']);
        buffer.moveTo(at, 0);
        break;
      }
      case 'x':
      case 'delete':
        this.#cut({ row, column: Math.min(line.length, column + (count ?? 1)), takes: 'upTo' });
        break;
      case 'X':
        this.#cut({ row, column: Math.max(0, column - (count ?? 1)), takes: 'upTo' });
        break;
      case 'D':
      case 'C':
        this.#cut({ row, column: line.length, takes: 'upTo' });
        if (key === 'C') {
          this.#isInserting = true;
          buffer.moveTo(row, column);
        }
        break;
      case 's':
        this.#cut({ row, column: Math.min(line.length, column + (count ?? 1)), takes: 'upTo' });
        this.#isInserting = true;
        break;
      case 'S':
        await this.#operator('c', 'c', count);
        break;
      case 'Y':
        await this.#operator('y', 'y', count);
        break;
      case 'd':
      case 'c':
      case 'y':
      case '>':
      case '<': {
        let next = await this.#nextKey();
        let digits = '';
        while (/^[1-9]$/.test(next) || (next === '0' && digits !== '')) {
          digits += next;
          next = await this.#nextKey();
        }
        await this.#operator(key, next, digits === '' ? count : (count ?? 1) * Math.min(Number(digits), MAX_COUNT));
        break;
      }
      case 'p':
      case 'P':
        this.#paste(key === 'p' ? 'after' : 'before', count ?? 1);
        break;
      case 'r': {
        const next = await this.#nextKey();
        if ([...next].length !== 1 || column >= line.length) break;
        buffer.mark();
        buffer.setLine(line.slice(0, column) + next + line.slice(column + 1));
        break;
      }
      case '~': {
        const letter = line[column] ?? '';
        buffer.mark();
        buffer.setLine(
          line.slice(0, column) +
            (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()) +
            line.slice(column + 1),
        );
        buffer.moveTo(row, column + 1);
        break;
      }
      case 'J': {
        const next = buffer.lines[row + 1];
        if (next === undefined) break;
        buffer.mark();
        buffer.replaceLines(row, 2, [`${line}${line === '' || next.trim() === '' ? '' : ' '}${next.trimStart()}`]);
        buffer.moveTo(row, line.length);
        break;
      }
      case 'u':
        for (let i = 0; i < (count ?? 1); i++) if (!buffer.undo()) this.#state.message = 'Already at oldest change';
        break;
      case 'ctrl-r':
        if (!buffer.redo()) this.#state.message = 'Already at newest change';
        break;
      case 'Z': {
        const next = await this.#nextKey();
        if (next === 'Z') this.#hasEnded = await this.ex('x');
        else if (next === 'Q') this.#hasEnded = true;
        break;
      }
      case ':': {
        const command = await askLine(this.#screen, this.#textRows, ':', { leavesOnEmptyBackspace: true });
        if (command !== undefined) this.#hasEnded = await this.ex(command);
        break;
      }
      case 'ctrl-g':
        this.#state.message = `"${this.#state.path ?? '[No Name]'}"${buffer.isModified ? ' [Modified]' : ''} ${buffer.lines.length} lines`;
        break;
      case 'ctrl-c':
        this.#state.message = 'Type  :qa!  and press <Enter> to abandon all changes and exit';
        break;
      default:
        break;
    }
  }

  async #motion(key: string, count: number | undefined): Promise<Motion | undefined> {
    const buffer = this.#buffer;
    switch (key) {
      case 'g':
        if ((await this.#nextKey()) !== 'g') return undefined;
        return motionOf(buffer, 'G', count ?? 1, this.#textRows);
      case '/':
      case '?': {
        const text = await askLine(this.#screen, this.#textRows, key, { leavesOnEmptyBackspace: true });
        if (text === undefined) return undefined;
        if (text !== '') this.#pattern = text;
        this.#isBackward = key === '?';
        return this.#search(this.#isBackward);
      }
      case 'n':
      case 'N':
        return this.#search(this.#isBackward !== (key === 'N'));
      case '*': {
        const word = /^\w+/.exec(buffer.line.slice(/\w*$/.exec(buffer.line.slice(0, buffer.column))?.index ?? 0));
        if (!word) return undefined;
        this.#pattern = `\\<${word[0]}\\>`;
        return this.#search(false);
      }
      case 'f':
      case 'F':
      case 't':
      case 'T':
        this.#find = { key, character: await this.#nextKey() };
        return this.#findInLine(count ?? 1);
      case ';':
        return this.#findInLine(count ?? 1);
      default:
        return motionOf(buffer, key, count, this.#textRows - 2);
    }
  }

  #findInLine(count: number): Motion | undefined {
    if (!this.#find) return undefined;
    const { row, column, line } = this.#buffer;
    const { key, character } = this.#find;
    const isForward = key === 'f' || key === 't';
    let at = column;
    for (let i = 0; i < count; i++) {
      at = isForward ? line.indexOf(character, at + 1) : line.lastIndexOf(character, at - 1);
      if (at < 0) return undefined;
    }
    if (key === 't') at--;
    if (key === 'T') at++;
    return { row, column: at, takes: isForward ? 'including' : 'upTo' };
  }

  #search(isBackward: boolean): Motion | undefined {
    const { lines, row, column } = this.#buffer;
    if (this.#pattern === '') {
      this.#state.message = 'E35: No previous regular expression';
      return undefined;
    }
    try {
      const regex = new Regex(this.#pattern, {
        syntax: 'basic',
        ignoreCase: this.#state.settings.ignoreCase,
        escapes: 'sed',
      });
      for (let i = 0; i <= lines.length; i++) {
        const at = (row + (isBackward ? lines.length - i : i) + lines.length) % lines.length;
        const line = lines[at] as string;
        if (!isBackward) {
          const found = regex.find(line, i === 0 ? column + 1 : 0);
          if (found) return { row: at, column: found.start, takes: 'upTo' };
          continue;
        }
        let best = -1;
        for (let found = regex.find(line, 0); found; found = regex.find(line, found.start + 1)) {
          if (i === 0 && found.start >= column) break;
          best = found.start;
          if (found.start + 1 > line.length) break;
        }
        if (best >= 0) return { row: at, column: best, takes: 'upTo' };
      }
      this.#state.message = `E486: Pattern not found: ${this.#pattern}`;
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      this.#state.message = `E486: ${error.message}`;
    }
    return undefined;
  }

  async #operator(operator: string, key: string, count: number | undefined): Promise<void> {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    let motion: Motion | undefined;
    if (key === operator)
      motion = { row: Math.min(buffer.lines.length - 1, row + (count ?? 1) - 1), column, takes: 'lines' };
    // To change a word leaves the blanks behind it.
    else if (operator === 'c' && key === 'w' && /\S/.test(line[column] ?? '')) motion = await this.#motion('e', count);
    else motion = await this.#motion(key, count);
    if (!motion) return;
    // A word at the end of its line does not reach into the next one.
    if (key === 'w' && motion.row > row) motion = { row, column: line.length, takes: 'upTo' };
    if (operator === 'y') {
      this.#copy(motion);
    } else if (operator === '>' || operator === '<') {
      const [first, last] = [Math.min(row, motion.row), Math.max(row, motion.row)];
      buffer.mark();
      const shifted = buffer.lines
        .slice(first, last + 1)
        .map((one) => (operator === '>' ? `\t${one}` : one.replace(/^(?:\t| {1,8})/, '')));
      buffer.replaceLines(first, last - first + 1, shifted);
    } else if (operator === 'c' && motion.takes === 'lines') {
      this.#copy(motion);
      buffer.mark();
      const [first, last] = [Math.min(row, motion.row), Math.max(row, motion.row)];
      buffer.replaceLines(first, last - first + 1, ['']);
      buffer.moveTo(first, 0);
      this.#isInserting = true;
    } else {
      this.#cut(motion);
      if (operator === 'c') this.#isInserting = true;
    }
  }

  /** From the cursor to where a motion leads, in order. */
  #span(motion: Motion) {
    const { row, column } = this.#buffer;
    const isBack = motion.row < row || (motion.row === row && motion.column < column);
    const [from, to] = isBack ? [motion, { row, column }] : [{ row, column }, motion];
    return { from, to: motion.takes === 'including' && !isBack ? { row: to.row, column: to.column + 1 } : to };
  }

  #copy(motion: Motion): void {
    const { row, lines } = this.#buffer;
    if (motion.takes === 'lines') {
      this.#state.register = {
        lines: lines.slice(Math.min(row, motion.row), Math.max(row, motion.row) + 1),
        isWhole: true,
      };
      return;
    }
    const { from, to } = this.#span(motion);
    const taken = lines.slice(from.row, to.row + 1);
    taken[taken.length - 1] = (taken.at(-1) as string).slice(0, to.column);
    taken[0] = (taken[0] as string).slice(from.column);
    this.#state.register = { lines: taken, isWhole: false };
  }

  #cut(motion: Motion): void {
    const buffer = this.#buffer;
    this.#copy(motion);
    buffer.mark();
    if (motion.takes === 'lines') {
      const [first, last] = [Math.min(buffer.row, motion.row), Math.max(buffer.row, motion.row)];
      buffer.replaceLines(first, last - first + 1, []);
      buffer.moveTo(first, 0);
      return;
    }
    const { from, to } = this.#span(motion);
    const joined =
      (buffer.lines[from.row] as string).slice(0, from.column) + (buffer.lines[to.row] as string).slice(to.column);
    buffer.replaceLines(from.row, to.row - from.row + 1, [joined]);
    buffer.moveTo(from.row, from.column);
  }

  #paste(side: 'after' | 'before', count: number): void {
    const { lines, isWhole } = this.#state.register;
    if (lines.length === 0) return;
    const buffer = this.#buffer;
    buffer.mark();
    const { row, column, line } = buffer;
    const times = Math.min(count, Math.floor(100_000 / lines.length) + 1);
    if (isWhole) {
      const at = side === 'after' ? row + 1 : row;
      buffer.replaceLines(at, 0, Array.from({ length: times }, () => lines).flat());
      buffer.moveTo(at, 0);
      return;
    }
    buffer.moveTo(row, side === 'after' && line !== '' ? column + 1 : column);
    buffer.insert(lines.join('\n').repeat(times));
    buffer.moveTo(buffer.row, buffer.column - 1);
  }
}
