import { AwkError } from './awkSyntax.ts';

export type TokenKind =
  'number' | 'text' | 'regex' | 'name' | 'call' | 'builtin' | 'keyword' | 'symbol' | 'newline' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** A symbol or name as it stands; the value of a text; the source of a regex. */
  readonly text: string;
  readonly number: number;
  readonly line: number;
  /** Whether blanks stand before it, and behind. */
  readonly hasSpaceBefore: boolean;
  readonly hasSpaceAfter: boolean;
}

export const BUILTINS = new Set([
  'length',
  'substr',
  'index',
  'split',
  'sub',
  'gsub',
  'match',
  'sprintf',
  'sin',
  'cos',
  'atan2',
  'exp',
  'log',
  'sqrt',
  'int',
  'rand',
  'srand',
  'tolower',
  'toupper',
  'system',
  'close',
  'fflush',
  'gensub',
  'strftime',
  'systime',
  'mktime',
  'asort',
  'asorti',
  'and',
  'or',
  'xor',
  'lshift',
  'rshift',
  'compl',
  'strtonum',
]);
const KEYWORDS = new Set([
  'BEGIN',
  'END',
  'function',
  'func',
  'if',
  'else',
  'while',
  'for',
  'do',
  'break',
  'continue',
  'next',
  'nextfile',
  'exit',
  'return',
  'delete',
  'in',
  'getline',
  'print',
  'printf',
]);
const SYMBOLS = [
  '**=',
  '&&',
  '||',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '==',
  '<=',
  '>=',
  '!=',
  '!~',
  '>>',
  '|&',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '>',
  '<',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
];
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** Tokens of an awk program. Throws AwkError. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const push = (kind: TokenKind, text: string, end: number, from: number, number = 0) => {
    const hasSpaceBefore = /\s/.test(source[from - 1] ?? ' ');
    tokens.push({ kind, text, number, line, hasSpaceBefore, hasSpaceAfter: /\s/.test(source[end] ?? ' ') });
    at = end;
  };
  while (at < source.length) {
    const character = source[at] as string;
    if (character === ' ' || character === '\t' || character === '\r') {
      at++;
    } else if (character === '\n') {
      push('newline', '\n', at + 1, at);
      line++;
    } else if (character === '\\' && /^\\\r?\n/.test(source.slice(at, at + 3))) {
      at = source.indexOf('\n', at) + 1;
      line++;
    } else if (character === '#') {
      const end = source.indexOf('\n', at);
      at = end < 0 ? source.length : end;
    } else if (character === '"') {
      const { value, end } = readText(source, at + 1, line);
      push('text', value, end, at);
    } else if (/[0-9.]/.test(character) && /^(?:\d|\.\d)/.test(source.slice(at, at + 2))) {
      const match = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(
        source.slice(at, at + 400),
      ) as RegExpExecArray;
      push('number', match[0], at + match[0].length, at, Number(match[0]));
    } else if (/[A-Za-z_]/.test(character)) {
      const name = (/^\w+/.exec(source.slice(at)) as RegExpExecArray)[0];
      const end = at + name.length;
      if (KEYWORDS.has(name)) push('keyword', name === 'func' ? 'function' : name, end, at);
      else if (BUILTINS.has(name)) push('builtin', name, end, at);
      else push(source[end] === '(' ? 'call' : 'name', name, end, at);
    } else if (character === '/' && regexMayStand(tokens.at(-1))) {
      const end = regexEnd(source, at + 1, line);
      push('regex', source.slice(at + 1, end), end + 1, at);
    } else {
      const symbol = SYMBOLS.find((one) => source.startsWith(one, at));
      if (symbol === undefined) throw new AwkError(`syntax error at or near ${character}`, line);
      push('symbol', symbol === '**' ? '^' : symbol === '**=' ? '^=' : symbol, at + symbol.length, at);
    }
  }
  push('end', '', source.length, source.length);
  return tokens;
}

function regexMayStand(before: Token | undefined): boolean {
  if (!before) return true;
  switch (before.kind) {
    case 'number':
    case 'text':
    case 'name':
    case 'builtin':
    case 'regex':
      return false;
    case 'symbol':
      return [
        '(',
        ',',
        '{',
        '}',
        ';',
        '!',
        '~',
        '!~',
        '&&',
        '||',
        '?',
        ':',
        '=',
        '==',
        '!=',
        '<',
        '>',
        '<=',
        '>=',
        '+',
        '-',
        '*',
        '|',
        '[',
        '+=',
        '-=',
      ].includes(before.text);
    default:
      return true;
  }
}

function readText(source: string, from: number, line: number): { value: string; end: number } {
  let value = '';
  for (let at = from; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '"') return { value, end: at + 1 };
    if (character === '\n') break;
    if (character !== '\\') {
      value += character;
      continue;
    }
    const next = source[++at] ?? '';
    const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3));
    if (octal) {
      const byte = Number.parseInt(octal[0], 8) & 0xff;
      value += byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(0xdc00 + byte);
      at += octal[0].length - 1;
    } else if (next !== '\n') {
      value += Object.hasOwn(ESCAPES, next) ? (ESCAPES[next] as string) : `\\${next}`;
    }
  }
  throw new AwkError(`runaway string constant "${source.slice(from, from + 20)} ...`, line);
}

function regexEnd(source: string, from: number, line: number): number {
  let inBrackets = false;
  for (let at = from; at < source.length; at++) {
    const character = source[at];
    if (character === '\n') break;
    if (character === '\\') at++;
    else if (character === '[' && !inBrackets) {
      inBrackets = true;
      if (source[at + 1] === '^') at++;
      if (source[at + 1] === ']') at++;
    } else if (character === '[' && source[at + 1] === ':') {
      const close = source.indexOf(':]', at);
      if (close > 0) at = close + 1;
    } else if (character === ']') inBrackets = false;
    else if (character === '/' && !inBrackets) return at;
  }
  throw new AwkError(`runaway regular expression /${source.slice(from, from + 20)} ...`, line);
}
