import { decodeName } from '../../bytes/byteName.ts';
import type { GitIndex } from '../../git/gitIndex.ts';
import { objectIdOf } from '../../git/objectId.ts';
import type { TreeFile, TreeFiles } from '../../git/tree.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { lstatIfThere, makeDirectories, mkdir, rmdir, symlink, unlink, writeFile } from '../kernel/calls.ts';
import { isErrno } from '../utilities/failure.ts';
import { directoryOf } from '../utilities/paths.ts';
import { indexEntryOf, readWorkFile, WorkTreeCache } from './fileSides.ts';
import { GitFault } from './gitFault.ts';
import type { Repository } from './repository.ts';

const SUBMODULE = 0o160000;

/** Writes one file of the store into the work tree and the index. What stands in its way goes. */
export async function writeWorkFile(
  repository: Repository,
  index: GitIndex,
  path: string,
  { mode, oid }: TreeFile,
): Promise<void> {
  const { process } = repository;
  const absolute = repository.absolute(path);
  clearWay(repository, path);
  const there = lstatIfThere(process, absolute);
  if (mode === SUBMODULE) {
    if (!there) mkdir(process, absolute);
  } else {
    if (there && !isDirectory(there.mode)) unlink(process, absolute);
    else if (there) removeEmpty(repository, path);
    const content = await repository.store.readAs(oid, 'blob');
    if (mode === 0o120000) symlink(process, decodeName(content), absolute);
    else await writeFile(process, absolute, content.slice(), mode === 0o100755 ? 0o777 : 0o666);
  }
  index.set(indexEntryOf(repository, path, oid, mode));
  if (process.isDue) await process.pause();
}

/** Makes the directories above a file; a file or link that stands where one must be is removed. */
function clearWay(repository: Repository, path: string): void {
  const { process } = repository;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const above = repository.absolute(path.slice(0, at));
    const found = lstatIfThere(process, above);
    if (found && !isDirectory(found.mode)) unlink(process, above);
    if (!found || !isDirectory(found.mode)) makeDirectories(process, above);
  }
}

function removeEmpty(repository: Repository, path: string): boolean {
  try {
    rmdir(repository.process, repository.absolute(path));
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOTEMPTY', 'ENOENT', 'ENOTDIR', 'EBUSY')) return false;
    throw error;
  }
}

/** Directories that become empty go with the file. */
export function removeWorkFile(repository: Repository, path: string): void {
  const { process } = repository;
  const absolute = repository.absolute(path);
  const found = lstatIfThere(process, absolute);
  if (found && isDirectory(found.mode)) {
    removeEmpty(repository, path);
    return;
  }
  if (found) unlink(process, absolute);
  for (let at = directoryOf(path); at !== '.'; at = directoryOf(at)) {
    // A process does not lose the ground that it stands on.
    if (repository.absolute(at) === process.cwd || !removeEmpty(repository, at)) return;
  }
}

/** Goes from one commit's files to another's. Changes of the user's are kept, and where they are in the way nothing is
 *  done: throws GitFault. Gives the paths that are changed and were kept. */
export async function switchFiles(
  repository: Repository,
  from: TreeFiles,
  to: TreeFiles,
  action: 'checkout' | 'merge',
): Promise<void> {
  const index = await repository.index();
  const cache = await WorkTreeCache.of(repository);
  const paths = new Set([...from.keys(), ...to.keys()]);
  const [changed, untracked]: [string[], string[]] = [[], []];
  const toDo: string[] = [];
  for (const path of paths) {
    const [old, target, staged] = [from.get(path), to.get(path), index.get(path)];
    if (isSame(old, target) || (isSame(staged, target) && staged !== undefined)) continue;
    if (!staged && !old && target && (await blocksPath(repository, path, target))) untracked.push(path);
    else if (!isSame(staged, old)) changed.push(path);
    else if (staged) {
      const side = await cache.side(staged);
      if (side && !isSame(side, staged)) changed.push(path);
    }
    toDo.push(path);
  }
  if (changed.length > 0 || untracked.length > 0) throw blocked(changed, untracked, action);
  for (const path of toDo) {
    if (to.has(path)) continue;
    removeWorkFile(repository, path);
    index.delete(path);
  }
  for (const path of toDo) {
    const target = to.get(path);
    if (target) await writeWorkFile(repository, index, path, target);
  }
  await repository.saveIndex(index);
}

function isSame(a: TreeFile | undefined, b: TreeFile | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}

/** Whether an untracked file lies there that holds something else. */
async function blocksPath(repository: Repository, path: string, target: TreeFile): Promise<boolean> {
  const found = lstatIfThere(repository.process, repository.absolute(path));
  if (!found || isDirectory(found.mode)) return false;
  return objectIdOf('blob', await readWorkFile(repository, path, found)) !== target.oid;
}

function blocked(changed: readonly string[], untracked: readonly string[], action: 'checkout' | 'merge'): GitFault {
  const listed = (paths: readonly string[]) =>
    [...paths]
      .sort()
      .map((path) => `\t${path}\n`)
      .join('');
  const step = action === 'checkout' ? 'switch branches' : 'merge';
  let text = '';
  if (changed.length > 0)
    text += `error: Your local changes to the following files would be overwritten by ${action}:\n${listed(changed)}Please commit your changes or stash them before you ${step}.\n`;
  if (untracked.length > 0)
    text += `error: The following untracked working tree files would be overwritten by ${action}:\n${listed(untracked)}Please move or remove them before you ${step}.\n`;
  return new GitFault('plain', `${text}Aborting\n`);
}

/** `reset --hard`, `checkout -f`: index and work tree become that tree's. */
export async function forceFiles(repository: Repository, to: TreeFiles): Promise<void> {
  const index = await repository.index();
  const cache = await WorkTreeCache.of(repository);
  for (const { path } of index.entries()) {
    if (to.has(path)) continue;
    removeWorkFile(repository, path);
    index.delete(path);
  }
  for (const [path, target] of to) {
    const staged = index.get(path);
    const side = staged && (await cache.side(staged));
    if (staged && isSame(staged, target) && side && isSame(side, target)) continue;
    await writeWorkFile(repository, index, path, target);
  }
  await repository.saveIndex(index);
}
