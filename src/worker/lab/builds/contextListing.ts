import { decodeName } from '../../../bytes/byteName.ts';
import { BuildError } from '../../../build/buildError.ts';
import {
  ContextFilter,
  DEFAULT_IGNORE_FILE,
  ignoreFileNames,
  withBuildFiles,
} from '../../../build/context/contextFilter.ts';
import { type IgnoreLine, readIgnoreFile } from '../../../build/context/ignoreFile.ts';
import type { MatchInfo } from '../../../build/context/patternMatcher.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { isDirectory, isRegular, isSymlink } from '../../../vfs/overlay/fileMode.ts';
import type { ContextListing, ContextRequest, ContextRow } from './buildsProtocol.ts';

/** A page shows no more; the sums count what is listed. */
const MAX_ROWS = 5_000;
const MAX_DEPTH = 64;
const MAX_IGNORE_BYTES = 4 * 2 ** 20;

interface IgnoreFile {
  readonly path: string | undefined;
  readonly lines: readonly IgnoreLine[];
  readonly fault: string | undefined;
}

/** The folder as the builder's client would send it, and of what it leaves out the pattern that said so. */
export async function listContext(process: Process, request: ContextRequest): Promise<ContextListing> {
  const { folder, dockerfile, builder } = request;
  const ignore = await readIgnore(process, request);
  const written = ignore.lines.map(({ pattern }) => pattern);
  let filter: ContextFilter;
  let { fault } = ignore;
  try {
    const patterns = builder === 'classic' ? withBuildFiles(written, dockerfile) : written;
    filter = new ContextFilter(patterns, builder);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    fault = error.message;
    filter = new ContextFilter([], builder);
  }
  const rows: ContextRow[] = [];
  const isWhole = await walk(process, folder, filter, ignore.lines, rows);
  const sent = rows.filter(({ isSent }) => isSent);
  return {
    rows,
    isCut: !isWhole,
    ignoreFile: ignore.path,
    fault,
    sentBytes: sent.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    sentCount: sent.filter(({ kind }) => kind !== 'directory').length,
  };
}

/** Patterns of the ignore file in force, as they stand in it. */
export async function readIgnore(
  process: Process,
  { folder, dockerfile, builder }: ContextRequest,
): Promise<IgnoreFile> {
  const [beside] = ignoreFileNames(dockerfile, builder);
  for (const name of new Set([beside ?? DEFAULT_IGNORE_FILE, DEFAULT_IGNORE_FILE])) {
    const path = `${folder}/${name}`;
    const stat = calls.statIfThere(process, path);
    if (!stat || !isRegular(stat.mode)) continue;
    try {
      return {
        path,
        lines: readIgnoreFile(decodeName(await calls.readFile(process, path, MAX_IGNORE_BYTES))),
        fault: undefined,
      };
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      return { path, lines: [], fault: error.message };
    }
  }
  return { path: undefined, lines: [], fault: undefined };
}

/** Whether all could be listed. Keeps its own stack. */
async function walk(
  process: Process,
  folder: string,
  filter: ContextFilter,
  lines: readonly IgnoreLine[],
  rows: ContextRow[],
): Promise<boolean> {
  const matcher = filter.matcher;
  const reasonOf = (path: string): ContextRow['pattern'] => {
    const deciding = matcher.decidingPattern(path);
    if (!deciding) return undefined;
    const line = lines[matcher.patterns.indexOf(deciding)]?.line ?? 0;
    return { text: `${deciding.isException ? '!' : ''}${deciding.text}`, line };
  };
  const open: { readonly path: string; readonly info: MatchInfo | undefined; readonly names: string[] }[] = [
    { path: '', info: undefined, names: namesIn(process, folder) },
  ];
  for (let here = open.at(-1); here; here = open.at(-1)) {
    const name = here.names.pop();
    if (name === undefined) {
      open.pop();
      continue;
    }
    if (rows.length >= MAX_ROWS) return false;
    if (process.isDue) await process.pause();
    const path = here.path === '' ? name : `${here.path}/${name}`;
    const stat = calls.lstatIfThere(process, `${folder}/${path}`);
    if (!stat) continue;
    const isFolder = isDirectory(stat.mode);
    const verdict = filter.judge(path, { isDirectory: isFolder, parent: here.info });
    const kind = isFolder ? 'directory' : isSymlink(stat.mode) ? 'symlink' : isRegular(stat.mode) ? 'file' : 'other';
    const sizeBytes = kind === 'file' ? stat.sizeBytes : 0;
    rows.push({ path, kind, sizeBytes, isSent: verdict.sent, pattern: reasonOf(path) });
    if (isFolder && verdict.walked && open.length < MAX_DEPTH)
      open.push({ path, info: verdict.info, names: namesIn(process, `${folder}/${path}`) });
  }
  return true;
}

/** Last first: they are taken from the end. */
function namesIn(process: Process, directory: string): string[] {
  return calls
    .readdir(process, directory)
    .map(({ name }) => name)
    .sort((a, b) => (a < b ? 1 : -1));
}
