// The lexical grammar of Go's text/template. Offsets are in UTF-16 units; columns in messages fit for ASCII, which
// formats are.

import { quoteGo } from '../commandLine/flagValue.ts';

export type TokenKind =
  | 'text'
  | 'leftDelimiter'
  | 'rightDelimiter'
  | 'identifier'
  | 'keyword'
  | 'field'
  | 'variable'
  | 'dot'
  | 'nil'
  | 'bool'
  | 'number'
  | 'string'
  | 'char'
  | 'pipe'
  | 'assign'
  | 'declare'
  | 'leftParen'
  | 'rightParen'
  | 'space'
  | 'punctuation'
  | 'eof'
  | 'error';

export interface Token {
  readonly kind: TokenKind;
  readonly at: number;
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);
const SPACE = /[ \t\r\n]/;
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

/** All tokens, the last of them `eof` or `error`. */
export function lexTemplate(input: string): Token[] {
  return new Lexer(input).run();
}

class Lexer {
  readonly #input: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #parenDepth = 0;
  #isDone = false;

  constructor(input: string) {
    this.#input = input;
  }

  run(): Token[] {
    while (!this.#isDone) {
      if (!this.#readText()) break;
      this.#readAction();
    }
    if (!this.#isDone) this.#emit('eof', this.#input.length);
    return this.#tokens;
  }

  #emit(kind: TokenKind, end: number): undefined {
    const text = this.#input.slice(this.#at, end);
    this.#tokens.push({ kind, at: this.#at, text, line: this.#line });
    this.#line += text.split('\n').length - 1;
    this.#at = end;
  }

  #fail(text: string): undefined {
    this.#tokens.push({ kind: 'error', at: this.#at, text, line: this.#line });
    this.#isDone = true;
  }

  // Text up to the next `{{`; false when there is none.
  #readText(): boolean {
    const found = this.#input.indexOf('{{', this.#at);
    const end = found < 0 ? this.#input.length : found;
    let text = this.#input.slice(this.#at, end);
    if (found >= 0 && isLeftTrim(this.#input, found + 2)) text = text.trimEnd();
    if (text !== '') this.#tokens.push({ kind: 'text', at: this.#at, text, line: this.#line });
    this.#line += this.#input.slice(this.#at, end).split('\n').length - 1;
    this.#at = end;
    return found >= 0;
  }

  #readAction(): undefined {
    const body = this.#at + (isLeftTrim(this.#input, this.#at + 2) ? 4 : 2);
    if (this.#input.startsWith('/*', body)) return this.#skipComment(body);
    this.#tokens.push({ kind: 'leftDelimiter', at: this.#at, text: '{{', line: this.#line });
    if (this.#input[body - 1] === '\n') this.#line++;
    this.#at = body;
    this.#parenDepth = 0;
    while (!this.#isDone) {
      const closing = this.#closing();
      if (closing) {
        if (this.#parenDepth > 0) return this.#fail('unclosed left paren');
        this.#close(closing);
        return;
      }
      this.#readToken();
    }
  }

  #skipComment(body: number): undefined {
    const end = this.#input.indexOf('*/', body + 2);
    if (end < 0) return this.#fail('unclosed comment');
    this.#line += this.#input.slice(this.#at, end).split('\n').length - 1;
    this.#at = end + 2;
    const closing = this.#closing();
    if (!closing) return this.#fail('comment ends before closing delimiter');
    this.#skipPast(closing);
  }

  #closing(): 'plain' | 'trim' | undefined {
    if (/^[ \t\r\n]-\}\}/.test(this.#input.slice(this.#at, this.#at + 4))) return 'trim';
    return this.#input.startsWith('}}', this.#at) ? 'plain' : undefined;
  }

  #close(closing: 'plain' | 'trim'): undefined {
    this.#tokens.push({ kind: 'rightDelimiter', at: this.#at, text: '}}', line: this.#line });
    this.#skipPast(closing);
  }

  #skipPast(closing: 'plain' | 'trim'): undefined {
    this.#at += closing === 'trim' ? 4 : 2;
    if (closing === 'plain') return;
    while (SPACE.test(this.#input[this.#at] ?? '')) {
      if (this.#input[this.#at] === '\n') this.#line++;
      this.#at++;
    }
  }

  #readToken(): undefined {
    const character = this.#input[this.#at];
    if (character === undefined) return this.#fail('unclosed action');
    if (SPACE.test(character)) return this.#readSpace();
    switch (character) {
      case '=':
        return this.#emit('assign', this.#at + 1);
      case ':':
        return this.#input[this.#at + 1] === '=' ? this.#emit('declare', this.#at + 2) : this.#fail('expected :=');
      case '|':
        return this.#emit('pipe', this.#at + 1);
      case '"':
        return this.#readQuoted();
      case '`':
        return this.#readRaw();
      case "'":
        return this.#readChar();
      case '(':
        this.#parenDepth++;
        return this.#emit('leftParen', this.#at + 1);
      case ')':
        if (--this.#parenDepth < 0) return this.#fail('unexpected right paren');
        return this.#emit('rightParen', this.#at + 1);
      case '$':
        return this.#readName('variable');
      default:
        return this.#readWord(character);
    }
  }

  #readWord(character: string): undefined {
    const next = this.#input[this.#at + 1];
    // At the very end, a dot is read as a number.
    if (character === '.' && next !== undefined && !/\d/.test(next)) return this.#readName('field');
    if (/[.+\-\d]/.test(character)) return this.#readNumber();
    if (/[\p{L}\p{Nd}_]/u.test(character)) return this.#readName('identifier');
    if (character > ' ' && character < '\x7f') return this.#emit('punctuation', this.#at + 1);
    return this.#fail(`unrecognized character in action: ${runeName(character)}`);
  }

  #readSpace(): undefined {
    let end = this.#at;
    while (SPACE.test(this.#input[end] ?? '')) end++;
    // The last blank may belong to ` -}}`.
    if (this.#input.startsWith('-}}', end)) {
      end--;
      if (end === this.#at) return;
    }
    this.#emit('space', end);
  }

  #readName(kind: 'variable' | 'field' | 'identifier'): undefined {
    let end = this.#at + (kind === 'identifier' ? 0 : 1);
    while (/[\p{L}\p{Nd}_]/u.test(this.#input[end] ?? '')) end++;
    const next = this.#input[end];
    const isTerminated =
      next === undefined || SPACE.test(next) || '.,|:)('.includes(next) || this.#input.startsWith('}}', end);
    if (!isTerminated) {
      this.#at = end;
      return this.#fail(`bad character ${runeName(next)}`);
    }
    const word = this.#input.slice(this.#at, end);
    if (kind === 'field' && word === '.') return this.#emit('dot', end);
    if (kind !== 'identifier') return this.#emit(kind, end);
    if (KEYWORDS.has(word)) return this.#emit('keyword', end);
    if (word === 'true' || word === 'false') return this.#emit('bool', end);
    this.#emit(word === 'nil' ? 'nil' : 'identifier', end);
  }

  // Not a perfect scanner: what is wrong with a number that it lets pass, its reader tells.
  #readNumber(): undefined {
    let end = this.#scanNumber(this.#at);
    let isWhole = !this.#isWordAt(end);
    if (isWhole && /[+-]/.test(this.#input[end] ?? '')) {
      // A complex number: `1+2i`.
      end = this.#scanNumber(end);
      isWhole = !this.#isWordAt(end) && this.#input[end - 1] === 'i';
    }
    if (isWhole) return this.#emit('number', end);
    const shown = this.#input.slice(this.#at, this.#isWordAt(end) ? end + 1 : end);
    return this.#fail(`bad number syntax: ${quoteGo(shown)}`);
  }

  #scanNumber(from: number): number {
    NUMBER.lastIndex = from;
    return from + (NUMBER.exec(this.#input)?.[0].length ?? 0);
  }

  #isWordAt(at: number): boolean {
    return /[\p{L}\p{Nd}_]/u.test(this.#input[at] ?? '');
  }

  #readQuoted(): undefined {
    const match = /^"(?:\\[^\n]|[^"\\\n])*"/.exec(this.#input.slice(this.#at));
    if (!match) return this.#fail('unterminated quoted string');
    this.#emit('string', this.#at + match[0].length);
  }

  #readRaw(): undefined {
    const end = this.#input.indexOf('`', this.#at + 1);
    if (end < 0) return this.#fail('unterminated raw quoted string');
    this.#emit('string', end + 1);
  }

  #readChar(): undefined {
    const match = /^'(?:\\[^\n]|[^'\\\n])*'/.exec(this.#input.slice(this.#at));
    if (!match) return this.#fail('unterminated character constant');
    this.#emit('char', this.#at + match[0].length);
  }
}

function isLeftTrim(input: string, at: number): boolean {
  return input[at] === '-' && SPACE.test(input[at + 1] ?? '');
}

/** As Go's `%#U`. */
function runeName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  return `U+${hex}${code >= 32 ? ` '${character}'` : ''}`;
}
