// Expands words as BuildKit's shell lexer does (frontend/dockerfile/shell): quotes, escapes, `$x`, `${x}` with its
// modifiers. It is a little shell, not a shell: no command, no arithmetic, no `~`.
import { BuildError } from '../buildError.ts';
import { quote } from '../go/quote.ts';
import { isSpace } from '../go/space.ts';
import type { Environment } from './environment.ts';
import { replaceAll, replaceFirst, trimPrefix, trimSuffix } from './substitute.ts';

export type EscapeCharacter = '\\' | '`';

export interface LexOptions {
  /** The Dockerfile's escape directive. */
  readonly escape: EscapeCharacter;
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean;
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean;
  /** Quotes are ordinary characters. */
  readonly skipQuotes?: boolean;
  /** A variable that is not set stays as it is written. */
  readonly keepUnset?: boolean;
  /** Of `${x…}` only what begins with a colon, and `${x?…}`, as up to BuildKit 0.8. */
  readonly colonOnly?: boolean;
}

export interface Expansion {
  readonly text: string;
  /** Variables that were found, and that were not. */
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

/** Longest result of one word, in UTF-16 units: a kernel takes 128 KiB of one variable. */
export const MAX_EXPANSION_LENGTH = 4 * 1024 * 1024;
/** `${a:-${b:-…}}` deeper than this is refused. */
const MAX_DEPTH = 500;
const NOTHING: ReadonlySet<string> = new Set();
const END = '';
const MISSING_SLASH = `syntax error: missing '/' in ${'$'}{}`;
/** How Go prints the character that is not there. */
const NO_CHARACTER = '\ufffd';

/** One word in, one word out; blanks inside stay. Throws BuildError `expansion` with BuildKit's words, or `limit`. */
export function expandWord(word: string, environment: Environment, options: LexOptions): Expansion {
  const { error, ...expansion } = tryExpandWord(word, environment, options);
  if (error) throw error;
  return expansion;
}

/** The same, but a word that cannot be expanded tells all the same which variables were looked up before that. */
export function tryExpandWord(
  word: string,
  environment: Environment,
  options: LexOptions,
): Expansion & { readonly error?: BuildError } {
  if (!/[$'"\\`\ufeff]/.test(word)) return { text: word, matched: NOTHING, unmatched: NOTHING };
  const lexer = new WordLexer(word, environment, options, undefined);
  const { matched, unmatched } = lexer;
  try {
    return { text: lexer.run(), matched, unmatched };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { text: '', matched, unmatched, error };
  }
}

/** The words that a text gives after expansion: split at blanks that are neither quoted nor escaped. */
export function expandWords(text: string, environment: Environment, options: LexOptions): string[] {
  const words = new WordList();
  new WordLexer(text, environment, options, words).run();
  return words.list;
}

/** Gathers words. BuildKit keeps one buffer for all nesting levels: `${x:-y}` drops what stood unfinished before it. */
class WordList {
  list: string[] = [];
  buffer = '';
}

class WordLexer {
  readonly matched = new Set<string>();
  readonly unmatched = new Set<string>();
  readonly #source: string;
  readonly #environment: Environment;
  readonly #options: LexOptions;
  readonly #words: WordList | undefined;
  #at = 0;
  #rawEscapes: boolean;
  #depth = 0;

  constructor(source: string, environment: Environment, options: LexOptions, words: WordList | undefined) {
    this.#source = source;
    this.#environment = environment;
    this.#options = options;
    this.#words = words;
    this.#rawEscapes = options.rawEscapes ?? false;
    if (source.startsWith('\ufeff')) this.#at = 1;
  }

  run(): string {
    try {
      return this.#until(END, this.#rawEscapes);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      throw new BuildError(error.code, `failed to process ${quote(this.#source)}: ${error.message}`);
    }
  }

  /** Up to `stop`, which is taken too, or to the end. */
  #until(stop: string, rawEscapes: boolean): string {
    if (++this.#depth > MAX_DEPTH) throw new BuildError('limit', `substitutions are nested deeper than ${MAX_DEPTH}`);
    const outerRawEscapes = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    const words = this.#words === undefined ? undefined : new WordSplitter(this.#words);
    const text = this.#plainUntil(stop, words);
    words?.finish({ outermost: this.#depth === 1 });
    this.#rawEscapes = outerRawEscapes;
    this.#depth--;
    return text;
  }

  #plainUntil(stop: string, words: WordSplitter | undefined): string {
    const { escape: escapeToken, skipQuotes } = this.#options;
    let result = '';
    for (let ch = this.#peek(); ch !== END; ch = this.#peek()) {
      if (result.length > MAX_EXPANSION_LENGTH) throw tooLong();
      if (ch === stop) {
        this.#at++;
        return result;
      }
      if (ch === '$') {
        const value = this.#dollar();
        result += value;
        words?.addExpanded(value);
      } else if (ch === '<' || (!skipQuotes && (ch === "'" || ch === '"'))) {
        const value = ch === '<' ? this.#angle() : ch === "'" ? this.#singleQuoted() : this.#doubleQuoted();
        result += value;
        words?.addRaw(value);
      } else if (ch === escapeToken) {
        if (this.#rawEscapes) {
          result += ch;
          words?.addRaw(ch);
        }
        this.#at++;
        const next = this.#next();
        if (next === END) break;
        result += next;
        words?.addRaw(next);
      } else {
        this.#at += ch.length;
        result += ch;
        words?.addCharacter(ch);
      }
    }
    if (stop !== END) throw fault(`unexpected end of statement while looking for matching ${stop}`);
    if (result.length > MAX_EXPANSION_LENGTH) throw tooLong();
    return result;
  }

  #singleQuoted(): string {
    const close = this.#source.indexOf("'", this.#at + 1);
    if (close < 0) {
      this.#at = this.#source.length;
      throw fault('unexpected end of statement while looking for matching single-quote');
    }
    const text = this.#source.slice(this.#at + 1, close);
    this.#at = close + 1;
    return this.#options.rawQuotes ? `'${text}'` : text;
  }

  #doubleQuoted(): string {
    const { escape: escapeToken, rawQuotes } = this.#options;
    let result = rawQuotes ? '"' : '';
    this.#at++;
    for (let ch = this.#peek(); ch !== END; ch = this.#peek()) {
      if (result.length > MAX_EXPANSION_LENGTH) throw tooLong();
      if (ch === '$') {
        result += this.#dollar();
        continue;
      }
      this.#at += ch.length;
      if (ch === '"') return rawQuotes ? `${result}"` : result;
      if (ch === escapeToken) {
        if (this.#rawEscapes) result += ch;
        const next = this.#peek();
        if (next === END) continue;
        // Only these can be escaped between double quotes; before others the escape character stays.
        if (next === '"' || next === '$' || next === escapeToken) {
          this.#at++;
          ch = next;
        }
      }
      result += ch;
    }
    throw fault('unexpected end of statement while looking for matching double-quote');
  }

  #dollar(): string {
    this.#at++;
    if (this.#peek() !== '{') {
      const name = this.#name();
      if (name === '') return '$';
      const value = this.#lookup(name);
      return value ?? (this.#options.keepUnset ? `$${name}` : '');
    }
    this.#at++;
    const first = this.#peek();
    if (first === END) throw fault("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') throw fault('syntax error: bad substitution');
    const name = this.#name();
    const operator = this.#next();
    if (operator === '}') return this.#lookup(name) ?? (this.#options.keepUnset ? `\${${name}}` : '');
    if (this.#options.colonOnly && operator !== ':' && operator !== '?') throw fault("missing ':' in substitution");
    if (operator === '/') return this.#replacement(name);
    if (operator === ':') return this.#conditional(name, this.#next(), { nullIsUnset: true });
    if ('+-?#%'.includes(operator) && operator !== END)
      return this.#conditional(name, operator, { nullIsUnset: false });
    throw unsupported(operator || NO_CHARACTER);
  }

  #conditional(name: string, operator: string, { nullIsUnset }: { nullIsUnset: boolean }): string {
    const { colonOnly } = this.#options;
    const modifier = operator || NO_CHARACTER;
    const shown = nullIsUnset ? `:${modifier}` : modifier;
    const unknown = colonOnly ? modifier : shown;
    const trims = operator === '#' || operator === '%';
    if (nullIsUnset && trims && !colonOnly) throw unsupported(unknown);
    const word = this.#part('}', trims, "syntax error: missing '}'");
    const found = this.#lookup(name);
    if (this.#options.keepUnset && found === undefined) return `\${${name}${shown}${word}}`;
    const value = found ?? '';
    const missing = found === undefined || (nullIsUnset && value === '');
    switch (operator) {
      case '-':
        return missing ? word : value;
      case '+':
        return missing ? '' : word;
      case '?': {
        const why = found === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty';
        if (missing) throw fault(`${name}: ${word || why}`);
        return value;
      }
      case '#':
      case '%': {
        if (nullIsUnset) throw unsupported(unknown);
        const greedy = word.startsWith(operator);
        const pattern = greedy ? word.slice(1) : word;
        return operator === '#' ? trimPrefix(value, pattern, { greedy }) : trimSuffix(value, pattern, { greedy });
      }
      default:
        throw unsupported(unknown);
    }
  }

  #replacement(name: string): string {
    const all = this.#peek() === '/';
    if (all) this.#at++;
    const pattern = this.#part('/', true, MISSING_SLASH);
    const replacement = this.#part('}', true, "syntax error: missing '}'");
    const value = this.#lookup(name);
    if (this.#options.keepUnset && value === undefined) return `\${${name}/${pattern}/${replacement}}`;
    return all
      ? replaceAll(value ?? '', pattern, replacement, MAX_EXPANSION_LENGTH)
      : replaceFirst(value ?? '', pattern, replacement);
  }

  /** A part of `${…}`; whatever went wrong, at the text's end it is the missing delimiter that is told. */
  #part(stop: string, rawEscapes: boolean, missing: string): string {
    try {
      return this.#until(stop, rawEscapes);
    } catch (error) {
      if (!(error instanceof BuildError) || error.code === 'limit') throw error;
      throw this.#at >= this.#source.length ? fault(missing) : error;
    }
  }

  #name(): string {
    const start = this.#at;
    const source = this.#source;
    const first = this.#peek();
    if (isDigit(first)) {
      while (isDigit(this.#peek())) this.#at += this.#peek().length;
      return source.slice(start, this.#at);
    }
    if (first !== END && '@*#?-$!0'.includes(first)) {
      this.#at++;
      return first;
    }
    while (isNameCharacter(this.#peek())) this.#at += this.#peek().length;
    return source.slice(start, this.#at);
  }

  /** `<<` keeps the blanks that follow, so that the word after it is part of it. */
  #angle(): string {
    const start = this.#at++;
    if (this.#peek() !== '<') return '<';
    this.#at++;
    while (['\t', '\r', ' '].includes(this.#peek())) this.#at++;
    return this.#source.slice(start, this.#at);
  }

  #lookup(name: string): string | undefined {
    const value = this.#environment.get(name);
    (value === undefined ? this.unmatched : this.matched).add(name);
    return value;
  }

  #peek(): string {
    const code = this.#source.codePointAt(this.#at);
    if (code === undefined) return END;
    return code < 0x10000 ? (this.#source[this.#at] as string) : String.fromCodePoint(code);
  }

  #next(): string {
    const character = this.#peek();
    this.#at += character.length;
    return character;
  }
}

/** Splits one nesting level into words. */
class WordSplitter {
  readonly #out: WordList;
  readonly #words: string[] = [];
  #inWord = false;

  constructor(out: WordList) {
    this.#out = out;
    out.buffer = '';
  }

  addCharacter(character: string): void {
    if (!isSpace(character.charCodeAt(0))) this.addRaw(character);
    else if (this.#inWord && this.#out.buffer !== '') {
      this.#words.push(this.#out.buffer);
      this.#out.buffer = '';
      this.#inWord = false;
    }
  }

  addExpanded(text: string): void {
    for (const character of text) this.addCharacter(character);
  }

  addRaw(text: string): void {
    this.#out.buffer += text;
    this.#inWord = true;
  }

  finish({ outermost }: { outermost: boolean }): void {
    if (this.#out.buffer !== '') this.#words.push(this.#out.buffer);
    this.#out.buffer = '';
    if (outermost) this.#out.list = this.#words;
  }
}

function isDigit(character: string): boolean {
  return character < '\u0080' ? character >= '0' && character <= '9' : /^\p{Nd}$/u.test(character);
}

function isNameCharacter(character: string): boolean {
  if (character === END) return false;
  return character < '\u0080' ? /^[A-Za-z0-9_]$/.test(character) : /^[\p{L}\p{Nd}]$/u.test(character);
}

function fault(message: string): BuildError {
  return new BuildError('expansion', message);
}

function unsupported(modifier: string): BuildError {
  return fault(`unsupported modifier (${modifier}) in substitution`);
}

function tooLong(): BuildError {
  return new BuildError('limit', `an expansion is longer than ${MAX_EXPANSION_LENGTH} characters`);
}
