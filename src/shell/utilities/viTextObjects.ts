import type { TextBuffer } from './textBuffer.ts';
import { kindOf, type Motion } from './viMotions.ts';

const BRACKETS: Readonly<Record<string, string>> = {
  '(': '()',
  ')': '()',
  b: '()',
  '[': '[]',
  ']': '[]',
  '{': '{}',
  '}': '{}',
  B: '{}',
  '<': '<>',
  '>': '<>',
};

/** `iw`, `a"`, `i(`, `ap` and their kin: what stands around the cursor. `side`: `a` takes blanks or quotes with it. */
export function textObject(buffer: TextBuffer, side: 'i' | 'a', key: string): Motion | undefined {
  if (key === 'w' || key === 'W') return wordObject(buffer, side, key);
  if (key === '"' || key === "'" || key === '`') return quoteObject(buffer, side, key);
  if (key === 'p') return paragraphObject(buffer, side);
  const pair = BRACKETS[key];
  return pair === undefined ? undefined : bracketObject(buffer, side, pair);
}

function onLine(buffer: TextBuffer, start: number, end: number): Motion {
  const { row } = buffer;
  return { from: { row, column: start }, row, column: end, takes: 'upTo', isExact: true };
}

function wordObject(buffer: TextBuffer, side: 'i' | 'a', key: string): Motion {
  const { line, column } = buffer;
  const kind = (at: number) => (key === 'W' && kindOf(line[at]) === 2 ? 1 : kindOf(line[at]));
  const run = (from: number, step: 1 | -1) => {
    let at = from;
    while (at + step >= 0 && at + step < line.length && kind(at + step) === kind(from)) at += step;
    return at;
  };
  let start = run(column, -1);
  let end = run(column, 1) + 1;
  if (side === 'i') return onLine(buffer, start, Math.min(end, line.length));
  if (kind(column) === 0) return onLine(buffer, start, end < line.length ? run(end, 1) + 1 : end);
  if (end < line.length && kind(end) === 0) end = run(end, 1) + 1;
  else if (start > 0 && kind(start - 1) === 0) start = run(start - 1, -1);
  return onLine(buffer, start, Math.min(end, line.length));
}

/** Quotes are paired from the start of the line. */
function quoteObject(buffer: TextBuffer, side: 'i' | 'a', quote: string): Motion | undefined {
  const { line, column } = buffer;
  const places: number[] = [];
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line[at] === quote) places.push(at);
  }
  for (let i = 0; i + 1 < places.length; i += 2) {
    const [open, close] = [places[i] as number, places[i + 1] as number];
    if (close < column) continue;
    if (side === 'i') return onLine(buffer, open + 1, close);
    const behind = /^[ \t]+/.exec(line.slice(close + 1))?.[0].length ?? 0;
    const before = behind > 0 ? 0 : (/[ \t]+$/.exec(line.slice(0, open))?.[0].length ?? 0);
    return onLine(buffer, open - before, close + 1 + behind);
  }
  return undefined;
}

function paragraphObject(buffer: TextBuffer, side: 'i' | 'a'): Motion {
  const { lines, row } = buffer;
  const isBlank = (at: number) => (lines[at] as string).trim() === '';
  const run = (from: number, step: 1 | -1) => {
    let at = from;
    while (at + step >= 0 && at + step < lines.length && isBlank(at + step) === isBlank(from)) at += step;
    return at;
  };
  let first = run(row, -1);
  let last = run(row, 1);
  if (side === 'a') {
    if (last + 1 < lines.length) last = run(last + 1, 1);
    else if (first > 0 && !isBlank(row)) first = run(first - 1, -1);
  }
  return { from: { row: first, column: 0 }, row: last, column: 0, takes: 'lines' };
}

function bracketObject(buffer: TextBuffer, side: 'i' | 'a', pair: string): Motion | undefined {
  const [opening, closing] = [pair[0] as string, pair[1] as string];
  const open = findBracket(buffer, -1, opening, closing) ?? nextBracket(buffer, opening);
  const close = open && closingOf(buffer, open, [opening, closing]);
  if (!open || !close) return undefined;
  if (side === 'a') return { from: open, ...close, takes: 'including' };
  const inner = { row: open.row, column: open.column + 1 };
  // A block of lines of its own: the lines between.
  if (close.row > open.row + 1 && inner.column >= (buffer.lines[open.row] as string).length) {
    const isAlone = /^\s*$/.test((buffer.lines[close.row] as string).slice(0, close.column));
    if (isAlone) return { from: { row: open.row + 1, column: 0 }, row: close.row - 1, column: 0, takes: 'lines' };
  }
  return { from: inner, ...close, takes: 'upTo', isExact: true };
}

/** Further on in the line: where the cursor stands in none. */
function nextBracket({ row, column, line }: TextBuffer, opening: string) {
  const at = line.indexOf(opening, column);
  return at < 0 ? undefined : { row, column: at };
}

function closingOf(
  { lines }: TextBuffer,
  open: { readonly row: number; readonly column: number },
  [opening, closing]: readonly [string, string],
) {
  let depth = 0;
  for (let row = open.row; row < lines.length; row++) {
    const text = lines[row] as string;
    for (let column = row === open.row ? open.column : 0; column < text.length; column++) {
      if (text[column] === opening) depth++;
      else if (text[column] === closing && --depth === 0) return { row, column };
    }
  }
  return undefined;
}

/** The bracket that stands around the cursor, or is under it. */
function findBracket(buffer: TextBuffer, step: 1 | -1, wanted: string, other: string) {
  const { lines, row, column } = buffer;
  let depth = 0;
  for (let r = row; r >= 0 && r < lines.length; r += step) {
    const text = lines[r] as string;
    for (let c = r === row ? column : step > 0 ? 0 : text.length - 1; c >= 0 && c < text.length; c += step) {
      if (text[c] === wanted && depth === 0) return { row: r, column: c };
      if (text[c] === wanted) depth--;
      else if (text[c] === other && !(r === row && c === column)) depth++;
    }
  }
  return undefined;
}
