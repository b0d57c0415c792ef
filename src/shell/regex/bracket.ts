import { complement, foldCase, namedClass, setOf, union, without, NEWLINE, type CharSet } from './charSet.ts';
import { RegexError } from './regexError.ts';

/** How backslashes work within brackets and outside: POSIX knows none in brackets; sed and awk have the escapes of C. */
export type EscapeStyle = 'none' | 'sed' | 'awk';

export interface BracketOptions {
  readonly ignoreCase: boolean;
  readonly escapes: EscapeStyle;
  /** Whether a newline may be in the set: in grep, it never is. */
  readonly hasNewline: boolean;
}

export interface Escape {
  readonly code: number;
  readonly end: number;
}

const SIMPLE: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** A character that is written as an escape: `at` is behind the backslash. Undefined where it is no escape of that
 *  style. */
export function readEscape(text: string, at: number, style: EscapeStyle): Escape | undefined {
  if (style === 'none') return undefined;
  const character = text[at] ?? '';
  if (Object.hasOwn(SIMPLE, character)) return { code: SIMPLE[character] as number, end: at + 1 };
  if (style === 'awk') {
    if (character === 'b') return { code: 8, end: at + 1 };
    if (character === '/' || character === '"') return { code: character.charCodeAt(0), end: at + 1 };
    return digits(text, at, 8, 3);
  }
  if (character === 'x') return digits(text, at + 1, 16, 2);
  if (character === 'o') return digits(text, at + 1, 8, 3);
  if (character === 'd') return digits(text, at + 1, 10, 3);
  if (character === 'c' && at + 1 < text.length) {
    return { code: (text[at + 1] as string).toUpperCase().charCodeAt(0) ^ 0x40, end: at + 2 };
  }
  return undefined;
}

function digits(text: string, at: number, base: number, most: number): Escape | undefined {
  let value = 0;
  let end = at;
  while (end < at + most && end < text.length) {
    const digit = Number.parseInt(text[end] as string, base);
    if (Number.isNaN(digit)) break;
    value = value * base + digit;
    end++;
  }
  if (end === at) return undefined;
  const byte = value & 0xff;
  return { code: byte < 0x80 ? byte : 0xdc00 + byte, end };
}

/** A bracket expression (POSIX base definitions 9.3.5): `at` is behind the `[`. */
export function readBracket(text: string, at: number, options: BracketOptions): { set: CharSet; end: number } {
  const start = at;
  const isNegated = text[at] === '^';
  if (isNegated) at++;
  let set: CharSet = [];
  const ranges: number[] = [];
  for (let isFirst = true; ; isFirst = false) {
    if (at >= text.length) throw new RegexError('brackets', start - 1);
    if (text[at] === ']' && !isFirst) break;
    const low = readElement(text, at, options.escapes);
    at = low.end;
    if ('set' in low) {
      set = union(set, low.set);
      continue;
    }
    if (text[at] === '-' && at + 1 < text.length && text[at + 1] !== ']') {
      const high = readElement(text, at + 1, options.escapes);
      if ('set' in high || high.code < low.code) throw new RegexError('rangeEnd', at);
      ranges.push(low.code, high.code);
      at = high.end;
    } else {
      ranges.push(low.code, low.code);
    }
  }
  set = union(set, setOf(...ranges));
  if (options.ignoreCase) set = foldCase(set);
  if (isNegated) set = complement(set);
  if (!options.hasNewline) set = without(set, NEWLINE);
  return { set, end: at + 1 };
}

type Element = { readonly code: number; readonly end: number } | { readonly set: CharSet; readonly end: number };

function readElement(text: string, at: number, escapes: EscapeStyle): Element {
  const character = text[at] as string;
  if (character === '[' && /[:.=]/.test(text[at + 1] ?? '')) {
    const kind = text[at + 1] as string;
    const close = text.indexOf(`${kind}]`, at + 2);
    if (close < 0) throw new RegexError('brackets', at);
    const name = text.slice(at + 2, close);
    const end = close + 2;
    if (kind === ':') {
      const set = namedClass(name);
      if (!set) throw new RegexError('className', at);
      return { set, end };
    }
    const code = name.codePointAt(0);
    if (code === undefined || String.fromCodePoint(code) !== name) throw new RegexError('collation', at);
    return kind === '=' ? { set: [code, code], end } : { code, end };
  }
  if (character === '\\') {
    const written = readEscape(text, at + 1, escapes);
    if (written) return written;
    if (escapes === 'awk' && at + 1 < text.length) return plain(text, at + 1);
  }
  return plain(text, at);
}

function plain(text: string, at: number): Element {
  const code = text.codePointAt(at) as number;
  return { code, end: at + (code > 0xffff ? 2 : 1) };
}
