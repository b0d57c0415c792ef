import { encodeName } from '../../bytes/byteName.ts';

/** What fnmatch(3) may do beside its usual. */
export interface GlobRules {
  /** A leading `.` matches only itself. */
  readonly period?: boolean;
  /** `*`, `?` and brackets do not match `/`. */
  readonly pathname?: boolean;
  readonly ignoreCase?: boolean;
}

type Part =
  | { readonly kind: 'one'; readonly matches: (character: string) => boolean }
  | { readonly kind: 'any' }
  | { readonly kind: 'literal'; readonly character: string };

/** A matcher of shell patterns: `*`, `?`, `[a-z]`, `[!a]`, `[[:alpha:]]`, `\x`. Cost: length of the pattern times
 *  length of the text, at worst. */
export function globMatcher(pattern: string, rules: GlobRules = {}): (text: string) => boolean {
  const fold = (text: string) => (rules.ignoreCase ? text.toLowerCase() : text);
  const parts = parsePattern(fold(pattern));
  const firstIsLiteral = parts[0]?.kind === 'literal';
  return (text) => {
    if (rules.period && text.startsWith('.') && !firstIsLiteral) return false;
    return matchParts(parts, [...fold(text)], rules.pathname === true);
  };
}

function matchParts(parts: readonly Part[], text: readonly string[], stopsAtSlash: boolean): boolean {
  let at = 0;
  let part = 0;
  /** Where to go on when the last star has to take one more. */
  let starPart = -1;
  let starAt = 0;
  while (at < text.length || part < parts.length) {
    const wanted = parts[part];
    const character = text[at];
    if (wanted?.kind === 'any') {
      starPart = part++;
      starAt = at;
      continue;
    }
    if (wanted && character !== undefined && takes(wanted, character, stopsAtSlash)) {
      part++;
      at++;
      continue;
    }
    if (starPart < 0 || starAt >= text.length) return false;
    if (stopsAtSlash && text[starAt] === '/') return false;
    at = ++starAt;
    part = starPart + 1;
  }
  return true;
}

function takes(part: Part, character: string, stopsAtSlash: boolean): boolean {
  if (part.kind === 'literal') return part.character === character;
  if (stopsAtSlash && character === '/') return false;
  return part.kind === 'one' && part.matches(character);
}

function parsePattern(pattern: string): Part[] {
  const characters = [...pattern];
  const parts: Part[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === '*') {
      if (parts.at(-1)?.kind !== 'any') parts.push({ kind: 'any' });
    } else if (character === '?') parts.push({ kind: 'one', matches: () => true });
    else if (character === '\\' && i + 1 < characters.length)
      parts.push({ kind: 'literal', character: characters[++i] as string });
    else if (character === '[') {
      const set = parseSet(characters, i + 1);
      if (!set) parts.push({ kind: 'literal', character });
      else {
        parts.push({ kind: 'one', matches: set.matches });
        i = set.end;
      }
    } else parts.push({ kind: 'literal', character });
  }
  return parts;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\u0000-\u001f\u007f]/,
  digit: /[0-9]/,
  graph: /[\u0021-\u007e]/,
  lower: /[a-z]/,
  print: /[\u0020-\u007e]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** A bracket expression from after its `[`; `end` is at its `]`. Undefined where it does not end. */
function parseSet(characters: readonly string[], start: number) {
  let i = start;
  const isNegated = characters[i] === '!' || characters[i] === '^';
  if (isNegated) i++;
  const tests: ((character: string) => boolean)[] = [];
  for (let first = true; ; first = false) {
    let character = characters[i];
    if (character === undefined) return undefined;
    if (character === ']' && !first) break;
    if (character === '[' && characters[i + 1] === ':') {
      const close = characters.indexOf(':', i + 2);
      const set = CLASSES[characters.slice(i + 2, close).join('')];
      if (close > 0 && characters[close + 1] === ']' && set) {
        tests.push((tested) => set.test(tested));
        i = close + 2;
        continue;
      }
    }
    if (character === '\\' && i + 1 < characters.length) character = characters[++i] as string;
    const low = character;
    i++;
    if (characters[i] === '-' && characters[i + 1] !== undefined && characters[i + 1] !== ']') {
      const high = characters[i + 1] as string;
      i += 2;
      tests.push((tested) => rank(tested) >= rank(low) && rank(tested) <= rank(high));
    } else tests.push((tested) => tested === low);
  }
  const matches = (character: string) => tests.some((test) => test(character)) !== isNegated;
  return { matches, end: i };
}

/** Of a character among others: by its first byte where it is none of ASCII's. */
function rank(character: string): number {
  const code = character.codePointAt(0) as number;
  return code < 0x80 ? code : 0x1000 + code + (encodeName(character).length === 1 ? 0 : 1);
}
