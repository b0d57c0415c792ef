import type { ParsedScript, ParseError } from 'unbash';
import type { LineTable } from './lineTable.ts';
import type { SyntaxFault } from './tree.ts';

/** What closes the quote of which the parser says that nothing did. */
const CLOSERS: Readonly<Record<string, string>> = {
  'double quote': '"',
  'single quote': "'",
  'ANSI-C quote': "'",
  'locale string': '"',
  backtick: '`',
  'command substitution': ')',
  'process substitution': ')',
  'parameter expansion': '}',
  'arithmetic expansion': ')',
  'arithmetic command': ')',
  'arithmetic for': ')',
};

/** The parser's first complaint, in the terms in which a shell complains. */
export function faultOf(script: ParsedScript, text: string, lines: LineTable): SyntaxFault | undefined {
  const errors = script.errors ?? [];
  const [first] = errors;
  if (!first) return undefined;
  const place = placeOf(first, errors, text, script.end, lines);
  const wanted = errors
    .map(({ message }) => /^expected '([^']+)'/.exec(message)?.[1])
    .find((word) => word !== undefined);
  return {
    ...place,
    lineText: lineAround(text, place.pos, lines),
    breaksLast: place.kind !== 'token' || errors.some(({ message }) => message.startsWith('expected')),
    expected: wanted === 'esac' ? ';;' : wanted,
    isIncomplete: place.kind !== 'token',
  };
}

type Place = Pick<SyntaxFault, 'kind' | 'token' | 'pos' | 'line'>;

function placeOf(
  { message, pos }: ParseError,
  errors: readonly ParseError[],
  text: string,
  end: number,
  lines: LineTable,
): Place {
  const quote = /^unterminated (.*)$/.exec(message)?.[1];
  if (quote !== undefined) return { kind: 'quote', token: CLOSERS[quote] ?? ')', pos, line: lines.lineAt(pos) };
  const named = /^unexpected token '([\s\S]*)'$/.exec(message)?.[1];
  if (named !== undefined && named !== '') return { kind: 'token', token: named, pos, line: lines.lineAt(pos) };
  const at = skipBlanks(text, pos, end);
  // An empty list is complained of where it began, though nothing but its end is missing.
  const isAtEnd =
    at >= end || errors.some((other) => /^expected '/.test(other.message) && skipBlanks(text, other.pos, end) >= end);
  if (isAtEnd) return { kind: 'end', token: '', pos: end, line: lines.lineAt(end) + (text.endsWith('\n') ? 0 : 1) };
  return { kind: 'token', token: tokenAt(text, at, end), pos: at, line: lines.lineAt(at) };
}

/** A parenthesis behind a command's name that begins no function. */
export function parenthesisFault(text: string, nameEnd: number, lines: LineTable): SyntaxFault | undefined {
  const open = skipBlanks(text, nameEnd, text.length);
  if (text[open] !== '(') return undefined;
  const at = skipBlanks(text, open + 1, text.length);
  if (text[at] === ')') return undefined;
  const token = at >= text.length ? 'newline' : tokenAt(text, at, text.length);
  const pos = Math.min(at, text.length);
  return {
    kind: 'token',
    token,
    pos: open,
    line: lines.lineAt(open),
    lineText: lineAround(text, pos, lines),
    breaksLast: false,
    expected: undefined,
    isIncomplete: false,
  };
}

function lineAround(text: string, pos: number, lines: LineTable): string {
  const start = lines.startOfLine(Math.min(pos, Math.max(0, text.length - 1)));
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end);
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  for (;;) {
    while (at < end && /[ \t]/.test(text[at] as string)) at++;
    if (text.startsWith('\\\n', at)) at += 2;
    else if (text[at] === '#') {
      const newline = text.indexOf('\n', at);
      at = newline < 0 ? end : newline;
    } else if (text[at] === '\n' && text.slice(at, end).trim() === '') return end;
    else return at;
  }
}

function tokenAt(text: string, at: number, end: number): string {
  const rest = text.slice(at, Math.min(end, at + 200));
  if (rest[0] === '\n') return 'newline';
  return (
    /^(?:;;&|;&|;;|&&|\|\||<<<|<<-|<<|>>|&>>|&>|>&|<&|<>|>\||\|&|[;&|()<>])/.exec(rest)?.[0] ??
    (/^[^\s;&|()<>]+/.exec(rest)?.[0] as string)
  );
}
