import type { Work } from '../../bytes/platform.ts';
import { BuildError } from '../buildError.ts';
import { cleanPath, type FileSet, type SourceFile } from '../classic/contextFiles.ts';
import { digestText } from '../classic/digestText.ts';
import { PatternMatcher } from '../context/patternMatcher.ts';
import { matchFilePattern } from '../go/filePattern.ts';

/** A file or directory that COPY takes, found. */
export interface Selected {
  readonly file: SourceFile;
  readonly files: FileSet;
  /** With `--parents`: the directories between, below the destination. */
  readonly parents: string;
}

export interface Selection {
  readonly selected: readonly Selected[];
  /** Stands for all that will be copied: names, modes, owners, links and contents, no times. */
  readonly digest: string;
  /** The sum of each file, by its path in the context or stage. */
  readonly sums: ReadonlyMap<string, string>;
}

export interface SelectionRules {
  readonly excludes: readonly string[];
  readonly keepsParents: boolean;
}

/** Finds the sources of COPY and ADD. A pattern may match nothing. Throws BuildError `context` in BuildKit's words. */
export async function select(
  files: FileSet,
  sources: readonly string[],
  rules: SelectionRules,
  work: Work,
): Promise<Selection> {
  const selected = sources.flatMap((source) => [...find(files, source, rules)]);
  const sums: string[] = [];
  const byPath = new Map<string, string>();
  const keeps = excluder(rules.excludes);
  for (const { file, files: set, parents } of selected) {
    work.signal?.throwIfAborted();
    const own = await sumOf(file);
    sums.push(`${parents} ${own}`);
    byPath.set(file.path, own);
    if (file.kind !== 'directory') continue;
    const prefix = file.path === '' ? 0 : file.path.length + 1;
    for (const below of set.below(file.path)) {
      if (!keeps(below.path.slice(prefix))) continue;
      const sum = await sumOf(below);
      sums.push(`${below.path.slice(prefix)} ${sum}`);
      byPath.set(below.path, sum);
    }
  }
  return { selected, digest: digestText(sums.join('\n'), work.platform), sums: byPath };
}

/** Whether a path, relative to what is copied, is to be copied. */
export function excluder(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => true;
  const matcher = new PatternMatcher(patterns);
  return (path) => !matcher.matchesOrParentMatches(path);
}

function* find(files: FileSet, source: string, { keepsParents, excludes }: SelectionRules): Generator<Selected> {
  const path = cleanPath(source);
  const parentsOf = (found: string) => (keepsParents ? found.slice(0, Math.max(0, found.lastIndexOf('/'))) : '');
  if (!hasWildcards(path)) {
    const file = files.resolve(path);
    if (!file) throw new BuildError('context', `"/${path}" not found: not found`);
    yield { file, files, parents: parentsOf(path) };
    return;
  }
  const keeps = excluder(excludes);
  const fixed = path.slice(0, path.search(/[*?[\\]/));
  const folder = fixed.slice(0, Math.max(0, fixed.lastIndexOf('/')));
  if (folder !== '' && files.resolve(folder)?.kind !== 'directory') return;
  for (const file of files.below(folder)) {
    if (!matchFilePattern(path, file.path) || !keeps(file.path.slice(file.path.lastIndexOf('/') + 1))) continue;
    const target = files.resolve(file.path);
    if (target) yield { file: target, files, parents: parentsOf(file.path) };
  }
}

async function sumOf(file: SourceFile): Promise<string> {
  return file.kind === 'symlink' ? `-> ${file.linkTarget}` : file.sum();
}

/** As Go's filepath.Match has them; a backslash hides the next character. */
function hasWildcards(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '\\') i++;
    else if ('*?['.includes(name[i] as string)) return true;
  }
  return false;
}
