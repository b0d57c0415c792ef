import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { Regex } from '../regex/regex.ts';
import { loadEdited, saveEdited } from './editedFile.ts';
import { EditorView } from './editorView.ts';
import { askLine } from './promptLine.ts';
import { reverseVideo, Screen } from './screen.ts';
import { linesOf, TextBuffer } from './textBuffer.ts';
import { utility } from './utility.ts';

const HELP_ROWS = [
  '^G Help     ^O Write Out  ^W Where Is   ^K Cut       ^C Location',
  '^X Exit     ^R Read File  ^\\ Replace    ^U Paste     ^_ Go To Line',
];

/** A small editor with nano's screen and keys. */
export const nano: Program = utility(
  {
    usage: '[OPTION]... [[+LINE] FILE]',
    // Lines are never wrapped, as this version's default is.
    options: { numbers: '-l --linenumbers', view: '-v --view', help: '-x --nohelp', wrap: '-w --nowrap' },
    version: 'version 7.2',
  },
  async (process, options) => {
    const line = options.operands.find((word) => /^\+\d+$/.test(word));
    const path = options.operands.find((word) => !/^\+\d+(,\d+)?$/.test(word));
    const screen = Screen.open(process);
    if (!screen) {
      await process.write(2, 'Standard output is not a terminal\n');
      return 1;
    }
    await screen.begin();
    try {
      const editor = new Nano(process, screen, {
        numbers: options.has('numbers'),
        isReadOnly: options.has('view'),
        showsHelp: !options.has('help'),
      });
      await editor.open(path, line === undefined ? 1 : Number(line.slice(1)));
      await editor.run();
    } finally {
      await screen.end();
    }
    return 0;
  },
);

class Nano {
  readonly #process: Process;
  readonly #screen: Screen;
  readonly #form: { readonly numbers: boolean; readonly isReadOnly: boolean; readonly showsHelp: boolean };
  readonly #view = new EditorView();
  #buffer = new TextBuffer('', { lastLine: 'empty' });
  #path: string | undefined;
  #message = '';
  #cut: string[] = [];
  #isCutting = false;
  #lastSearch = '';

  constructor(process: Process, screen: Screen, form: { numbers: boolean; isReadOnly: boolean; showsHelp: boolean }) {
    this.#process = process;
    this.#screen = screen;
    this.#form = form;
  }

  async open(path: string | undefined, line: number): Promise<void> {
    this.#path = path;
    if (path === undefined) return;
    const file = await loadEdited(this.#process, path);
    if (file.kind === 'new') this.#message = 'New File';
    else if (file.kind === 'fault') {
      this.#message =
        file.words === 'Is a directory' ? `"${path}" is a directory` : `Error reading ${path}: ${file.words}`;
      this.#path = undefined;
    } else {
      this.#buffer = new TextBuffer(file.text, { lastLine: 'empty' });
      const count = linesOf(file.text).length - (file.text === '' ? 1 : 0);
      this.#message = `Read ${count} line${count === 1 ? '' : 's'}`;
      this.#buffer.moveTo(line - 1, 0);
    }
  }

  get #textRows(): number {
    return Math.max(1, this.#screen.rows - 2 - (this.#form.showsHelp ? 2 : 0));
  }

  async #draw(): Promise<void> {
    const { columns } = this.#screen;
    const { rows, cursor } = this.#view.rows(
      this.#buffer,
      { rows: this.#textRows, columns },
      { filler: '', numbers: this.#form.numbers },
    );
    const name = this.#path ?? 'New Buffer';
    const state = this.#buffer.isModified ? 'Modified' : this.#form.isReadOnly ? 'View' : '';
    const head = '  GNU nano 7.2';
    const middle = Math.max(head.length + 2, Math.floor((columns - name.length) / 2));
    const title = `${head.padEnd(middle)}${name}`.padEnd(columns - state.length - 1) + state;
    const message = this.#message === '' ? '' : `[ ${this.#message} ]`;
    const status =
      message === '' ? '' : ' '.repeat(Math.max(0, Math.floor((columns - message.length) / 2))) + reverseVideo(message);
    const help = this.#form.showsHelp ? HELP_ROWS.map((row) => row.slice(0, columns)) : [];
    await this.#screen.draw([reverseVideo(title.slice(0, columns).padEnd(columns)), ...rows, status, ...help], {
      row: cursor.row + 1,
      column: Math.min(columns - 1, cursor.column),
    });
    this.#message = '';
  }

  async run(): Promise<void> {
    for (;;) {
      await this.#draw();
      const key = await this.#screen.key();
      if (key === 'eof') return;
      if (key === 'ctrl-x') {
        if (await this.#mayLeave()) return;
      } else {
        await this.#does(key);
      }
      if (key !== 'ctrl-k') this.#isCutting = false;
    }
  }

  async #does(key: string): Promise<void> {
    if (this.#moves(key)) return;
    switch (key) {
      case 'ctrl-o':
      case 'ctrl-s':
        await this.#save(key === 'ctrl-o');
        return;
      case 'ctrl-w':
        await this.#find();
        return;
      case 'ctrl-\\':
      case 'ctrl-|':
        await this.#replace();
        return;
      case 'ctrl-_':
      case 'ctrl-/': {
        const text = await this.#ask('Enter line number, column number: ');
        const [row, column] = (text ?? '').split(',').map((part) => Number.parseInt(part, 10));
        if (row) this.#buffer.moveTo(row - 1, (column || 1) - 1);
        return;
      }
      case 'ctrl-c': {
        const { row, column, lines } = this.#buffer;
        const percent = Math.round(((row + 1) * 100) / lines.length);
        this.#message = `line ${row + 1}/${lines.length} (${percent}%), col ${column + 1}/${this.#buffer.line.length + 1}`;
        return;
      }
      case 'ctrl-g':
        this.#message = '^O writes the file, ^X leaves, ^K cuts a line, ^U pastes it, ^W searches';
        return;
      case 'meta-u':
        if (!this.#buffer.undo()) this.#message = 'Nothing to undo';
        return;
      case 'meta-e':
        if (!this.#buffer.redo()) this.#message = 'Nothing to redo';
        return;
      case 'meta-w':
        this.#search(this.#lastSearch);
        return;
      default:
        if (this.#form.isReadOnly) this.#message = 'Key is invalid in view mode';
        else await this.#edits(key);
    }
  }

  #moves(key: string): boolean {
    const buffer = this.#buffer;
    const { row, column, line } = buffer;
    switch (key) {
      case 'up':
      case 'ctrl-p':
        buffer.moveTo(row - 1, column);
        return true;
      case 'down':
      case 'ctrl-n':
        buffer.moveTo(row + 1, column);
        return true;
      case 'left':
      case 'ctrl-b':
        if (column > 0) buffer.moveTo(row, column - 1);
        else if (row > 0) buffer.moveTo(row - 1, Number.MAX_SAFE_INTEGER);
        return true;
      case 'right':
      case 'ctrl-f':
        if (column < line.length) buffer.moveTo(row, column + 1);
        else if (row + 1 < buffer.lines.length) buffer.moveTo(row + 1, 0);
        return true;
      case 'home':
      case 'ctrl-a':
        buffer.moveTo(row, 0);
        return true;
      case 'end':
      case 'ctrl-e':
        buffer.moveTo(row, line.length);
        return true;
      case 'pageDown':
      case 'ctrl-v':
        buffer.moveTo(row + this.#textRows - 2, column);
        return true;
      case 'pageUp':
      case 'ctrl-y':
        buffer.moveTo(row - this.#textRows + 2, column);
        return true;
      case 'meta-\\':
        buffer.moveTo(0, 0);
        return true;
      case 'meta-/':
        buffer.moveTo(buffer.lines.length - 1, Number.MAX_SAFE_INTEGER);
        return true;
      default:
        return false;
    }
  }

  async #edits(key: string): Promise<void> {
    const buffer = this.#buffer;
    switch (key) {
      case 'enter':
        buffer.mark();
        buffer.insert('\n');
        break;
      case 'tab':
        buffer.mark();
        buffer.insert('\t');
        break;
      case 'backspace':
        buffer.mark();
        buffer.backspace();
        break;
      case 'delete':
      case 'ctrl-d':
        buffer.mark();
        buffer.deleteForward();
        break;
      case 'ctrl-k':
        buffer.mark();
        // Lines that are cut one after another stay together.
        this.#cut = this.#isCutting ? [...this.#cut, buffer.line] : [buffer.line];
        this.#isCutting = true;
        buffer.replaceLines(buffer.row, 1, []);
        buffer.moveTo(buffer.row, 0);
        break;
      case 'ctrl-u':
        if (this.#cut.length === 0) break;
        buffer.mark();
        buffer.moveTo(buffer.row, 0);
        buffer.insert(`${this.#cut.join('\n')}\n`);
        break;
      case 'ctrl-r': {
        const path = await this.#ask('File to insert: ');
        if (!path) break;
        const file = await loadEdited(this.#process, path);
        if (file.kind === 'text') {
          buffer.mark();
          buffer.insert(file.text);
        } else {
          this.#message = file.kind === 'new' ? `File "${path}" not found` : file.words;
        }
        break;
      }
      default:
        if ([...key].length !== 1) break;
        buffer.mark();
        buffer.insert(key);
    }
  }

  #ask(prompt: string, initial = ''): Promise<string | undefined> {
    return askLine(this.#screen, { prompt, initial, row: this.#textRows + 1 });
  }

  async #mayLeave(): Promise<boolean> {
    if (!this.#buffer.isModified) return true;
    for (;;) {
      await this.#screen.write(
        `\x1b[${this.#textRows + 2};1H${reverseVideo('Save modified buffer?')} (Y)es (N)o (^C)ancel\x1b[K`,
      );
      const key = (await this.#screen.key()).toLowerCase();
      if (key === 'n' || key === 'eof') return true;
      if (key === 'y') return this.#save(true);
      if (key === 'ctrl-c') {
        this.#message = 'Cancelled';
        return false;
      }
    }
  }

  async #save(asks: boolean): Promise<boolean> {
    const path =
      asks || this.#path === undefined ? await this.#ask('File Name to Write: ', this.#path ?? '') : this.#path;
    if (!path) {
      this.#message = 'Cancelled';
      return false;
    }
    const fault = await saveEdited(this.#process, path, this.#buffer.text);
    if (fault !== undefined) {
      this.#message = `Error writing ${path}: ${fault}`;
      return false;
    }
    this.#path = path;
    this.#buffer.isModified = false;
    const { text } = this.#buffer;
    const count = linesOf(text).length - (text === '' ? 1 : 0);
    this.#message = `Wrote ${count} line${count === 1 ? '' : 's'}`;
    return true;
  }

  async #find(): Promise<void> {
    const text = await this.#ask(this.#lastSearch === '' ? 'Search: ' : `Search [${this.#lastSearch}]: `);
    if (text === undefined) this.#message = 'Cancelled';
    else this.#search(text === '' ? this.#lastSearch : text);
  }

  #search(text: string): boolean {
    if (text === '') return false;
    this.#lastSearch = text;
    const { lines, row, column } = this.#buffer;
    const wanted = text.toLowerCase();
    for (let i = 0; i <= lines.length; i++) {
      const at = (row + i) % lines.length;
      const found = (lines[at] as string).toLowerCase().indexOf(wanted, i === 0 ? column + 1 : 0);
      if (found < 0) continue;
      if (row + i >= lines.length) this.#message = 'Search Wrapped';
      this.#buffer.moveTo(at, found);
      return true;
    }
    this.#message = `"${text}" not found`;
    return false;
  }

  async #replace(): Promise<void> {
    const text = await this.#ask('Search (to replace): ');
    if (!text) return;
    const by = await this.#ask('Replace with: ');
    if (by === undefined) return;
    const regex = new Regex(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), { syntax: 'extended', ignoreCase: true });
    let count = 0;
    this.#buffer.mark();
    const lines = this.#buffer.lines.map((line) => {
      let out = '';
      let from = 0;
      for (let found = regex.find(line, 0); found; found = regex.find(line, from)) {
        out += line.slice(from, found.start) + by;
        from = found.end;
        count++;
      }
      return out + line.slice(from);
    });
    if (count > 0) this.#buffer.replaceLines(0, lines.length, lines);
    this.#message = count === 0 ? `"${text}" not found` : `Replaced ${count} occurrence${count === 1 ? '' : 's'}`;
  }
}
