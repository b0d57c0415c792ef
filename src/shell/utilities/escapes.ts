/** Escapes of echo -e, printf formats and printf's %b: what they differ in. */
export interface EscapeRules {
  /** `\0NNN` (echo, %b) beside or in place of `\NNN` (formats). */
  readonly octal: 'zero' | 'plain' | 'both';
  /** `\c` ends all output. */
  readonly stops: boolean;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

export function expandEscapes(text: string, rules: EscapeRules): { readonly text: string; readonly stopped: boolean } {
  let out = '';
  for (let at = 0; at < text.length;) {
    const character = text[at] as string;
    if (character !== '\\' || at + 1 >= text.length) {
      out += character;
      at++;
      continue;
    }
    const next = text[at + 1] as string;
    if (next === 'c' && rules.stops) return { text: out, stopped: true };
    if (Object.hasOwn(SIMPLE, next)) {
      out += SIMPLE[next];
      at += 2;
      continue;
    }
    if (next === '"' && rules.octal === 'plain') {
      out += '"';
      at += 2;
      continue;
    }
    const rest = text.slice(at + 1, at + 12);
    const numeric = numericEscape(rest, rules.octal);
    out += numeric ? numeric.text : `\\${next}`;
    at += numeric ? 1 + numeric.length : 2;
  }
  return { text: out, stopped: false };
}

function numericEscape(rest: string, octal: EscapeRules['octal']): { text: string; length: number } | undefined {
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
  if (hex) return { text: byteText(Number.parseInt(hex[1] as string, 16)), length: hex[0].length };
  const unicode = /^(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(rest);
  if (unicode) {
    const code = Number.parseInt((unicode[1] ?? unicode[2]) as string, 16);
    return { text: code <= 0x10ffff ? String.fromCodePoint(code) : '', length: unicode[0].length };
  }
  const pattern =
    octal === 'zero' ? /^0[0-7]{0,3}/ : octal === 'both' ? /^(?:0[0-7]{0,3}|[1-7][0-7]{0,2})/ : /^[0-7]{1,3}/;
  const digits = pattern.exec(rest);
  if (!digits) return undefined;
  return { text: byteText(Number.parseInt(digits[0], 8) & 0xff), length: digits[0].length };
}

/** A byte in a string as of bytes/byteName.ts. */
export function byteText(byte: number): string {
  return byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(0xdc00 + byte);
}
