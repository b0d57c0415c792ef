import type { TextBuffer } from './textBuffer.ts';

/** Where a motion leads, and what an operator before it would take: whole lines, or up to the character there. */
export interface Motion {
  readonly row: number;
  readonly column: number;
  readonly takes: 'lines' | 'upTo' | 'including';
  /** Of a text object: where it begins; the cursor otherwise. */
  readonly from?: { readonly row: number; readonly column: number };
  /** Taken as it is, although it ends at the start of a line. */
  readonly isExact?: boolean;
}

export function kindOf(character: string | undefined): number {
  if (character === undefined || /\s/.test(character)) return 0;
  return /[\w\u0080-\uffff]/.test(character) ? 1 : 2;
}

/** Motions of vi that are one key. Undefined for what is none, or leads nowhere. */
export function motionOf(
  buffer: TextBuffer,
  key: string,
  count: number | undefined,
  pageRows: number,
): Motion | undefined {
  const { row, column, line, lines } = buffer;
  const times = count ?? 1;
  switch (key) {
    case 'h':
    case 'left':
    case 'backspace':
      return { row, column: Math.max(0, column - times), takes: 'upTo' };
    case '|':
      return { row, column: Math.min(line.length, times - 1), takes: 'upTo' };
    case '_': {
      const to = Math.min(lines.length - 1, row + times - 1);
      return { row: to, column: firstNonBlank(lines[to] as string), takes: 'lines' };
    }
    case 'l':
    case 'right':
    case ' ':
      return { row, column: Math.min(line.length, column + times), takes: 'upTo' };
    case 'j':
    case 'down':
    case 'ctrl-n':
    case 'ctrl-j':
      return row + times < lines.length || (row + 1 < lines.length && count === undefined)
        ? { row: Math.min(lines.length - 1, row + times), column, takes: 'lines' }
        : undefined;
    case 'k':
    case 'up':
    case 'ctrl-p':
      return row >= times ? { row: row - times, column, takes: 'lines' } : undefined;
    case 'enter':
    case '+': {
      const to = Math.min(lines.length - 1, row + times);
      return { row: to, column: firstNonBlank(lines[to] as string), takes: 'lines' };
    }
    case '-': {
      const to = Math.max(0, row - times);
      return { row: to, column: firstNonBlank(lines[to] as string), takes: 'lines' };
    }
    case '0':
    case 'home':
      return { row, column: 0, takes: 'upTo' };
    case '^':
      return { row, column: firstNonBlank(line), takes: 'upTo' };
    case '$':
    case 'end': {
      const to = Math.min(lines.length - 1, row + times - 1);
      return { row: to, column: (lines[to] as string).length, takes: 'upTo', isExact: true };
    }
    case 'w':
    case 'b':
    case 'e':
    case 'W':
    case 'B':
    case 'E':
      return words(buffer, key, times);
    case '(':
    case ')':
      return sentence(buffer, key === ')' ? 1 : -1, times);
    case 'G': {
      const to = count === undefined ? lines.length - 1 : Math.min(count, lines.length) - 1;
      return { row: Math.max(0, to), column: 0, takes: 'lines' };
    }
    case 'ctrl-f':
    case 'pageDown':
      return { row: Math.min(lines.length - 1, row + pageRows * times), column, takes: 'lines' };
    case 'ctrl-b':
    case 'pageUp':
      return { row: Math.max(0, row - pageRows * times), column, takes: 'lines' };
    case 'ctrl-d':
      return { row: Math.min(lines.length - 1, row + (pageRows >> 1)), column, takes: 'lines' };
    case 'ctrl-u':
      return { row: Math.max(0, row - (pageRows >> 1)), column, takes: 'lines' };
    case '{':
    case '}':
      return paragraph(buffer, key === '}' ? 1 : -1, times);
    case '%':
      return matchingBracket(buffer);
    default:
      return undefined;
  }
}

export function firstNonBlank(line: string): number {
  return Math.max(0, line.search(/\S/));
}

/** To the next empty line behind some text; at the ends of the text where there is none. */
function paragraph(buffer: TextBuffer, step: 1 | -1, times: number): Motion | undefined {
  const { lines } = buffer;
  let to = buffer.row;
  for (let i = 0; i < times; i++) {
    while (to >= 0 && to < lines.length && lines[to] === '') to += step;
    while (to >= 0 && to < lines.length && lines[to] !== '') to += step;
  }
  if (to >= lines.length) {
    const last = lines.length - 1;
    const column = (lines[last] as string).length;
    return buffer.row === last && buffer.column >= column - 1 ? undefined : { row: last, column, takes: 'upTo' };
  }
  return { row: Math.max(0, to), column: 0, takes: 'upTo' };
}

/** A sentence ends at `.`, `!` or `?` before blanks or the end of the line, and at an empty line. */
function sentence(buffer: TextBuffer, step: 1 | -1, times: number): Motion {
  const starts: { readonly row: number; readonly column: number }[] = [{ row: 0, column: 0 }];
  buffer.lines.forEach((line, row) => {
    if (line === '') starts.push({ row, column: 0 });
    else if (row > 0 && /(?:^|[.!?][)\]"']*)$/.test(buffer.lines[row - 1] as string))
      starts.push({ row, column: firstNonBlank(line) });
    for (const match of line.matchAll(/[.!?][)\]"']*[ \t]+(?=\S)/g))
      starts.push({ row, column: match.index + match[0].length });
  });
  const isAfter = (at: { row: number; column: number }) =>
    at.row > buffer.row || (at.row === buffer.row && at.column > buffer.column);
  const isBefore = (at: { row: number; column: number }) =>
    at.row < buffer.row || (at.row === buffer.row && at.column < buffer.column);
  const last = buffer.lines.length - 1;
  const end = { row: last, column: (buffer.lines[last] as string).length };
  const found = step > 0 ? starts.filter(isAfter)[times - 1] : starts.filter(isBefore).at(-times);
  return { ...(found ?? (step > 0 ? end : { row: 0, column: 0 })), takes: 'upTo' };
}

/** Words, or with a capital what stands between blanks; an empty line counts as one. */
function words(buffer: TextBuffer, key: string, times: number): Motion | undefined {
  const { lines } = buffer;
  const isBig = key !== key.toLowerCase();
  const kind = (row: number, column: number): number => {
    const found = kindOf((lines[row] as string)[column]);
    return isBig && found === 2 ? 1 : found;
  };
  let { row, column } = buffer;
  const last = lines.length - 1;
  const isEmpty = () => lines[row] === '';
  const forward = (): boolean => {
    if (column + 1 < (lines[row] as string).length) column++;
    else if (row < last) {
      row++;
      column = 0;
    } else return false;
    return true;
  };
  const back = (): boolean => {
    if (column > 0) column--;
    else if (row > 0) {
      row--;
      column = Math.max(0, (lines[row] as string).length - 1);
    } else return false;
    return true;
  };
  const forWord = (): boolean => {
    const from = { row, kind: kind(row, column), isEmpty: isEmpty() };
    if (from.kind !== 0 && !from.isEmpty)
      while (row === from.row && kind(row, column) === from.kind) if (!forward()) return false;
    while (kind(row, column) === 0 && !(isEmpty() && row !== from.row)) if (!forward()) return false;
    return true;
  };
  const forEnd = (): boolean => {
    if (!forward()) return false;
    while (kind(row, column) === 0) if (!forward()) return false;
    const at = kind(row, column);
    while (column + 1 < (lines[row] as string).length && kind(row, column + 1) === at) column++;
    return true;
  };
  const forStart = (): boolean => {
    if (!back()) return false;
    while (kind(row, column) === 0 && !isEmpty()) if (!back()) return true;
    const at = kind(row, column);
    while (column > 0 && kind(row, column - 1) === at) column--;
    return true;
  };
  const move = key.toLowerCase() === 'w' ? forWord : key.toLowerCase() === 'e' ? forEnd : forStart;
  for (let i = 0; i < Math.min(times, 10_000); i++) {
    if (move()) continue;
    // At the end of the text a word reaches to it.
    if (key.toLowerCase() === 'w')
      return { row: last, column: (lines[last] as string).length, takes: 'upTo', isExact: true };
    if (i === 0 && row === buffer.row && column === buffer.column) return undefined;
    break;
  }
  return { row, column, takes: key.toLowerCase() === 'e' ? 'including' : 'upTo' };
}

/** `ge`: back to the end of a word. */
export function endBefore(buffer: TextBuffer, key: string, times: number): Motion {
  const { lines } = buffer;
  let { row, column } = buffer;
  const kind = (at: number): number => {
    const found = kindOf((lines[row] as string)[at]);
    return key === 'E' && found === 2 ? 1 : found;
  };
  for (let i = 0; i < times; i++) {
    const start = kind(column);
    let isApart = start === 0;
    while (row > 0 || column > 0) {
      if (column > 0) column--;
      else {
        row--;
        column = Math.max(0, (lines[row] as string).length - 1);
        isApart = true;
        if (lines[row] === '') break;
      }
      const here = kind(column);
      if (here !== start) isApart = true;
      if (isApart && here !== 0) break;
    }
  }
  return { row, column, takes: 'including' };
}

const PAIRS = '()[]{}';

function matchingBracket(buffer: TextBuffer): Motion | undefined {
  const { lines, row, line } = buffer;
  const column = line.slice(buffer.column).search(/[()[\]{}]/) + buffer.column;
  const open = PAIRS.indexOf(line[column] ?? '');
  if (column < buffer.column || open < 0) return undefined;
  const step = open % 2 === 0 ? 1 : -1;
  const [own, other] = [PAIRS[open] as string, PAIRS[open + step] as string];
  let depth = 0;
  for (let r = row; r >= 0 && r < lines.length; r += step) {
    const text = lines[r] as string;
    for (let c = r === row ? column : step > 0 ? 0 : text.length - 1; c >= 0 && c < text.length; c += step) {
      if (text[c] === own) depth++;
      else if (text[c] === other && --depth === 0) return { row: r, column: c, takes: 'including' };
    }
  }
  return undefined;
}
