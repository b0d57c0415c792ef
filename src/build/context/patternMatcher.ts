import { BuildError } from '../buildError.ts';
import { cleanPath } from '../go/path.ts';
import { trimSpace } from '../go/space.ts';
import { IgnorePattern } from './ignorePattern.ts';

/** Which patterns matched a directory, for the entries below it. */
export type MatchInfo = readonly boolean[];

/** Judges paths by the patterns of an ignore file, in their order: the last that matches decides (moby patternmatcher).
 *  Paths are relative, with slashes. */
export class PatternMatcher {
  readonly patterns: readonly IgnorePattern[];
  readonly hasExceptions: boolean;

  /** Throws BuildError `pattern` with the real library's words. */
  constructor(patterns: readonly string[]) {
    this.patterns = patterns.flatMap((text) => parsePattern(text) ?? []);
    this.hasExceptions = this.patterns.some((pattern) => pattern.isException);
  }

  /** Is the path, or a directory above it, left out? */
  matchesOrParentMatches(path: string): boolean {
    const parents = parentsOf(path);
    return this.#decide(path, (pattern) => parents.some((parent) => matchesQuietly(pattern, parent)));
  }

  /** The old way: of the directories above, only the one as deep as the pattern counts. */
  matchesWithOneParent(path: string): boolean {
    const parents = parentsOf(path);
    return this.#decide(path, (pattern) => {
      const parent = parents[pattern.depth - 1];
      return parent !== undefined && matchesQuietly(pattern, parent);
    });
  }

  /** The same in a walk from the top, where each directory hands down what matched it. An exception is handed down only
   *  if it took the directory itself in again. `parent` is undefined at the top. */
  matchesUsingParent(path: string, parent: MatchInfo | undefined): { matched: boolean; info: MatchInfo } {
    let matched = false;
    const info = this.patterns.map((pattern, index) => {
      let match = parent?.[index] ?? false;
      if (!match) {
        // Only a pattern that would change the verdict is tried.
        if (pattern.isException !== matched) return false;
        match = pattern.matches(path);
        if (!match && parent === undefined) match = parentsOf(path).some((above) => matchesQuietly(pattern, above));
      }
      if (match) matched = !pattern.isException;
      return match;
    });
    return { matched, info };
  }

  /** The pattern that decides about a path: its number among `patterns`, or undefined when none matches. */
  decidingPattern(path: string): IgnorePattern | undefined {
    const parents = parentsOf(path);
    let matched = false;
    let deciding: IgnorePattern | undefined;
    for (const pattern of this.patterns) {
      if (pattern.isException !== matched) continue;
      if (![path, ...parents].some((each) => matchesQuietly(pattern, each))) continue;
      matched = !pattern.isException;
      deciding = pattern;
    }
    return deciding;
  }

  #decide(path: string, parentMatches: (pattern: IgnorePattern) => boolean): boolean {
    let matched = false;
    for (const pattern of this.patterns) {
      if (pattern.isException !== matched) continue;
      if (pattern.matches(path) || parentMatches(pattern)) matched = !pattern.isException;
    }
    return matched;
  }
}

function parsePattern(text: string): IgnorePattern | undefined {
  const trimmed = trimSpace(text);
  if (trimmed === '') return undefined;
  const clean = cleanPath(trimmed);
  const isException = clean.startsWith('!');
  if (isException && clean.length === 1) throw new BuildError('pattern', 'illegal exclusion pattern: "!"');
  return new IgnorePattern(isException ? clean.slice(1) : clean, { isException });
}

// The directories above, from the top. A path right at the top has none.
function parentsOf(path: string): string[] {
  const parent = cleanPath(path.slice(0, path.lastIndexOf('/') + 1));
  if (parent === '.') return [];
  const parts = parent.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function matchesQuietly(pattern: IgnorePattern, path: string): boolean {
  try {
    return pattern.matches(path);
  } catch {
    return false;
  }
}
