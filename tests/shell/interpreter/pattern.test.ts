import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charactersOf, compilePattern, escapePattern } from '../../../src/shell/interpreter/expansion/pattern.ts';

const GROUPS = { hasGroups: true, ignoresCase: false };

/** The definition, tried out: exponential, for short texts. */
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first, rest] = [pattern[0] as string, pattern.slice(1)];
  if (first === '*') return naive(rest, text) || (text !== '' && naive(pattern, text.slice(1)));
  if (text === '') return false;
  if (first === '?') return naive(rest, text.slice(1));
  return first === text[0] && naive(rest, text.slice(1));
}

const simplePattern = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 7 }).map((list) => list.join(''));
const shortText = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((list) => list.join(''));

describe('SHELL-3 patterns', () => {
  it('match what the definition says', () => {
    fc.assert(
      fc.property(simplePattern, shortText, (pattern, text) => {
        expect(compilePattern(pattern).matches(text)).toBe(naive(pattern, text));
      }),
    );
  });

  it('find the shortest and longest matches at both ends', () => {
    fc.assert(
      fc.property(simplePattern, shortText, (source, text) => {
        const pattern = compilePattern(source);
        const ends = [...text, ''].map((_, i) => i).filter((i) => naive(source, text.slice(0, i)));
        expect(pattern.prefixEnd(text, false)).toBe(ends[0] ?? -1);
        expect(pattern.prefixEnd(text, true)).toBe(ends.at(-1) ?? -1);
        const starts = [...text, ''].map((_, i) => i).filter((i) => naive(source, text.slice(i)));
        expect(pattern.suffixStart(text, true)).toBe(starts[0] ?? -1);
        expect(pattern.suffixStart(text, false)).toBe(starts.at(-1) ?? -1);
      }),
    );
  });

  it('mean literally what is escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(compilePattern(escapePattern(text), GROUPS).matches(text)).toBe(true);
        expect(compilePattern(escapePattern(text), GROUPS).literal).toBe(text);
      }),
    );
  });

  it.each([
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[]x]', ']', true],
    ['[[:digit:][:upper:]]', 'Q', true],
    ['[a', '[a', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['@(a|b)c', 'bc', true],
    ['*(ab)', 'ababab', true],
    ['+(ab)', '', false],
    ['?(x)y', 'y', true],
    ['!(foo)', 'bar', true],
    ['!(foo)', 'foo', false],
    ['*.!(c|h)', 'a.cc', true],
    ['a@(b|@(c|d)e)f', 'adef', true],
    ['?', '😀', true],
    ['??', 'é', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(compilePattern(pattern, GROUPS).matches(text)).toBe(expected);
  });

  it('take no longer for patterns that make others go back and forth', () => {
    const text = 'a'.repeat(20_000);
    expect(compilePattern(`${'*a'.repeat(30)}*b`).matches(text)).toBe(false);
    expect(compilePattern('*(*(a)|aa)b', GROUPS).matches('a'.repeat(1000))).toBe(false);
    expect(compilePattern('*x').prefixEnd(charactersOf(text), true)).toBe(-1);
  });
});
