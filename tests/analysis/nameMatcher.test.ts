import { describe, expect, it } from 'vitest';
import { compileNameMatcher } from '../../src/analysis/nameMatcher.ts';
import { entryAt, pathNames } from '../../src/analysis/biography.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import { file, layer } from './layers.ts';

const cases: readonly [string, string, boolean][] = [
  // text, path, whether it matches
  ['sh', 'bin/bash', true],
  ['SH', 'bin/bash', true],
  ['bin', 'bin/bash', false],
  ['n/ba', 'bin/bash', true],
  ['/bin', 'usr/bin', true],
  ['ÉT', 'été', true],
  ['*.so', 'usr/lib/libc.so', true],
  ['*.so', 'usr/lib/libc.so.6', false],
  ['lib?.so', 'usr/lib/libc.so', true],
  ['lib[a-c].so', 'usr/lib/libc.so', true],
  ['lib[!a-c].so', 'usr/lib/libc.so', false],
  ['[', 'x/[', true],
  ['[]]', 'x/]', true],
  ['usr/*', 'usr/lib', true],
  ['usr/*', 'usr/lib/libc.so', false],
  ['usr/**', 'usr/lib/libc.so', true],
  ['**/libc*', 'usr/lib/libc.so', true],
  ['**/libc*', 'libc.so', true],
  ['usr/**/libc.so', 'usr/libc.so', true],
  ['/usr/l?b', 'usr/lib', true],
  ['**', 'a/b', true],
  ['?', 'é', true],
  ['\\*', 'x/*', true],
  ['\\*', 'x/y', false],
  ['a*a*a*a*a*a*b', `x/${'a'.repeat(200)}`, false],
];

describe('compileNameMatcher', () => {
  it.each(cases)('%s of %s: %s', (text, path, expected) => {
    const { tree } = layer(file(path, 'x'));
    const entry = entryAt(tree, pathNames(path));
    expect(entry).toBeGreaterThan(0);
    expect(compileNameMatcher(text)?.matches(tree, entry)).toBe(expected);
  });

  it('asks for everything with an empty text', () => {
    expect(compileNameMatcher('  ')).toBeUndefined();
  });

  it('finds names that are not UTF-8', () => {
    const odd = 'caf\udce9';
    const { tree } = layer(file(odd, 'x'));
    expect(encodeName(odd)).toEqual(Uint8Array.of(0x63, 0x61, 0x66, 0xe9));
    expect(compileNameMatcher('caf?')?.matches(tree, 1)).toBe(true);
    expect(compileNameMatcher('caf')?.matches(tree, 1)).toBe(true);
  });
});
