/** A pattern of pathname expansion (glob(7), and bash's extended ones): what `case`, `[[`, `${x#…}` and file names
 *  match. Every operation takes time proportional to pattern times text, whatever the pattern. */
export interface Pattern {
  /** The whole text matches. */
  matches(text: string): boolean;
  /** Ends, in characters, of the shortest or longest match that begins at the text's start; -1 for none. */
  prefixEnd(text: Characters, isLongest: boolean): number;
  /** Where the shortest or longest match that ends at the text's end begins; -1 for none. */
  suffixStart(text: Characters, isLongest: boolean): number;
  /** End of the longest match that begins there; -1 for none. */
  matchAt(text: Characters, start: number): number;
  /** Of `*text` and `text*`: the text. Such patterns are most of those that scripts cut names with. */
  readonly afterStar: string | undefined;
  readonly beforeStar: string | undefined;
  /** The text that is all it matches, if it is no real pattern. */
  readonly literal: string | undefined;
}

/** A text by characters: itself where each is one unit, else an array. */
export type Characters = string | readonly string[];

export function charactersOf(text: string): Characters {
  return /[\ud800-\udbff]/.test(text) ? Array.from(text) : text;
}

export function sliceOf(text: Characters, start: number, end?: number): string {
  return typeof text === 'string' ? text.slice(start, end) : text.slice(start, end).join('');
}

type Token =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'set'; readonly test: (character: string) => boolean }
  | { readonly kind: 'group'; readonly operator: string; readonly options: readonly (readonly Token[])[] };

export interface PatternOptions {
  readonly hasGroups: boolean;
  readonly ignoresCase: boolean;
}

const PLAIN: PatternOptions = { hasGroups: false, ignoresCase: false };
const MAX_CACHED = 1000;
const MAX_DEPTH = 50;
const cache = new Map<string, Pattern>();

/** `text`: with backslashes before what is meant literally. */
export function compilePattern(text: string, options: PatternOptions = PLAIN): Pattern {
  const key = `${options.hasGroups ? 1 : 0}${options.ignoresCase ? 1 : 0}${text}`;
  const known = cache.get(key);
  if (known) return known;
  const made = new CompiledPattern(new PatternParser(text, options).parse(), options.ignoresCase);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, made);
  return made;
}

/** Quotes a text so that a pattern means it literally. */
export function escapePattern(text: string): string {
  return /[\\*?[\]()|!@+^&-]/.test(text) ? text.replace(/[\\*?[\]()|!@+^&-]/g, '\\$&') : text;
}

class CompiledPattern implements Pattern {
  readonly literal: string | undefined;
  readonly afterStar: string | undefined;
  readonly beforeStar: string | undefined;
  readonly #tokens: readonly Token[];
  readonly #ignoresCase: boolean;
  readonly #hasGroups: boolean;
  #reversed: readonly Token[] | undefined;

  constructor(tokens: readonly Token[], ignoresCase: boolean) {
    this.#tokens = tokens;
    this.#ignoresCase = ignoresCase;
    this.#hasGroups = tokens.some(({ kind }) => kind === 'group');
    this.literal = ignoresCase ? undefined : textOf(tokens);
    const isPlain = !ignoresCase && tokens.length > 1;
    this.afterStar = isPlain && tokens[0]?.kind === 'star' ? textOf(tokens.slice(1)) : undefined;
    this.beforeStar = isPlain && tokens.at(-1)?.kind === 'star' ? textOf(tokens.slice(0, -1)) : undefined;
  }

  matches(text: string): boolean {
    if (this.literal !== undefined) return text === this.literal;
    if (this.afterStar !== undefined) return text.endsWith(this.afterStar);
    if (this.beforeStar !== undefined) return text.startsWith(this.beforeStar);
    const characters = charactersOf(this.#ignoresCase ? text.toLowerCase() : text);
    if (!this.#hasGroups) return matchesSimple(this.#tokens, characters);
    return this.#ends(this.#tokens, characters, 0)[characters.length] === 1;
  }

  prefixEnd(text: Characters, isLongest: boolean): number {
    const ends = this.#ends(this.#tokens, this.#cased(text), 0);
    return isLongest ? ends.lastIndexOf(1) : ends.indexOf(1);
  }

  suffixStart(text: Characters, isLongest: boolean): number {
    this.#reversed ??= reverse(this.#tokens);
    const backwards = [...this.#cased(text)].reverse();
    const ends = this.#ends(this.#reversed, backwards, 0);
    const at = isLongest ? ends.lastIndexOf(1) : ends.indexOf(1);
    return at < 0 ? -1 : text.length - at;
  }

  matchAt(text: Characters, start: number): number {
    const cased = this.#cased(text);
    const first = this.#tokens[0];
    if (first && first.kind !== 'star' && first.kind !== 'group') {
      const character = cased[start];
      if (character === undefined || !accepts(first, character)) return -1;
    }
    return this.#ends(this.#tokens, cased, start).lastIndexOf(1);
  }

  #cased(text: Characters): Characters {
    if (!this.#ignoresCase) return text;
    return typeof text === 'string' ? text.toLowerCase() : text.map((character) => character.toLowerCase());
  }

  #ends(tokens: readonly Token[], text: Characters, start: number): Uint8Array {
    const set = new Uint8Array(text.length + 1);
    set[start] = 1;
    return advance(tokens, text, set);
  }
}

function textOf(tokens: readonly Token[]): string | undefined {
  let text = '';
  for (const token of tokens) {
    if (token.kind !== 'character') return undefined;
    text += token.character;
  }
  return text;
}

/** Greedy, with one point to come back to: the last star. */
function matchesSimple(tokens: readonly Token[], text: Characters): boolean {
  let at = 0;
  let token = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      starToken = token++;
      starAt = at;
    } else if (current && accepts(current, text[at] as string)) {
      at++;
      token++;
    } else if (starToken >= 0) {
      token = starToken + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token]?.kind === 'star') token++;
  return token === tokens.length;
}

function accepts(token: Token, character: string): boolean {
  switch (token.kind) {
    case 'character':
      return token.character === character;
    case 'any':
      return true;
    case 'set':
      return token.test(character);
    default:
      return false;
  }
}

/** From the set of positions where a match may stand to those where it stands after the tokens. */
function advance(tokens: readonly Token[], text: Characters, from: Uint8Array): Uint8Array {
  let set = from;
  for (const token of tokens) {
    if (token.kind === 'star') {
      const first = set.indexOf(1);
      const next = new Uint8Array(set.length);
      if (first >= 0) next.fill(1, first);
      set = next;
    } else if (token.kind === 'group') set = advanceGroup(token, text, set);
    else {
      const next = new Uint8Array(set.length);
      for (let at = set.indexOf(1); at >= 0 && at < text.length; at = set.indexOf(1, at + 1)) {
        if (accepts(token, text[at] as string)) next[at + 1] = 1;
      }
      set = next;
    }
  }
  return set;
}

function advanceGroup(token: Extract<Token, { kind: 'group' }>, text: Characters, from: Uint8Array): Uint8Array {
  const { operator, options } = token;
  if (operator === '!') return advanceOther(options, text, from);
  const once = (set: Uint8Array): Uint8Array => {
    const all = new Uint8Array(set.length);
    for (const option of options) merge(all, advance(option, text, set));
    return all;
  };
  if (operator === '@') return once(from);
  const result = new Uint8Array(from.length);
  if (operator !== '+') merge(result, from);
  if (operator === '?') {
    merge(result, once(from));
    return result;
  }
  let fresh = from;
  const seen = new Uint8Array(from.length);
  merge(seen, from);
  for (;;) {
    const reached = once(fresh);
    merge(result, reached);
    fresh = new Uint8Array(from.length);
    let isNew = false;
    for (let i = 0; i < reached.length; i++) {
      if (reached[i] !== 1 || seen[i] === 1) continue;
      fresh[i] = 1;
      seen[i] = 1;
      isNew = true;
    }
    if (!isNew) return result;
  }
}

/** `!(…)`: whatever the options do not match. */
function advanceOther(options: readonly (readonly Token[])[], text: Characters, from: Uint8Array): Uint8Array {
  const result = new Uint8Array(from.length);
  for (let at = from.indexOf(1); at >= 0; at = from.indexOf(1, at + 1)) {
    const start = new Uint8Array(from.length);
    start[at] = 1;
    const matched = new Uint8Array(from.length);
    for (const option of options) merge(matched, advance(option, text, start));
    for (let end = at; end < from.length; end++) if (matched[end] === 0) result[end] = 1;
  }
  return result;
}

function merge(into: Uint8Array, from: Uint8Array): void {
  for (let i = 0; i < from.length; i++) if (from[i] === 1) into[i] = 1;
}

function reverse(tokens: readonly Token[]): readonly Token[] {
  return tokens
    .map((token) => (token.kind === 'group' ? { ...token, options: token.options.map(reverse) } : token))
    .reverse();
}

class PatternParser {
  readonly #characters: Characters;
  readonly #hasGroups: boolean;
  readonly #ignoresCase: boolean;
  #at = 0;

  constructor(text: string, options: PatternOptions) {
    this.#characters = charactersOf(options.ignoresCase ? text.toLowerCase() : text);
    this.#hasGroups = options.hasGroups;
    this.#ignoresCase = options.ignoresCase;
  }

  parse(): readonly Token[] {
    return this.#sequence(0);
  }

  #sequence(depth: number): readonly Token[] {
    const tokens: Token[] = [];
    while (this.#at < this.#characters.length) {
      const character = this.#characters[this.#at] as string;
      if (depth > 0 && (character === '|' || character === ')')) break;
      if (
        this.#hasGroups &&
        '?*+@!'.includes(character) &&
        this.#characters[this.#at + 1] === '(' &&
        depth < MAX_DEPTH &&
        this.#isClosed()
      ) {
        this.#at += 2;
        tokens.push({ kind: 'group', operator: character, options: this.#options(depth + 1) });
        continue;
      }
      this.#at++;
      const token = this.#single(character);
      if (token.kind !== 'star' || tokens.at(-1)?.kind !== 'star') tokens.push(token);
    }
    return tokens;
  }

  #options(depth: number): (readonly Token[])[] {
    const options = [this.#sequence(depth)];
    while (this.#characters[this.#at] === '|') {
      this.#at++;
      options.push(this.#sequence(depth));
    }
    this.#at++;
    return options;
  }

  /** Whether the group that begins here ends. */
  #isClosed(): boolean {
    let depth = 0;
    for (let i = this.#at + 1; i < this.#characters.length; i++) {
      const character = this.#characters[i];
      if (character === '\\') i++;
      else if (character === '(') depth++;
      else if (character === ')' && --depth === 0) return true;
    }
    return false;
  }

  #single(character: string): Token {
    switch (character) {
      case '*':
        return { kind: 'star' };
      case '?':
        return { kind: 'any' };
      case '\\': {
        const next = this.#characters[this.#at];
        if (next === undefined) return { kind: 'character', character };
        this.#at++;
        return { kind: 'character', character: next };
      }
      case '[':
        return this.#set() ?? { kind: 'character', character };
      default:
        return { kind: 'character', character };
    }
  }

  /** `[...]`; undefined where it does not end: then the bracket stands for itself. */
  #set(): Token | undefined {
    const text = this.#characters;
    let at = this.#at;
    const isNegated = text[at] === '!' || text[at] === '^';
    if (isNegated) at++;
    const tests: ((character: string) => boolean)[] = [];
    const singles = new Set<string>();
    for (let isFirst = true; ; isFirst = false) {
      let character = text[at];
      if (character === undefined) return undefined;
      if (character === ']' && !isFirst) break;
      if (character === '[' && (text[at + 1] === ':' || text[at + 1] === '.' || text[at + 1] === '=')) {
        const named = this.#named(at);
        if (named) {
          tests.push(named.test);
          at = named.end;
          continue;
        }
      }
      if (character === '\\' && text[at + 1] !== undefined) character = text[++at] as string;
      at++;
      let last = text[at] === '-' ? text[at + 1] : undefined;
      if (last === undefined || last === ']') {
        singles.add(character);
        continue;
      }
      at += 2;
      if (last === '\\' && text[at] !== undefined) last = text[at++] as string;
      const low = character.codePointAt(0) as number;
      const high = last.codePointAt(0) as number;
      tests.push((one) => {
        const code = one.codePointAt(0) as number;
        return code >= low && code <= high;
      });
    }
    this.#at = at + 1;
    return {
      kind: 'set',
      test: (character) => (singles.has(character) || tests.some((test) => test(character))) !== isNegated,
    };
  }

  #named(at: number): { readonly test: (character: string) => boolean; readonly end: number } | undefined {
    const text = this.#characters;
    const mark = text[at + 1] as string;
    let end = at + 2;
    let name = '';
    while (end < text.length && !(text[end] === mark && text[end + 1] === ']')) name += text[end++];
    if (end >= text.length) return undefined;
    end += 2;
    if (mark !== ':') return { test: (character) => character === name, end };
    const test = CLASSES[name];
    if (!test) return { test: () => false, end };
    const ignoresCase = this.#ignoresCase && (name === 'upper' || name === 'lower');
    return { test: ignoresCase ? (CLASSES.alpha as (c: string) => boolean) : test, end };
  }
}

const matching = (pattern: RegExp) => (character: string) => pattern.test(character);

const CLASSES: Readonly<Record<string, (character: string) => boolean>> = {
  alnum: matching(/^[\p{L}\p{Nd}]$/u),
  alpha: matching(/^\p{L}$/u),
  ascii: matching(/^[\x00-\x7f]$/),
  blank: matching(/^[ \t]$/),
  cntrl: matching(/^[\x00-\x1f\x7f]$/),
  digit: matching(/^[0-9]$/),
  graph: matching(/^[^\s\p{Cc}\p{Cs}]$/u),
  lower: matching(/^\p{Ll}$/u),
  print: matching(/^[^\p{Cc}\p{Cs}]$/u),
  punct: matching(/^[!-/:-@[-`{-~\p{P}\p{S}]$/u),
  space: matching(/^[ \t\n\v\f\r]$/),
  upper: matching(/^\p{Lu}$/u),
  word: matching(/^[\p{L}\p{Nd}_]$/u),
  xdigit: matching(/^[0-9A-Fa-f]$/),
};
