/** A 64-bit signed integer: a number while that is exact, else a bigint. */
export type Int = number | bigint;

export function wrap(value: bigint): Int {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped >= BigInt(Number.MIN_SAFE_INTEGER) && wrapped <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(wrapped)
    : wrapped;
}

export function negate(value: Int): Int {
  return typeof value === 'number' ? 0 - value : wrap(-value);
}

export function complement(value: Int): Int {
  return typeof value === 'number' ? -value - 1 : wrap(~value);
}

/** The result of an operator that needs no variables. Division by zero gives undefined. */
export function operate(operator: string, a: Int, b: Int): Int | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const fast = operateNumbers(operator, a, b);
    if (fast !== undefined && Number.isSafeInteger(fast)) return fast + 0;
  }
  return operateBig(operator, BigInt(a), BigInt(b));
}

function operateNumbers(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : Math.trunc(a / b);
    case '%':
      return b === 0 ? undefined : (a % b) + 0;
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '&':
      return (a | 0) === a && (b | 0) === b ? a & b : undefined;
    case '|':
      return (a | 0) === a && (b | 0) === b ? a | b : undefined;
    case '^':
      return (a | 0) === a && (b | 0) === b ? a ^ b : undefined;
    case '<<':
      return a >= 0 && b >= 0 && b < 31 && a < 2 ** 21 ? a * 2 ** b : undefined;
    case '>>':
      return a >= 0 && b >= 0 && b < 64 ? Math.floor(a / 2 ** b) : undefined;
    default:
      return undefined;
  }
}

function operateBig(operator: string, a: bigint, b: bigint): Int | undefined {
  switch (operator) {
    case '+':
      return wrap(a + b);
    case '-':
      return wrap(a - b);
    case '*':
      return wrap(a * b);
    case '/':
      return b === 0n ? undefined : wrap(a / b);
    case '%':
      return b === 0n ? undefined : wrap(a % b);
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '&':
      return wrap(a & b);
    case '|':
      return wrap(a | b);
    case '^':
      return wrap(a ^ b);
    // As the processor does it: only six bits of the count.
    case '<<':
      return wrap(a << (b & 63n));
    case '>>':
      return wrap(a >> (b & 63n));
    default:
      return undefined;
  }
}

/** The exponent is not negative. */
export function power(base: Int, exponent: Int): Int {
  if (typeof base === 'number' && typeof exponent === 'number') {
    const fast = base ** exponent;
    if (Number.isSafeInteger(fast)) return fast;
  }
  // Square and multiply, wrapped at each step: an exponent may have 63 bits.
  let result = 1n;
  let square = BigInt(base);
  for (let rest = BigInt(exponent); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return wrap(result);
}

export function isZero(value: Int): boolean {
  return value === 0 || value === 0n;
}
