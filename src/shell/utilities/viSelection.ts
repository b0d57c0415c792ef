import type { ViCall } from './viCall.ts';
import { MOTIONS, type ViCursor } from './viCursor.ts';
import type { ViEditor } from './viEditor.ts';
import { characterOf } from './viMotionKeys.ts';
import { OPERATORS } from './viOperators.ts';
import type { ViState } from './viState.ts';
import { textObject } from './viTextObjects.ts';
import { type Selection, visualOperator } from './viVisual.ts';

/** A command while text is selected. */
export async function runVisual(
  editor: ViEditor,
  cursor: ViCursor,
  key: string,
  { count, register }: ViCall,
): Promise<void> {
  const { selection } = editor;
  if (!selection) return;
  if (await select(editor, cursor, key, count)) return;
  const { state } = editor;
  const { buffer } = state;
  const rows = Math.abs(buffer.row - selection.start.row);
  const columns = Math.abs(buffer.column - selection.start.column);
  keepMarks(state, selection);
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

function keepMarks({ buffer, marks }: ViState, selection: Selection): void {
  const { row, column } = buffer;
  const { start } = selection;
  const isBack = row < start.row || (row === start.row && column < start.column);
  const [first, last] = isBack ? [{ row, column }, start] : [start, { row, column }];
  marks.set('<', selection.isLines ? { ...first, column: 0 } : first);
  marks.set('>', selection.isLines ? { ...last, column: Number.MAX_SAFE_INTEGER } : last);
}

/** What changes the selection. */
async function select(editor: ViEditor, cursor: ViCursor, key: string, count: number | undefined): Promise<boolean> {
  const { buffer } = editor.state;
  const { selection } = editor;
  if (!selection) return true;
  if (
    key === 'escape' ||
    key === 'ctrl-c' ||
    (key === 'v' && !selection.isLines) ||
    (key === 'V' && selection.isLines)
  ) {
    keepMarks(editor.state, selection);
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
  const motion = await cursor.motion(key, count);
  if (motion) cursor.go(key, motion);
  return motion !== undefined || MOTIONS.has(key);
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
