import {
  ANY,
  complement,
  DIGIT,
  foldCase,
  namedClass,
  NEWLINE,
  setOf,
  SPACE,
  union,
  without,
  type CharSet,
} from './charSet.ts';
import { either, EMPTY, sequence, type Assertion, type ParsedPattern, type Pattern } from './pattern.ts';
import { RegexError } from './regexError.ts';

const MAX_DEPTH = 200;
const MAX_REPEAT = 65535;
const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };
const HORIZONTAL: CharSet = [0x09, 0x09, 0x20, 0x20, 0xa0, 0xa0];
const CLASSES: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  w: [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a],
  s: SPACE,
  h: HORIZONTAL,
  v: [0x0a, 0x0d, 0x85, 0x85, 0x2028, 0x2029],
};
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  b: 'boundary',
  B: 'notBoundary',
  A: 'textStart',
  z: 'textEnd',
  Z: 'textEnd',
};

interface Flags {
  ignoreCase: boolean;
  dotAll: boolean;
  extended: boolean;
}

/** Perl's expressions, as far as PCRE's users use them: classes, lazy and possessive repetition, look-around, atomic and
 *  named groups, back-references, `\K`, `\Q…\E`, inline flags i, s, x. Recursion, conditions and verbs are refused.
 *  Throws RegexError. */
export function parsePerl(text: string, ignoreCase: boolean): ParsedPattern {
  const parser = new PerlParser(text, ignoreCase);
  const pattern = parser.parse();
  return { pattern, groupCount: parser.groupCount, groupNames: parser.groupNames };
}

class PerlParser {
  groupCount = 0;
  readonly groupNames = new Map<string, number>();
  readonly #text: string;
  #flags: Flags;
  #at = 0;
  #depth = 0;

  constructor(text: string, ignoreCase: boolean) {
    this.#text = text;
    this.#flags = { ignoreCase, dotAll: false, extended: false };
  }

  parse(): Pattern {
    const pattern = this.#alternatives();
    if (this.#at < this.#text.length) throw new RegexError('closeParen', this.#at);
    return pattern;
  }

  #alternatives(): Pattern {
    const options = [this.#branch()];
    while (this.#text[this.#at] === '|') {
      this.#at++;
      options.push(this.#branch());
    }
    return either(options);
  }

  #branch(): Pattern {
    const items: Pattern[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') {
      if (this.#flags.extended && this.#skipsSpace()) continue;
      if (this.#text.startsWith('\\Q', this.#at)) {
        items.push(...this.#quoted());
        continue;
      }
      items.push(this.#repeats(this.#atom()));
    }
    return sequence(items);
  }

  #skipsSpace(): boolean {
    const match = /^(?:\s+|#[^\n]*)/.exec(this.#text.slice(this.#at, this.#at + 1000));
    if (!match) return false;
    this.#at += match[0].length;
    return true;
  }

  #quoted(): Pattern[] {
    const end = this.#text.indexOf('\\E', this.#at);
    const quoted = this.#text.slice(this.#at + 2, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 2;
    return [...quoted].map((character) => this.#single(character.codePointAt(0) as number));
  }

  #atom(): Pattern {
    const character = this.#text[this.#at] as string;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'set', set: this.#bracket() };
      case '.':
        this.#at++;
        return { kind: 'set', set: this.#flags.dotAll ? ANY : without(ANY, NEWLINE) };
      case '^':
        this.#at++;
        return { kind: 'assertion', what: 'lineStart' };
      case '$':
        this.#at++;
        return { kind: 'assertion', what: 'lineEnd' };
      case '\\':
        return this.#backslash();
      case '*':
      case '+':
      case '?':
        throw new RegexError('repeat', this.#at);
      default: {
        const code = this.#text.codePointAt(this.#at) as number;
        this.#at += code > 0xffff ? 2 : 1;
        return this.#single(code);
      }
    }
  }

  #single(code: number): Pattern {
    const set: CharSet = [code, code];
    return { kind: 'set', set: this.#flags.ignoreCase ? foldCase(set) : set };
  }

  #group(): Pattern {
    const opened = this.#at++;
    if (++this.#depth > MAX_DEPTH) throw new RegexError('tooBig', opened);
    const flags = { ...this.#flags };
    const pattern = this.#text[this.#at] === '?' ? this.#special(opened) : this.#captured();
    if (pattern !== 'flags') {
      if (this.#text[this.#at] !== ')') throw new RegexError('openParen', opened);
      this.#at++;
      this.#flags = flags;
    }
    this.#depth--;
    return pattern === 'flags' ? EMPTY : pattern;
  }

  #captured(name?: string): Pattern {
    const index = ++this.groupCount;
    if (name !== undefined) this.groupNames.set(name, index);
    return { kind: 'group', item: this.#alternatives(), index };
  }

  #special(opened: number): Pattern | 'flags' {
    const rest = this.#text.slice(this.#at, this.#at + 64);
    const look = /^\?(<?)([=!])/.exec(rest);
    if (look) {
      this.#at += look[0].length;
      const direction = look[1] === '<' ? 'behind' : 'ahead';
      return { kind: 'look', item: this.#alternatives(), direction, negative: look[2] === '!' };
    }
    const name = /^\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(rest);
    if (name) {
      this.#at += name[0].length;
      return this.#captured(name[1] ?? name[2]);
    }
    if (rest.startsWith('?>')) {
      this.#at += 2;
      return { kind: 'atomic', item: this.#alternatives() };
    }
    if (rest.startsWith('?#')) {
      const end = this.#text.indexOf(')', this.#at);
      this.#at = end < 0 ? this.#text.length : end;
      return EMPTY;
    }
    const flags = /^\?([isx]*)(?:-([isx]*))?([:)])/.exec(rest);
    if (!flags) throw new RegexError('syntax', opened);
    this.#at += flags[0].length;
    this.#setFlags(flags[1] as string, true);
    this.#setFlags(flags[2] ?? '', false);
    return flags[3] === ')' ? 'flags' : this.#alternatives();
  }

  #setFlags(letters: string, value: boolean): void {
    this.#flags = { ...this.#flags };
    if (letters.includes('i')) this.#flags.ignoreCase = value;
    if (letters.includes('s')) this.#flags.dotAll = value;
    if (letters.includes('x')) this.#flags.extended = value;
  }

  #backslash(): Pattern {
    const at = this.#at + 1;
    if (at >= this.#text.length) throw new RegexError('trailingBackslash', this.#at);
    const character = this.#text[at] as string;
    this.#at = at + 1;
    if (Object.hasOwn(ASSERTIONS, character)) return { kind: 'assertion', what: ASSERTIONS[character] as Assertion };
    const set = classOf(character);
    if (set) return { kind: 'set', set };
    if (character === 'K') return { kind: 'keep' };
    if (character === 'R') return { kind: 'set', set: [0x0a, 0x0d] };
    if (character >= '1' && character <= '9') {
      const digits = /^\d+/.exec(this.#text.slice(at, at + 4)) as RegExpExecArray;
      this.#at = at + digits[0].length;
      return this.#reference(Number(digits[0]), at);
    }
    const named = /^(?:k[<{']|g\{?)(\w+)[>}']?/.exec(this.#text.slice(at, at + 64));
    if (named) {
      this.#at = at + named[0].length;
      const label = named[1] as string;
      return this.#reference(/^\d+$/.test(label) ? Number(label) : (this.groupNames.get(label) ?? -1), at);
    }
    return this.#single(this.#escaped(at));
  }

  #reference(index: number, at: number): Pattern {
    if (index < 1 || index > this.groupCount) throw new RegexError('reference', at);
    return { kind: 'reference', index, ignoreCase: this.#flags.ignoreCase };
  }

  /** The character of an escape at `at`, behind the backslash. */
  #escaped(at: number): number {
    const text = this.#text;
    const character = text[at] as string;
    if (Object.hasOwn(SIMPLE_ESCAPES, character)) return SIMPLE_ESCAPES[character] as number;
    const hex = /^x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{0,2}))/.exec(text.slice(at, at + 10));
    if (hex) {
      this.#at = at + hex[0].length;
      return Math.min(Number.parseInt(hex[1] ?? (hex[2] || '0'), 16), 0x10ffff);
    }
    const octal = /^0[0-7]{0,2}/.exec(text.slice(at, at + 3));
    if (octal) {
      this.#at = at + octal[0].length;
      return Number.parseInt(octal[0], 8);
    }
    if (/[A-Za-z]/.test(character)) throw new RegexError('syntax', at);
    const code = text.codePointAt(at) as number;
    this.#at = at + (code > 0xffff ? 2 : 1);
    return code;
  }

  #bracket(): CharSet {
    const text = this.#text;
    const opened = this.#at++;
    const isNegated = text[this.#at] === '^';
    if (isNegated) this.#at++;
    let set: CharSet = [];
    for (let isFirst = true; text[this.#at] !== ']' || isFirst; isFirst = false) {
      if (this.#at >= text.length) throw new RegexError('brackets', opened);
      const low = this.#element();
      if (typeof low !== 'number') {
        set = union(set, low);
      } else if (text[this.#at] === '-' && text[this.#at + 1] !== ']' && this.#at + 1 < text.length) {
        this.#at++;
        const high = this.#element();
        if (typeof high !== 'number') set = union(union(set, high), [low, low, 0x2d, 0x2d]);
        else if (high < low) throw new RegexError('rangeEnd', this.#at);
        else set = union(set, [low, high]);
      } else {
        set = union(set, setOf(low, low));
      }
    }
    this.#at++;
    if (this.#flags.ignoreCase) set = foldCase(set);
    return isNegated ? complement(set) : set;
  }

  #element(): number | CharSet {
    const text = this.#text;
    const named = /^\[:(\^?)(\w+):\]/.exec(text.slice(this.#at, this.#at + 16));
    if (named) {
      const set = namedClass(named[2] as string);
      if (!set) throw new RegexError('className', this.#at);
      this.#at += named[0].length;
      return named[1] ? complement(set) : set;
    }
    if (text[this.#at] !== '\\') {
      const code = text.codePointAt(this.#at) as number;
      this.#at += code > 0xffff ? 2 : 1;
      return code;
    }
    const at = this.#at + 1;
    if (at >= text.length) throw new RegexError('brackets', at);
    this.#at = at + 1;
    const character = text[at] as string;
    if (character === 'b') return 8;
    return classOf(character) ?? this.#escaped(at);
  }

  #repeats(item: Pattern): Pattern {
    let repeated = item;
    for (let count = 0; ; count++) {
      if (this.#flags.extended) while (this.#skipsSpace());
      const bounds = this.#bounds();
      if (!bounds) return repeated;
      if (count > MAX_DEPTH) throw new RegexError('tooBig', this.#at);
      const suffix = this.#text[this.#at];
      if (suffix === '?' || suffix === '+') this.#at++;
      repeated = { kind: 'repeat', item: repeated, ...bounds, mode: suffix === '?' ? 'lazy' : 'greedy' };
      if (suffix === '+') repeated = { kind: 'atomic', item: repeated };
    }
  }

  #bounds(): { readonly least: number; readonly most: number } | undefined {
    switch (this.#text[this.#at]) {
      case '*':
        this.#at++;
        return { least: 0, most: Number.POSITIVE_INFINITY };
      case '+':
        this.#at++;
        return { least: 1, most: Number.POSITIVE_INFINITY };
      case '?':
        this.#at++;
        return { least: 0, most: 1 };
      case '{': {
        const match = /^\{(\d+)(,?)(\d*)\}/.exec(this.#text.slice(this.#at, this.#at + 20));
        if (!match) return undefined;
        const least = Number(match[1]);
        const most = match[2] === '' ? least : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
        if (most < least || least > MAX_REPEAT) throw new RegexError('interval', this.#at);
        this.#at += match[0].length;
        return { least, most };
      }
      default:
        return undefined;
    }
  }
}

function classOf(character: string): CharSet | undefined {
  if (Object.hasOwn(CLASSES, character)) return CLASSES[character];
  const lower = character.toLowerCase();
  if (character !== lower && Object.hasOwn(CLASSES, lower)) return complement(CLASSES[lower] as CharSet);
  if (character === 'N') return without(ANY, NEWLINE);
  return undefined;
}
