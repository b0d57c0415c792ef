import { readBracket, readEscape, type EscapeStyle } from './bracket.ts';
import { ANY, complement, foldCase, NEWLINE, SPACE, without, WORD, type CharSet } from './charSet.ts';
import { either, sequence, type Assertion, type ParsedPattern, type Pattern } from './pattern.ts';
import { RegexError } from './regexError.ts';

export interface PosixOptions {
  readonly syntax: 'basic' | 'extended';
  readonly ignoreCase: boolean;
  readonly escapes: EscapeStyle;
  /** Whether `.` and `[^a]` stand for a newline, too: not in grep. */
  readonly dotHasNewline: boolean;
  /** A repetition of nothing, as `*a` in an extended expression. A basic one takes it for itself. */
  readonly leadingRepeat: 'error' | 'literal' | 'nothing';
  readonly hasReferences: boolean;
}

const MAX_DEPTH = 200;
/** RE_DUP_MAX of glibc. */
const MAX_REPEAT = 32767;
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  '<': 'wordStart',
  '>': 'wordEnd',
  b: 'boundary',
  B: 'notBoundary',
  '`': 'textStart',
  "'": 'textEnd',
};
/** gawk's word boundary: `\b` is a backspace there, `\y` the boundary. */
const AWK_ASSERTIONS: Readonly<Record<string, Assertion>> = { ...ASSERTIONS, b: 'boundary', y: 'boundary' };

/** POSIX basic and extended regular expressions with GNU's additions (regex(7), the manual of GNU grep). Throws
 *  RegexError. */
export function parsePosix(text: string, options: PosixOptions): ParsedPattern {
  const parser = new PosixParser(text, options);
  return { pattern: parser.parse(), groupCount: parser.groupCount, groupNames: new Map() };
}

class PosixParser {
  groupCount = 0;
  readonly #text: string;
  readonly #options: PosixOptions;
  readonly #isBasic: boolean;
  readonly #closed = new Set<number>();
  #at = 0;
  #depth = 0;

  constructor(text: string, options: PosixOptions) {
    this.#text = text;
    this.#options = options;
    this.#isBasic = options.syntax === 'basic';
  }

  parse(): Pattern {
    const pattern = this.#alternatives();
    if (this.#at < this.#text.length) throw new RegexError('closeParen', this.#at);
    return pattern;
  }

  /** Whether an operator stands here, which basic expressions write with a backslash. */
  #isOperator(operator: string, at = this.#at): boolean {
    return this.#isBasic ? this.#text[at] === '\\' && this.#text[at + 1] === operator : this.#text[at] === operator;
  }

  get #operatorLength(): number {
    return this.#isBasic ? 2 : 1;
  }

  #alternatives(): Pattern {
    const options = [this.#branch()];
    while (this.#isOperator('|')) {
      this.#at += this.#operatorLength;
      options.push(this.#branch());
    }
    return either(options);
  }

  #branch(): Pattern {
    const items: Pattern[] = [];
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#isOperator('|') && !this.#isOperator(')')) {
      const isFirst = this.#at === start;
      const item = this.#atom(isFirst);
      items.push(this.#repeats(item));
    }
    if (this.#isOperator(')') && this.#depth === 0) throw new RegexError('closeParen', this.#at);
    return sequence(items);
  }

  #atom(isFirst: boolean): Pattern {
    const text = this.#text;
    const character = text[this.#at] as string;
    if (this.#isOperator('(')) return this.#group();
    if (character === '\\') return this.#backslash();
    if (character === '[') {
      const { set, end } = readBracket(text, this.#at + 1, {
        ignoreCase: this.#options.ignoreCase,
        escapes: this.#options.escapes,
        hasNewline: this.#options.dotHasNewline,
      });
      this.#at = end;
      return { kind: 'set', set };
    }
    if (character === '.') {
      this.#at++;
      return { kind: 'set', set: this.#options.dotHasNewline ? ANY : without(ANY, NEWLINE) };
    }
    if (character === '^' && (!this.#isBasic || isFirst)) {
      this.#at++;
      return { kind: 'assertion', what: 'lineStart' };
    }
    if (character === '$' && (!this.#isBasic || this.#endsBranch(this.#at + 1))) {
      this.#at++;
      return { kind: 'assertion', what: 'lineEnd' };
    }
    if (!this.#isBasic && isFirst && this.#startsRepeat()) {
      switch (this.#options.leadingRepeat) {
        case 'error':
          throw new RegexError('repeat', this.#at);
        case 'nothing':
          return sequence([]);
        default:
          break;
      }
    }
    return this.#character();
  }

  #startsRepeat(): boolean {
    const character = this.#text[this.#at] as string;
    return '*+?'.includes(character) || (character === '{' && /^\{\d*(?:,\d*)?\}/.test(this.#text.slice(this.#at)));
  }

  #endsBranch(at: number): boolean {
    return at >= this.#text.length || this.#isOperator('|', at) || this.#isOperator(')', at);
  }

  #character(): Pattern {
    const code = this.#text.codePointAt(this.#at) as number;
    this.#at += code > 0xffff ? 2 : 1;
    return this.#single(code);
  }

  #single(code: number): Pattern {
    const set: CharSet = [code, code];
    return { kind: 'set', set: this.#options.ignoreCase ? foldCase(set) : set };
  }

  #group(): Pattern {
    const opened = this.#at;
    this.#at += this.#operatorLength;
    if (++this.#depth > MAX_DEPTH) throw new RegexError('tooBig', opened);
    const index = ++this.groupCount;
    const item = this.#alternatives();
    if (!this.#isOperator(')')) throw new RegexError('openParen', opened);
    this.#at += this.#operatorLength;
    this.#depth--;
    this.#closed.add(index);
    return { kind: 'group', item, index };
  }

  #backslash(): Pattern {
    const text = this.#text;
    const at = this.#at + 1;
    if (at >= text.length) throw new RegexError('trailingBackslash', this.#at);
    const character = text[at] as string;
    const written = readEscape(text, at, this.#options.escapes);
    if (written) {
      this.#at = written.end;
      return this.#single(written.code);
    }
    this.#at = at + 1;
    const assertions = this.#options.escapes === 'awk' ? AWK_ASSERTIONS : ASSERTIONS;
    if (Object.hasOwn(assertions, character)) return { kind: 'assertion', what: assertions[character] as Assertion };
    switch (character) {
      case 'w':
        return { kind: 'set', set: WORD };
      case 'W':
        return { kind: 'set', set: this.#negated(WORD) };
      case 's':
        return { kind: 'set', set: this.#options.dotHasNewline ? SPACE : without(SPACE, NEWLINE) };
      case 'S':
        return { kind: 'set', set: this.#negated(SPACE) };
      default:
        break;
    }
    if (this.#options.hasReferences && character >= '1' && character <= '9') {
      const index = Number(character);
      if (!this.#closed.has(index)) throw new RegexError('reference', at);
      return { kind: 'reference', index, ignoreCase: this.#options.ignoreCase };
    }
    if (this.#isBasic && character === '{') throw new RegexError('repeat', at);
    this.#at = at;
    return this.#character();
  }

  #negated(set: CharSet): CharSet {
    return this.#options.dotHasNewline ? complement(set) : without(complement(set), NEWLINE);
  }

  #repeats(item: Pattern): Pattern {
    // In a basic expression a star behind the anchor that begins it is a star.
    if (this.#isBasic && isLineStart(item)) return item;
    let repeated = item;
    for (let count = 0; ; count++) {
      const bounds = this.#bounds();
      if (!bounds) return repeated;
      if (count > MAX_DEPTH) throw new RegexError('tooBig', this.#at);
      repeated = { kind: 'repeat', item: repeated, ...bounds, mode: 'greedy' };
    }
  }

  #bounds(): { readonly least: number; readonly most: number } | undefined {
    if (this.#text[this.#at] === '*') {
      this.#at++;
      return { least: 0, most: Number.POSITIVE_INFINITY };
    }
    if (this.#isOperator('+')) {
      this.#at += this.#operatorLength;
      return { least: 1, most: Number.POSITIVE_INFINITY };
    }
    if (this.#isOperator('?')) {
      this.#at += this.#operatorLength;
      return { least: 0, most: 1 };
    }
    return this.#isOperator('{') ? this.#interval() : undefined;
  }

  #interval(): { readonly least: number; readonly most: number } | undefined {
    const from = this.#at + this.#operatorLength;
    const close = this.#isBasic ? '\\}' : '}';
    const match = /^(\d*)(,?)(\d*)/.exec(this.#text.slice(from, from + 16)) as RegExpExecArray;
    const end = from + match[0].length;
    const isClosed = this.#text.startsWith(close, end);
    const hasNumber = match[1] !== '' || (match[2] !== '' && match[3] !== '') || match[2] !== '';
    if (!isClosed || !hasNumber) {
      // An extended expression takes a brace that begins no interval for itself.
      if (!this.#isBasic) return undefined;
      throw new RegexError(this.#text.indexOf(close, from) < 0 ? 'openBrace' : 'interval', this.#at);
    }
    const least = match[1] === '' ? 0 : Number(match[1]);
    const most = match[2] === '' ? least : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (least > MAX_REPEAT || (most !== Number.POSITIVE_INFINITY && most > MAX_REPEAT)) {
      throw new RegexError('tooBig', this.#at);
    }
    if (most < least) throw new RegexError('interval', this.#at);
    this.#at = end + close.length;
    return { least, most };
  }
}

function isLineStart(pattern: Pattern): boolean {
  return pattern.kind === 'assertion' && pattern.what === 'lineStart';
}
