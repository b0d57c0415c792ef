/** Whether text of shell patterns matches, `/` matched by neither `*` nor `?`; made by the caller's glob matcher. */
export type GlobCompiler = (pattern: string) => (text: string) => boolean;

interface Rule {
  readonly isNegated: boolean;
  readonly onlyDirectories: boolean;
  /** Gets the path below the file's directory. */
  readonly matches: (path: string) => boolean;
}

/** The lines of one .gitignore (gitignore(5)): later lines win. */
export class IgnoreFile {
  readonly #rules: readonly Rule[];
  /** Directory of the file, with a slash behind it; empty for the root. */
  readonly #base: string;

  constructor(text: string, base: string, compile: GlobCompiler) {
    this.#base = base;
    this.#rules = text.split('\n').flatMap((line) => parseRule(line, compile));
  }

  /** Undefined where no line speaks of it. */
  verdict(path: string, isDirectory: boolean): boolean | undefined {
    const inner = path.slice(this.#base.length);
    for (let i = this.#rules.length - 1; i >= 0; i--) {
      const rule = this.#rules[i] as Rule;
      if (rule.onlyDirectories && !isDirectory) continue;
      if (rule.matches(inner)) return !rule.isNegated;
    }
    return undefined;
  }
}

function parseRule(line: string, compile: GlobCompiler): Rule[] {
  // Blanks at the end count only behind a backslash.
  let pattern = line.replace(/\r$/, '').replace(/(?<!\\) +$/, '');
  if (pattern === '' || pattern.startsWith('#')) return [];
  const isNegated = pattern.startsWith('!');
  if (isNegated) pattern = pattern.slice(1);
  const onlyDirectories = pattern.endsWith('/');
  if (onlyDirectories) pattern = pattern.slice(0, -1);
  const isAnchored = pattern.includes('/');
  if (pattern.startsWith('/')) pattern = pattern.slice(1);
  if (pattern === '') return [];
  return [{ isNegated, onlyDirectories, matches: matcherOf(pattern, isAnchored, compile) }];
}

function matcherOf(pattern: string, isAnchored: boolean, compile: GlobCompiler): (path: string) => boolean {
  if (!isAnchored) {
    const matchesName = compile(pattern);
    return (path) => matchesName(path.slice(path.lastIndexOf('/') + 1));
  }
  const parts = pattern.split('/').map((part) => (part === '**' ? undefined : compile(part)));
  return (path) => matchParts(parts, path.split('/'));
}

/** `**` stands for any number of directories. Cost: at worst the product of the lengths. */
function matchParts(pattern: readonly (((text: string) => boolean) | undefined)[], path: readonly string[]): boolean {
  let reachable = new Set([0]);
  const withStars = (states: Set<number>) => {
    for (const state of states) if (state < pattern.length && pattern[state] === undefined) states.add(state + 1);
    return states;
  };
  reachable = withStars(reachable);
  for (const name of path) {
    const next = new Set<number>();
    for (const state of reachable) {
      if (state >= pattern.length) continue;
      const part = pattern[state];
      if (part === undefined) next.add(state);
      else if (part(name)) next.add(state + 1);
    }
    reachable = withStars(next);
  }
  // A `**` at the end matches what lies inside, not the directory itself.
  if (pattern.at(-1) === undefined) return reachable.has(pattern.length) && path.length >= pattern.length;
  return reachable.has(pattern.length);
}
