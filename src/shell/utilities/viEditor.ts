import type { Process } from '../kernel/process.ts';
import { EditorView } from './editorView.ts';
import type { Screen } from './screen.ts';
import { runEx } from './viCommands.ts';
import { endInsertion, type Insertion, insertKey } from './viInsert.ts';
import { ViKeys, keysOfText, textOfKeys } from './viKeys.ts';
import { readViLine } from './viLine.ts';
import { ViMotionKeys } from './viMotionKeys.ts';
import { ViNormal } from './viNormal.ts';
import { selectedRange, type Selection } from './viVisual.ts';
import { ViState } from './viState.ts';

/** vi on a screen: which mode it is in, what `.` repeats, macros, and the line below. */
export class ViEditor {
  readonly state = new ViState();
  readonly keys: ViKeys;
  readonly motions: ViMotionKeys;
  readonly #process: Process;
  readonly #screen: Screen;
  readonly #view = new EditorView();
  readonly #normal: ViNormal;
  #insertion: Insertion | undefined;
  selection: Selection | undefined;
  /** `$` in what is selected takes the end of the line with it. */
  isBehindLine = false;
  /** What `.` types: without a count. */
  #lastChange: readonly string[] = [];
  #recordsTo = '';
  #lastMacro = '';
  #lastCommand = '';
  #hasChanged = false;
  hasEnded = false;

  constructor(process: Process, screen: Screen) {
    this.#process = process;
    this.#screen = screen;
    this.keys = new ViKeys(screen);
    this.#normal = new ViNormal(this);
    this.motions = new ViMotionKeys(this);
    this.state.runKeys = (keys) => this.#runKeys(keys);
  }

  get textRows(): number {
    return Math.max(1, this.#screen.rows - 1);
  }

  get pageRows(): number {
    return Math.max(1, this.textRows - 2);
  }

  get topRow(): number {
    return this.#view.topRow;
  }

  next(): Promise<string> {
    return this.keys.next();
  }

  line(prompt: string, initial = ''): Promise<string | undefined> {
    return readViLine(this.#screen, this.keys, this.state, { prompt, initial, row: this.textRows });
  }

  async ex(command: string): Promise<void> {
    this.hasEnded = (await runEx(this.#process, this.state, command)) || this.hasEnded;
  }

  async run(): Promise<void> {
    while (!this.hasEnded) {
      if (!this.keys.isRunning) {
        if (!this.#insertion) this.#clampCursor();
        await this.#draw();
      }
      if (this.#process.isDue) await this.#process.pause();
      if (!(await this.#step())) return;
    }
  }

  /** One key of insert mode, or one command. False at the end of what is typed. */
  async #step(): Promise<boolean> {
    const { state, keys } = this;
    if (this.#insertion) {
      const key = await keys.next();
      if (key === 'eof') return false;
      if (key === 'escape' || key === 'ctrl-c' || key === 'ctrl-[') this.#endInsertion(this.#insertion);
      else if (key !== 'resize') await insertKey(state, this.#insertion, key, () => keys.next());
      return true;
    }
    this.#clampCursor();
    keys.beginCommand();
    const key = await keys.next();
    if (key === 'eof') return false;
    if (key === 'resize') return true;
    state.message = '';
    state.hasFailed = false;
    await this.#normal.run(key);
    if (state.hasFailed) keys.abort();
    if (this.#hasChanged && !this.#insertion) this.#keepChange(keys.command);
    return true;
  }

  /** In command mode the cursor stands on a character; where something is selected it may stand behind the last. */
  #clampCursor(): void {
    const { buffer } = this.state;
    const { row, column, line } = buffer;
    if (column > 0 && column >= line.length && !this.isBehindLine) buffer.moveTo(row, Math.max(0, line.length - 1));
  }

  /** The command under way changes the text: `.` repeats it. */
  changes(): void {
    this.#hasChanged = true;
  }

  /** Of what was selected: what selects as much, and does the same. */
  keepVisualChange(keys: readonly string[]): void {
    this.#hasChanged = false;
    this.#lastChange = keys;
  }

  #keepChange(keys: readonly string[]): void {
    this.#hasChanged = false;
    this.#lastChange = [...keys];
  }

  /** `.`, with a count in the place of its own. */
  repeatChange(count: number | undefined): void {
    let keys = [...this.#lastChange];
    if (keys.length === 0) return;
    const register = keys[0] === '"' ? keys.splice(0, 2) : [];
    const digits = keys.findIndex((key, i) => !/^\d$/.test(key) || (i === 0 && key === '0'));
    if (count !== undefined) keys = [...String(count), ...keys.slice(digits)];
    this.keys.run([...register, ...keys]);
  }

  beginInsertion(insertion: Omit<Insertion, 'start'>): void {
    const { row, column } = this.state.buffer;
    this.#insertion = { ...insertion, start: { row, column } };
    this.#hasChanged = true;
  }

  #endInsertion(insertion: Insertion): void {
    this.#insertion = undefined;
    endInsertion(this.state.buffer, insertion);
    if (this.#hasChanged) this.#keepChange(this.keys.command);
  }

  async record(): Promise<void> {
    const { keys, state } = this;
    if (keys.isRecording) {
      state.registers.setKeys(this.#recordsTo, textOfKeys(keys.stopRecording()));
      return;
    }
    const name = await keys.next();
    if (!/^[a-zA-Z0-9"]$/.test(name)) return;
    this.#recordsTo = name;
    keys.startRecording();
  }

  async playMacro(count: number): Promise<void> {
    const { keys, state } = this;
    const typed = await keys.next();
    const name = typed === '@' ? this.#lastMacro : typed;
    if (name === ':') return this.#repeatCommand(count);
    const { lines, isWhole } = state.registers.get(name);
    if (name === '' || lines.length === 0) {
      state.fail(name === '' ? 'E748: No previously used register' : '');
      return;
    }
    this.#lastMacro = name;
    const once = keysOfText(lines.join('\n') + (isWhole ? '\n' : ''));
    for (let i = 0; i < count; i++) if (!keys.run(once)) break;
  }

  async #repeatCommand(count: number): Promise<void> {
    this.#lastMacro = ':';
    for (let i = 0; i < count && !this.state.hasFailed; i++) await this.ex(this.#lastCommand);
  }

  /** `:`. */
  async commandLine(initial: string): Promise<void> {
    const command = await this.line(':', initial);
    if (command === undefined) return;
    if (command.trim() !== '') this.#lastCommand = command;
    await this.ex(command);
  }

  /** `:normal`: the keys, to their end; what they begin is ended. */
  async #runKeys(text: string): Promise<void> {
    const later = this.keys.takePending();
    this.keys.run([...keysOfText(text), 'escape']);
    while (this.keys.isRunning && !this.hasEnded) {
      if (!(await this.#step())) break;
      if (this.#process.isDue) await this.#process.pause();
    }
    if (this.#insertion) this.#endInsertion(this.#insertion);
    this.selection = undefined;
    this.keys.run(later);
  }

  async #draw(): Promise<void> {
    const { columns } = this.#screen;
    const { buffer, settings, message } = this.state;
    const selection = this.#shownSelection();
    const form = { filler: '~', numbers: settings.numbers, selection };
    const { rows, cursor } = this.#view.rows(buffer, { rows: this.textRows, columns }, form);
    const place = `${buffer.row + 1},${buffer.column + 1}`;
    const mode = this.#insertion
      ? this.#insertion.kind === 'replace'
        ? '-- REPLACE --'
        : '-- INSERT --'
      : this.selection
        ? this.selection.isLines
          ? '-- VISUAL LINE --'
          : '-- VISUAL --'
        : '';
    const recording = this.keys.isRecording ? `recording @${this.#recordsTo}` : '';
    const shown = mode + recording || message;
    const status = `${shown.slice(0, Math.max(0, columns - 18)).padEnd(Math.max(0, columns - 18))}${place}`;
    await this.#screen.draw([...rows, status.slice(0, columns)], {
      row: cursor.row,
      column: Math.min(columns - 1, cursor.column),
    });
  }

  #shownSelection() {
    const { selection } = this;
    if (!selection) return undefined;
    const { from, to, isLines } = selectedRange(this.state, selection);
    return { from, to: isLines ? to : { row: to.row, column: to.column - 1 }, isLines };
  }
}
