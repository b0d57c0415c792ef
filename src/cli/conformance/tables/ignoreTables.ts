import { ContextFilter, contextError, withBuildFiles } from '../../../build/context/contextFilter.ts';
import { readIgnoreFile } from '../../../build/context/ignoreFile.ts';
import { compilePattern } from '../../../build/context/ignorePattern.ts';
import { PatternMatcher } from '../../../build/context/patternMatcher.ts';
import { cleanPath } from '../../../build/go/path.ts';
import { type ContextEntry, selectEntries } from '../../../build/context/selectEntries.ts';
import { attempt, difference, firstDifference } from './judge.ts';

interface MatchRow {
  readonly ignorefile: string;
  readonly paths: readonly string[];
  readonly patterns: readonly string[] | null;
  readonly excluded?: readonly (boolean | string)[];
  readonly newError?: string;
}

export function judgeIgnoreMatch({ ignorefile, paths, patterns, excluded, newError }: MatchRow): string | undefined {
  const read = readIgnoreFile(ignorefile).map((line) => line.pattern);
  const matcher = attempt(() => new PatternMatcher(read));
  const ours = matcher.value && paths.map((path) => orMessage(() => matcher.value.matchesOrParentMatches(path)));
  return firstDifference(
    difference('patterns', patterns ?? [], read),
    difference('error', newError, matcher.error),
    difference(`excluded of ${paths.join(' ')} by ${read.join(' ')}`, excluded, ours),
  );
}

interface MatcherRow {
  readonly patterns: readonly string[];
  readonly path: string;
  readonly excluded: boolean;
  readonly error?: boolean;
  readonly table: string;
}

export function judgePatternMatcher({ patterns, path, excluded, error, table }: MatcherRow): string | undefined {
  const ours = attempt(() => {
    const matcher = new PatternMatcher(patterns);
    // The table TestMatch is of the older function, which cleans the path and looks at one parent only.
    if (!/^TestMatch\b/.test(table)) return matcher.matchesOrParentMatches(path);
    const cleaned = cleanPath(path);
    return cleaned !== '.' && matcher.matchesWithOneParent(cleaned);
  });
  const name = `${path} by ${patterns.join(' ')}`;
  if (error === true) return difference(`${name} fails`, true, ours.error !== undefined);
  return difference(name, excluded, ours.value ?? ours.error);
}

const MATCH_TYPES = { exact: 1, prefix: 2, suffix: 3, regexp: 4 } as const;

export function judgePatternCompile(row: { pattern: string; matchType: number; regexp?: string }): string | undefined {
  const { type, regexp } = compilePattern(cleanPath(row.pattern));
  return firstDifference(
    difference(`type of ${row.pattern}`, row.matchType, MATCH_TYPES[type]),
    difference(`expression of ${row.pattern}`, row.regexp ?? '', regexp ?? ''),
  );
}

interface ContextRow {
  /** Files; a slash at the end makes an empty directory. */
  readonly tree: readonly string[];
  readonly ignorefile: string | null;
  readonly entries?: readonly string[];
  readonly error?: string;
}

export async function judgeIgnoreContext({
  tree,
  ignorefile,
  entries,
  error,
}: ContextRow): Promise<string | undefined> {
  const files = [...tree, 'Dockerfile', ...(ignorefile === null ? [] : ['.dockerignore'])];
  const folders = foldersOf(files);
  const patterns = readIgnoreFile(ignorefile ?? '').map((line) => line.pattern);
  const name = `entries with ${JSON.stringify(ignorefile)}`;
  const ours: string[] = [];
  const list = (path: string) => folders.get(path) ?? [];
  try {
    const filter = new ContextFilter(withBuildFiles(patterns, 'Dockerfile'), 'classic');
    for await (const entry of selectEntries({ list }, filter)) {
      if (entry.sent) ours.push(entry.path + (entry.isDirectory ? '/' : ''));
    }
  } catch (fault) {
    // Some patterns are only found to be wrong when a path comes that they are compared with.
    const told = contextError(fault);
    return difference(name, error ?? entries, told instanceof Error ? told.message : String(told));
  }
  return difference(name, error ?? entries, ours);
}

// The folders of a list of paths, their entries in the order of bytes.
function foldersOf(paths: readonly string[]): Map<string, ContextEntry[]> {
  const folders = new Map<string, Map<string, boolean>>([['', new Map()]]);
  for (const path of paths) {
    const isFolder = path.endsWith('/');
    const parts = path.replace(/\/$/, '').split('/');
    let above = '';
    for (const [depth, part] of parts.entries()) {
      const isDirectory = isFolder || depth < parts.length - 1;
      folders.get(above)?.set(part, isDirectory);
      above = above === '' ? part : `${above}/${part}`;
      if (isDirectory && !folders.has(above)) folders.set(above, new Map());
    }
  }
  const sorted = [...folders].map(([path, entries]) => {
    const list = [...entries].map(([name, isDirectory]) => ({ name, isDirectory }));
    return [path, list.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))] as const;
  });
  return new Map(sorted);
}

function orMessage(run: () => boolean): boolean | string {
  const { value, error } = attempt(run);
  return value ?? (error as string);
}
