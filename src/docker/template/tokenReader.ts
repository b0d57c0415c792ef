import { quoteGo } from '../commandLine/flagValue.ts';
import type { Token } from './lexer.ts';
import { TemplateError } from './templateError.ts';

/** Blocks and parentheses within each other. */
const MAX_DEPTH = 200;

/** The tokens of a template one by one, and what is wrong with them in Go's words. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #name: string;
  #at = 0;
  #depth = 0;
  /** In which the action under way began; 0 outside. */
  actionLine = 0;

  constructor(tokens: readonly Token[], name: string) {
    this.#tokens = tokens;
    this.#name = name;
  }

  peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (this.#at < this.#tokens.length) this.#at++;
    return token;
  }

  skipSpace(): void {
    while (this.peek().kind === 'space') this.#at++;
  }

  nextSolid(): Token {
    this.skipSpace();
    return this.next();
  }

  fail(message: string): never {
    const line = this.#tokens[Math.min(Math.max(this.#at - 1, 0), this.#tokens.length - 1)]?.line ?? 1;
    throw new TemplateError(`template: ${this.#name}:${line}: ${message}`);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind === 'error') {
      let extra = '';
      if (this.actionLine !== 0 && this.actionLine !== token.line) {
        extra = ` in action started at ${this.#name}:${this.actionLine}`;
        if (token.text.endsWith(' action')) extra = extra.slice(' in action'.length);
      }
      this.fail(token.text + extra);
    }
    this.fail(`unexpected ${tokenText(token)} in ${context}`);
  }

  expectClose(context: string): void {
    const token = this.nextSolid();
    if (token.kind !== 'rightDelimiter') this.unexpected(token, context);
  }

  /** Where to `goBack` to. */
  get place(): number {
    return this.#at;
  }

  goBack(place: number): void {
    this.#at = place;
  }

  /** Gives the token back that was read last. */
  unread(): void {
    this.#at--;
  }

  /** Into a block or parentheses; `leave` ends it. */
  enter(): void {
    if (++this.#depth > MAX_DEPTH) this.fail('max expression depth exceeded');
  }

  leave(): void {
    this.#depth--;
  }
}

function tokenText(token: Token): string {
  switch (token.kind) {
    case 'eof':
      return 'EOF';
    case 'keyword':
    case 'dot':
    case 'nil':
      return `<${token.text}>`;
    default:
      return token.text.length > 10 ? `${quoteGo(token.text.slice(0, 10))}...` : quoteGo(token.text);
  }
}
