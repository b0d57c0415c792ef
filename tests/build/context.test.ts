// biome-ignore-all lint/suspicious/noTemplateCurlyInString: words of a Dockerfile look like that
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildError } from '../../src/build/buildError.ts';
import {
  type ContextClient,
  ContextFilter,
  ignoreFileNames,
  withBuildFiles,
} from '../../src/build/context/contextFilter.ts';
import { readIgnoreFile } from '../../src/build/context/ignoreFile.ts';
import { PatternMatcher } from '../../src/build/context/patternMatcher.ts';
import { selectEntries } from '../../src/build/context/selectEntries.ts';

type Tree = { readonly [name: string]: Tree | null };

const TREE: Tree = {
  'a.log': null,
  docs: { 'x.md': null, 'keep.md': null, deep: { 'keep.md': null } },
  src: { 'main.c': null },
};

async function sent(patterns: readonly string[], client: ContextClient, tree: Tree = TREE): Promise<string[]> {
  const out: string[] = [];
  const list = (path: string) => {
    let here: Tree = tree;
    for (const part of path === '' ? [] : path.split('/')) here = here[part] as Tree;
    return Object.entries(here).map(([name, below]) => ({ name, isDirectory: below !== null }));
  };
  for await (const entry of selectEntries({ list }, new ContextFilter(patterns, client))) {
    if (entry.sent) out.push(entry.path + (entry.isDirectory ? '/' : ''));
  }
  return out;
}

describe('readIgnoreFile', () => {
  it('cleans patterns and keeps their lines', () => {
    expect(readIgnoreFile('\ufeff# c\n\n  /a//b/ \n! /c\r\n#x\nd/..\n')).toEqual([
      { pattern: 'a/b', line: 3 },
      { pattern: '!c', line: 4 },
      { pattern: '.', line: 6 },
    ]);
  });

  it('refuses a line of 64 KiB', () => {
    expect(() => readIgnoreFile('x'.repeat(65536))).toThrow(/token too long \(line 1/);
  });
});

describe('BUILD-4 PatternMatcher', () => {
  it.each([
    ['*.log', 'a.log', true],
    ['*.log', 'b/a.log', false],
    ['**/*.log', 'b/a.log', true],
    ['a', 'a/b/c', true],
    ['a/**', 'a', false],
    ['a/**', 'a/b', true],
    ['[a-c]?', 'bx', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['[^a]', '/', true],
    ['a\\d', 'a1', true],
    ['**', 'x/y', true],
    ['?|b', 'bc', true],
    ['?|b', 'b|b', true],
    ['[a]{2}', 'aa', true],
    ['[a]{2}', 'a{2}', false],
    ['[a]{,2}', 'a{,2}', true],
    ['x|y', 'x', false],
  ])('%s on %s', (pattern, path, matched) => {
    expect(new PatternMatcher([pattern]).matchesOrParentMatches(path)).toBe(matched);
  });

  it.each([
    ['[', 'syntax error in pattern'],
    ['a\\', 'syntax error in pattern'],
    ['*[', 'syntax error in pattern'],
    ['!', 'illegal exclusion pattern: "!"'],
  ])('refuses %s', (pattern, message) => {
    expect(() => new PatternMatcher([pattern])).toThrow(message);
  });

  it('a pattern that makes no regular expression fails when it is asked', () => {
    for (const pattern of ['a\\y', 'a*[a', '[a]{2}{3}', '[a]{1001}']) {
      const matcher = new PatternMatcher([pattern]);
      expect(() => matcher.matchesOrParentMatches('b')).toThrow('syntax error in pattern');
    }
  });

  it('hands an exception down only where it took the directory in again', () => {
    const matcher = new PatternMatcher(['dir', '!dir/sub']);
    const dir = matcher.matchesUsingParent('dir', undefined);
    const sub = matcher.matchesUsingParent('dir/sub', dir.info);
    expect([dir.matched, sub.matched]).toEqual([true, false]);
    expect(matcher.matchesUsingParent('dir/sub/x', sub.info).matched).toBe(false);
    expect(matcher.matchesUsingParent('dir/other', dir.info).matched).toBe(true);
  });

  it('names the pattern that decides', () => {
    const matcher = new PatternMatcher(['*', '!a', 'a/b']);
    expect(['x', 'a', 'a/b/c'].map((path) => matcher.decidingPattern(path)?.text)).toEqual(['*', 'a', 'a/b']);
  });
});

describe('BUILD-4 what is sent', () => {
  it.each<[string, string[], ContextClient, string[]]>([
    [
      'nothing is left out',
      [],
      'classic',
      ['a.log', 'docs/', 'docs/x.md', 'docs/keep.md', 'docs/deep/', 'docs/deep/keep.md', 'src/', 'src/main.c'],
    ],
    ['a folder', ['docs'], 'classic', ['a.log', 'src/', 'src/main.c']],
    [
      'an exception below a folder (classic)',
      ['docs', '!docs/keep.md'],
      'classic',
      ['a.log', 'docs/keep.md', 'src/', 'src/main.c'],
    ],
    [
      'an exception below a folder (BuildKit)',
      ['docs', '!docs/keep.md'],
      'buildkit',
      ['a.log', 'docs/', 'docs/keep.md', 'src/', 'src/main.c'],
    ],
    [
      'wildcard exceptions are not looked for by the classic client',
      ['docs', '!**/keep.md'],
      'classic',
      ['a.log', 'src/', 'src/main.c'],
    ],
    [
      'but by BuildKit',
      ['docs', '!**/keep.md'],
      'buildkit',
      ['a.log', 'docs/', 'docs/keep.md', 'docs/deep/', 'docs/deep/keep.md', 'src/', 'src/main.c'],
    ],
  ])('%s', async (_name, patterns, client, expected) => {
    expect(await sent(patterns, client)).toEqual(expected);
  });

  it('the classic client always sends Dockerfile and ignore file', () => {
    expect(withBuildFiles(['*'], 'Dockerfile')).toEqual(['*', '!.dockerignore', '!Dockerfile']);
    expect(withBuildFiles(['x'], undefined)).toEqual(['x']);
  });

  it('an ignore file beside the Dockerfile comes first, for BuildKit', () => {
    expect(ignoreFileNames('d/Dockerfile', 'buildkit')).toEqual(['d/Dockerfile.dockerignore', '.dockerignore']);
    expect(ignoreFileNames('d/Dockerfile', 'classic')).toEqual(['.dockerignore']);
  });
});

describe('BUILD-5 laws and bounds', () => {
  const name = fc.constantFrom('a', 'b', '.x', 'a.log', 'é');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const pattern = fc.array(fc.constantFrom('a', 'b', '*', '**', '?', '/', '!', '[', ']', '^', '-', '\\', '.', 'é'), {
    minLength: 1,
    maxLength: 8,
  });

  it('walking down gives the verdict of looking at the path, where there are no exceptions', () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 4 }), path, (patterns, target) => {
        const matcher = new PatternMatcher(patterns);
        let info: readonly boolean[] | undefined;
        let matched = false;
        const parts = target.split('/');
        for (let depth = 1; depth <= parts.length; depth++) {
          ({ matched, info } = matcher.matchesUsingParent(parts.slice(0, depth).join('/'), info));
        }
        expect(matched).toBe(matcher.matchesOrParentMatches(target));
      }),
    );
  });

  it('any pattern judges any path or is refused', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), path, (patterns, target) => {
        try {
          const text = patterns.map((parts) => parts.join('')).join('\n');
          const matcher = new PatternMatcher(readIgnoreFile(text).map((line) => line.pattern));
          matcher.matchesOrParentMatches(target);
        } catch (error) {
          expect(error).toBeInstanceOf(BuildError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('patterns of many stars take no exponential time', () => {
    const matcher = new PatternMatcher([
      `${'*a'.repeat(60)}*b`,
      `${'**/a/'.repeat(60)}b`,
      `${'[a]{1000}'.repeat(50)}b`,
    ]);
    expect(matcher.matchesOrParentMatches('a'.repeat(250))).toBe(false);
    expect(matcher.matchesOrParentMatches('a/'.repeat(250))).toBe(false);
  });
});
