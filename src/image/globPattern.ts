// Shell patterns as Go's path.Match reads them: `*` and `?` stop at slashes, `[a-z]` and `[^a]` are
// classes, a backslash quotes. Cost: the product of both lengths at most.
import { ImageError } from './imageError.ts';

type Token =
  'star' | 'any' | { readonly code: number } | { readonly ranges: readonly Range[]; readonly negated: boolean };
type Range = readonly [low: number, high: number];

const SLASH = 47;

/** Throws ImageError `pattern` when the pattern is malformed, whether it matches or not. */
export function matchGlob(pattern: string, name: string): boolean {
  const tokens = parseGlob(pattern);
  const codes = [...name].map((character) => character.codePointAt(0) as number);
  let token = 0;
  let at = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < codes.length) {
    const here = tokens[token];
    if (here === 'star') {
      starToken = token++;
      starAt = at;
    } else if (here !== undefined && matchesOne(here, codes[at] as number)) {
      token++;
      at++;
    } else if (starToken >= 0 && codes[starAt] !== SLASH) {
      // The last star takes one more; earlier stars need not be tried again.
      token = starToken + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token] === 'star') token++;
  return token === tokens.length;
}

function matchesOne(token: Exclude<Token, 'star'>, code: number): boolean {
  if (token === 'any') return code !== SLASH;
  if ('code' in token) return token.code === code;
  return token.ranges.some(([low, high]) => low <= code && code <= high) !== token.negated;
}

function parseGlob(pattern: string): Token[] {
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === '*') tokens.push('star');
    else if (character === '?') tokens.push('any');
    else if (character === '[') {
      const { token, end } = parseClass(characters, at + 1);
      tokens.push(token);
      at = end;
    } else if (character === '\\') tokens.push({ code: codeAt(characters, ++at) });
    else tokens.push({ code: character.codePointAt(0) as number });
  }
  return tokens;
}

function parseClass(characters: readonly string[], from: number): { token: Token; end: number } {
  const negated = characters[from] === '^';
  const ranges: Range[] = [];
  let at = negated ? from + 1 : from;
  while (characters[at] !== ']' || ranges.length === 0) {
    const low = classCharacter(characters, at);
    at = low.next;
    let high = low;
    if (characters[at] === '-') {
      high = classCharacter(characters, at + 1);
      at = high.next;
    }
    ranges.push([low.code, high.code]);
    if (at >= characters.length) throw malformed();
  }
  return { token: { ranges, negated }, end: at };
}

function classCharacter(characters: readonly string[], at: number): { code: number; next: number } {
  const character = characters[at];
  if (character === undefined || character === '-' || character === ']') throw malformed();
  const place = character === '\\' ? at + 1 : at;
  return { code: codeAt(characters, place), next: place + 1 };
}

function codeAt(characters: readonly string[], at: number): number {
  const code = characters[at]?.codePointAt(0);
  if (code === undefined) throw malformed();
  return code;
}

function malformed(): ImageError {
  return new ImageError('pattern', undefined, 'syntax error in pattern');
}
