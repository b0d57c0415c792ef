import type { FileSet, SourceFile } from '../classic/contextFiles.ts';
import { type MatchInfo, PatternMatcher } from './patternMatcher.ts';

/** Which files below a source are copied: patterns relative to it. */
export interface CopyPatterns {
  /** None: all of them. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** Something below a copied directory. Directories that are not taken themselves are told all the same, where
 *  something below them may be. */
export interface Visited {
  readonly file: SourceFile;
  /** To the copied directory. */
  readonly relative: string;
  readonly isTaken: boolean;
}

interface Verdict {
  readonly included: MatchInfo | undefined;
  readonly excluded: MatchInfo | undefined;
}

/** Walks what lies below a directory, a directory before what is in it, and judges it by the patterns, each directory
 *  handing down what matched it (tonistiigi/fsutil copy). Throws BuildError `pattern`. */
export function* visitBelow(files: FileSet, directory: SourceFile, patterns: CopyPatterns): Generator<Visited> {
  const includes = matcherOf(patterns.includes);
  const excludes = matcherOf(patterns.excludes);
  const prefix = directory.path === '' ? 0 : directory.path.length + 1;
  const verdicts = new Map<string, Verdict>();
  let skipped: string | undefined;
  for (const file of files.below(directory.path)) {
    const relative = file.path.slice(prefix);
    if (skipped !== undefined && relative.startsWith(skipped)) continue;
    skipped = undefined;
    if (!includes && !excludes) {
      yield { file, relative, isTaken: true };
      continue;
    }
    const above = verdicts.get(relative.slice(0, Math.max(0, relative.lastIndexOf('/'))));
    const included = includes?.matchesUsingParent(relative, above?.included);
    const excluded = excludes?.matchesUsingParent(relative, above?.excluded);
    const isExcluded = excluded?.matched ?? false;
    if (file.kind === 'directory') {
      if (isExcluded && !excludes?.hasExceptions) {
        skipped = `${relative}/`;
        continue;
      }
      verdicts.set(relative, { included: included?.info, excluded: excluded?.info });
    }
    yield { file, relative, isTaken: !isExcluded && (included?.matched ?? true) };
  }
}

function matcherOf(patterns: readonly string[]): PatternMatcher | undefined {
  return patterns.length > 0 ? new PatternMatcher(patterns) : undefined;
}
