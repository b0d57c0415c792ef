import { absolutePath } from '../absolutePath.ts';
import { globMatcher } from '../utilities/globMatch.ts';
import { fatal } from './gitFault.ts';
import type { Repository } from './repository.ts';

/** A path of the command line, from the root of the work tree; empty for the root. Throws GitFault outside of it. */
export function treePath(repository: Repository, operand: string): string {
  const absolute = absolutePath(repository.process.cwd, operand);
  const root = repository.workTree;
  if (absolute === root) return '';
  const prefix = root === '/' ? '/' : `${root}/`;
  if (!absolute.startsWith(prefix)) throw fatal(`${operand}: '${operand}' is outside repository at '${root}'`);
  return absolute.slice(prefix.length);
}

/** Which paths operands mean (gitglossary(7), "pathspec"): files, directories with all in them, patterns. */
export class Pathspec {
  readonly #specs: readonly { readonly operand: string; readonly matches: (path: string) => boolean }[];
  readonly #used = new Set<string>();

  constructor(repository: Repository, operands: readonly string[]) {
    this.#specs = operands.map((operand) => ({ operand, matches: matcherOf(repository, operand) }));
  }

  get isEmpty(): boolean {
    return this.#specs.length === 0;
  }

  /** Everything where nothing was given. */
  matches(path: string): boolean {
    if (this.isEmpty) return true;
    let isMatch = false;
    for (const { operand, matches } of this.#specs) {
      if (!matches(path)) continue;
      isMatch = true;
      this.#used.add(operand);
    }
    return isMatch;
  }

  /** Operands that have met no path so far. */
  get unused(): string[] {
    return this.#specs.map(({ operand }) => operand).filter((operand) => !this.#used.has(operand));
  }
}

function matcherOf(repository: Repository, operand: string): (path: string) => boolean {
  if (operand.startsWith(':(')) throw fatal(`pathspec magic is not simulated: '${operand}'`);
  const fromTop = /^:\/(?!\/)/.test(operand);
  const path = fromTop ? operand.slice(2).replace(/\/$/, '') : treePath(repository, operand);
  const inside = path === '' ? '' : `${path}/`;
  const wantsDirectory = operand.endsWith('/');
  const isPattern = /[*?[]/.test(path) ? globMatcher(path) : undefined;
  return (tested) =>
    (tested === path && !wantsDirectory) ||
    tested.startsWith(inside) ||
    (isPattern?.(tested.replace(/\/$/, '')) ?? false);
}
