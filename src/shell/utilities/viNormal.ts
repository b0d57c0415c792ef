import { readCount, type ViCall, wholeKey } from './viCall.ts';
import { runChange } from './viChanges.ts';
import { MOTIONS, ViCursor } from './viCursor.ts';
import type { ViEditor } from './viEditor.ts';
import { runInsertCommand } from './viInsertCommands.ts';
import { runOperator } from './viOperatorKeys.ts';
import { OPERATORS } from './viOperators.ts';
import { runVisual } from './viSelection.ts';

/** The commands of command mode. */
export class ViNormal {
  readonly #editor: ViEditor;
  readonly #cursor: ViCursor;

  constructor(editor: ViEditor) {
    this.#editor = editor;
    this.#cursor = new ViCursor(editor);
  }

  async run(first: string): Promise<void> {
    const editor = this.#editor;
    editor.isBehindLine = false;
    let key = first;
    let register: string | undefined;
    let count: number | undefined;
    for (;;) {
      if (key === '"') register = await editor.next();
      else if (/^[1-9]$/.test(key)) {
        ({ count, next: key } = await readCount(editor, key, count));
        continue;
      } else break;
      key = await editor.next();
    }
    key = await wholeKey(editor, key);
    if (editor.selection) await runVisual(editor, this.#cursor, key, { count, register });
    else await this.#command(key, { count, register });
    this.#cursor.keepColumn(key);
  }

  async #command(key: string, call: ViCall): Promise<void> {
    const editor = this.#editor;
    if (OPERATORS.has(key)) {
      await runOperator(editor, this.#cursor, key, call);
      return;
    }
    const motion = await this.#cursor.motion(key, call.count);
    if (motion) {
      this.#cursor.go(key, motion);
      return;
    }
    if (MOTIONS.has(key)) editor.state.hasFailed = true;
    else if (!(runInsertCommand(editor, key, call) || (await runChange(editor, key, call))))
      await this.#other(key, call);
  }

  async #other(key: string, { count }: ViCall): Promise<void> {
    const { state } = this.#editor;
    const { buffer } = state;
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
    const { buffer, marks } = this.#editor.state;
    const start = marks.get('<');
    const end = marks.get('>');
    if (!start || !end) return;
    this.#editor.selection = { start, isLines: start.column === 0 && end.column === Number.MAX_SAFE_INTEGER };
    buffer.moveTo(end.row, end.column);
  }
}
