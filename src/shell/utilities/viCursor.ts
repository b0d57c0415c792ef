import type { ViEditor } from './viEditor.ts';
import { firstNonBlank, type Motion } from './viMotions.ts';

const VERTICAL = new Set(['j', 'k', 'up', 'down', 'ctrl-n', 'ctrl-p', 'ctrl-j', 'gj', 'gk']);
const JUMPS = new Set(['G', 'gg', '/', '?', 'n', 'N', '*', '#', '%', "'", '`', '{', '}', '(', ')', 'H', 'M', 'L']);
/** Keys that are motions even where they lead nowhere. */
export const MOTIONS = new Set([
  ...JUMPS,
  ...VERTICAL,
  ...['w', 'b', 'e', 'W', 'B', 'E', 'f', 'F', 't', 'T', ';', ',', 'h', 'l', 'left', 'right', ' ', '+', '-', 'enter'],
]);

/** Moves the cursor as motions say. */
export class ViCursor {
  readonly #editor: ViEditor;
  /** The column that `j` and `k` keep to, whatever the lines are like on the way. */
  #wanted = 0;

  constructor(editor: ViEditor) {
    this.#editor = editor;
  }

  /** Where a key leads, with what is typed behind it. */
  motion(key: string, count: number | undefined): Promise<Motion | undefined> | Motion | undefined {
    if (key.length === 2 && key.startsWith('g')) return this.#editor.motions.prefixed(key[1] as string, count);
    return this.#editor.motions.read(key, count);
  }

  go(key: string, { row, column }: Motion): void {
    const { buffer, marks } = this.#editor.state;
    if (JUMPS.has(key)) marks.set("'", { row: buffer.row, column: buffer.column });
    if (VERTICAL.has(key)) buffer.moveTo(row, Math.min(this.#wanted, (buffer.lines[row] as string).length));
    else if (key === 'G' || key === 'gg') buffer.moveTo(row, firstNonBlank(buffer.lines[row] as string));
    else buffer.moveTo(row, column);
    this.#editor.isBehindLine = this.#editor.selection !== undefined && (key === '$' || key === 'end');
  }

  /** Once a command is done: the column that it leaves the cursor in is the one to keep to. */
  keepColumn(key: string): void {
    if (VERTICAL.has(key)) return;
    this.#wanted = key === '$' || key === 'end' ? Number.POSITIVE_INFINITY : this.#editor.state.buffer.column;
  }
}
