import {
  add,
  type BcNumber,
  divide,
  multiply,
  negated,
  ONE,
  raise,
  remainder,
  rescaled,
  squareRoot,
  ZERO,
} from './bcNumber.ts';
import { DcFault } from './dcFault.ts';
import type { DcStack } from './dcStack.ts';

/** What cannot be calculated stays on the stack. */
export function calculate(command: string, stack: DcStack, scale: number): void {
  const count = command === 'v' ? 1 : command === '|' ? 3 : 2;
  const operands = stack.topNumbers(count);
  // But for the root of a negative number.
  if (command === 'v' && (operands[0] ?? ZERO).digits < 0n) {
    stack.drop(1);
    throw new DcFault('negativeRoot');
  }
  const results = resultOf(command, operands, scale);
  stack.drop(count);
  for (const value of results) stack.push(value);
}

function resultOf(command: string, [a = ZERO, b = ZERO, c = ZERO]: readonly BcNumber[], scale: number): BcNumber[] {
  switch (command) {
    case '+':
      return [add(a, b)];
    case '-':
      return [add(a, negated(b))];
    case '*':
      return [multiply(a, b, scale)];
    case '/':
      if (b.digits === 0n) throw new DcFault('zeroDivisor');
      return [divide(a, b, scale)];
    case '%':
      if (b.digits === 0n) throw new DcFault('zeroModulus');
      return [remainder(a, b, scale)];
    case '~':
      if (b.digits === 0n) throw new DcFault('zeroDivisor');
      return [divide(a, b, scale), remainder(a, b, scale)];
    case '^':
      return [raise(a, b, scale)];
    case '|':
      if (c.digits === 0n) throw new DcFault('zeroModulus');
      return [modularPower(a, b, c, scale)];
    default:
      return [squareRoot(a, scale)];
  }
}

/** By squaring: as many steps as the exponent has bits. */
function modularPower(base: BcNumber, exponent: BcNumber, modulus: BcNumber, scale: number): BcNumber {
  let result = ONE;
  let square = base;
  for (let left = rescaled(exponent, 0).digits; left > 0n; left >>= 1n) {
    if (left & 1n) result = remainder(multiply(result, square, scale), modulus, scale);
    square = remainder(multiply(square, square, scale), modulus, scale);
  }
  return result;
}
