import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffLines } from '../../../src/shell/utilities/lineDiff.ts';
import { sideBySide } from './sideBySide.ts';

const files = {
  a: 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n',
  b: 'one\n2\nthree\nfour\nfive\nsix\nseven\nnine\nten\neleven\n',
  c: 'ONE\ntwo  x\n\nthree\n',
  d: 'one\ntwo x\nthree\n',
  e1: 'x\ny',
  e2: 'x\ny\n',
  empty: '',
  bin: 'a\0b',
  'l/same': 's\n',
  'r/same': 's\n',
  'l/mod': '1\n2\n',
  'r/mod': '1\n3\n',
  'l/only': 'x\n',
  'r/new': 'n\n',
  'l/sub/deep': 'd\n',
  'r/sub/deep': 'D\n',
  'l/kind': 'f\n',
  'r/kind/x': '',
  'l/dir/x': 'in\n',
  f1: 'int main(void)\n{\n  a;\n  b;\n  c;\n  d;\n  e;\n  f;\n  g;\n}\n',
  f2: 'int main(void)\n{\n  a;\n  b;\n  c;\n  d;\n  e;\n  F;\n  g;\n}\n',
  m1: 'a\nb\nc\na\nb\nb\na\n',
  m2: 'c\nb\na\nb\na\nc\n',
  r1: 'x\n{\n}\n\ny\n{\n}\n',
  r2: 'x\n{\n}\n\nz\n{\n}\n\ny\n{\n}\n',
};
const labelled = (style: string, from: string, to: string) =>
  `diff ${style} --label ${from} --label ${to} ${from} ${to}`;

sideBySide(
  'diff',
  'diff',
  [
    'diff a b',
    'diff a a',
    'diff b a',
    'diff -q a b',
    'diff -s a a',
    'diff -i c d',
    'diff -b c d',
    'diff -w c d',
    'diff -B c d',
    'diff -ibB c d',
    'diff e1 e2',
    'diff e2 e1',
    'diff empty a',
    'diff a empty',
    'diff bin a',
    'diff bin bin',
    'diff -e a b',
    'diff a',
    'diff',
    'diff a b c',
    'diff nothere a',
    'diff a nothere',
    'diff nothere gone',
    'diff a l',
    'diff l a',
    'diff l r',
    'diff -r l r',
    'diff -rq l r',
    'diff -x mod l r',
    'diff --bogus a b',
    'diff - a',
    'diff a -',
    'diff m1 m2',
    'diff r1 r2',
    'diff -y a b',
    'diff -y -W 40 a b',
    'diff -y --suppress-common-lines a b',
    'diff -y --left-column a b',
    'diff -U x a b',
    'diff -sr l l',
    ...['-u', '-c', '-U1', '-U0', '-C1', '--unified=2', '-up', '-cp'].flatMap((style) => [
      labelled(style, 'a', 'b'),
      labelled(style, 'b', 'a'),
      labelled(style, 'e1', 'e2'),
      labelled(style, 'empty', 'a'),
      labelled(style, 'f1', 'f2'),
      labelled(style, 'm1', 'm2'),
      labelled(style, 'r1', 'r2'),
    ]),
  ].map((command) => ({ command, files, stdin: 'one\ntwo\n' })),
  /3\.8/,
);

it('changes turn one list of lines into the other, and are as few as can be', () => {
  const lines = fc.array(fc.nat({ max: 4 }), { maxLength: 30 });
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const changes = diffLines(Int32Array.from(a), Int32Array.from(b));
      const out: number[] = [];
      let at = 0;
      let edits = 0;
      for (const { aStart, aEnd, bStart, bEnd } of changes) {
        out.push(...a.slice(at, aStart), ...b.slice(bStart, bEnd));
        at = aEnd;
        edits += aEnd - aStart + bEnd - bStart;
      }
      out.push(...a.slice(at));
      expect(out).toEqual(b);
      expect(edits).toBe(a.length + b.length - 2 * commonLength(a, b));
    }),
  );
});

function commonLength(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const item of a) {
    const next = [0];
    for (const [j, other] of b.entries())
      next.push(item === other ? (row[j] as number) + 1 : Math.max(row[j + 1] as number, next[j] as number));
    row = next;
  }
  return row[b.length] as number;
}
