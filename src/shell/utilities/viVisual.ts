import { afterCharacter } from './textBuffer.ts';
import { OPERATORS, operate } from './viOperators.ts';
import { joinLines, type Position, textIn, type ViRange } from './viRange.ts';
import type { ViState } from './viState.ts';

/** What is selected: from a start to the cursor, both included, or their lines. */
export interface Selection {
  readonly start: Position;
  readonly isLines: boolean;
}

export function selectedRange({ buffer }: ViState, { start, isLines }: Selection): ViRange {
  const here = { row: buffer.row, column: buffer.column };
  const isBack = here.row < start.row || (here.row === start.row && here.column < start.column);
  const [from, last] = isBack ? [here, start] : [start, here];
  const line = buffer.lines[last.row] ?? '';
  // With the end of its line, where the cursor stands behind it.
  const takesEnd = !isLines && last.column >= line.length && last.row + 1 < buffer.lines.length;
  const to = takesEnd
    ? { row: last.row + 1, column: 0 }
    : { row: last.row, column: Math.min(line.length, afterCharacter(line, last.column)) };
  return { from, to: isLines ? last : to, isLines };
}

/** Keys that name an operator, alone or behind `g`, and what they do. In capitals: with whole lines. */
const VISUAL_OPERATORS: Readonly<Record<string, string>> = {
  d: 'd',
  x: 'd',
  delete: 'd',
  X: 'd',
  D: 'd',
  y: 'y',
  Y: 'y',
  c: 'c',
  s: 'c',
  C: 'c',
  S: 'c',
  R: 'c',
  '>': '>',
  '<': '<',
  '~': 'g~',
  u: 'gu',
  U: 'gU',
};
const WHOLE_LINES = new Set(['X', 'D', 'Y', 'C', 'S', 'R']);

/** An operator on what is selected. Undefined for what is none; otherwise whether text is to be typed. */
export function visualOperator(
  state: ViState,
  selection: Selection,
  key: string,
  form: { readonly register: string | undefined; readonly count: number; readonly argument: string },
): boolean | undefined {
  const { buffer } = state;
  const operator = OPERATORS.has(key) ? key : VISUAL_OPERATORS[key];
  const range = selectedRange(state, WHOLE_LINES.has(key) ? { ...selection, isLines: true } : selection);
  if (operator !== undefined) {
    const inserts = operate(state, operator, range, form);
    if (operator === 'y') buffer.moveTo(range.from.row, selection.isLines ? buffer.column : range.from.column);
    return inserts;
  }
  switch (key) {
    case 'J':
    case 'gJ': {
      buffer.mark();
      const last = range.isLines || range.to.column > 0 ? range.to.row : range.to.row - 1;
      joinLines(buffer, range.from.row, Math.max(2, last - range.from.row + 1), key === 'J' ? 'blank' : 'asIs');
      return false;
    }
    case 'r': {
      buffer.mark();
      replaceAll(state, range, form.argument);
      return false;
    }
    case 'p':
    case 'P': {
      const given = state.registers.get(form.register);
      const taken = textIn(buffer, range);
      operate(state, 'd', range, { register: '_', count: 1 });
      putInPlace(state, range, given);
      if (key === 'p') state.registers.cut(undefined, taken);
      return false;
    }
    default:
      return undefined;
  }
}

function putInPlace(state: ViState, range: ViRange, given: ReturnType<typeof textIn>): void {
  const { buffer } = state;
  if (given.isWhole && !range.isLines) {
    const { row, column, line } = buffer;
    buffer.replaceLines(row, 1, [line.slice(0, column), ...given.lines, line.slice(column)]);
    buffer.moveTo(row + 1, 0);
    return;
  }
  if (!given.isWhole && range.isLines) {
    const wasAll = buffer.lines.length === 1 && buffer.line === '';
    buffer.replaceLines(range.from.row, wasAll ? 1 : 0, given.lines);
    buffer.moveTo(range.from.row, 0);
    return;
  }
  if (given.isWhole) {
    buffer.replaceLines(range.from.row, 0, given.lines);
    buffer.moveTo(range.from.row, 0);
    return;
  }
  buffer.moveTo(range.from.row, range.from.column);
  buffer.insert(given.lines.join('\n'));
  buffer.moveTo(buffer.row, buffer.column - 1);
}

function replaceAll({ buffer }: ViState, { from, to, isLines }: ViRange, character: string): void {
  const changed = buffer.lines.slice(from.row, to.row + 1).map((line, i, all) => {
    const start = isLines || i > 0 ? 0 : from.column;
    const end = isLines || i < all.length - 1 ? line.length : to.column;
    return line.slice(0, start) + character.repeat(Math.max(0, end - start)) + line.slice(end);
  });
  buffer.replaceLines(from.row, changed.length, changed);
  buffer.moveTo(from.row, isLines ? 0 : from.column);
}
