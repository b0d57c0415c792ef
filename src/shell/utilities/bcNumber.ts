/** A decimal number of any length: `digits / 10^scale`. */
export interface BcNumber {
  readonly digits: bigint;
  readonly scale: number;
}

export class BcFault extends Error {
  readonly code: 'syntax' | 'runtime' | 'limit';
  constructor(code: BcFault['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A result of more digits is refused: some 100 kB of them take seconds to multiply. */
const MAX_DIGITS = 100_000;

export const ZERO: BcNumber = { digits: 0n, scale: 0 };
export const ONE: BcNumber = { digits: 1n, scale: 0 };

export function power10(exponent: number): bigint {
  if (exponent > MAX_DIGITS) throw new BcFault('limit', 'number too long');
  return 10n ** BigInt(exponent);
}

export function ofInteger(value: number | bigint): BcNumber {
  return { digits: BigInt(value), scale: 0 };
}

/** Cut off, or filled with zeros. */
export function rescaled({ digits, scale }: BcNumber, wanted: number): BcNumber {
  if (wanted === scale) return { digits, scale };
  if (wanted > scale) return { digits: digits * power10(wanted - scale), scale: wanted };
  return { digits: digits / power10(scale - wanted), scale: wanted };
}

function aligned(a: BcNumber, b: BcNumber): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [rescaled(a, scale).digits, rescaled(b, scale).digits, scale];
}

export function add(a: BcNumber, b: BcNumber): BcNumber {
  const [x, y, scale] = aligned(a, b);
  return { digits: x + y, scale };
}

export function negated({ digits, scale }: BcNumber): BcNumber {
  return { digits: -digits, scale };
}

export function compare(a: BcNumber, b: BcNumber): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** `scale`: the variable of that name, here and below. */
export function multiply(a: BcNumber, b: BcNumber, scale: number): BcNumber {
  const full = { digits: a.digits * b.digits, scale: a.scale + b.scale };
  return rescaled(full, Math.min(full.scale, Math.max(scale, a.scale, b.scale)));
}

export function divide(a: BcNumber, b: BcNumber, scale: number): BcNumber {
  if (b.digits === 0n) throw new BcFault('runtime', 'Divide by zero');
  const shift = scale + b.scale - a.scale;
  const digits = shift >= 0 ? (a.digits * power10(shift)) / b.digits : a.digits / (b.digits * power10(-shift));
  return { digits, scale };
}

export function remainder(a: BcNumber, b: BcNumber, scale: number): BcNumber {
  if (b.digits === 0n) throw new BcFault('runtime', 'Modulo by zero');
  const quotient = divide(a, b, scale);
  const wanted = Math.max(a.scale, b.scale + scale);
  const product = { digits: quotient.digits * b.digits, scale: quotient.scale + b.scale };
  return rescaled(add(a, negated(product)), wanted);
}

export function raise(base: BcNumber, exponent: BcNumber, scale: number): BcNumber {
  const power = rescaled(exponent, 0).digits;
  const size = power < 0n ? -power : power;
  const length = BigInt(base.digits.toString().length) * size;
  const isSmall = base.digits >= -1n && base.digits <= 1n;
  if (size > 2n ** 31n || (!isSmall && length > BigInt(MAX_DIGITS)) || BigInt(base.scale) * size > BigInt(MAX_DIGITS))
    throw new BcFault('limit', 'exponent too large in raise');
  const full = { digits: base.digits ** size, scale: base.scale * Number(size) };
  if (power < 0n) return divide(ONE, full, scale);
  return rescaled(full, Math.min(full.scale, Math.max(scale, base.scale)));
}

export function squareRoot(value: BcNumber, scale: number): BcNumber {
  if (value.digits < 0n) throw new BcFault('runtime', 'Square root of a negative number');
  const wanted = Math.max(scale, value.scale);
  const even = rescaled(value, 2 * wanted);
  return { digits: integerRoot(even.digits), scale: wanted };
}

/** Rounded down. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** A numeral in base 2 to 16. A single digit keeps its own value, whatever the base; in longer ones digits beyond the
 *  base count as its largest, but with `largeDigits` `kept`, as in dc. */
export function parseNumber(text: string, base: number, form: { readonly largeDigits?: 'kept' } = {}): BcNumber {
  const [whole = '', fraction = ''] = text.split('.');
  if (text.length > MAX_DIGITS) throw new BcFault('limit', 'number too long');
  if (base === 10 && /^\d*$/.test(whole + fraction))
    return { digits: BigInt(`${whole}${fraction}` || '0'), scale: fraction.length };
  const isKept = text.length === 1 || form.largeDigits === 'kept';
  const digitValue = (digit: string) => {
    const value = Number.parseInt(digit, 16);
    return isKept ? value : Math.min(value, base - 1);
  };
  let digits = 0n;
  for (const digit of whole) digits = digits * BigInt(base) + BigInt(digitValue(digit));
  let [top, bottom] = [0n, 1n];
  for (const digit of fraction) {
    top = top * BigInt(base) + BigInt(digitValue(digit));
    bottom *= BigInt(base);
  }
  const scale = fraction.length;
  return { digits: digits * power10(scale) + (top * power10(scale)) / bottom, scale };
}

/** As bc prints it: no zero in front of the point. */
export function numberText(value: BcNumber, base: number): string {
  const isNegative = value.digits < 0n;
  const size = isNegative ? -value.digits : value.digits;
  if (size === 0n) return '0';
  const text = base === 10 ? decimalText(size, value.scale) : basedText(size, value.scale, base);
  return isNegative ? `-${text}` : text;
}

function decimalText(size: bigint, scale: number): string {
  const digits = size.toString().padStart(scale, '0');
  const whole = digits.slice(0, digits.length - scale);
  return scale > 0 ? `${whole}.${digits.slice(digits.length - scale)}` : whole;
}

function basedText(size: bigint, scale: number, base: number): string {
  const unit = power10(scale);
  const big = BigInt(base);
  const shown = (digit: bigint) =>
    base <= 16 ? digit.toString(16).toUpperCase() : ` ${digit.toString().padStart(String(base - 1).length, '0')}`;
  const parts: string[] = [];
  for (let whole = size / unit; whole > 0n; whole /= big) parts.push(shown(whole % big));
  let text = parts.reverse().join('');
  if (scale === 0) return text;
  text += '.';
  let rest = size % unit;
  let isFirst = true;
  for (let weight = 1n; weight.toString().length <= scale; weight *= big) {
    rest *= big;
    const digit = shown(rest / unit);
    text += base > 16 && isFirst ? digit.slice(1) : digit;
    isFirst = false;
    rest %= unit;
  }
  return text;
}
