import { describe, expect, it } from 'vitest';
import { hostHas, runOurs, runReal, sideBySide, type Case } from './sideBySide.ts';

const calc = (stdin: string, command = 'bc'): Case => ({ command, stdin: `${stdin}\n`, errors: 'ignored' });

sideBySide(
  'bc',
  'bc',
  [
    calc('1+2*3; (1+2)*3; 2^10; 7/2; -7/2; 7%3; -7%3; 10/3*3'),
    calc('scale=4; 1/3; 2/3; 10/4; -1/8; 1.5*1.25; 1.5^3; 2^-2; 7.5%2; 0.1+0.2; 1/7*7'),
    calc('scale=10; sqrt(2); sqrt(16); scale(1.500); length(123.45); length(0.001); last; .'),
    calc('a=5; b=a^2; b; a+=2; a; a++; a; --a; a; x[3]=4; x[3]*2; x[1]'),
    calc('ibase=16; FF; A; 1A.8; ibase=A; obase=16; 255; 0.5; obase=2; 10; obase=20; 1234; 3.75; obase=10; 12'),
    calc(
      'if (1 < 2) "yes"; if (2 < 1) "no" else "else\n"\nfor (i = 0; i < 3; i++) i\ni = 5; while (i > 3) { i; i -= 1 }',
    ),
    calc(
      'define f(n) {\n if (n <= 1) return 1;\n return n * f(n - 1);\n}\nf(5)\nf(30)\ndefine g(a[], n) { auto i, s; for (i = 0; i < n; i++) s += a[i]; return (s) }\nz[0] = 2; z[1] = 3\ng(z[], 2)\ni',
    ),
    calc('2^300; 2^1000 % 1000007; 100!\n1 == 1; 1 != 1; !0; !5; 1 && 0; 1 || 0; (3 > 2) + 1'),
    calc('print "a\\tb\\n", 5, " ", 1/4, "\\n"\nprint 1,2; print "\n"'),
    calc('a = 1 +\\\n2\na\n/* a comment\n over lines */ 3 # and the rest\n"a string\n"'),
    calc('1 +\n2\n)\n3'),
    calc('1/0\nnosuch(1)\nsqrt(-1)\n4'),
    calc('e(1); l(2); s(1); c(1); a(1)*4; l(10); e(-3.5); s(100); c(-2.5); a(20); j(0,1); j(2,3.5); l(0.001)', 'bc -l'),
    calc('scale=50; a(1)*4; e(1); l(3); scale=5; e(10); l(100000); s(3.14159)', 'bc -lq'),
    calc('5\nquit\n6'),
    calc('-2^2; -(2^2); 2^3^2; 1-2-3; 8/2/2; 1+-1; 00012; .5; 5.; 0.00'),
    { command: 'bc f', files: { f: '1+1\nx=9\n' }, stdin: 'x\n' },
    { command: 'bc nosuch', errors: 'ignored' },
  ],
  /bc 1\.07/,
);

describe.skipIf(!hostHas('bc', /bc 1\.07/))('bc in pipes', () => {
  it('wraps long numbers as asked', async () => {
    const test = { ...calc('2^500'), env: { BC_LINE_LENGTH: '20' } };
    expect(await runOurs(test)).toEqual(runReal(test));
  });
});

describe('bc', () => {
  it('refuses what would never end', async () => {
    const ours = await runOurs({ command: 'bc', stdin: '9^9^9\ndefine f(x) { return f(x) }\nf(1)\n7\n' });
    expect(ours.stdout).toBe('7\n');
    expect(ours.stderr).toMatch(/exponent too large[\s\S]*nested too deep/);
  });
});
