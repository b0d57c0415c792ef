import { type Token, tokenize } from './awkLexer.ts';
import { AwkError } from './awkSyntax.ts';

const MAX_DEPTH = 500;

/** The tokens of a program, one after another. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  #depth = 0;
  /** Where the next one stands; may be put back. */
  at = 0;

  /** Throws AwkError. */
  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  get token(): Token {
    return this.#tokens[this.at] as Token;
  }

  next(): void {
    this.at++;
  }

  skip(count: number): void {
    this.at += count;
  }

  peek(distance: number): Token | undefined {
    return this.#tokens[this.at + distance];
  }

  is(text: string): boolean {
    const token = this.token;
    return token.text === text && (token.kind === 'symbol' || token.kind === 'keyword');
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.error();
  }

  error(): AwkError {
    const token = this.token;
    const shown = token.kind === 'end' ? 'end of file' : token.kind === 'newline' ? 'end of line' : token.text;
    return new AwkError(`syntax error at or near ${shown}`, token.line);
  }

  skipNewlines(): void {
    while (this.token.kind === 'newline') this.at++;
  }

  skipEnds(): void {
    while (this.token.kind === 'newline' || this.is(';')) this.at++;
  }

  deeper<T>(body: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new AwkError('program is nested too deeply', this.token.line);
    const result = body();
    this.#depth--;
    return result;
  }
}
