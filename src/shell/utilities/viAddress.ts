import type { ViState } from './viState.ts';
import { findPattern } from './viSearch.ts';

/** The lines that a command of `:` is for, and what follows them. */
export interface ViAddressed {
  /** Rows; undefined where none were given. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly rest: string;
}

/** Addresses as ex has them: `%`, `.`, `$`, numbers, `'a`, `/pattern/`, `?pattern?`, each with `+N` and `-N`. Gives words
 *  for what is wrong. */
export function readAddresses(state: ViState, text: string): ViAddressed | string {
  const last = state.buffer.lines.length - 1;
  const start = text.replace(/^[\s:]+/, '');
  if (start.startsWith('%')) return { first: 0, last, rest: start.slice(1).trimStart() };
  const rows: number[] = [];
  let rest = start;
  for (;;) {
    const one = readAddress(state, rest);
    if (typeof one === 'string') return one;
    const separator = one.rest[0];
    if (one.row !== undefined) rows.push(one.row);
    else if (separator === ',' || separator === ';' || rows.length > 0) rows.push(state.buffer.row);
    rest = one.rest;
    if (separator !== ',' && separator !== ';') break;
    if (separator === ';') state.buffer.moveTo(rows.at(-1) as number, 0);
    rest = rest.slice(1);
  }
  if (rows.some((row) => row > last || row < -1)) return 'E16: Invalid range';
  const end = rows.at(-1);
  const begin = rows.at(-2) ?? end;
  if (begin !== undefined && end !== undefined && begin > end)
    return { first: end, last: begin, rest: rest.trimStart() };
  return { first: begin, last: end, rest: rest.trimStart() };
}

function readAddress(state: ViState, text: string): { row: number | undefined; rest: string } | string {
  const { buffer, marks } = state;
  let rest = text.trimStart();
  let row: number | undefined;
  const plain = /^(?:\.|\$|\d+|'(.))/.exec(rest);
  const pattern = /^([/?])((?:\\.|(?!\1)[^\\])*)\1?/s.exec(rest);
  if (plain) {
    const [word] = plain;
    if (plain[1] !== undefined) {
      const mark = marks.get(plain[1]);
      if (!mark) return 'E20: Mark not set';
      row = Math.min(mark.row, buffer.lines.length - 1);
    } else row = word === '.' ? buffer.row : word === '$' ? buffer.lines.length - 1 : Number(word) - 1;
    rest = rest.slice(word.length);
  } else if (pattern) {
    const [whole, sign, typed = ''] = pattern;
    if (typed !== '') state.pattern = typed;
    const { row: here, column } = buffer;
    buffer.moveTo(here, sign === '/' ? buffer.line.length : 0);
    const found = findPattern(buffer, state.pattern, {
      isBackward: sign === '?',
      ignoreCase: state.settings.ignoreCase,
    });
    buffer.moveTo(here, column);
    if (typeof found === 'string') return found;
    row = found.row;
    rest = rest.slice(whole.length);
  }
  for (let match = /^\s*([-+])(\d*)/.exec(rest); match; match = /^\s*([-+])(\d*)/.exec(rest)) {
    const size = match[2] === '' ? 1 : Number(match[2]);
    row = (row ?? buffer.row) + (match[1] === '+' ? size : -size);
    rest = rest.slice(match[0].length);
  }
  return { row, rest };
}
