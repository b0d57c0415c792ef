import type { ExpressionParser } from './awkExpressionParser.ts';
import type { NameTable } from './awkNames.ts';
import { type Expression, type Statement, waits } from './awkSyntax.ts';
import type { TokenCursor } from './awkTokens.ts';

/** Reads statements and blocks. */
export class StatementParser {
  readonly #tokens: TokenCursor;
  readonly #names: NameTable;
  readonly #expressions: ExpressionParser;

  constructor(tokens: TokenCursor, names: NameTable, expressions: ExpressionParser) {
    this.#tokens = tokens;
    this.#names = names;
    this.#expressions = expressions;
  }

  block(): Statement {
    this.#tokens.expect('{');
    const items: Statement[] = [];
    this.#tokens.skipEnds();
    while (!this.#tokens.accept('}')) {
      if (this.#tokens.token.kind === 'end') throw this.#tokens.error();
      items.push(this.#tokens.deeper(() => this.#statement()));
      this.#tokens.skipEnds();
    }
    return { kind: 'block', items, waits: items.some(waits) };
  }

  #statement(): Statement {
    if (this.#tokens.is('{')) return this.block();
    const token = this.#tokens.token;
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'if':
          return this.#if();
        case 'while': {
          this.#tokens.next();
          const test = this.#condition();
          if (this.#tokens.accept(';')) return loop({ test, body: nothing() });
          return loop({ test, body: this.#body() });
        }
        case 'do':
          return this.#do();
        case 'for':
          return this.#for();
        default:
          break;
      }
    }
    if (this.#tokens.accept(';')) return nothing();
    const statement = this.#simple();
    this.#endSimple();
    return statement;
  }

  #endSimple(): void {
    if (this.#tokens.accept(';') || this.#tokens.is('}')) return;
    if (this.#tokens.token.kind === 'newline' || this.#tokens.token.kind === 'end') return;
    throw this.#tokens.error();
  }

  #condition(): Expression {
    this.#tokens.expect('(');
    const test = this.#expressions.expression();
    this.#tokens.expect(')');
    return test;
  }

  #body(): Statement {
    this.#tokens.skipNewlines();
    return this.#tokens.deeper(() => this.#statement());
  }

  #if(): Statement {
    this.#tokens.next();
    const test = this.#condition();
    const yes = this.#body();
    const from = this.#tokens.at;
    this.#tokens.skipEnds();
    if (!this.#tokens.accept('else')) {
      this.#tokens.at = from;
      return { kind: 'if', test, yes, no: undefined, waits: waits(test) || waits(yes) };
    }
    const no = this.#body();
    return { kind: 'if', test, yes, no, waits: waits(test) || waits(yes) || waits(no) };
  }

  #do(): Statement {
    this.#tokens.next();
    const body = this.#body();
    this.#tokens.skipEnds();
    this.#tokens.expect('while');
    const test = this.#condition();
    this.#endSimple();
    return { ...(loop({ test, body }) as Statement & { kind: 'loop' }), testsLast: true };
  }

  #for(): Statement {
    this.#tokens.next();
    this.#tokens.expect('(');
    const from = this.#tokens.at;
    if (
      this.#tokens.token.kind === 'name' &&
      this.#tokens.peek(1)?.text === 'in' &&
      this.#tokens.peek(3)?.text === ')'
    ) {
      const name = this.#names.name(this.#tokens.token.text);
      this.#tokens.skip(2);
      const array = this.#expressions.array(this.#tokens.token.text);
      this.#tokens.skip(2);
      return { kind: 'each', name, array, body: this.#body() };
    }
    this.#tokens.at = from;
    const first = this.#tokens.is(';') ? undefined : this.#simple();
    this.#tokens.expect(';');
    this.#tokens.skipNewlines();
    const test = this.#tokens.is(';') ? undefined : this.#expressions.expression();
    this.#tokens.expect(';');
    this.#tokens.skipNewlines();
    const step = this.#tokens.is(')') ? undefined : this.#simple();
    this.#tokens.expect(')');
    if (this.#tokens.accept(';')) return loop({ first, test, step, body: nothing() });
    return loop({ first, test, step, body: this.#body() });
  }

  #simple(): Statement {
    const token = this.#tokens.token;
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'print':
        case 'printf':
          return this.#print();
        case 'next':
        case 'nextfile':
        case 'break':
        case 'continue':
          this.#tokens.next();
          return { kind: 'leave', how: token.text };
        case 'exit':
        case 'return': {
          this.#tokens.next();
          const isBare =
            this.#tokens.is(';') ||
            this.#tokens.is('}') ||
            this.#tokens.token.kind === 'newline' ||
            this.#tokens.token.kind === 'end';
          const item = isBare ? undefined : this.#expressions.expression();
          return { kind: token.text, item, waits: waits(item) };
        }
        case 'delete': {
          this.#tokens.next();
          const array = this.#expressions.array(this.#tokens.token.text);
          this.#tokens.next();
          if (!this.#tokens.accept('[')) return { kind: 'delete', array, subscripts: undefined };
          const subscripts = this.#expressions.list(']');
          return { kind: 'delete', array, subscripts };
        }
        default:
          break;
      }
    }
    const item = this.#expressions.expression();
    return { kind: 'expression', item, waits: waits(item) };
  }

  #print(): Statement {
    const isFormat = this.#tokens.token.text === 'printf';
    this.#tokens.next();
    const items = this.#expressions.withoutGreater(() => this.#printed());
    const how = this.#tokens.is('>') ? '>' : this.#tokens.is('>>') ? '>>' : this.#tokens.is('|') ? '|' : undefined;
    if (!how) return { kind: 'print', items, isFormat, redirect: undefined, waits: items.some(waits) };
    this.#tokens.next();
    const to = this.#expressions.target();
    return { kind: 'print', items, isFormat, redirect: { how, to }, waits: true };
  }

  #printed(): readonly Expression[] {
    if (this.#endsPrint()) return [];
    const first = this.#expressions.expression();
    const rest: Expression[] = [];
    while (this.#tokens.accept(',')) {
      this.#tokens.skipNewlines();
      rest.push(this.#expressions.expression());
    }
    // A list in parentheses, and nothing behind it.
    return first.kind === 'group' && first.items.length > 1 && rest.length === 0 ? first.items : [first, ...rest];
  }

  #endsPrint(): boolean {
    const tokens = this.#tokens;
    const { kind } = tokens.token;
    return kind === 'newline' || kind === 'end' || [';', '}', '>', '>>', '|'].some((text) => tokens.is(text));
  }
}

function nothing(): Statement {
  return { kind: 'block', items: [], waits: false };
}

function loop(parts: {
  first?: Statement | undefined;
  test?: Expression | undefined;
  step?: Statement | undefined;
  body: Statement;
}): Statement {
  return { kind: 'loop', first: parts.first, test: parts.test, step: parts.step, body: parts.body, testsLast: false };
}
