import type { TextBuffer } from './textBuffer.ts';

/** Where a motion leads, and what an operator before it would take: whole lines, or up to the character there. */
export interface Motion {
  readonly row: number;
  readonly column: number;
  readonly takes: 'lines' | 'upTo' | 'including';
}

function kindOf(character: string | undefined): number {
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
    case 'l':
    case 'right':
    case ' ':
      return { row, column: Math.min(line.length, column + times), takes: 'upTo' };
    case 'j':
    case 'down':
    case 'ctrl-n':
      return row + 1 < lines.length
        ? { row: Math.min(lines.length - 1, row + times), column, takes: 'lines' }
        : undefined;
    case 'k':
    case 'up':
    case 'ctrl-p':
      return row > 0 ? { row: Math.max(0, row - times), column, takes: 'lines' } : undefined;
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
    case 'end':
      return { row, column: line.length, takes: 'upTo' };
    case 'w':
    case 'b':
    case 'e':
      return words(buffer, key, times);
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
    case '}': {
      const step = key === '}' ? 1 : -1;
      let to = row + step;
      while (to > 0 && to < lines.length - 1 && lines[to] !== '') to += step;
      return { row: Math.max(0, Math.min(lines.length - 1, to)), column: 0, takes: 'upTo' };
    }
    case '%':
      return matchingBracket(buffer);
    default:
      return undefined;
  }
}

export function firstNonBlank(line: string): number {
  return Math.max(0, line.search(/\S/));
}

function words(buffer: TextBuffer, key: 'w' | 'b' | 'e', times: number): Motion {
  const { lines } = buffer;
  let { row, column } = buffer;
  const at = () => (lines[row] as string)[column];
  const forward = () => {
    if (column < (lines[row] as string).length) column++;
    else if (row + 1 < lines.length) {
      row++;
      column = 0;
    } else return false;
    return true;
  };
  const back = () => {
    if (column > 0) column--;
    else if (row > 0) {
      row--;
      column = (lines[row] as string).length;
    } else return false;
    return true;
  };
  for (let i = 0; i < Math.min(times, 10_000); i++) {
    if (key === 'w') {
      const kind = kindOf(at());
      while (kind !== 0 && kindOf(at()) === kind && forward());
      while (kindOf(at()) === 0 && (lines[row] !== '' || column > 0 || row === buffer.row) && forward());
    } else if (key === 'e') {
      forward();
      while (kindOf(at()) === 0 && forward());
      const kind = kindOf(at());
      while (kindOf((lines[row] as string)[column + 1]) === kind && forward());
    } else {
      back();
      while (kindOf(at()) === 0 && back());
      const kind = kindOf(at());
      while (column > 0 && kindOf((lines[row] as string)[column - 1]) === kind) column--;
    }
  }
  return { row, column, takes: key === 'e' ? 'including' : 'upTo' };
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
