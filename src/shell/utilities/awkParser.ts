import { ExpressionParser } from './awkExpressionParser.ts';
import { NameTable } from './awkNames.ts';
import { StatementParser } from './awkStatementParser.ts';
import { AwkError, type AwkProgram, type Expression, type Rule } from './awkSyntax.ts';
import { TokenCursor } from './awkTokens.ts';

/** Throws AwkError. */
export function parseAwk(source: string): AwkProgram {
  return new ProgramParser(source).parse();
}

/** Reads rules and functions. */
class ProgramParser {
  readonly #tokens: TokenCursor;
  readonly #names = new NameTable();
  readonly #expressions: ExpressionParser;
  readonly #statements: StatementParser;
  readonly #rules: Rule[] = [];

  constructor(source: string) {
    this.#tokens = new TokenCursor(source);
    this.#expressions = new ExpressionParser(this.#tokens, this.#names);
    this.#statements = new StatementParser(this.#tokens, this.#names, this.#expressions);
  }

  parse(): AwkProgram {
    this.#tokens.skipEnds();
    while (this.#tokens.token.kind !== 'end') {
      this.#item();
      this.#tokens.skipEnds();
    }
    this.#names.settle();
    const { functions, globals, arrayGlobals } = this.#names;
    return { rules: this.#rules, functions, globals, arrayGlobals };
  }

  #item(): void {
    if (this.#tokens.accept('function')) {
      this.#function();
      return;
    }
    const isOpen = false;
    if (this.#tokens.is('BEGIN') || this.#tokens.is('END')) {
      const kind = this.#tokens.is('BEGIN') ? 'begin' : 'end';
      this.#tokens.next();
      this.#tokens.skipNewlines();
      if (!this.#tokens.is('{')) throw this.#tokens.error();
      this.#rules.push({ kind, pattern: undefined, until: undefined, body: this.#statements.block(), isOpen });
      return;
    }
    let pattern: Expression | undefined;
    let until: Expression | undefined;
    if (!this.#tokens.is('{')) {
      pattern = this.#expressions.expression();
      if (this.#tokens.accept(',')) {
        this.#tokens.skipNewlines();
        until = this.#expressions.expression();
      }
    }
    const body = this.#tokens.is('{') ? this.#statements.block() : undefined;
    this.#rules.push({ kind: 'main', pattern, until, body, isOpen });
  }

  #function(): void {
    const { text: name, kind } = this.#tokens.token;
    if (kind !== 'name' && kind !== 'call') throw this.#tokens.error();
    this.#tokens.next();
    this.#tokens.expect('(');
    const parameters: string[] = [];
    while (!this.#tokens.accept(')')) {
      this.#tokens.skipNewlines();
      if (this.#tokens.token.kind !== 'name') throw this.#tokens.error();
      parameters.push(this.#tokens.token.text);
      this.#tokens.next();
      this.#tokens.skipNewlines();
      if (!this.#tokens.is(')')) this.#tokens.expect(',');
    }
    const callee = this.#names.calleeOf(name);
    if (callee.body) throw new AwkError(`function name ${name} previously defined`, this.#tokens.token.line);
    callee.parameters = parameters;
    this.#names.enter(callee);
    this.#tokens.skipNewlines();
    if (!this.#tokens.is('{')) throw this.#tokens.error();
    callee.body = this.#statements.block();
    this.#names.leave();
  }
}
