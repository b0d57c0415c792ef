import { decodeName } from '../../bytes/byteName.ts';
import { type Commit, peel, readCommit } from '../../git/commit.ts';
import { GitIndex } from '../../git/gitIndex.ts';
import { loadGit } from '../../git/gitModule.ts';
import { ObjectStore } from '../../git/objectStore.ts';
import { type TreeFiles, treeFiles } from '../../git/tree.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { readFile, rename, statIfThere, unlink, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { isErrno } from '../utilities/failure.ts';
import { directoryOf, joinPath } from '../utilities/paths.ts';
import { fatal } from './gitFault.ts';
import { processFilesystem } from './processFilesystem.ts';
import { Refs } from './refs.ts';
import type { Settings } from './settings.ts';

export interface Place {
  readonly gitDirectory: string;
  /** Undefined for a bare repository. */
  readonly workTree: string | undefined;
}

/** The repository that a directory is in, looked for upwards. Undefined where there is none. Throws GitFault for one of
 *  another owner. */
export function findRepository(process: Process, settings: Settings): Place | undefined {
  const given = process.env.get('GIT_DIR');
  if (given !== undefined) {
    const gitDirectory = joinPath(process.cwd, given);
    if (!isRepository(process, gitDirectory)) throw fatal(`not a git repository: '${given}'`);
    return { gitDirectory, workTree: joinPath(process.cwd, process.env.get('GIT_WORK_TREE') ?? '.') };
  }
  for (let at = process.cwd; ; at = directoryOf(at)) {
    const inner = joinPath(at, '.git');
    if (isRepository(process, inner)) {
      requireOwner(process, at, settings);
      return { gitDirectory: inner, workTree: at };
    }
    if (isRepository(process, at)) {
      requireOwner(process, at, settings);
      return { gitDirectory: at, workTree: at.endsWith('/.git') ? directoryOf(at) : undefined };
    }
    if (at === '/') return undefined;
  }
}

export function isRepository(process: Process, path: string): boolean {
  const isFolder = (name: string) => {
    const found = statIfThere(process, joinPath(path, name));
    return found !== undefined && isDirectory(found.mode);
  };
  return isFolder('objects') && isFolder('refs') && statIfThere(process, joinPath(path, 'HEAD')) !== undefined;
}

function requireOwner(process: Process, path: string, settings: Settings): void {
  const found = statIfThere(process, path);
  const { uid } = process.credentials;
  const sudo = uid === 0 ? Number(process.env.get('SUDO_UID') ?? 0) : uid;
  if (!found || found.uid === uid || found.uid === sudo) return;
  const safe = settings.all('safe.directory');
  if (safe.includes('*') || safe.includes(path)) return;
  throw fatal(
    `detected dubious ownership in repository at '${path}'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory ${path}`,
  );
}

/** One repository as a process works on it. */
export class Repository {
  readonly process: Process;
  readonly store: ObjectStore;
  readonly refs: Refs;
  readonly settings: Settings;
  readonly gitDirectory: string;
  readonly #workTree: string | undefined;
  #index: GitIndex | undefined;

  private constructor(process: Process, store: ObjectStore, { gitDirectory, workTree }: Place, settings: Settings) {
    this.process = process;
    this.store = store;
    this.refs = new Refs(process, gitDirectory);
    this.settings = settings;
    this.gitDirectory = gitDirectory;
    this.#workTree = workTree;
  }

  static async open(process: Process, place: Place, settings: Settings): Promise<Repository> {
    const store = new ObjectStore(await loadGit(), processFilesystem(process), place.gitDirectory);
    return new Repository(process, store, place, settings);
  }

  get isBare(): boolean {
    return this.#workTree === undefined;
  }

  /** Throws GitFault in a bare repository. */
  get workTree(): string {
    if (this.#workTree === undefined) throw fatal('this operation must be run in a work tree');
    return this.#workTree;
  }

  /** Where the process stands in the work tree: empty, or with a slash behind it. */
  get prefix(): string {
    const root = this.workTree === '/' ? '/' : `${this.workTree}/`;
    return this.process.cwd.startsWith(root) ? `${this.process.cwd.slice(root.length)}/` : '';
  }

  absolute(path: string): string {
    return joinPath(this.workTree, path);
  }

  async index(): Promise<GitIndex> {
    if (this.#index) return this.#index;
    try {
      this.#index = GitIndex.parse(await readFile(this.process, `${this.gitDirectory}/index`));
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      this.#index = new GitIndex();
    }
    return this.#index;
  }

  /** Written whole under another name first, as git does. Throws GitFault while another git does so. */
  async saveIndex(index: GitIndex): Promise<void> {
    const lock = `${this.gitDirectory}/index.lock`;
    if (statIfThere(this.process, lock))
      throw fatal(
        `Unable to create '${lock}': File exists.\n\nAnother git process seems to be running in this repository, e.g.\nan editor opened by 'git commit'. Please make sure all processes\nare terminated then try again. If it still fails, a git process\nmay have crashed in this repository earlier:\nremove the file manually to continue.`,
      );
    try {
      await writeFile(this.process, lock, index.serialize());
      rename(this.process, lock, `${this.gitDirectory}/index`);
    } catch (error) {
      if (statIfThere(this.process, lock)) unlink(this.process, lock);
      throw error;
    }
    this.#index = index;
  }

  commit(oid: string): Promise<Commit> {
    return readCommit(this.store, oid);
  }

  /** Files of a commit, tag or tree; none for undefined. */
  async filesOf(oid: string | undefined): Promise<TreeFiles> {
    if (oid === undefined) return new Map();
    const peeled = await peel(this.store, oid);
    const { type } = await this.store.read(peeled);
    return treeFiles(this.store, type === 'commit' ? (await this.commit(peeled)).tree : peeled);
  }

  async blobText(oid: string): Promise<string> {
    return decodeName(await this.store.readAs(oid, 'blob'));
  }

  /** As short as can be, seven digits at least, and still the only one. */
  async short(oid: string): Promise<string> {
    const wanted = Number(this.settings.get('core.abbrev') ?? 7);
    const least = Number.isInteger(wanted) && wanted >= 4 && wanted <= 40 ? wanted : 7;
    for (let length = least; length < 40; length++) {
      const matches = await this.matching(oid.slice(0, length));
      if (matches.length < 2) return oid.slice(0, length);
    }
    return oid;
  }

  /** Ids of objects that begin so; of packed ones at most one is told. */
  async matching(prefix: string): Promise<string[]> {
    const loose = this.refs.looseObjects(prefix);
    if (loose.length > 1) return loose;
    try {
      const found = await this.store.git.expandOid({ ...this.store.place, oid: prefix });
      return [...new Set([...loose, found])];
    } catch (error) {
      if ((error as { code?: string }).code === 'AmbiguousError') return [...loose, '', ''];
      return loose;
    }
  }
}
