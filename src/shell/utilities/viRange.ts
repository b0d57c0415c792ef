import { afterCharacter, type TextBuffer } from './textBuffer.ts';
import type { Motion } from './viMotions.ts';
import type { ViText } from './viRegisters.ts';

export interface Position {
  readonly row: number;
  readonly column: number;
}

/** What an operator works on: from `from` up to, not with, `to`; or the whole lines from one to the other. */
export interface ViRange {
  readonly from: Position;
  readonly to: Position;
  readonly isLines: boolean;
}

/** From the cursor to where a motion leads (vim's motion.txt, "o_v" and "exclusive"). */
export function rangeOf(buffer: TextBuffer, motion: Motion): ViRange {
  const here = { row: buffer.row, column: buffer.column };
  const start = motion.from ?? here;
  const isBack = motion.row < start.row || (motion.row === start.row && motion.column < start.column);
  const [from, to] = isBack ? [motion, start] : [start, motion];
  if (motion.takes === 'lines') return { from, to, isLines: true };
  const line = buffer.lines[to.row] ?? '';
  if (motion.takes === 'including')
    return { from, to: { row: to.row, column: afterCharacter(line, to.column) }, isLines: false };
  // At the start of a line it ends with the line before, and takes whole lines where it begins in the blanks of one.
  if (to.column === 0 && to.row > from.row && motion.isExact !== true) {
    const end = { row: to.row - 1, column: (buffer.lines[to.row - 1] as string).length };
    const isLines = /^\s*$/.test((buffer.lines[from.row] as string).slice(0, from.column));
    return { from, to: end, isLines };
  }
  const isCut = to.column > 0 && afterCharacter(line, to.column - 1) > to.column;
  return { from, to: isCut ? { row: to.row, column: to.column + 1 } : to, isLines: false };
}

export function linesRange(first: number, last: number): ViRange {
  return { from: { row: first, column: 0 }, to: { row: last, column: 0 }, isLines: true };
}

/** Behind the last of so many lines, from the cursor's on. */
export function lineEnd(buffer: TextBuffer, count: number): Position {
  const row = Math.min(buffer.lines.length - 1, buffer.row + count - 1);
  return { row, column: (buffer.lines[row] as string).length };
}

export function textIn(buffer: TextBuffer, { from, to, isLines }: ViRange): ViText {
  const lines = buffer.lines.slice(from.row, to.row + 1);
  if (isLines) return { lines, isWhole: true };
  lines[lines.length - 1] = (lines.at(-1) as string).slice(0, to.column);
  lines[0] = (lines[0] as string).slice(from.column);
  return { lines, isWhole: false };
}

/** The cursor stands where it was. */
export function removeRange(buffer: TextBuffer, { from, to, isLines }: ViRange): void {
  if (isLines) {
    buffer.replaceLines(from.row, to.row - from.row + 1, []);
    buffer.moveTo(from.row, 0);
    return;
  }
  const joined =
    (buffer.lines[from.row] as string).slice(0, from.column) + (buffer.lines[to.row] as string).slice(to.column);
  buffer.replaceLines(from.row, to.row - from.row + 1, [joined]);
  buffer.moveTo(from.row, from.column);
}

/** Changes each part of the lines within. */
export function mapRange(buffer: TextBuffer, { from, to, isLines }: ViRange, change: (text: string) => string): void {
  const changed = buffer.lines.slice(from.row, to.row + 1).map((line, i, all) => {
    const start = isLines || i > 0 ? 0 : from.column;
    const end = isLines || i < all.length - 1 ? line.length : to.column;
    return line.slice(0, start) + change(line.slice(start, end)) + line.slice(end);
  });
  buffer.replaceLines(from.row, changed.length, changed);
}

const SHIFT_COLUMNS = 8;

/** One step of `>` or `<`: by a tab's width. */
export function shiftLines(buffer: TextBuffer, first: number, last: number, sign: '>' | '<', steps = 1): void {
  const shifted = buffer.lines.slice(first, last + 1).map((line) => {
    if (line === '' && sign === '>') return line;
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    let columns = 0;
    for (const blank of indent) columns = blank === '\t' ? (Math.floor(columns / 8) + 1) * 8 : columns + 1;
    const wanted = Math.max(0, columns + (sign === '>' ? SHIFT_COLUMNS : -SHIFT_COLUMNS) * steps);
    return '\t'.repeat(Math.floor(wanted / 8)) + ' '.repeat(wanted % 8) + line.slice(indent.length);
  });
  buffer.replaceLines(first, shifted.length, shifted);
}

/** `J`: lines become one, with a blank between; `gJ` none. */
export function joinLines(buffer: TextBuffer, first: number, count: number, form: 'blank' | 'asIs'): void {
  const [line = '', ...rest] = buffer.lines.slice(first, first + count);
  let text = line;
  let column = line.length;
  for (const next of rest) {
    const bare = form === 'blank' ? next.replace(/^[ \t]+/, '') : next;
    const isApart = form === 'blank' && bare !== '' && !bare.startsWith(')') && text !== '' && !/[ \t]$/.test(text);
    column = bare === '' && form === 'blank' && text !== '' ? text.length - 1 : text.length;
    text += (isApart ? ' ' : '') + bare;
  }
  buffer.replaceLines(first, count, [text]);
  buffer.moveTo(first, column);
}

export function toggledCase(text: string): string {
  return [...text].map((one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase())).join('');
}
