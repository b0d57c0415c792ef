import { decodeName, encodeName } from '../bytes/byteName.ts';
import type { LayerTree } from '../vfs/layerTree.ts';

/** Tells whether an entry's name or path is one that a person asked for. */
export interface NameMatcher {
  matches(tree: LayerTree, entry: number): boolean;
}

/** Plain text matches as part of a name (of a path, when it holds a slash). With `*`, `?` or `[` it is a glob: of
 *  the whole name, or of the whole path from the root when it holds a slash; `**` stands for any number of
 *  directories. Letters match in either case. Undefined for an empty text, which asks for everything. */
export function compileNameMatcher(text: string): NameMatcher | undefined {
  const wanted = text.trim();
  if (wanted === '') return undefined;
  if (/[*?[]/.test(wanted)) return compileGlob(wanted);
  if (wanted.includes('/')) return partOfPath(wanted);
  return /^[\x00-\x7f]*$/.test(wanted) ? partOfAsciiName(wanted) : partOfName(wanted);
}

function partOfName(text: string): NameMatcher {
  const part = text.toLowerCase();
  return { matches: (tree, entry) => tree.name(entry).toLowerCase().includes(part) };
}

function partOfPath(text: string): NameMatcher {
  const part = text.toLowerCase();
  return { matches: (tree, entry) => `/${tree.path(entry)}`.toLowerCase().includes(part) };
}

/** The usual case, on the bytes as they lie. */
function partOfAsciiName(text: string): NameMatcher {
  const part = encodeName(text.toLowerCase());
  return {
    matches(tree, entry) {
      const { pool, nameStart, nameLength } = tree.columns;
      const start = nameStart[entry] as number;
      const last = start + (nameLength[entry] as number) - part.length;
      for (let at = start; at <= last; at++) {
        let i = 0;
        while (i < part.length && lowerAscii(pool[at + i] as number) === part[i]) i++;
        if (i === part.length) return true;
      }
      return false;
    },
  };
}

function lowerAscii(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

type GlobToken =
  | { readonly type: 'literal'; readonly character: string }
  | { readonly type: 'any' }
  | { readonly type: 'star' }
  | { readonly type: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

const ANY_DIRECTORIES = '**';

function compileGlob(text: string): NameMatcher {
  const segments = text
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment === ANY_DIRECTORIES ? ANY_DIRECTORIES : parseSegment(segment)));
  const only = segments.length === 1 && !text.startsWith('/') ? segments[0] : undefined;
  if (only !== undefined && only !== ANY_DIRECTORIES) {
    return { matches: (tree, entry) => matchSegment(only, decodeName(tree.nameBytes(entry))) };
  }
  return { matches: (tree, entry) => matchPath(segments, pathSegments(tree, entry)) };
}

function parseSegment(segment: string): readonly GlobToken[] {
  const characters = [...segment];
  const tokens: GlobToken[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === '*') {
      if (tokens.at(-1)?.type !== 'star') tokens.push({ type: 'star' });
    } else if (character === '?') tokens.push({ type: 'any' });
    else if (character === '\\' && i + 1 < characters.length) {
      tokens.push({ type: 'literal', character: characters[++i] as string });
    } else if (character === '[') {
      const parsed = parseClass(characters, i + 1);
      if (parsed) {
        tokens.push(parsed.token);
        i = parsed.end;
      } else tokens.push({ type: 'literal', character });
    } else tokens.push({ type: 'literal', character });
  }
  return tokens;
}

/** A bracket expression from after its `[`; `end` is at its `]`. Undefined when it is not closed. */
function parseClass(characters: readonly string[], start: number): { token: GlobToken; end: number } | undefined {
  let at = start;
  const negated = characters[at] === '!' || characters[at] === '^';
  if (negated) at++;
  const ranges: [string, string][] = [];
  const first = at;
  for (; at < characters.length; at++) {
    const from = characters[at] as string;
    if (from === ']' && at > first) return { token: { type: 'class', negated, ranges }, end: at };
    const to = characters[at + 2];
    if (characters[at + 1] === '-' && to !== undefined && to !== ']') {
      ranges.push([from, to]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return undefined;
}

/** Names of the path, root first. */
function pathSegments(tree: LayerTree, entry: number): string[] {
  const names: string[] = [];
  for (let at = entry; at !== 0; at = tree.parent(at)) names.push(tree.name(at));
  return names.reverse();
}

type Segment = typeof ANY_DIRECTORIES | readonly GlobToken[];

/** Only the last `**` ever needs to be tried again further on, so the cost is segments times names. */
function matchPath(pattern: readonly Segment[], names: readonly string[]): boolean {
  return matchWithStars(
    pattern.length,
    names.length,
    (i) => pattern[i] === ANY_DIRECTORIES,
    (i, j) => matchSegment(pattern[i] as readonly GlobToken[], names[j] as string),
  );
}

function matchSegment(tokens: readonly GlobToken[], name: string): boolean {
  const characters = [...name.toLowerCase()];
  return matchWithStars(
    tokens.length,
    characters.length,
    (i) => tokens[i]?.type === 'star',
    (i, j) => matchCharacter(tokens[i] as GlobToken, characters[j] as string),
  );
}

function matchCharacter(token: GlobToken, character: string): boolean {
  if (token.type === 'literal') return token.character === character;
  if (token.type !== 'class') return true;
  const inside = token.ranges.some(([from, to]) => character >= from && character <= to);
  return inside !== token.negated;
}

function matchWithStars(
  patternLength: number,
  length: number,
  isStar: (i: number) => boolean,
  matchOne: (i: number, j: number) => boolean,
): boolean {
  let i = 0;
  let j = 0;
  let star = -1;
  let starAt = 0;
  while (j < length) {
    if (i < patternLength && isStar(i)) {
      star = i++;
      starAt = j;
    } else if (i < patternLength && matchOne(i, j)) {
      i++;
      j++;
    } else if (star >= 0) {
      i = star + 1;
      j = ++starAt;
    } else return false;
  }
  while (i < patternLength && isStar(i)) i++;
  return i === patternLength;
}
