import { sideBySide } from './sideBySide.ts';

const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n';
const unified =
  '--- a\n+++ a\n@@ -1,4 +1,4 @@\n one\n-two\n+2\n three\n four\n@@ -8,3 +8,4 @@\n eight\n nine\n ten\n+eleven\n';
const files = {
  a: base,
  moved: `zero\nzero\n${base}`,
  fuzzy: base.replace('one\n', 'uno\n'),
  wrong: 'x\ny\nz\n',
  done: base.replace('two', '2').replace('ten\n', 'ten\neleven\n'),
  nonl: 'x\ny',
  u: unified,
  deep: '--- x/src/f\n+++ y/src/f\n@@ -1 +1 @@\n-old\n+new\n',
  'src/f': 'old\n',
  made: '--- /dev/null\n+++ b/dir/new\n@@ -0,0 +1,2 @@\n+x\n+y\n',
  gone: '--- a/src/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n',
  normal: '2c2\n< two\n---\n> 2\n10a11\n> eleven\n',
  context:
    '*** a\n--- a\n***************\n*** 1,4 ****\n  one\n! two\n  three\n  four\n--- 1,4 ----\n  one\n! 2\n  three\n  four\n',
  end: '--- nonl\n+++ nonl\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+z\n',
  broken: '--- a\n+++ a\n@@ -1,4 +1,4 @@\n one\n-two\n',
};
const outputs = [
  'a',
  'moved',
  'fuzzy',
  'wrong',
  'done',
  'nonl',
  'src/f',
  'dir/new',
  'a.orig',
  'moved.orig',
  'fuzzy.orig',
  'o',
  'a.bak',
];

sideBySide(
  'patch',
  'patch',
  [
    'patch -i u',
    'patch a u',
    'patch moved u',
    'patch fuzzy u',
    'patch --dry-run -i u',
    'patch -R done u',
    'patch -p1 -i deep',
    'patch -p0 -i deep src/f',
    'patch -p1 -i made',
    'patch -p1 -i gone',
    'patch a normal',
    'patch -i context',
    'patch -i end',
    'patch -s -i u',
    'patch -b -i u',
    'patch -o o -i u',
    'patch -i nothere',
    'patch -b -z .bak -i u',
    'patch --verbose -s a u',
    'patch -F0 fuzzy u',
    'patch -N done u',
    'patch -t done u',
  ].map((command) => ({ command, files, outputs, errors: 'ignored' as const })),
  /2\.7\.6/,
);
