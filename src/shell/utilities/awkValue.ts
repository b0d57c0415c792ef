import { formatFloat, formatInteger, formatText, splitFormat, withStars, type Conversion } from './formatPrintf.ts';
import { AwkError, NumericText, type Value } from './awkSyntax.ts';

const NUMBER = /^[ \t\n\r\f\v]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/;
const WHOLE_NUMBER =
  /^[ \t\n\r\f\v]*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[iI][nN][fF]|[nN][aA][nN])[ \t\n\r\f\v]*$/;
/** Integers up to there are shown with all their digits. */
const MAX_WHOLE = 2 ** 53;

export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  if (value instanceof NumericText) return value.value;
  return leadingNumber(value);
}

export function leadingNumber(text: string): number {
  const plain = digitsOf(text);
  if (plain >= 0) return plain;
  const match = NUMBER.exec(text);
  return match ? Number(match[1]) : 0;
}

/** The number that a text of up to 15 digits and nothing else is; -1 for all other texts. Most numbers are so. */
function digitsOf(text: string): number {
  const { length } = text;
  if (length === 0 || length > 15) return -1;
  let number = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

export function textOf(value: Value, format: string): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  if (value instanceof NumericText) return value.text;
  return numberText(value, format);
}

export function numberText(value: number, format: string): string {
  if (Number.isInteger(value)) {
    if (Math.abs(value) < MAX_WHOLE) return String(value);
    if (Math.abs(value) < 1e18) return BigInt(value).toString();
  }
  if (Number.isNaN(value)) return Object.is(Math.sign(value), -0) ? '-nan' : 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return formatAwk(format, [value], '%.6g');
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (value === undefined) return false;
  return value instanceof NumericText ? value.value !== 0 : value !== '';
}

/** A text from outside: a number, too, where it looks like one. */
export function inputValue(text: string): Value {
  const plain = digitsOf(text);
  if (plain >= 0) return new NumericText(text, plain);
  const first = text.charCodeAt(0);
  // Most words begin with a letter.
  if (first > 57 && first !== 73 && first !== 78 && first !== 105 && first !== 110) return text;
  if (!WHOLE_NUMBER.test(text)) return text;
  const trimmed = text.trim().toLowerCase().replace(/^\+/, '');
  const number = trimmed.endsWith('inf')
    ? trimmed.startsWith('-')
      ? -1 / 0
      : 1 / 0
    : trimmed.endsWith('nan')
      ? Number.NaN
      : Number(trimmed);
  return new NumericText(text, number);
}

/** Numbers compare as numbers; anything with a text as texts, by their bytes. */
export function compareValues(a: Value, b: Value, format: string): number {
  if (typeof a !== 'string' && typeof b !== 'string') return numberOf(a) - numberOf(b);
  const [x, y] = [textOf(a, format), textOf(b, format)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** sprintf of awk. */
export function formatAwk(format: string, items: readonly Value[], convFmt: string): string {
  let at = 0;
  let out = '';
  const next = () => {
    if (at >= items.length) throw new AwkError(`not enough arguments passed to sprintf("${format}")`);
    return items[at++];
  };
  for (const part of splitFormat(format)) {
    if ('text' in part) {
      out += part.text;
      continue;
    }
    const width = part.stars & 1 ? Math.trunc(numberOf(next())) : undefined;
    const precision = part.stars & 2 ? Math.trunc(numberOf(next())) : undefined;
    const conversion = withStars(part.conversion, width, precision);
    out += convert(conversion, next, convFmt, part.source);
  }
  return out;
}

function convert(conversion: Conversion, next: () => Value, convFmt: string, source: string): string {
  switch (conversion.letter) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X': {
      const number = numberOf(next());
      if (!Number.isFinite(number)) return formatFloat({ ...conversion, letter: 'f', precision: undefined }, number);
      return formatInteger(conversion, BigInt(Math.trunc(number)));
    }
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
      return formatFloat(conversion, numberOf(next()));
    case 'c': {
      const value = next();
      const isNumber = typeof value === 'number' || value instanceof NumericText;
      const code = isNumber ? Math.trunc(numberOf(value)) : 0;
      const text = isNumber ? characterOf(code) : [...textOf(value, convFmt)].slice(0, 1).join('');
      return formatText({ ...conversion, precision: undefined }, text);
    }
    case 's':
      return formatText(conversion, textOf(next(), convFmt));
    default:
      return source;
  }
}

function characterOf(code: number): string {
  if (code >= 0x80 && code <= 0xff) return String.fromCharCode(0xdc00 + code);
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : String.fromCharCode(code & 0x7f);
}
