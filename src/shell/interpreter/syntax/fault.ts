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
  const error = script.errors?.[0];
  return error && describe(error, text, script.end, lines);
}

function describe(error: ParseError, text: string, end: number, lines: LineTable): SyntaxFault {
  const { message, pos } = error;
  const quote = /^unterminated (.*)$/.exec(message)?.[1];
  if (quote !== undefined) {
    const token = CLOSERS[quote] ?? ')';
    return fault('quote', token, pos, lines.lineAt(pos), true, text, lines);
  }
  const named = /^unexpected token '([\s\S]*)'$/.exec(message)?.[1];
  if (named !== undefined && named !== '') {
    const line = lines.lineAt(pos);
    return fault('token', named, pos, line, false, text, lines);
  }
  const at = skipBlanks(text, pos, end);
  if (at >= end) return fault('end', '', end, lines.lineAt(end) + (text.endsWith('\n') ? 0 : 1), true, text, lines);
  return fault('token', tokenAt(text, at, end), at, lines.lineAt(at), false, text, lines);
}

function fault(
  kind: SyntaxFault['kind'],
  token: string,
  pos: number,
  line: number,
  isIncomplete: boolean,
  text: string,
  lines: LineTable,
): SyntaxFault {
  const start = lines.startOfLine(Math.min(pos, Math.max(0, text.length - 1)));
  const end = text.indexOf('\n', start);
  const lineText = text.slice(start, end < 0 ? text.length : end);
  return { kind, token, line, lineText, pos, isIncomplete };
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
