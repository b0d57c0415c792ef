import { sideBySide } from './sideBySide.ts';

const files = {
  a: 'one\ntwo\nthree\n',
  b: '1\n2\n',
  s1: 'a 1\nb 2\nc 3\nc 4\n',
  s2: 'b x\nc y\nd z\n',
  un: 'b\na\n',
  csv1: 'k,v\na,1\nb,2\n',
  csv2: 'k,w\na,x\nc,y\n',
  sec: 'x\n\\:\\:\\:\nhead\n\\:\\:\nbody\n\n\nmore\n\\:\nfoot\n',
  long: `${'word and '.repeat(20)}end\n\ttab\there\n`,
  empty: '',
  nonl: 'x\ny',
  lines: Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join(''),
};
const all = (commands: readonly string[], stdin: string | Uint8Array = 'in put\nmore\n') =>
  commands.map((command) => ({ command, files, stdin }));
const BYTES = Uint8Array.from({ length: 300 }, (_, i) => (i < 40 ? 0 : (i * 7) & 0xff));

sideBySide(
  'od',
  'od',
  all(
    [
      'od',
      'od -c',
      'od -x',
      'od -An -tx1',
      'od -t x1z',
      'od -A d -t u1',
      'od -t o1 -t c',
      'od -tx4',
      'od -td2',
      'od -td8',
      'od -tf4',
      'od -a',
      'od -b',
      'od -N 10',
      'od -j 5 -N 3 -c',
      'od -v',
      'od -w8 -tx1',
      'od -A x -tx2',
      'od -tx1c',
      'od nothere',
      'od -A q',
      'od -t q',
      'od empty',
      'od -An -tu4 -N4',
      'od -i',
      'od -tu8',
    ],
    BYTES,
  ),
);
sideBySide(
  'xxd',
  'xxd',
  all(
    [
      'xxd',
      'xxd -p',
      'xxd -b -l 12',
      'xxd -c 8',
      'xxd -g 1',
      'xxd -u',
      'xxd -i a',
      'xxd -i',
      'xxd -l 20 -s 3',
      'xxd empty',
    ],
    BYTES,
  ),
);
sideBySide('xxd -r', 'xxd', [
  ...all(['xxd -r'], '00000000: 6865 6c6c 6f0a  hello.\n00000010: 41\n'),
  ...all(['xxd -r -p', 'xxd -p -r'], '68656c6c6f\n0a\n'),
]);
sideBySide(
  'hexdump',
  'hexdump',
  all(
    [
      'hexdump',
      'hexdump -C',
      'hexdump -c',
      'hexdump -b',
      'hexdump -d',
      'hexdump -o',
      'hexdump -x',
      'hexdump -n 20 -C',
      'hexdump -s 5 -C a',
      'hexdump -v',
      'hexdump empty',
      'hd',
    ],
    BYTES,
  ),
);
sideBySide('rev', 'rev', all(['rev', 'rev a b', 'rev nothere', 'rev nonl']));
sideBySide(
  'fold',
  'fold',
  all([
    'fold -w 10 long',
    'fold -sw 20 long',
    'fold long',
    'fold -b -w 7 long',
    'fold -5 a',
    'fold -w 0 a',
    'fold nonl',
    'fold nothere',
    'fold -s -w 3 a',
  ]),
);
sideBySide(
  'expand',
  'expand',
  all(
    [
      'expand',
      'expand -t 4',
      'expand -i',
      'expand -t 2,6,20',
      'expand -t x',
      'expand -4',
      'expand long',
      'expand nothere',
      'expand -t 0',
    ],
    '\ta\tb\n  \tc\n1234567\t8\n',
  ),
);
sideBySide(
  'unexpand',
  'unexpand',
  all(
    ['unexpand', 'unexpand -a', 'unexpand -t 4', 'unexpand --first-only -a', 'unexpand nothere'],
    '        a       b\n    c   d\n  \tx\n',
  ),
);
sideBySide(
  'nl',
  'nl',
  all([
    'nl a',
    'nl -ba sec',
    'nl sec',
    'nl -ha -fa sec',
    'nl -n ln a',
    'nl -n rz -w 3 a',
    'nl -s ". " a',
    'nl -v 10 -i 5 a',
    'nl -b pt a',
    'nl -b n a',
    'nl nothere',
    'nl -l 2 -ba sec',
    'nl -p sec',
    'nl -w x a',
    'nl -b q a',
    'nl -d ab sec',
    'nl - a',
  ]),
);
sideBySide(
  'paste',
  'paste',
  all([
    'paste a b',
    'paste -d, a b',
    'paste -s a b',
    'paste -sd, a',
    'paste - -',
    'paste -d ab a b a',
    'paste a nothere',
    'paste',
    "paste -d '\\n' a b",
    "paste -d '\\0' a b",
    'paste -s -d+ nonl',
    'paste a -',
    'paste -d "" a b',
  ]),
);
sideBySide(
  'comm',
  'comm',
  all([
    'comm a a',
    'comm s1 s2',
    'comm -12 s1 s1',
    'comm -3 s1 s2',
    'comm -23 s1 s2',
    'comm un s1',
    'comm --total s1 s2',
    'comm a',
    'comm',
    'comm nothere a',
    'comm --output-delimiter=, s1 s2',
    'comm a b c',
    'comm -1 b -',
    'comm --nocheck-order un s1',
    'comm --check-order un un',
  ]),
);
sideBySide(
  'join',
  'join',
  all([
    'join s1 s2',
    'join -a 1 s1 s2',
    'join -a 1 -a 2 s1 s2',
    'join -v 1 s1 s2',
    'join -v 2 s1 s2',
    'join -t , csv1 csv2',
    'join -t , --header csv1 csv2',
    'join -1 2 -2 1 s1 s2',
    'join -o 1.1,2.2,1.2 s1 s2',
    'join -o 0,1.2,2.2 -e NONE -a 1 s1 s2',
    'join s1',
    'join s1 nothere',
    'join -o auto -a1 -a2 -e - s1 s2',
    'join -j 1 s1 s2',
    'join -i s1 s2',
    'join -o 9 s1 s2',
    'join -1 0 s1 s2',
    'join -o 3.1 s1 s2',
  ]),
);
sideBySide(
  'split',
  'split',
  all([
    'split -l 10 lines',
    'split -b 100 lines',
    'split -n 3 lines',
    'split -n l/3 lines',
    'split -n 2/3 lines',
    'split -n r/2 a',
    'split -d -l 10 lines',
    'split -l 10 lines part',
    'split -l 10 --additional-suffix=.txt lines',
    'split -a 3 -l 10 lines',
    'split -C 50 lines',
    'split -10 lines',
    'split --verbose -l 20 lines',
    'split nothere',
    'split -l x a',
    'split -a 1 -l 1 lines',
    'split --numeric-suffixes=5 -l 10 lines',
    'split -x -l 10 lines',
    'split -l 1 -b 1 a',
    'split',
    'split empty',
  ]).map((test) => ({
    ...test,
    outputs: ['xaa', 'xab', 'xac', 'xad', 'x00', 'x02', 'x05', 'partaa', 'xaa.txt', 'xaaa', 'xa', 'xb'],
  })),
);
sideBySide('tsort', 'tsort', [
  ...all(['tsort'], 'a b\nb c\na d\nd c\n'),
  ...all(['tsort'], 'a b c\n'),
  ...all(['tsort'], 'a a b b\n'),
  ...all(['tsort nothere', 'tsort a b']),
]);
sideBySide('factor', 'factor', [
  ...all([
    'factor 12 97 1 0 2',
    'factor 18446744073709551557',
    'factor 1000000016000000063',
    'factor x',
    'factor -- -5',
  ]),
  ...all(['factor'], '10 20\n30\n'),
]);
sideBySide(
  'strings',
  'strings',
  all(
    [
      'strings',
      'strings -n 2',
      'strings -t x',
      'strings -2',
      'strings -f -n 3 a',
      'strings nothere',
      'strings -t d -n 5',
    ],
    'abc\x00hello world\x01hi\x02there\x7fxyzw\n\tq\n',
  ),
);
sideBySide(
  'shuf',
  'shuf',
  all([
    'shuf -n 0 a',
    'shuf -i 5-5',
    'shuf -e x',
    'shuf -n x a',
    'shuf -i 5-1',
    'shuf nothere',
    'shuf empty',
    'shuf a b',
  ]),
);
