/** A constant of a template. */
export interface NumberConstant {
  /** As it stands where any type will do: an int, or with a point or an exponent a float64. */
  readonly value: bigint | number;
  /** The same as an integer, where it is whole and no larger than an int64. */
  readonly integer: bigint | undefined;
  /** Fits a uint64 only: an error where a value is made of it. */
  readonly overflows: boolean;
}

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
const DIGITS: Readonly<Record<string, RegExp>> = {
  x: /^[0-9a-f]+$/,
  o: /^[0-7]+$/,
  b: /^[01]+$/,
};

/** Reads a number as text/template does (strconv's rules, underscores included). Throws Error with its words. */
export function numberConstant(text: string): NumberConstant {
  if (!isSeparated(text)) throw illegal(text);
  const plain = text.replaceAll('_', '');
  const whole = integerOf(plain);
  if (whole !== undefined && whole >= -MAX_INT64 - 1n && whole <= MAX_UINT64) {
    const fits = whole <= MAX_INT64;
    return { value: whole, integer: fits ? whole : undefined, overflows: !fits };
  }
  const value = floatOf(plain);
  if (value === undefined || !Number.isFinite(value)) throw illegal(text);
  if (!/[.eEpP]/.test(text)) throw new Error(`integer overflow: ${JSON.stringify(text)}`);
  const isWhole = Number.isInteger(value) && Math.abs(value) < 2 ** 63;
  return { value, integer: isWhole ? BigInt(value) : undefined, overflows: false };
}

/** Underscores stand between digits, or between a prefix and a digit. */
function isSeparated(text: string): boolean {
  const digits = text.replace(/^[+-]/, '');
  const body = /^0[xob]/i.test(digits) ? `0${digits.slice(2)}` : digits;
  return !/^_|_$|_[^0-9a-f]|[^0-9a-f]_/i.test(body);
}

function integerOf(plain: string): bigint | undefined {
  const sign = plain.startsWith('-') ? -1n : 1n;
  const digits = plain.replace(/^[+-]/, '').toLowerCase();
  const base = /^0([xob])/.exec(digits)?.[1];
  if (base !== undefined) return DIGITS[base]?.test(digits.slice(2)) ? sign * BigInt(digits) : undefined;
  if (/^0[0-7]+$/.test(digits)) return sign * BigInt(`0o${digits.slice(1)}`);
  return /^(?:0|[1-9]\d*)$/.test(digits) ? sign * BigInt(digits) : undefined;
}

function floatOf(plain: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain)) return Number(plain);
  const parts = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(plain);
  if (!parts) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = parts;
  if (whole + fraction === '' || fraction.length > 200) return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(power) - 4 * fraction.length);
}

function illegal(text: string): Error {
  return new Error(`illegal number syntax: ${JSON.stringify(text)}`);
}
