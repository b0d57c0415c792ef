import { sideBySide } from './sideBySide.ts';

const files = {
  t: 'a bb ccc\ndddd e f\nx y\n',
  colon: 'root:x:0\nnobody:y:65534\n',
  l: 'alpha\nbeta\ngamma\ndelta\nepsilon\nzeta\n',
  df: 'Name Size\nfile1 1024\nfile2 2000000\n',
  p: 'The quick brown fox jumps over the lazy dog and then it goes on to do other things.\nShort line.\n\n  Indented text that is also rather long, so that it has to be broken somewhere near its end.\n',
};
const all = (commands: readonly string[], stdin = '1000\n2048\n') =>
  commands.map((command) => ({ command, files, stdin }));

sideBySide(
  'column',
  'column',
  all([
    'column -t t',
    'column -t -s : colon',
    'column -t -s : -o " | " colon',
    'column l',
    'column -c 40 l',
    'column -x -c 40 l',
    'column -t -N A,B,C t',
    'column nothere',
  ]).map((test) => ({ ...test, errors: 'ignored' as const })),
);
sideBySide(
  'envsubst',
  'envsubst',
  all(['envsubst', "envsubst '$HOME'"], 'home ${HOME} and $HOME, $NOPE-${NOPE}x $1 ${ $\n'),
);
sideBySide('iconv', 'iconv', [
  ...all(
    [
      'iconv -f latin1 -t utf-8',
      'iconv -f utf-8 -t latin1',
      'iconv -t utf-16le',
      'iconv -t ascii//TRANSLIT',
      'iconv -f utf-8 -t ascii -c',
      'iconv -f nope -t utf-8',
    ],
    'plain\n',
  ).map((test) => ({ ...test, errors: 'ignored' as const })),
  ...all(['iconv -f utf-8 -t latin1', 'iconv -f utf-8 -t ascii', 'iconv -c -t ascii'], 'äö\n'),
]);
sideBySide(
  'numfmt',
  'numfmt',
  all([
    'numfmt --to=iec',
    'numfmt --to=si 1500 999 1000000',
    'numfmt --from=iec 1K 2M',
    'numfmt --from=si 1K',
    'numfmt --to=iec-i 2048',
    'numfmt 1K',
    'numfmt abc',
    'numfmt --padding=10 5',
    'numfmt --to=iec --suffix=B 1048576',
    'numfmt --to=iec --format=%.2f 1500',
    'numfmt --from=auto 1Ki 1K',
    'numfmt --to=si --round=down 1999',
    'numfmt --to=iec 1023 1024 1025 10240 1048575',
    'numfmt -d , --field=2 --to=si 1,2000,3',
    'numfmt --from-unit=1024 5',
    'numfmt 1.5',
    'numfmt --to=foo 1',
  ]).map((test) => ({ ...test, errors: 'ignored' as const })),
);
sideBySide(
  'numfmt of fields',
  'numfmt',
  all(['numfmt --header --field=2 --to=iec', 'numfmt --header --field 2 --to=si'], files.df),
);
sideBySide(
  'fmt',
  'fmt',
  all(['fmt p', 'fmt -w 40 p', 'fmt -s -w 40 p', 'fmt -u p', 'fmt nothere', 'fmt -w x', 'fmt -30 p']),
);
