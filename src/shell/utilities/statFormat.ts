import type { StatValue } from './stat.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

const MAX_WIDTH = 4096;

/** Expands a format of stat(1): `%n`, `%-10s`, `%04a`, `%10.10A`, `%Hd`. `unknown` stands for what is no directive; a
 *  letter stands for itself without it. */
export function expandStatFormat(
  format: string,
  value: StatValue,
  form: { readonly escapes: boolean; readonly unknown: string | undefined },
): string {
  const pattern = /%([-+ #0']*)(\d*)(?:\.(\d+))?([HL]?[A-Za-z%])|\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)|[^%\\]+|[%\\]/gsu;
  let out = '';
  for (const [whole, flags = '', width = '', precision, directive, escaped] of format.matchAll(pattern)) {
    if (directive !== undefined) {
      const found = directive === '%' ? '%' : value(directive);
      if (found === undefined) out += form.unknown ?? directive;
      else out += padded(String(found), flags, width, precision, typeof found === 'number' || directive === 'a');
    } else if (escaped !== undefined && form.escapes) out += unescaped(escaped, whole);
    else out += whole;
  }
  return out;
}

function padded(text: string, flags: string, width: string, precision: string | undefined, isNumber: boolean): string {
  const size = Math.min(Number(width), MAX_WIDTH);
  const cut = precision === undefined || isNumber ? text : text.slice(0, Number(precision));
  if (flags.includes('-')) return cut.padEnd(size);
  return cut.padStart(size, flags.includes('0') && isNumber ? '0' : ' ');
}

function unescaped(escaped: string, whole: string): string {
  if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 0xff);
  if (/^x./.test(escaped)) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return ESCAPES[escaped] ?? whole;
}
