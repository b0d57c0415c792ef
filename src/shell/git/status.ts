import { GitIndex } from '../../git/gitIndex.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { lstatIfThere, readdir } from '../kernel/calls.ts';
import { changesBetween, type FileChange, sortByPath } from './fileChanges.ts';
import { sidesOfIndex, sidesOfTree, sidesOfWorkTree } from './fileSides.ts';
import { Ignoring } from './ignoring.ts';
import { isRepository, type Repository } from './repository.ts';

export interface Status {
  /** From HEAD to the index. */
  readonly staged: readonly FileChange[];
  /** From the index to the work tree. */
  readonly unstaged: readonly FileChange[];
  /** Directories end with a slash. */
  readonly untracked: readonly string[];
  readonly ignored: readonly string[];
  readonly conflicts: readonly string[];
}

export type UntrackedRule = 'no' | 'normal' | 'all';

export async function statusOf(
  repository: Repository,
  rules: { readonly untracked: UntrackedRule; readonly ignored?: boolean },
): Promise<Status> {
  const head = await repository.refs.head();
  const index = await repository.index();
  const before = sidesOfTree(repository, await repository.filesOf(head.oid));
  const staging = await sidesOfIndex(repository);
  const { conflicts } = index;
  for (const path of conflicts) before.delete(path);
  const staged = await changesBetween(before, staging, { renames: true });
  const unstaged = await changesBetween(staging, await sidesOfWorkTree(repository), { renames: false });
  const found = await listUntracked(repository, rules.untracked, rules.ignored ?? false);
  return { staged, unstaged, conflicts, ...found };
}

interface Found {
  readonly untracked: string[];
  readonly ignored: string[];
}

/** What lies in the work tree and not in the index. `normal` tells directories as one where nothing in them is tracked. */
export async function listUntracked(
  repository: Repository,
  untracked: UntrackedRule,
  wantsIgnored: boolean,
): Promise<Found> {
  if (untracked === 'no') return { untracked: [], ignored: [] };
  const ignoring = await Ignoring.of(repository);
  const walk = new UntrackedWalk(repository, await repository.index(), ignoring, { untracked, wantsIgnored });
  await walk.enter('', true);
  const sorted = (paths: readonly string[]) => sortByPath(paths.map((path) => ({ path }))).map(({ path }) => path);
  return { untracked: sorted(walk.untracked), ignored: wantsIgnored ? sorted(walk.ignored) : [] };
}

class UntrackedWalk {
  readonly untracked: string[] = [];
  readonly ignored: string[] = [];
  readonly #repository: Repository;
  readonly #ignoring: Ignoring;
  readonly #rule: UntrackedRule;
  readonly #wantsIgnored: boolean;
  readonly #tracked = new Set<string>();
  readonly #trackedDirectories = new Set<string>(['']);

  constructor(
    repository: Repository,
    index: GitIndex,
    ignoring: Ignoring,
    { untracked, wantsIgnored }: { readonly untracked: UntrackedRule; readonly wantsIgnored: boolean },
  ) {
    this.#repository = repository;
    this.#ignoring = ignoring;
    this.#rule = untracked;
    this.#wantsIgnored = wantsIgnored;
    for (const { path } of index.entries()) {
      this.#tracked.add(path);
      for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
        const directory = path.slice(0, at + 1);
        if (this.#trackedDirectories.has(directory)) break;
        this.#trackedDirectories.add(directory);
      }
    }
  }

  /** `directory` is empty or ends with a slash. Gives whether it holds anything that is not ignored; unless `tells`,
   *  nothing more than that is wanted. */
  async enter(directory: string, tells: boolean): Promise<boolean> {
    const { process } = this.#repository;
    let hasAny = false;
    for (const { name } of readdir(process, this.#repository.absolute(directory))) {
      if (name === '.git') continue;
      if (process.isDue) await process.pause();
      const path = directory + name;
      if (this.#tracked.has(path)) continue;
      const found = lstatIfThere(process, this.#repository.absolute(path));
      if (!found) continue;
      const isFolder = isDirectory(found.mode);
      const isTracked = isFolder && this.#trackedDirectories.has(`${path}/`);
      if (!isTracked && (await this.#ignoring.ignores(path, isFolder))) {
        if (tells) this.ignored.push(isFolder ? `${path}/` : path);
        continue;
      }
      if (isFolder && !(await this.#directory(`${path}/`, isTracked, tells))) continue;
      if (!isFolder && tells) this.untracked.push(path);
      hasAny = true;
      if (!tells) return true;
    }
    return hasAny;
  }

  async #directory(path: string, isTracked: boolean, tells: boolean): Promise<boolean> {
    const isNested = isRepository(this.#repository.process, `${this.#repository.absolute(path)}.git`);
    if (isNested && !isTracked) {
      if (tells) this.untracked.push(path);
      return true;
    }
    if (isTracked || this.#rule === 'all' || !tells) return this.enter(path, tells);
    const holdsSome = await this.enter(path, false);
    if (holdsSome) this.untracked.push(path);
    if (this.#wantsIgnored) await this.#tellIgnored(path, holdsSome);
    return holdsSome;
  }

  /** What is left out below a directory that is not; a directory that holds nothing else is told as one. */
  async #tellIgnored(directory: string, holdsSome: boolean): Promise<void> {
    const { process } = this.#repository;
    const inner = new UntrackedWalk(this.#repository, new GitIndex(), this.#ignoring, {
      untracked: 'all',
      wantsIgnored: false,
    });
    if (!holdsSome) {
      await inner.enter(directory, true);
      if (inner.ignored.length > 0) this.ignored.push(directory);
      return;
    }
    for (const { name } of readdir(process, this.#repository.absolute(directory))) {
      const path = directory + name;
      const found = lstatIfThere(process, this.#repository.absolute(path));
      if (!found) continue;
      const isFolder = isDirectory(found.mode);
      if (await this.#ignoring.ignores(path, isFolder)) this.ignored.push(isFolder ? `${path}/` : path);
      else if (isFolder) await this.#tellIgnored(`${path}/`, await inner.enter(`${path}/`, false));
      if (process.isDue) await process.pause();
    }
  }
}
