import { describe, expect, it } from 'vitest';
import { describeDifferential } from '../../support/differential.ts';
import { type Case, runOurs, sideBySide } from './sideBySide.ts';

/** Scripts that GNU's and busybox's run alike. */
const COMMON = [
  '1 2 + p 5 3 - p 4 5 * p 7 2 / p 7 2 % p 2 10 ^ p 2 _3 ^ p',
  '4k 2 _3 ^ p 2 v p 1 3 / p 7.5 2 ~ f c _7 2 ~ f',
  '_7 2 % p _7 2 / p 1.234567 2k 1 * p 1 / p 3.456 2.1 % p',
  '3 4 5 | p 2 100 1000007 | p',
  '1 2 3 f c f z p',
  '1 2 r f d f',
  '16i FF p Ai 16o 255 p 10.5 p _255 p 20o 1234 p 17o 3.75 p',
  '2o 10 p 10.5 p 2k 8o 1 3 / p',
  'ABC p',
  '10k 1 3 / p 0.5 p _5 p 0 p _.5 p 5. p 1..2 f',
  '[la 1 + d sa 10 >b] sb 0 sa lb x la p',
  '[[_]P 1 + d 5 >a] sa 0 la x p',
  '65 P 0 P 10 P [abc] P [def] p',
  '65 a p 99 a p 300 a p [xyz] a p',
  '1.50 X p 1.50 Z p [abc] Z p [abc] X p 0 Z p 100 Z p .001 Z p 0.10 Z p 123.450 X p',
  'lz p 1 sa 2 Sa la p La p la p',
  '5 0:a 6 1:a 0;a p 2;a p 1;a p [s]3:a 3;a p',
  '[1p q]x 2p',
  '[[1p q]x 5p]x 6p',
  '[[q]x 7p]x 6p',
  '[q]sa [la x 7p]x 6p',
  '[[[2Q]x 8p]x 9p]x 7p',
  '[[[[2Q]x 4p]x]x 8p]x 7p',
  '[[[3Q]x 8p]x 9p]x 7p',
  '# a comment\n3 p # another\n4 p',
  '99999999999999999999 9999999999999 * p 2 200 ^ p 2 1000 ^ p',
  '16o 2 500 ^ p',
  'I p O p K p 3.9k K p',
  '[9p]sa 1 2!<a 2 1!<a 1 1!=a 1 2!=a 1 2!>a 2 2!>a 2 2=a 1 2<a 2 1<a',
  '[ab\ncd]p [nested [one] two]p',
  '5d*p5d*p [p]sp 5lpx 1_2 f',
  '0v p 2.25v p 16 v p 20k 2v p',
  // Factorials, the greatest common divisor, Fibonacci's numbers.
  '[d1-d1<F*]sF 20 lFx p',
  '[dSa r La % d 0 <g]sg 1071 462 lgx + p',
  '1 1 [dsa + la r d p 500 >f]sf lfx',
  '[ [zero]p ]s0 [ [other]p ]s1 3 d 0=0 d 0!=1',
  'q',
  '1p\n2p q\n3p',
];

const GNU_ONLY = [
  '1 0 / 2 p',
  '+ 1 p +',
  '[abc] [x] + f 1 + f',
  '5 0 % 5 0 ~ 5 3 0 | p _1 v p',
  'Lz sz y 1 ] ( G @ 3 p',
  '1i 37i 1o _1k [x]k [x]i I p',
  '1 2 3 R f',
  '1 2 3 4 3R f _3R f _2R f',
  '1 2 n p f 3 n 4 n',
  '1Q 5p 0Q _1Q [a]Q 6p',
  '[[[1p 1Q 9p]x 5p]x 6p]x 7p',
  '[[1Q 3p]x]x 5p',
  '[2Q 5p]x 6p',
  '1 2=a 1 1=a f 1 2!<a f',
  '5 _1:a 5 [x]:a [x];a',
  '1 [a]<b 1<b f',
  '_65 P _65 a P 258 P 1.9 P',
  'd r c d r x',
  '_ p . p',
  '? p\n7 8',
  '[? 5 p]x 4 p\n7 p',
  '[[1',
];

const BUSYBOX_ONLY = [
  '1 2 3 R f',
  '1 2 n p f',
  '1 0 / 2 p',
  '+ 1 p',
  '[abc] [x] + f',
  '5 0 % p',
  '5 3 0 | p',
  '_1 v p',
  'Lz',
  'y',
  '1i',
  '_1k',
  '5 _1:a',
  '1 2=a 1 1=a f',
  '0Q 5p',
  '1Q 5p',
  '[[[1p 1Q 9p]x 5p]x 6p]x 7p',
];

sideBySide('dc', 'dc', [
  ...[...COMMON, ...GNU_ONLY].map((stdin): Case => ({ command: 'dc', stdin: `${stdin}\n` })),
  "dc -e '1 2 + p' -e 3p --expression=4p",
  { command: "dc -e 'q 1p' -e 2p f", files: { f: '3p q 4p\n' } },
  { command: 'dc f - g', files: { f: '1p\n', g: '3p\n' }, stdin: '2p\n' },
  { command: "dc -f f -e '2p'", files: { f: '1p [a\nb]p\n' }, stdin: '9p\n' },
  { command: 'dc f', files: { f: '? p\n' }, stdin: '7 8\n9\n' },
  'dc nosuch',
  'dc -f nosuch -e 1p',
  "dc -e '[q]x 3p' -e 5p",
  "dc -e '[2Q 4p]x 3p' -e '[3Q 4p]x 3p' -e 5p",
  'dc -V',
  { command: "dc -e '2 200 ^ p 2 90 ^ n 5 n'", env: { DC_LINE_LENGTH: '20' } },
  { command: "dc -e '2 500 ^ p'", env: { DC_LINE_LENGTH: '0' } },
]);

describeDifferential('dc (busybox)', 'busybox', { ask: '? p\n', script: '[a\nb]p 1 2 + p\n' }, [
  ...[...COMMON, ...BUSYBOX_ONLY]
    .filter((script) => !/["'\n]/.test(script))
    .map((script) => ({ lines: `dc -e '${script}'` })),
  { lines: 'echo 5 6 | dc ask' },
  { lines: 'dc script' },
  { lines: 'dc -f script -e 8p' },
  { lines: 'dc nosuch' },
  { lines: 'echo 7p | dc -e 1p -' },
  { lines: 'echo 7p | dc -e 1p' },
  { lines: 'echo 7p | dc' },
]);

describe('dc', () => {
  it('ends what would never end, and goes on', async () => {
    const ours = await runOurs({ command: 'dc', stdin: '[laxp]salax\n5p\n' });
    expect(ours.stderr).toContain('out of memory');
    const large = await runOurs({ command: 'dc', stdin: '9 9 9 ^ ^ 5p\n' });
    expect(large.stderr).toContain('exponent too large');
    expect(large.stdout).toBe('5\n');
  });

  it('runs a loop of any length that calls itself last', async () => {
    const ours = await runOurs({ command: "dc -e '[1+d200000>a]sa 0lax p'" });
    expect(ours).toMatchObject({ code: 0, stdout: '200000\n' });
  });
});
