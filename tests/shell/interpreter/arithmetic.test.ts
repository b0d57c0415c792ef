import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operate, power } from '../../../src/shell/interpreter/arithmetic/integer.ts';
import { parseArithmetic } from '../../../src/shell/interpreter/arithmetic/parseArithmetic.ts';
import { SHELL_PROGRAMS } from '../../support/shellPrograms.ts';
import { run, testKernel } from '../../support/testKernel.ts';

const LIMITS = [0n, 1n, -1n, 2n ** 31n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(...LIMITS),
  fc.bigInt({ min: -1000n, max: 1000n }),
);

/** As our integers are held: a number where that is exact. */
function held(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const DEFINITIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << (b & 63n),
  '>>': (a, b) => a >> (b & 63n),
};

describe('SHELL-4 arithmetic', () => {
  it.each(Object.keys(DEFINITIONS))('%s wraps at 64 bits', (operator) => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const value = operate(operator, held(a), held(b));
        if (b === 0n && (operator === '/' || operator === '%')) expect(value).toBeUndefined();
        else
          expect(BigInt(value ?? 0)).toBe(
            BigInt.asIntN(64, (DEFINITIONS[operator] as (x: bigint, y: bigint) => bigint)(a, b)),
          );
      }),
    );
  });

  it('** wraps, too', () => {
    fc.assert(
      fc.property(integer, fc.bigInt({ min: 0n, max: 200n }), (a, b) => {
        expect(BigInt(power(held(a), held(b)))).toBe(BigInt.asIntN(64, a ** b));
      }),
    );
  });

  it('any text is parsed or refused', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'0123 abx+-*/%()?:<>=!&|^~,[]#@'), { maxLength: 30 }), (list) => {
        try {
          parseArithmetic(list.join(''));
        } catch (error) {
          expect((error as Error).name).toBe('ArithmeticError');
        }
      }),
    );
  });

  it('a value that is an expression is evaluated, to a bounded depth', async () => {
    const kernel = testKernel({ programs: SHELL_PROGRAMS });
    const { stdout, stderr, code } = await run(kernel, [
      'bash',
      '-c',
      'a=b+1; b=2*3; echo $((a)); x=y; y=x; echo $((x))',
    ]);
    expect(stdout).toBe('7\n');
    expect(stderr).toContain('expression recursion level exceeded');
    expect(code).toBe(1);
  });
});
