import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Process } from '../kernel/process.ts';
import { type Pty, RAW } from '../kernel/pty.ts';
import { LineDisplay } from './display.ts';
import { EditBuffer } from './editBuffer.ts';
import { type Key, KeyReader } from './keys.ts';

/** What could stand where the cursor is. */
export interface Completion {
  /** The text that is replaced: so many characters before the cursor. */
  readonly replaced: number;
  /** What it may become, each with what follows it (a blank, a slash, nothing). */
  readonly candidates: readonly { readonly text: string; readonly suffix: string; readonly shown: string }[];
}

export interface EditorHooks {
  /** Lines that were typed before, oldest first. */
  readonly history: readonly string[];
  complete(text: string, at: number): Completion | Promise<Completion>;
}

export type EditedLine =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C. */
  | { readonly kind: 'interrupted' }
  /** Ctrl-D on an empty line, or the terminal is gone. */
  | { readonly kind: 'end' };

/** How long a lone ESC waits for more. */
const ESCAPE_MS = 60;
/** Candidates shown without asking. */
const MAX_SHOWN = 200;
const BRACKETED_PASTE_ON = '\x1b[?2004h';
const BRACKETED_PASTE_OFF = '\x1b[?2004l';

/** Reads lines from a terminal with the keys of readline's emacs mode. The terminal is raw while a line is edited. */
export class LineEditor {
  readonly #process: Process;
  readonly #pty: Pty;
  readonly #keys = new KeyReader();
  /** A read that a signal interrupted: what it gets must not be lost. */
  #reading: Promise<Uint8Array> | undefined;
  /** Keys that were typed ahead. */
  #pending: Key[] = [];
  /** Lines of a paste that have not been read. */
  #pastedLines: string[] = [];

  constructor(process: Process, pty: Pty) {
    this.#process = process;
    this.#pty = pty;
  }

  async readLine(prompt: string, hooks: EditorHooks): Promise<EditedLine> {
    const pasted = this.#pastedLines.shift();
    if (pasted !== undefined && this.#pastedLines.length > 0) {
      await this.#write(`${prompt}${pasted}\r\n`);
      return { kind: 'line', text: pasted };
    }
    const mode = { ...this.#pty.mode };
    Object.assign(this.#pty.mode, RAW);
    const session = new EditSession(prompt, hooks, () => this.#pty.columns, pasted ?? '');
    try {
      await this.#write(`${BRACKETED_PASTE_ON}${prompt.replaceAll('\n', '\r\n')}`);
      if (pasted) await this.#write(session.redraw());
      for (;;) {
        const key = this.#pending.shift() ?? (await this.#readKeys());
        if (key === undefined) return { kind: 'end' };
        const result = session.press(key);
        const { output, line, more } = result instanceof Promise ? await result : result;
        if (more !== undefined) this.#pastedLines = [...more];
        // The terminal is cooked again before the line ends: what is typed from then on is the command's.
        if (line) Object.assign(this.#pty.mode, mode);
        if (output !== '') await this.#write(output);
        if (line) return line;
      }
    } finally {
      await this.#write(BRACKETED_PASTE_OFF);
      Object.assign(this.#pty.mode, mode);
    }
  }

  /** The next key; undefined when the terminal is gone. */
  async #readKeys(): Promise<Key | undefined> {
    for (;;) {
      const reading = this.#reading ?? Promise.resolve(this.#pty.slave.read(4096));
      this.#reading = reading;
      let bytes: Uint8Array | 'silence';
      try {
        bytes = await this.#process.waitFor(this.#keys.isWaiting ? Promise.race([reading, silence()]) : reading);
      } catch (error) {
        // A signal's handler has run: a resized window, a child that ended.
        if (error instanceof VfsError && error.code === 'EINTR') continue;
        throw error;
      }
      if (bytes === 'silence') this.#pending = this.#keys.flush();
      else {
        this.#reading = undefined;
        if (bytes.length === 0) return undefined;
        this.#pending = this.#keys.feed(decodeName(bytes));
      }
      const key = this.#pending.shift();
      if (key) return key;
    }
  }

  async #write(text: string): Promise<void> {
    await this.#pty.slave.write(encodeName(text));
  }
}

function silence(): Promise<'silence'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('silence'), ESCAPE_MS);
  });
}

interface Pressed {
  readonly output: string;
  readonly line?: EditedLine;
  /** Further lines of a paste. */
  readonly more?: readonly string[];
}

/** One line being edited. */
class EditSession {
  readonly #prompt: string;
  readonly #hooks: EditorHooks;
  readonly #columns: () => number;
  readonly #buffer = new EditBuffer();
  readonly #display = new LineDisplay();
  /** Place in the history; its length is the line that is being typed. */
  #historyAt: number;
  #typed = '';
  #search: { text: string; at: number } | undefined;
  #isSecondTab = false;

  constructor(prompt: string, hooks: EditorHooks, columns: () => number, text: string) {
    this.#prompt = prompt;
    this.#hooks = hooks;
    this.#columns = columns;
    this.#historyAt = hooks.history.length;
    this.#buffer.set(text);
  }

  redraw(): string {
    const search = this.#search;
    const prompt = search ? `(reverse-i-search)\`${search.text}': ` : this.#prompt;
    return this.#display.redraw(prompt, this.#buffer.text, this.#buffer.before, this.#columns());
  }

  press(key: Key): Pressed | Promise<Pressed> {
    if (this.#search) {
      const searched = this.#pressInSearch(key);
      if (searched) return searched;
    }
    const isTab = key.kind === 'named' && key.name === 'tab';
    if (isTab) return this.#complete();
    this.#isSecondTab = false;
    switch (key.kind) {
      case 'text':
        this.#buffer.insert(key.text);
        return { output: this.redraw() };
      case 'paste':
        return this.#paste(key.text);
      case 'control':
        return this.#control(key.letter);
      case 'meta':
        this.#meta(key.letter);
        return { output: this.redraw() };
      case 'named':
        return this.#named(key.name);
    }
  }

  #end(line: EditedLine, mark = ''): Pressed {
    const { text, before } = this.#buffer;
    return { output: mark + this.#display.finish(this.#prompt, text, before, this.#columns()), line };
  }

  #paste(text: string): Pressed {
    const lines = text.replace(/\r\n?/g, '\n').split('\n');
    const [first = '', ...more] = lines;
    this.#buffer.insert(first);
    if (more.length === 0) return { output: this.redraw() };
    const output = this.redraw();
    const ended = this.#end({ kind: 'line', text: this.#buffer.text });
    return { output: output + ended.output, line: { kind: 'line', text: this.#buffer.text }, more };
  }

  #named(name: Extract<Key, { kind: 'named' }>['name']): Pressed {
    const buffer = this.#buffer;
    switch (name) {
      case 'enter':
        return this.#end({ kind: 'line', text: buffer.text });
      case 'backspace':
        buffer.delete(-1);
        break;
      case 'delete':
        buffer.delete(1);
        break;
      case 'left':
        buffer.move(-1);
        break;
      case 'right':
        buffer.move(1);
        break;
      case 'home':
        buffer.toStart();
        break;
      case 'end':
        buffer.toEnd();
        break;
      case 'wordLeft':
        buffer.wordLeft();
        break;
      case 'wordRight':
        buffer.wordRight();
        break;
      case 'up':
        this.#recall(-1);
        break;
      case 'down':
        this.#recall(1);
        break;
      default:
        return { output: '' };
    }
    return { output: this.redraw() };
  }

  #control(letter: string): Pressed {
    const buffer = this.#buffer;
    switch (letter) {
      case 'c':
        return this.#end({ kind: 'interrupted' }, '^C');
      case 'd':
        if (buffer.length === 0) return { output: '', line: { kind: 'end' } };
        buffer.delete(1);
        break;
      case 'a':
        buffer.toStart();
        break;
      case 'e':
        buffer.toEnd();
        break;
      case 'b':
        buffer.move(-1);
        break;
      case 'f':
        buffer.move(1);
        break;
      case 'k':
        buffer.killToEnd();
        break;
      case 'u':
        buffer.killToStart();
        break;
      case 'w':
        buffer.killWord();
        break;
      case 'y':
        buffer.yank();
        break;
      case 't':
        buffer.transpose();
        break;
      case 'p':
        this.#recall(-1);
        break;
      case 'n':
        this.#recall(1);
        break;
      case 'l':
        this.#display.reset();
        return { output: `\x1b[H\x1b[2J${this.redraw()}` };
      case 'r':
        this.#search = { text: '', at: this.#hooks.history.length };
        break;
      default:
        return { output: '' };
    }
    return { output: this.redraw() };
  }

  #meta(letter: string): void {
    const buffer = this.#buffer;
    if (letter === 'b') buffer.wordLeft();
    else if (letter === 'f') buffer.wordRight();
    else if (letter === 'd') buffer.killWordRight();
    else if (letter === 'backspace') buffer.killWordLeft();
    else if (letter === '.') buffer.insert(lastWord(this.#hooks.history.at(-1) ?? ''));
    else if (letter === '<') this.#recall(-this.#hooks.history.length);
    else if (letter === '>') this.#recall(this.#hooks.history.length);
  }

  #recall(by: number): void {
    const { history } = this.#hooks;
    if (this.#historyAt === history.length) this.#typed = this.#buffer.text;
    this.#historyAt = Math.max(0, Math.min(history.length, this.#historyAt + by));
    this.#buffer.set(history[this.#historyAt] ?? this.#typed);
  }

  /** Ctrl-R: undefined when the key ends the search and is to be taken as any other. */
  #pressInSearch(key: Key): Pressed | undefined {
    const search = this.#search as { text: string; at: number };
    if (key.kind === 'text') search.text += key.text;
    else if (key.kind === 'named' && key.name === 'backspace') search.text = search.text.slice(0, -1);
    else if (key.kind === 'control' && key.letter === 'r') {
      this.#find(search.text, search.at - 1);
      return { output: this.redraw() };
    } else if (key.kind === 'control' && key.letter === 'g') {
      this.#search = undefined;
      this.#buffer.set(this.#typed);
      return { output: this.redraw() };
    } else {
      this.#search = undefined;
      const redrawn = this.redraw();
      const pressed = this.press(key);
      return pressed instanceof Promise ? undefined : { ...pressed, output: redrawn + pressed.output };
    }
    this.#find(search.text, this.#hooks.history.length - 1);
    return { output: this.redraw() };
  }

  #find(text: string, from: number): void {
    for (let i = from; i >= 0; i--) {
      const line = this.#hooks.history[i] ?? '';
      const at = line.indexOf(text);
      if (at < 0 || text === '') continue;
      this.#search = { text, at: i };
      this.#historyAt = i;
      this.#buffer.set(line, Array.from(line.slice(0, at)).length);
      return;
    }
  }

  async #complete(): Promise<Pressed> {
    const { before } = this.#buffer;
    const { replaced, candidates } = await this.#hooks.complete(this.#buffer.text, before.length);
    const [only] = candidates;
    if (!only) return { output: '\x07' };
    if (candidates.length === 1) {
      this.#buffer.delete(-replaced);
      this.#buffer.insert(only.text + only.suffix);
      this.#isSecondTab = false;
      return { output: this.redraw() };
    }
    const common = commonStart(candidates.map(({ text }) => text));
    if (Array.from(common).length > replaced) {
      this.#buffer.delete(-replaced);
      this.#buffer.insert(common);
      return { output: this.redraw() };
    }
    if (!this.#isSecondTab) {
      this.#isSecondTab = true;
      return { output: '\x07' };
    }
    const shown = candidates.slice(0, MAX_SHOWN).map((candidate) => candidate.shown);
    if (candidates.length > MAX_SHOWN) shown.push(`… ${candidates.length - MAX_SHOWN} more`);
    const end = this.#display.finish(this.#prompt, this.#buffer.text, before, this.#columns());
    return { output: `${end}${inColumns(shown, this.#columns())}${this.redraw()}` };
  }
}

function lastWord(line: string): string {
  return /\S+\s*$/.exec(line)?.[0]?.trim() ?? '';
}

function commonStart(texts: readonly string[]): string {
  let common = texts[0] ?? '';
  for (const text of texts) while (!text.startsWith(common)) common = Array.from(common).slice(0, -1).join('');
  return common;
}

function inColumns(names: readonly string[], columns: number): string {
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const across = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(names.length / across);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const cells: string[] = [];
    for (let i = row; i < names.length; i += rows) cells.push(names[i] as string);
    text += `${cells.map((name, i) => (i === cells.length - 1 ? name : name.padEnd(width))).join('')}\r\n`;
  }
  return text;
}
