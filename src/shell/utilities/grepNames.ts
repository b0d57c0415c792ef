import { globMatcher } from './globMatch.ts';

export interface NameRules {
  readonly included: readonly string[];
  readonly excluded: readonly string[];
  readonly excludedDirectories: readonly string[];
}

type Matcher = (name: string) => boolean;

/** Which files are looked into, by `--include`, `--exclude` and `--exclude-dir`. */
export class NameFilter {
  readonly #included: readonly Matcher[];
  readonly #excluded: readonly Matcher[];
  readonly #excludedDirectories: readonly Matcher[];

  constructor({ included, excluded, excludedDirectories }: NameRules) {
    this.#included = included.map((glob) => globMatcher(glob));
    this.#excluded = excluded.map((glob) => globMatcher(glob));
    this.#excludedDirectories = excludedDirectories.map((glob) => globMatcher(glob.replace(/\/+$/, '')));
  }

  excludes(path: string): boolean {
    if (this.#included.length === 0 && this.#excluded.length === 0) return false;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (this.#excluded.some((matches) => matches(name) || matches(path))) return true;
    return this.#included.length > 0 && !this.#included.some((matches) => matches(name));
  }

  excludesDirectory(name: string): boolean {
    return this.#excludedDirectories.some((matches) => matches(name));
  }
}
