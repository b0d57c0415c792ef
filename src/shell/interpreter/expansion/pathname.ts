import { isDirectory, isSymlink } from '../../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { lstatIfThere, readdir, statIfThere } from '../../kernel/calls.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { compilePattern, type Pattern, type PatternOptions } from './pattern.ts';

/** Names that one pattern may stand for. */
const MAX_NAMES = 1_000_000;
const MAX_DEPTH = 200;

/** Whether a field is a pattern of file names: with `*`, `?`, `[…]`, or an extended one. */
export function isFilePattern(pattern: string, shell: Shell): boolean {
  return patternAt(pattern, shell.isBash && shell.isSet('extglob'));
}

function patternAt(pattern: string, hasGroups: boolean): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string;
    if (character === '\\') i++;
    else if (character === '*' || character === '?') return true;
    else if (character === '[' && pattern.includes(']', i + 1)) return true;
    else if (hasGroups && '@!+'.includes(character) && pattern[i + 1] === '(') return true;
  }
  return false;
}

/** Adds the names that match, in the order of their bytes; the text itself where none does. Throws ShellError
 *  (failglob). Cost: a listing of each directory on the way. */
export function expandPathname(shell: Shell, pattern: string, text: string, out: string[]): void {
  const found = matchingPaths(shell, pattern);
  if (found.length > 0) {
    for (const path of found) out.push(path);
    return;
  }
  if (shell.isBash && shell.isSet('failglob')) throw new ShellError('expansion', `no match: ${text}`);
  if (!(shell.isBash && shell.isSet('nullglob'))) out.push(text);
}

/** The paths that match a pattern, sorted. */
export function matchingPaths(shell: Shell, pattern: string): readonly string[] {
  const walk = new GlobWalk(shell);
  const isAbsolute = pattern.startsWith('/');
  const lead = /^\/*/.exec(pattern)?.[0] as string;
  walk.visit(lead, splitPath(pattern.slice(lead.length)), 0, 0);
  void isAbsolute;
  return [...new Set(walk.found)].sort(comparePaths);
}

/** Where a pattern has no slash in brackets: they end a component. */
function splitPath(pattern: string): string[] {
  const parts = pattern.split('/');
  return parts;
}

/** Order of glob(3) in the C locale; strings by code points, as their bytes are ordered. */
function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for characters above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

class GlobWalk {
  readonly found: string[] = [];
  readonly #shell: Shell;
  readonly #options: PatternOptions;
  readonly #hasDots: boolean;
  readonly #hasStars: boolean;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#options = {
      hasGroups: shell.isBash && shell.isSet('extglob'),
      ignoresCase: shell.isBash && shell.isSet('nocaseglob'),
    };
    this.#hasDots = shell.isBash && shell.isSet('dotglob');
    this.#hasStars = shell.isBash && shell.isSet('globstar');
  }

  visit(directory: string, parts: readonly string[], at: number, depth: number): void {
    if (this.found.length > MAX_NAMES || depth > MAX_DEPTH) return;
    const part = parts[at];
    if (part === undefined) return;
    const isLast = at === parts.length - 1;
    if (part === '**' && this.#hasStars) {
      this.#visitAll(directory, parts, at, isLast, depth);
      return;
    }
    if (part === '' || !patternAt(part, this.#options.hasGroups)) {
      this.#visitLiteral(directory, unquoted(part), parts, at, isLast, depth);
      return;
    }
    const pattern = compilePattern(part, this.#options);
    const takesDots = this.#hasDots || part.startsWith('.') || part.startsWith('\\.');
    for (const name of this.#names(directory, pattern, takesDots)) {
      if (isLast) this.found.push(directory + name);
      else if (this.#isDirectory(directory + name)) this.visit(`${directory}${name}/`, parts, at + 1, depth + 1);
    }
  }

  #visitLiteral(
    directory: string,
    name: string,
    parts: readonly string[],
    at: number,
    isLast: boolean,
    depth: number,
  ): void {
    const { process } = this.#shell;
    if (!isLast) {
      this.visit(`${directory}${name}/`, parts, at + 1, depth + 1);
    } else if (name === '') {
      if (directory === '' || this.#isDirectory(directory)) this.found.push(directory);
    } else if (lstatIfThere(process, directory + name)) this.found.push(directory + name);
  }

  /** `**`: this directory and all below. */
  #visitAll(directory: string, parts: readonly string[], at: number, isLast: boolean, depth: number): void {
    if (isLast) {
      if (directory !== '') this.found.push(directory);
    } else this.visit(directory, parts, at + 1, depth + 1);
    for (const name of this.#names(directory, undefined, this.#hasDots)) {
      const path = directory + name;
      const stat = lstatIfThere(this.#shell.process, path);
      if (!stat) continue;
      if (isDirectory(stat.mode)) {
        if (isLast) this.found.push(path);
        this.#visitBelow(`${path}/`, parts, at, isLast, depth + 1);
      } else if (isLast) this.found.push(path);
    }
  }

  #visitBelow(directory: string, parts: readonly string[], at: number, isLast: boolean, depth: number): void {
    if (depth > MAX_DEPTH || this.found.length > MAX_NAMES) return;
    if (!isLast) this.visit(directory, parts, at + 1, depth + 1);
    for (const name of this.#names(directory, undefined, this.#hasDots)) {
      const path = directory + name;
      const stat = lstatIfThere(this.#shell.process, path);
      if (!stat) continue;
      if (isLast) this.found.push(path);
      if (isDirectory(stat.mode)) this.#visitBelow(`${path}/`, parts, at, isLast, depth + 1);
    }
  }

  #names(directory: string, pattern: Pattern | undefined, takesDots: boolean): readonly string[] {
    // bash leaves these out: `globskipdots`.
    const names =
      pattern && !this.#shell.isBash ? ['.', '..'].filter((name) => takesDots && pattern.matches(name)) : [];
    try {
      for (const { name } of readdir(this.#shell.process, directory === '' ? '.' : directory)) {
        if (name === '.' || name === '..' || (name.startsWith('.') && !takesDots)) continue;
        if (!pattern || pattern.matches(name)) names.push(name);
      }
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
    return names;
  }

  #isDirectory(path: string): boolean {
    const stat = statIfThere(this.#shell.process, path);
    return stat !== undefined && isDirectory(stat.mode) && !isSymlink(stat.mode);
  }
}

function unquoted(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/gsu, '$1') : text;
}
