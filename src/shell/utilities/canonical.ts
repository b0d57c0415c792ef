import { isDirectory, isSymlink } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { lstat, readlink } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { directoryOf, joinPath } from './paths.ts';

/** What must be there: everything, all but the last part, or nothing. */
export type Existence = 'existing' | 'lastMayMiss' | 'missing';

const MAX_LINKS = 40;

/** The absolute path without links, `.` and `..`, as realpath(1). Undefined where something is missing. */
export function canonicalPath(process: Process, path: string, existence: Existence): string | undefined {
  try {
    return requireCanonical(process, path, existence);
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

/** As above. Throws VfsError: ENOENT, ENOTDIR, ELOOP, EACCES. */
export function requireCanonical(process: Process, path: string, existence: Existence): string {
  if (path === '') throw new VfsError('ENOENT', 'realpath', path);
  let current = path.startsWith('/') ? '/' : process.cwd;
  const parts = path.split('/').reverse();
  let links = 0;
  let isMissing = false;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      current = directoryOf(current);
      continue;
    }
    const next = joinPath(current, part);
    const hasMore = parts.some((later) => later !== '' && later !== '.');
    const mode = isMissing ? undefined : modeAt(process, next, existence, hasMore, path);
    if (mode === undefined) isMissing = true;
    else if (isSymlink(mode)) {
      if (++links > MAX_LINKS) throw new VfsError('ELOOP', 'realpath', path);
      const target = readlink(process, next);
      if (target.startsWith('/')) current = '/';
      parts.push(...target.split('/').reverse());
      continue;
    } else if (parts.length > 0 && !isDirectory(mode) && existence !== 'missing')
      throw new VfsError('ENOTDIR', 'realpath', path);
    current = next;
  }
  return current;
}

function modeAt(
  process: Process,
  at: string,
  existence: Existence,
  hasMore: boolean,
  path: string,
): number | undefined {
  try {
    return lstat(process, at).mode;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const isAllowed = existence === 'missing' || (existence === 'lastMayMiss' && !hasMore && error.code === 'ENOENT');
    if (isAllowed) return undefined;
    throw new VfsError(error.code, 'realpath', path);
  }
}
