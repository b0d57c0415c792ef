import { firstNonBlank } from './viMotions.ts';
import { mapRange, removeRange, shiftLines, textIn, toggledCase, type ViRange } from './viRange.ts';
import type { ViState } from './viState.ts';

export const OPERATORS = new Set(['d', 'c', 'y', '>', '<', 'g~', 'gu', 'gU']);

/** Does what an operator says to a range. Gives whether text is to be typed in its place. */
export function operate(
  state: ViState,
  operator: string,
  range: ViRange,
  form: { readonly register: string | undefined; readonly count: number },
): boolean {
  const { buffer, registers } = state;
  const { from, to, isLines } = range;
  const text = textIn(buffer, range);
  switch (operator) {
    case 'y':
      registers.copy(form.register, text);
      if (text.lines.length > 2) state.message = `${text.lines.length} lines yanked`;
      if (!isLines) buffer.moveTo(from.row, from.column);
      else if (from.row < buffer.row) buffer.moveTo(from.row, buffer.column);
      return false;
    case 'd':
      registers.cut(form.register, text);
      buffer.mark();
      removeRange(buffer, range);
      if (isLines) buffer.moveTo(buffer.row, firstNonBlank(buffer.line));
      if (isLines && text.lines.length > 2) state.message = `${text.lines.length} fewer lines`;
      return false;
    case 'c':
      registers.cut(form.register, text);
      buffer.mark();
      if (isLines) {
        buffer.replaceLines(from.row, to.row - from.row + 1, ['']);
        buffer.moveTo(from.row, 0);
      } else removeRange(buffer, range);
      return true;
    case '>':
    case '<':
      buffer.mark();
      shiftLines(buffer, from.row, to.row, operator, form.count);
      buffer.moveTo(from.row, firstNonBlank(buffer.lines[from.row] as string));
      return false;
    default:
      buffer.mark();
      mapRange(buffer, range, (part) =>
        operator === 'gu' ? part.toLowerCase() : operator === 'gU' ? part.toUpperCase() : toggledCase(part),
      );
      buffer.moveTo(from.row, isLines ? buffer.column : from.column);
      return false;
  }
}

/** Characters that pasting makes at most. */
const MAX_PASTED = 10_000_000;

export function paste(
  state: ViState,
  side: 'after' | 'before',
  form: { readonly register: string | undefined; readonly count: number },
): void {
  const { buffer } = state;
  const { lines, isWhole } = state.registers.get(form.register);
  if (lines.length === 0) {
    state.fail(`E353: Nothing in register ${form.register ?? '"'}`);
    return;
  }
  buffer.mark();
  const size = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const times = Math.max(1, Math.min(form.count, Math.floor(MAX_PASTED / size)));
  const { row, column, line } = buffer;
  if (isWhole) {
    const at = side === 'after' ? row + 1 : row;
    buffer.replaceLines(at, 0, Array.from({ length: times }, () => lines).flat());
    buffer.moveTo(at, firstNonBlank(buffer.lines[at] as string));
    if (lines.length * times > 2) state.message = `${lines.length * times} more lines`;
    return;
  }
  const start = side === 'after' && line !== '' ? column + 1 : column;
  buffer.moveTo(row, start);
  buffer.insert(lines.join('\n').repeat(times));
  if (lines.length > 1) buffer.moveTo(row, start);
  else buffer.moveTo(buffer.row, buffer.column - 1);
}
