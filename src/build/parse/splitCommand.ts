import type { EscapeCharacter } from '../expand/lexer.ts';
import { isBlank, isSpace, trimSpace } from '../go/space.ts';

export interface CommandParts {
  readonly keyword: string;
  readonly flags: readonly string[];
  /** What follows the flags, trimmed. */
  readonly rest: string;
}

/** Takes a logical line apart: keyword, `--flags`, and the rest. */
export function splitCommand(line: string, escapeToken: EscapeCharacter): CommandParts {
  const text = trimSpace(line);
  let end = 0;
  while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
  let from = end;
  while (from < text.length && isBlank(text.charCodeAt(from))) from++;
  const { flags, rest } = takeFlags(text.slice(from), escapeToken);
  return { keyword: text.slice(0, end), flags, rest: trimSpace(rest) };
}

function takeFlags(text: string, escapeToken: EscapeCharacter): { flags: string[]; rest: string } {
  if (!text.startsWith('--')) return { flags: [], rest: text };
  if (isAscii(text)) return scanFlags(text, escapeToken);
  // BuildKit goes through this part byte by byte, each byte a character: `é` becomes `Ã©`, and a byte A0 is a blank.
  const bytes = new TextEncoder().encode(text);
  let latin1 = '';
  for (const byte of bytes) latin1 += String.fromCharCode(byte);
  const { flags, rest } = scanFlags(latin1, escapeToken);
  return { flags, rest: new TextDecoder().decode(bytes.subarray(bytes.length - rest.length)) };
}

function scanFlags(text: string, escapeToken: EscapeCharacter): { flags: string[]; rest: string } {
  const flags: string[] = [];
  for (let at = 0; ;) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at++;
    if (at >= text.length) return { flags, rest: '' };
    if (!text.startsWith('--', at)) return { flags, rest: text.slice(at) };
    const { word, isBlankWord, end } = scanFlag(text, at, escapeToken);
    at = end;
    if (word === '--') return { flags, rest: text.slice(at) };
    if (word !== '' || isBlankWord) flags.push(word);
  }
}

// Quotes go, and may stand anywhere; the escape character works inside both kinds.
function scanFlag(text: string, from: number, escapeToken: EscapeCharacter) {
  let word = '';
  let quote = '';
  let isBlankWord = false;
  let at = from;
  for (; at < text.length; at++) {
    let ch = text[at] as string;
    if (quote === '' && isSpace(ch.charCodeAt(0))) break;
    if (quote === '' && (ch === '"' || ch === "'")) {
      quote = ch;
      isBlankWord = true;
      continue;
    }
    if (ch === quote) {
      quote = '';
      continue;
    }
    if (ch === escapeToken) {
      if (at + 1 === text.length) continue;
      ch = text[++at] as string;
    }
    word += ch;
  }
  return { word, isBlankWord, end: at };
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
