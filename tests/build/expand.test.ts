// biome-ignore-all lint/suspicious/noTemplateCurlyInString: words of a Dockerfile look like that
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildError } from '../../src/build/buildError.ts';
import { VariableMap } from '../../src/build/expand/environment.ts';
import { expandWord, expandWords, MAX_EXPANSION_LENGTH } from '../../src/build/expand/lexer.ts';
import { codePoints, parseValuePattern, ValueMatcher } from '../../src/build/expand/valuePattern.ts';

const VARIABLES = new VariableMap([
  ['A', '1'],
  ['B', 'two words'],
  ['EMPTY', ''],
  ['P', '/usr/local/file.tar.gz'],
  ['LINES', 'one\ntwo'],
]);

function expand(word: string, options: { escape?: '\\' | '`'; keepUnset?: boolean } = {}): string {
  return expandWord(word, VARIABLES, { escape: '\\', ...options }).text;
}

describe('BUILD-2 expandWord', () => {
  it.each([
    ['$A${A}x', '11x'],
    ['\'$A\'"$A"', '$A1'],
    ['\\$A', '$A'],
    ['😀$A"😀"', '😀1😀'],
    ['${N:-d}${EMPTY:-d}${EMPTY-d}', 'dd'],
    ['${A:+x}${EMPTY:+x}${EMPTY+x}', 'xx'],
    ['${P#*/}', 'usr/local/file.tar.gz'],
    ['${P##*/}', 'file.tar.gz'],
    ['${P%.*}', '/usr/local/file.tar'],
    ['${P%%.*}', '/usr/local/file'],
    ['${P/l/L}', '/usr/Local/file.tar.gz'],
    ['${P//l/L}', '/usr/LocaL/fiLe.tar.gz'],
    ['${P//\\//_}', '_usr_local_file.tar.gz'],
    ["${A//1/'$0$0'}", '11'],
    ['${LINES#*}', 'one\ntwo'],
    ['${LINES##*}', '\ntwo'],
    ['${LINES%%*}', 'one\n'],
    ['${EMPTY//x/y}', ''],
    ['${A///-}', '-1-'],
    ['$', '$'],
    ['$A_B', ''],
    ['$1$@', ''],
  ])('%s', (word, text) => {
    expect(expand(word)).toBe(text);
  });

  it.each([
    ['${N:?gone}', 'N: gone'],
    ['${N?}', 'N: is not allowed to be unset'],
    ['${EMPTY:?}', 'EMPTY: is not allowed to be empty'],
    ['${A:=x}', 'unsupported modifier (:=) in substitution'],
    ['${A', 'unsupported modifier (\ufffd) in substitution'],
    ['${}', 'syntax error: bad substitution'],
    ['"x', 'unexpected end of statement while looking for matching double-quote'],
    ['${P/x}', "syntax error: missing '/' in ${}"],
    ['${P#\\a}', "invalid pattern (\\a) in substitution: invalid escape '\\a'"],
  ])('refuses %s', (word, message) => {
    expect(() => expand(word)).toThrow(`failed to process ${JSON.stringify(word)}: ${message}`);
  });

  it('obeys the escape directive', () => {
    expect(expand('`$A \\$A', { escape: '`' })).toBe('$A \\1');
  });

  it('tells which variables were found', () => {
    const { matched, unmatched } = expandWord('$A ${N:-$M}', VARIABLES, { escape: '\\' });
    expect([[...matched], [...unmatched].sort()]).toEqual([['A'], ['M', 'N']]);
  });

  it('can leave unset variables as they are', () => {
    expect(expand('$N ${N} ${N:-x} ${N/a/b} $A', { keepUnset: true })).toBe('$N ${N} ${N:-x} ${N/a/b} 1');
  });

  it('names differ by more than case on Windows', () => {
    const variables = new VariableMap([['Path', 'x']], { ignoreCase: true });
    expect(expandWord('$PATH', variables, { escape: '`' }).text).toBe('x');
  });
});

describe('BUILD-2 expandWords', () => {
  it.each([
    ['a "b c" $B', ['a', 'b c', 'two', 'words']],
    ['"$B"x', ['two wordsx']],
    ['a\\ b', ['a b']],
    ["''", []],
    ['😀 "é 😀"', ['😀', 'é 😀']],
    ['<< E x', ['<< E', 'x']],
    ['lost${A:-x}y', ['1y']],
  ])('%s', (text, words) => {
    expect(expandWords(text, VARIABLES, { escape: '\\' })).toEqual(words);
  });
});

describe('BUILD-2 laws', () => {
  const word = fc
    .array(
      fc.constantFrom(
        '$',
        '{',
        '}',
        'A',
        'B',
        ':',
        '-',
        '+',
        '?',
        '#',
        '%',
        '/',
        '*',
        '\\',
        '"',
        "'",
        '`',
        ' ',
        'é',
        '<',
      ),
      {
        maxLength: 30,
      },
    )
    .map((parts) => parts.join(''));

  it('any word expands or is refused with a reason', () => {
    fc.assert(
      fc.property(word, (text) => {
        for (const run of [() => expand(text), () => expandWords(text, VARIABLES, { escape: '`' })]) {
          try {
            run();
          } catch (error) {
            expect(error).toBeInstanceOf(BuildError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a text without special characters stays as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9 .:/_-]*$/), (text) => {
        expect(expand(text)).toBe(text);
        expect(expandWords(text, VARIABLES, { escape: '\\' })).toEqual(text.split(' ').filter((part) => part !== ''));
      }),
    );
  });

  it('patterns match as regular expressions do', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '\n', 'é', '😀'), { maxLength: 12 }).map((parts) => parts.join(''));
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '?', '*', 'é', '\n'), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, pattern, fc.boolean(), (value, source, greedy) => {
        const star = greedy ? '[^\\n]*' : '[^\\n]*?';
        const exact = new RegExp([...source].map((c) => (c === '*' ? star : c === '?' ? '[^\\n]' : c)).join(''), 'uy');
        const matcher = new ValueMatcher(codePoints(value), parseValuePattern(source, { greedy }));
        const found = exact.exec(value);
        const end = found === null ? -1 : [...found[0]].length;
        expect(matcher.endOfMatchAt(0)).toBe(end);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('BUILD-5 bounds', () => {
  it('patterns of many stars take no exponential time', () => {
    const variables = new VariableMap([['X', 'a'.repeat(20_000)]]);
    const pattern = `${'*a'.repeat(40)}b`;
    expect(expandWord(`\${X#${pattern}}`, variables, { escape: '\\' }).text).toHaveLength(20_000);
    expect(expandWord(`\${X//${pattern}/y}`, variables, { escape: '\\' }).text).toHaveLength(20_000);
  });

  it.each([
    ['deep nesting', '${N:-'.repeat(20_000), /nested deeper/],
    ['long results', '${X}'.repeat(5), /longer than/],
    ['long replacements', '${X//a/$X}', /longer than/],
  ])('%s are refused', (_name, word, reason) => {
    const variables = new VariableMap([['X', 'a'.repeat(MAX_EXPANSION_LENGTH / 4)]]);
    expect(() => expandWord(word, variables, { escape: '\\' })).toThrow(reason);
  });
});
