import { digestText } from './digestText.ts';
import { nextTask } from '../../bytes/nextTask.ts';
import type { Work } from '../../bytes/platform.ts';
import { BuildError } from '../buildError.ts';
import { matchFilePattern } from '../go/filePattern.ts';
import { cleanPath, type FileSet, type SourceFile } from './contextFiles.ts';

/** A source of COPY or ADD, found. */
export interface CopySource {
  /** What the name leads to, over links. */
  readonly file: SourceFile;
  /** Its own last name: what it is called in a directory that it goes into. */
  readonly name: string;
  readonly files: FileSet;
  /** `file:…`, `dir:…`, or for a download its bare sum. */
  readonly sum: string;
  /** The sum of each file in it, by its path. */
  readonly sums: ReadonlyMap<string, string>;
  /** An archive among them is not unpacked: it was downloaded. */
  readonly isDownload: boolean;
}

/** Finds what a source names, wildcards among it. Throws BuildError `context` with the daemon's words, without the name of
 *  the instruction. */
export async function findSources(
  files: FileSet,
  source: string,
  form: { readonly isContext: boolean },
  work: Work,
): Promise<readonly CopySource[]> {
  if (source.split('/').includes('..') && leadsOut(source))
    throw new BuildError('context', `forbidden path outside the build context: ${source} ()`);
  // An address of another scheme is a path as it is written.
  const path = source.includes('://') ? source : cleanPath(source);
  if (hasWildcards(path)) {
    const found: CopySource[] = [];
    for (const file of files.below('')) {
      if (doesMatch(path, file.path)) found.push(await asSource(files, file.path, form, work));
    }
    return found;
  }
  return [await asSource(files, path, form, work)];
}

/** What is no pattern matches nothing: the daemon does not look at the error. */
function doesMatch(pattern: string, path: string): boolean {
  try {
    return matchFilePattern(pattern, path);
  } catch (error) {
    if (error instanceof BuildError && error.code === 'pattern') return false;
    throw error;
  }
}

/** A path that leads through a file is none of the daemon's either (moby builder/dockerfile, calcCopyInfo). */
function leadsThroughFile(files: FileSet, path: string): boolean {
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
    if (files.resolve(path.slice(0, slash))?.kind === 'file') return true;
  return false;
}

async function asSource(
  files: FileSet,
  path: string,
  { isContext }: { readonly isContext: boolean },
  work: Work,
): Promise<CopySource> {
  const file = files.resolve(path);
  if (!file && leadsThroughFile(files, path))
    throw new BuildError('context', `forbidden path outside the build context: ${path} ()`);
  if (!file) {
    const missing = `stat ${path}: file does not exist`;
    throw new BuildError(
      'context',
      isContext ? `file not found in build context or excluded by .dockerignore: ${missing}` : missing,
    );
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  const sums = new Map<string, string>();
  if (file.kind !== 'file')
    return { file, name, files, sum: await directorySum(files, file, sums, work), sums, isDownload: false };
  const sum = await file.sum();
  return { file, name, files, sum: `file:${sum}`, sums: sums.set(file.path, sum), isDownload: false };
}

const FILES_A_TURN = 512;

/** The sums of a directory and of all below it, sorted and joined; a link counts as what it leads to.
 *  `byPath` is given each. */
async function directorySum(
  files: FileSet,
  directory: SourceFile,
  byPath: Map<string, string>,
  { platform }: Work,
): Promise<string> {
  const sums: string[] = directory.path === '' ? [] : [await directory.sum()];
  for (const file of files.below(directory.path)) {
    // Small files take no time to wait for: others have their turn here.
    if (sums.length % FILES_A_TURN === FILES_A_TURN - 1) await nextTask();
    const target = file.kind === 'symlink' ? files.resolve(file.path) : file;
    const isLinkElsewhere = file.kind === 'symlink' && target?.kind !== 'file';
    const sum = target && !isLinkElsewhere ? await target.sum() : file.path;
    sums.push(sum);
    byPath.set(file.path, sum);
  }
  return `dir:${digestText(sums.sort().join(','), platform)}`;
}

/** One sum for all sources together. */
export function sumOfAll(sources: readonly CopySource[], { platform }: Work): string {
  if (sources.length === 1) return (sources[0] as CopySource).sum;
  return `multi:${digestText(sources.map(({ sum }) => sum).join(','), platform)}`;
}

function leadsOut(source: string): boolean {
  let depth = 0;
  for (const part of source.split('/')) {
    if (part === '' || part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

/** As Go's filepath.Match has them; a backslash hides the next character. */
function hasWildcards(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '\\') i++;
    else if ('*?['.includes(name[i] as string)) return true;
  }
  return false;
}
