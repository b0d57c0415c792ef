import { decodeName, encodeName } from '../../../bytes/byteName.ts';

/** Backslash escapes of `echo -e`, `printf` and `$'…'`. */
export interface EscapeStyle {
  /** `\0NNN` takes four digits (echo, %b), and `\NNN` is octal, too. */
  readonly octal: 'echo' | 'format' | 'both';
  /** `\c` ends all output. */
  readonly hasEnd: boolean;
  readonly hasHex: boolean;
  /** `\"`, `\'` and `\?` lose their backslash. */
  readonly hasQuotes: boolean;
  /** `\cx` is a control character. */
  readonly hasControl?: boolean;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** A byte as a byte name carries it. Bytes of one character that follow each other are put together by `joinBytes`. */
function byte(code: number): string {
  return code < 0x80 ? String.fromCharCode(code) : String.fromCharCode(0xdc00 + code);
}

/** The text with its escapes replaced; `ended`: `\c` was met. */
export function unescapeText(text: string, style: EscapeStyle): { readonly text: string; readonly ended: boolean } {
  if (!text.includes('\\')) return { text, ended: false };
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character !== '\\' || i + 1 === text.length) {
      out += character;
      continue;
    }
    const next = text[i + 1] as string;
    const simple = SIMPLE[next];
    if (simple !== undefined && (style.hasHex || !/[eE]/.test(next))) {
      out += simple;
      i++;
      continue;
    }
    if (next === 'c' && style.hasEnd) return { text: out, ended: true };
    if (next === 'c' && style.hasControl && i + 2 < text.length) {
      out += String.fromCharCode((text[i + 2] as string).charCodeAt(0) & 0x1f);
      i += 2;
      continue;
    }
    const numeric = readNumeric(text, i, style);
    if (numeric) {
      out += numeric.text;
      i = numeric.end - 1;
    } else if (style.hasQuotes && /["'?]/.test(next)) {
      out += next;
      i++;
    } else out += character;
  }
  return { text: joinBytes(out), ended: false };
}

/** Bytes that were written one by one and are a character together become that character. */
function joinBytes(text: string): string {
  return /[\udc80-\udcff]/u.test(text) ? decodeName(encodeName(text)) : text;
}

function readNumeric(text: string, at: number, style: EscapeStyle): { text: string; end: number } | undefined {
  const rest = text.slice(at + 1, at + 11);
  const octal =
    style.octal === 'echo'
      ? /^0([0-7]{0,3})/.exec(rest)
      : style.octal === 'both'
        ? (/^0([0-7]{0,3})/.exec(rest) ?? /^([1-7][0-7]{0,2})/.exec(rest))
        : /^([0-7]{1,3})/.exec(rest);
  if (octal) {
    const code = Number.parseInt(octal[1] === '' ? '0' : (octal[1] as string), 8) & 0xff;
    return { text: byte(code), end: at + 1 + octal[0].length };
  }
  if (!style.hasHex) return undefined;
  const hex = /^x([0-9A-Fa-f]{1,2})/.exec(rest);
  if (hex) return { text: byte(Number.parseInt(hex[1] as string, 16)), end: at + 1 + hex[0].length };
  const unicode = /^u([0-9A-Fa-f]{1,4})/.exec(rest) ?? /^U([0-9A-Fa-f]{1,8})/.exec(rest);
  if (!unicode) return undefined;
  const code = Number.parseInt(unicode[1] as string, 16);
  return { text: code <= 0x10ffff ? String.fromCodePoint(code) : '', end: at + 1 + unicode[0].length };
}

/** Style of `echo -e`, of `%b`, and of a `printf` format. */
export const ECHO_ESCAPES: EscapeStyle = { octal: 'echo', hasEnd: true, hasHex: true, hasQuotes: false };
export const PERCENT_B_ESCAPES: EscapeStyle = { octal: 'both', hasEnd: true, hasHex: true, hasQuotes: false };
/** Style of `$'…'`. */
export const ANSI_ESCAPES: EscapeStyle = {
  octal: 'format',
  hasEnd: false,
  hasHex: true,
  hasQuotes: true,
  hasControl: true,
};
export const FORMAT_ESCAPES: EscapeStyle = { octal: 'format', hasEnd: false, hasHex: true, hasQuotes: true };
/** dash's echo, and its formats. */
export const DASH_ECHO_ESCAPES: EscapeStyle = { octal: 'both', hasEnd: true, hasHex: false, hasQuotes: false };
/** busybox's formats. */
export const ASH_FORMAT_ESCAPES: EscapeStyle = { octal: 'format', hasEnd: true, hasHex: true, hasQuotes: false };
export const DASH_FORMAT_ESCAPES: EscapeStyle = { octal: 'format', hasEnd: false, hasHex: false, hasQuotes: false };
