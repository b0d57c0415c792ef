import { readCount, type ViCall, wholeKey } from './viCall.ts';
import type { ViCursor } from './viCursor.ts';
import type { ViEditor } from './viEditor.ts';
import { firstNonBlank, kindOf } from './viMotions.ts';
import { operate } from './viOperators.ts';
import { linesRange, rangeOf, type ViRange } from './viRange.ts';
import { textObject } from './viTextObjects.ts';

/** An operator, and what is typed behind it: a count, a motion, a text object, or itself again for whole lines. */
export async function runOperator(
  editor: ViEditor,
  cursor: ViCursor,
  operator: string,
  { count: before, register }: ViCall,
): Promise<void> {
  let key = await editor.next();
  let count = before;
  if (/^[1-9]$/.test(key)) ({ count, next: key } = await readCount(editor, key, before));
  key = await wholeKey(editor, key);
  const range = await operatorRange(editor, cursor, { operator, key, count });
  if (!range) {
    editor.state.hasFailed = true;
    return;
  }
  if (operator !== 'y') editor.changes();
  if (operate(editor.state, operator, range, { register, count: 1 }))
    editor.beginInsertion({ count: 1, kind: 'insert' });
}

async function operatorRange(
  editor: ViEditor,
  cursor: ViCursor,
  { operator, key, count }: { readonly operator: string; readonly key: string; readonly count: number | undefined },
): Promise<ViRange | undefined> {
  const { buffer } = editor.state;
  const { row, column, line } = buffer;
  const isDoubled = key === operator || (operator.startsWith('g') && (key === operator[1] || key === operator));
  if (isDoubled) {
    const last = row + (count ?? 1) - 1;
    return last >= buffer.lines.length && (count ?? 1) > 1 && operator !== 'y' && row === buffer.lines.length - 1
      ? undefined
      : linesRange(row, Math.min(buffer.lines.length - 1, last));
  }
  if (key === 'i' || key === 'a') {
    const motion = textObject(buffer, key, await editor.next());
    return motion && rangeOf(buffer, motion);
  }
  // To change a word leaves the blanks behind it.
  if (operator === 'c' && /^[wW]$/.test(key) && kindOf(line[column]) !== 0)
    return changedWord(editor, cursor, { key, count: count ?? 1 });
  const motion = await cursor.motion(key, count);
  if (!motion) return undefined;
  // A word at the end of its line does not reach into the next one.
  if (/^[wW]$/.test(key) && motion.row > row && motion.column <= firstNonBlank(buffer.lines[motion.row] as string)) {
    const end = { row: motion.row - 1, column: (buffer.lines[motion.row - 1] as string).length };
    return { from: { row, column }, to: end, isLines: false };
  }
  return rangeOf(buffer, motion);
}

/** To the end of this word, or of so many more. */
async function changedWord(
  editor: ViEditor,
  cursor: ViCursor,
  { key, count }: { readonly key: string; readonly count: number },
): Promise<ViRange | undefined> {
  const { buffer } = editor.state;
  const { row, column, line } = buffer;
  const isSame = (at: number) => (key === 'W' ? kindOf(line[at]) !== 0 : kindOf(line[at]) === kindOf(line[column]));
  let end = column;
  while (end + 1 < line.length && isSame(end + 1)) end++;
  if (count === 1) return { from: { row, column }, to: { row, column: end + 1 }, isLines: false };
  buffer.moveTo(row, end);
  const motion = await cursor.motion(key === 'w' ? 'e' : 'E', count - 1);
  buffer.moveTo(row, column);
  return motion && rangeOf(buffer, motion);
}
