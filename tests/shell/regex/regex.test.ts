import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Regex, type RegexOptions } from '../../../src/shell/regex/regex.ts';
import { RegexError } from '../../../src/shell/regex/regexError.ts';

const exec = (source: string, text: string, options: Partial<RegexOptions> = {}) => {
  const slots = new Regex(source, { syntax: 'extended', ...options }).exec(text);
  return slots && [...slots];
};

describe('POSIX expressions', () => {
  it.each<[string, string, number[] | undefined]>([
    ['a|ab', 'xab', [1, 3]],
    ['a?(ab)?', 'ab', [0, 2, 0, 2]],
    ['^(.*)foo(x?)$', 'abfoox', [0, 6, 0, 2, 5, 6]],
    ['\\<w+\\>', 'a ww', [2, 4]],
    ['x{2,3}', 'axxxx', [1, 4]],
    ['[[:alpha:]_]+', '1 b_', [2, 4]],
    ['a{1', 'a{1', [0, 3]],
    ['b', 'a', undefined],
    ['.', '😀', [0, 2]],
    ['[😀-😂]', 'a😁', [1, 3]],
  ])('%s on %j: the leftmost, the longest', (source, text, expected) => {
    expect(exec(source, text)).toEqual(expected);
  });

  it.each([
    ['(', 'openParen'],
    [')', 'closeParen'],
    ['[a', 'brackets'],
    ['[b-a]', 'rangeEnd'],
    ['[[:x:]]', 'className'],
    ['*', 'repeat'],
    ['a\\', 'trailingBackslash'],
    ['a{3,1}', 'interval'],
    ['(((a{999}){999}){999})', 'tooBig'],
  ])('%s is refused: %s', (source, code) => {
    expect(() => new Regex(source, { syntax: 'extended' })).toThrowError(expect.objectContaining({ code }));
  });

  it('takes time linear in the text where trying would take for ever', () => {
    const text = 'x'.repeat(100_000);
    expect(exec('(x+x+)+y', text)).toBeUndefined();
    expect(exec('(x*)*(x*)*(x*)*y|z', `${text}z`)).toEqual([100_000, 100_001, -1, -1, -1, -1, -1, -1]);
    expect(exec('a.*z|b', `${'a'.repeat(100_000)}b`)).toEqual([100_000, 100_001]);
  });

  it('finds what the platform finds, where both say the same', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a)', '(ab)', 'c');
    const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?')).map(([one, times]) => one + times);
    const source = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    fc.assert(
      fc.property(source, text, (pattern, subject) => {
        const ours = new Regex(pattern, { syntax: 'extended' }).find(subject);
        const theirs = new RegExp(pattern, 's').exec(subject);
        expect(ours?.start).toBe(theirs?.index);
        if (ours && theirs) expect(ours.end).toBeGreaterThanOrEqual(theirs.index + theirs[0].length);
      }),
    );
  });
});

describe('Perl expressions', () => {
  it.each<[string, string, number[] | undefined]>([
    ['(?<=foo)bar\\d+?', 'foobar12', [3, 7]],
    ['foo\\Kbar', 'foobar', [3, 6]],
    ['(?i)AB(?=c)', 'abc', [0, 2]],
    ['^(\\w+) \\1$', 'ab ab', [0, 5, 0, 2]],
    ['a++b', 'aab', [0, 3]],
    ['a(?!b)', 'abac', [2, 3]],
    ['\\Qa.b\\E', 'axb a.b', [4, 7]],
  ])('%s on %j', (source, text, expected) => {
    expect(exec(source, text, { syntax: 'perl' })).toEqual(expected);
  });

  it('gives up after so many steps', () => {
    expect(() => exec('^(a+)+\\1[xz]\\1$', `${'a'.repeat(60)}x`, { syntax: 'perl' })).toThrowError(RegexError);
  });
});
