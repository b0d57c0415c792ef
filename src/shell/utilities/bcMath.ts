import { BcFault, type BcNumber, ofInteger, power10, rescaled } from './bcNumber.ts';

/** Digits beyond those that are asked for. */
const GUARD_DIGITS = 12;
/** The functions of `bc -l` are slow beyond. */
const MAX_SCALE = 5000;

/** Numbers as integers over one power of ten. */
interface Fixed {
  readonly one: bigint;
  readonly digits: number;
}

function fixed(scale: number, extra = 0): Fixed {
  if (scale > MAX_SCALE) throw new BcFault('limit', `scale of more than ${MAX_SCALE} digits in the math library`);
  const digits = scale + GUARD_DIGITS + extra;
  return { one: power10(digits), digits };
}

function valueIn({ digits }: Fixed, value: BcNumber): bigint {
  return rescaled(value, digits).digits;
}

function resultOf({ digits }: Fixed, value: bigint, scale: number): BcNumber {
  return rescaled({ digits: value, scale: digits }, scale);
}

/** e^x. */
export function exponential(value: BcNumber, scale: number): BcNumber {
  const whole = Number(rescaled(value, 0).digits);
  if (Math.abs(whole) > 20_000) throw new BcFault('limit', 'argument of e() too large');
  const at = fixed(scale, Math.max(0, Math.ceil(whole * Math.LOG10E)) + value.scale);
  return resultOf(at, exp(at, valueIn(at, value)), scale);
}

/** Halved until it is small, then the series, then squared as often. */
function exp(at: Fixed, x: bigint): bigint {
  let halvings = 0n;
  let small = x;
  while (small > at.one / 16n || small < -at.one / 16n) {
    small /= 2n;
    halvings++;
  }
  // Each squaring doubles the error: that many more digits are carried.
  const extra = power10(Number(halvings));
  const one = at.one * extra;
  const arg = (x * extra) / 2n ** halvings;
  let [sum, term] = [one, one];
  for (let n = 1n; term !== 0n; n++) {
    term = (term * arg) / (one * n);
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = (sum * sum) / one;
  return sum / extra;
}

/** The natural logarithm, by Newton's method on the exponential; of what is not positive, a large negative number. */
export function logarithm(value: BcNumber, scale: number): BcNumber {
  if (value.digits <= 0n) return rescaled({ digits: 1n - power10(Math.min(scale, MAX_SCALE)), scale: 0 }, scale);
  const at = fixed(scale, value.digits.toString().length);
  // Brought near to one by powers of ten: ln x = ln m + k ln 10.
  const exponent = value.digits.toString().length - 1 - value.scale;
  const near = (m: bigint): bigint => {
    // ln m = 2 atanh((m-1)/(m+1)).
    const z = ((m - at.one) * at.one) / (m + at.one);
    const square = (z * z) / at.one;
    let [sum, power] = [0n, z];
    for (let n = 1n; power !== 0n; n += 2n) {
      sum += power / n;
      power = (power * square) / at.one;
    }
    return 2n * sum;
  };
  const mantissa = rescaled({ digits: value.digits, scale: value.scale + exponent }, at.digits).digits;
  const ten = exponent === 0 ? 0n : BigInt(exponent) * (near(2n * at.one) * 3n + near((at.one * 5n) / 4n));
  return resultOf(at, near(mantissa) + ten, scale);
}

/** 4 (4 atan(1/5) - atan(1/239)) (Machin). */
function pi(at: Fixed): bigint {
  const inverse = (n: bigint): bigint => {
    let [sum, power] = [0n, at.one / n];
    for (let i = 1n, sign = 1n; power !== 0n; i += 2n, sign = -sign) {
      sum += (sign * power) / i;
      power /= n * n;
    }
    return sum;
  };
  return 4n * (4n * inverse(5n) - inverse(239n));
}

export function sine(value: BcNumber, scale: number): BcNumber {
  const at = fixed(scale, value.digits.toString().length);
  return resultOf(at, sin(at, valueIn(at, value)), scale);
}

export function cosine(value: BcNumber, scale: number): BcNumber {
  const at = fixed(scale, value.digits.toString().length);
  return resultOf(at, sin(at, valueIn(at, value) + pi(at) / 2n), scale);
}

function sin(at: Fixed, x: bigint): bigint {
  const turn = 2n * pi(at);
  let arg = x % turn;
  if (arg > turn / 2n) arg -= turn;
  if (arg < -turn / 2n) arg += turn;
  const square = (arg * arg) / at.one;
  let [sum, term] = [arg, arg];
  for (let n = 2n; term !== 0n; n += 2n) {
    term = (-term * square) / (at.one * n * (n + 1n));
    sum += term;
  }
  return sum;
}

export function arctangent(value: BcNumber, scale: number): BcNumber {
  const at = fixed(scale, 6);
  let x = valueIn(at, value);
  const isNegative = x < 0n;
  if (isNegative) x = -x;
  const isInverted = x > at.one;
  if (isInverted) x = (at.one * at.one) / x;
  // atan x = 2 atan(x / (1 + sqrt(1 + x²))), until the series is quick.
  let factor = 1n;
  while (x > at.one / 16n) {
    const root = rootOf(at.one * at.one + x * x);
    x = (x * at.one) / (at.one + root);
    factor *= 2n;
  }
  const square = (x * x) / at.one;
  let [sum, power] = [0n, x];
  for (let n = 1n, sign = 1n; power !== 0n; n += 2n, sign = -sign) {
    sum += (sign * power) / n;
    power = (power * square) / at.one;
  }
  sum *= factor;
  if (isInverted) sum = pi(at) / 2n - sum;
  return resultOf(at, isNegative ? -sum : sum, scale);
}

function rootOf(value: bigint): bigint {
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** Bessel's function of integer order, by its series. */
export function bessel(order: BcNumber, value: BcNumber, scale: number): BcNumber {
  const given = Number(rescaled(order, 0).digits);
  const n = Math.abs(given);
  const size = Math.abs(Number(rescaled(value, 0).digits));
  if (n > 1000 || size > 1000) throw new BcFault('limit', 'argument of j() too large');
  const at = fixed(scale, Math.ceil(size) + n);
  const half = valueIn(at, value) / 2n;
  let term = at.one;
  for (let i = 1; i <= n; i++) term = (term * half) / (at.one * BigInt(i));
  const square = (half * half) / at.one;
  let sum = term;
  for (let i = 1n; term !== 0n; i++) {
    term = (-term * square) / (at.one * i * (i + BigInt(n)));
    sum += term;
  }
  const sign = given < 0 && n % 2 === 1 ? -1n : 1n;
  return resultOf(at, sign * sum, scale);
}

export const MATH: Readonly<Record<string, (operands: readonly BcNumber[], scale: number) => BcNumber>> = {
  e: ([x], scale) => exponential(x ?? ofInteger(0), scale),
  l: ([x], scale) => logarithm(x ?? ofInteger(0), scale),
  s: ([x], scale) => sine(x ?? ofInteger(0), scale),
  c: ([x], scale) => cosine(x ?? ofInteger(0), scale),
  a: ([x], scale) => arctangent(x ?? ofInteger(0), scale),
  j: ([n, x], scale) => bessel(n ?? ofInteger(0), x ?? ofInteger(0), scale),
};
