import type { Work } from '../../bytes/platform.ts';
import { BuildError } from '../buildError.ts';
import { cleanPath, type FileSet, type SourceFile } from '../classic/contextFiles.ts';
import { digestText } from '../classic/digestText.ts';
import { checkFilePattern, matchFilePattern } from '../go/filePattern.ts';
import { type CopyPatterns, visitBelow } from '../context/copyFilter.ts';

/** A file or directory that COPY takes, found, links at its end followed. */
export interface Selected extends CopyPatterns {
  readonly file: SourceFile;
  readonly files: FileSet;
  /** What it is called in a directory that it is copied into. */
  readonly name: string;
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
  /** Whether the client sends what lies in a folder of the context; it sends only what some step names. Undefined: all
   *  is there. */
  readonly isSent?: ((folder: string) => boolean) | undefined;
  /** In 0.8 what is no pattern matches nothing, and a link that matches one leads somewhere. */
  readonly isOld?: boolean;
}

const PIVOT_LENGTH = '/./'.length;

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
  for (const one of selected) {
    work.signal?.throwIfAborted();
    const { file, files: set, name } = one;
    const own = await sumOf(file);
    sums.push(`${name} ${one.includes.join(' ')} ${own}`);
    // Of a pivot only what is below it is copied.
    if (one.includes.length === 0) byPath.set(file.path, own);
    if (file.kind !== 'directory') continue;
    for (const { file: below, relative, isTaken } of visitBelow(set, file, one)) {
      if (!isTaken) continue;
      const sum = await sumOf(below);
      sums.push(`${relative} ${sum}`);
      byPath.set(below.path, sum);
    }
  }
  return { selected, digest: digestText(sums.join('\n'), work.platform), sums: byPath };
}

function* find(files: FileSet, source: string, rules: SelectionRules): Generator<Selected> {
  if (rules.keepsParents) {
    yield* withParents(files, source, rules);
    return;
  }
  const path = cleanPath(source);
  const { excludes } = rules;
  const found = (file: SourceFile, at: string): Selected => ({
    file,
    files,
    name: at.slice(at.lastIndexOf('/') + 1),
    includes: [],
    excludes,
  });
  if (!hasWildcards(path)) {
    yield found(required(files, path), path);
    return;
  }
  for (const one of matching(files, path, rules)) {
    const target = rules.isOld ? required(files, one.path) : files.resolve(one.path);
    if (target) yield found(target, one.path);
  }
}

/** `--parents`: all of a pivot, `/` where no `/./` names one, as far as it matches (dockerfile2llb, dispatchCopy). */
function* withParents(files: FileSet, source: string, { excludes }: SelectionRules): Generator<Selected> {
  const pivotAt = source.indexOf('/./');
  const pivot = pivotAt < 0 ? '' : cleanPath(source.slice(0, pivotAt));
  const pattern = cleanPath(pivotAt < 0 ? source : source.slice(pivotAt + PIVOT_LENGTH));
  const includes = pattern === '' ? [] : [pattern];
  if (!hasWildcards(pivot) && !hasWildcards(pattern)) required(files, `${pivot}/${pattern}`);
  const pivots = hasWildcards(pivot) ? [...matching(files, pivot, {})].map(({ path }) => path) : [pivot];
  for (const path of pivots)
    yield { file: required(files, path), files, name: path.slice(path.lastIndexOf('/') + 1), includes, excludes };
}

function required(files: FileSet, path: string): SourceFile {
  const file = files.resolve(path);
  if (!file) throw new BuildError('context', `"/${missingPath(files, cleanPath(path))}" not found: not found`);
  return file;
}

/** A link that leads nowhere is told by where it leads. */
function missingPath(files: FileSet, path: string): string {
  const link = files.find(path);
  if (link?.kind !== 'symlink') return path;
  const { linkTarget } = link;
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return cleanPath(linkTarget.startsWith('/') ? linkTarget : `${folder}/${linkTarget}`);
}

/** What a pattern names, in the order of a walk; what lies below a directory that matches is not looked at (fsutil
 *  copy, ResolveWildcards). */
function* matching(
  files: FileSet,
  pattern: string,
  { isSent, isOld = false }: Pick<SelectionRules, 'isSent' | 'isOld'>,
): Generator<SourceFile> {
  const parts = pattern.split('/');
  const fixed = parts.findIndex(hasWildcards);
  const folder = parts.slice(0, fixed).join('/');
  const top = files.resolve(folder);
  if (!top) throw new BuildError('context', `lstat /${folder}: no such file or directory`);
  if (top.kind !== 'directory') return;
  const rest = parts.slice(fixed).join('/');
  const prefix = top.path === '' ? 0 : top.path.length + 1;
  let matched: string | undefined;
  let isFound = false;
  if (isOld && !isPattern(rest)) return;
  for (const file of files.below(top.path)) {
    if (matched !== undefined && file.path.startsWith(matched)) continue;
    if (!matchFilePattern(rest, file.path.slice(prefix))) continue;
    if (file.kind === 'directory') matched = `${file.path}/`;
    isFound = true;
    yield file;
  }
  if (!isFound && folder !== '' && isSent?.(folder) === false)
    throw new BuildError('context', `lstat /${folder}: no such file or directory`);
}

async function sumOf(file: SourceFile): Promise<string> {
  return file.kind === 'symlink' ? `-> ${file.linkTarget}` : file.sum();
}

function isPattern(pattern: string): boolean {
  try {
    checkFilePattern(pattern);
    return true;
  } catch (error) {
    if (error instanceof BuildError) return false;
    throw error;
  }
}

/** As Go's filepath.Match has them; a backslash hides the next character. */
function hasWildcards(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '\\') i++;
    else if ('*?['.includes(name[i] as string)) return true;
  }
  return false;
}
