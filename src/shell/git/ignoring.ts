import { decodeName } from '../../bytes/byteName.ts';
import { IgnoreFile } from '../../git/ignoreRules.ts';
import { readFile, statIfThere } from '../kernel/calls.ts';
import { globMatcher } from '../utilities/globMatch.ts';
import { joinPath } from '../utilities/paths.ts';
import type { Repository } from './repository.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** What .gitignore files, `info/exclude` and `core.excludesFile` leave out of a work tree. */
export class Ignoring {
  readonly #repository: Repository;
  readonly #general: readonly IgnoreFile[];
  /** By directory: empty, or with a slash behind it. */
  readonly #files = new Map<string, IgnoreFile | undefined>();

  private constructor(repository: Repository, general: readonly IgnoreFile[]) {
    this.#repository = repository;
    this.#general = general;
  }

  static async of(repository: Repository): Promise<Ignoring> {
    const { process, settings } = repository;
    const home = process.env.get('HOME') ?? '/';
    const own = settings.get('core.excludesfile') ?? `${home}/.config/git/ignore`;
    const paths = [own.replace(/^~\//, `${home}/`), `${repository.gitDirectory}/info/exclude`];
    const files = await Promise.all(paths.map((path) => readIgnore(repository, path, '')));
    return new Ignoring(
      repository,
      files.filter((file) => file !== undefined),
    );
  }

  /** Of a path below directories that are not left out themselves. */
  async ignores(path: string, isDirectory: boolean): Promise<boolean> {
    for (let end = path.lastIndexOf('/') + 1; ; end = path.lastIndexOf('/', end - 2) + 1) {
      const verdict = (await this.#fileOf(path.slice(0, end)))?.verdict(path, isDirectory);
      if (verdict !== undefined) return verdict;
      if (end === 0) break;
    }
    for (const file of this.#general.toReversed()) {
      const verdict = file.verdict(path, isDirectory);
      if (verdict !== undefined) return verdict;
    }
    return false;
  }

  /** Also where a directory above it is left out. */
  async ignoresAnywhere(path: string, isDirectory: boolean): Promise<boolean> {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      if (await this.ignores(path.slice(0, at), true)) return true;
    return this.ignores(path, isDirectory);
  }

  async #fileOf(directory: string): Promise<IgnoreFile | undefined> {
    if (!this.#files.has(directory)) {
      const path = joinPath(this.#repository.workTree, `${directory}.gitignore`);
      this.#files.set(directory, await readIgnore(this.#repository, path, directory));
    }
    return this.#files.get(directory);
  }
}

async function readIgnore({ process }: Repository, path: string, base: string): Promise<IgnoreFile | undefined> {
  if (!statIfThere(process, path)) return undefined;
  const text = decodeName(await readFile(process, path, MAX_BYTES));
  return new IgnoreFile(text, base, (pattern) => globMatcher(pattern, { pathname: true }));
}
