import type { NameTable } from './awkNames.ts';
import { type Expression, isPlace, type Name, type Place, waits } from './awkSyntax.ts';
import type { TokenCursor } from './awkTokens.ts';

const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=']);
const COMPARISONS = new Set(['<', '<=', '==', '!=', '>', '>=']);
/** Functions that wait by their nature. */
const WAITING = new Set(['system', 'close', 'fflush']);
/** Functions that may stand without parentheses. */
const BARE = new Set(['length', 'fflush', 'rand', 'srand', 'systime']);
/** Which arguments are arrays. */
const ARRAY_ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  split: [1],
  asort: [0, 1],
  asorti: [0, 1],
  match: [2],
};

/** Reads expressions, from the loosest to the tightest. */
export class ExpressionParser {
  readonly #tokens: TokenCursor;
  readonly #names: NameTable;
  /** In `print`, `>` redirects. */
  #noGreater = false;

  constructor(tokens: TokenCursor, names: NameTable) {
    this.#tokens = tokens;
    this.#names = names;
  }

  expression(): Expression {
    return this.#tokens.deeper(() => this.#assignment());
  }

  #assignment(): Expression {
    const left = this.#choice();
    const token = this.#tokens.token;
    if (token.kind !== 'symbol' || !ASSIGNMENTS.has(token.text) || !isPlace(left)) return left;
    this.#tokens.next();
    this.#tokens.skipNewlines();
    const value = this.#tokens.deeper(() => this.#assignment());
    return { kind: 'assign', place: left, operator: token.text, value, waits: waits(left) || waits(value) };
  }

  #choice(): Expression {
    const test = this.#or();
    if (!this.#tokens.is('?')) return test;
    this.#tokens.next();
    this.#tokens.skipNewlines();
    const yes = this.#tokens.deeper(() => this.#assignment());
    this.#tokens.skipNewlines();
    this.#tokens.expect(':');
    this.#tokens.skipNewlines();
    const no = this.#tokens.deeper(() => this.#assignment());
    return { kind: 'choice', test, yes, no, waits: waits(test) || waits(yes) || waits(no) };
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#tokens.accept('||')) {
      this.#tokens.skipNewlines();
      const right = this.#and();
      left = { kind: 'or', left, right, waits: waits(left) || waits(right) };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#membership();
    while (this.#tokens.accept('&&')) {
      this.#tokens.skipNewlines();
      const right = this.#membership();
      left = { kind: 'and', left, right, waits: waits(left) || waits(right) };
    }
    return left;
  }

  #membership(): Expression {
    let left = this.#match();
    while (this.#tokens.is('in')) {
      this.#tokens.next();
      const array = this.array(this.#tokens.token.text);
      this.#tokens.next();
      const subscripts = left.kind === 'group' && left.items.length > 1 ? left.items : [left];
      left = { kind: 'in', subscripts, array, waits: subscripts.some(waits) };
    }
    return left;
  }

  #match(): Expression {
    let left = this.#comparison();
    while (this.#tokens.is('~') || this.#tokens.is('!~')) {
      const operator = this.#tokens.token.text;
      this.#tokens.next();
      this.#tokens.skipNewlines();
      left = this.#binary(operator, left, this.#comparison());
    }
    return left;
  }

  #comparison(): Expression {
    const left = this.#piped();
    const token = this.#tokens.token;
    if (token.kind !== 'symbol' || !COMPARISONS.has(token.text) || (token.text === '>' && this.#noGreater)) return left;
    this.#tokens.next();
    return this.#binary(token.text, left, this.#piped());
  }

  /** `command | getline`. */
  #piped(): Expression {
    let left = this.#concatenation(this.#noGreater);
    while (this.#tokens.is('|') && this.#tokens.peek(1)?.text === 'getline') {
      this.#tokens.skip(2);
      left = { kind: 'getline', source: 'command', from: left, into: this.#optionalPlace() };
    }
    return left;
  }

  #binary(operator: string, left: Expression, right: Expression): Expression {
    return { kind: 'binary', operator, left, right, waits: waits(left) || waits(right) };
  }

  #concatenation(noGreater: boolean): Expression {
    return this.#where(noGreater, () => {
      let left = this.#sum();
      while (this.#beginsOperand()) left = this.#binary('concat', left, this.#sum());
      return left;
    });
  }

  #beginsOperand(): boolean {
    const { kind, text, hasSpaceBefore, hasSpaceAfter } = this.#tokens.token;
    if (kind === 'symbol') {
      if (text === '-' || text === '+') return hasSpaceBefore && !hasSpaceAfter;
      return text === '$' || text === '!' || text === '(' || text === '++' || text === '--';
    }
    return (
      kind === 'number' ||
      kind === 'text' ||
      kind === 'name' ||
      kind === 'call' ||
      kind === 'builtin' ||
      kind === 'regex'
    );
  }

  #sum(): Expression {
    let left = this.#product();
    while (this.#tokens.is('+') || this.#tokens.is('-')) {
      const operator = this.#tokens.token.text;
      // `" " -1` is two texts side by side.
      if (left.kind === 'text' && this.#tokens.token.hasSpaceBefore && !this.#tokens.token.hasSpaceAfter) break;
      this.#tokens.next();
      this.#tokens.skipNewlines();
      left = this.#binary(operator, left, this.#product());
    }
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.#tokens.is('*') || this.#tokens.is('/') || this.#tokens.is('%')) {
      const operator = this.#tokens.token.text;
      this.#tokens.next();
      this.#tokens.skipNewlines();
      left = this.#binary(operator, left, this.#unary());
    }
    return left;
  }

  #unary(): Expression {
    for (const operator of ['!', '-', '+']) {
      if (!this.#tokens.is(operator)) continue;
      this.#tokens.next();
      const item = this.#tokens.deeper(() => this.#unary());
      return { kind: 'unary', operator, item, waits: waits(item) };
    }
    return this.#power();
  }

  #power(): Expression {
    const left = this.#postfix();
    if (!this.#tokens.accept('^')) return left;
    const right = this.#tokens.deeper(() =>
      this.#tokens.is('-') || this.#tokens.is('+') || this.#tokens.is('!') ? this.#unary() : this.#power(),
    );
    return this.#binary('^', left, right);
  }

  #postfix(): Expression {
    const item = this.#primary();
    if (!isPlace(item) || !(this.#tokens.is('++') || this.#tokens.is('--'))) return item;
    const by = this.#tokens.token.text === '++' ? 1 : -1;
    this.#tokens.next();
    return { kind: 'step', place: item, by, isPrefix: false, waits: waits(item) };
  }

  #primary(): Expression {
    const token = this.#tokens.token;
    switch (token.kind) {
      case 'number':
        this.#tokens.next();
        return { kind: 'number', value: token.number };
      case 'text':
        this.#tokens.next();
        return { kind: 'text', value: token.text };
      case 'regex':
        this.#tokens.next();
        return { kind: 'regex', source: token.text };
      case 'builtin':
        return this.#builtin();
      case 'call':
        return this.#userCall();
      case 'name':
        return this.#variable();
      case 'keyword':
        if (token.text !== 'getline') throw this.#tokens.error();
        this.#tokens.next();
        return this.#getline();
      case 'symbol':
        break;
      default:
        throw this.#tokens.error();
    }
    if (this.#tokens.accept('$')) {
      const index = this.#tokens.deeper(() => this.#fieldIndex());
      return { kind: 'field', index, waits: waits(index) };
    }
    if (this.#tokens.is('++') || this.#tokens.is('--')) {
      const by = this.#tokens.token.text === '++' ? 1 : -1;
      this.#tokens.next();
      const place = this.#tokens.deeper(() => this.#primary());
      if (!isPlace(place)) throw this.#tokens.error();
      return { kind: 'step', place, by, isPrefix: true, waits: waits(place) };
    }
    if (this.#tokens.accept('(')) {
      const items = this.#where(false, () => this.list(')'));
      if (items.length === 0) throw this.#tokens.error();
      return { kind: 'group', items, waits: items.some(waits) };
    }
    throw this.#tokens.error();
  }

  /** Behind `$`: a single operand, a step before it, or a sign. */
  #fieldIndex(): Expression {
    if (this.#tokens.is('-') || this.#tokens.is('+') || this.#tokens.is('!')) {
      const operator = this.#tokens.token.text;
      this.#tokens.next();
      const item = this.#fieldIndex();
      return { kind: 'unary', operator, item, waits: waits(item) };
    }
    return this.#primary();
  }

  list(close: string): Expression[] {
    const items: Expression[] = [];
    this.#tokens.skipNewlines();
    while (!this.#tokens.accept(close)) {
      items.push(this.expression());
      this.#tokens.skipNewlines();
      if (!this.#tokens.is(close)) this.#tokens.expect(',');
      this.#tokens.skipNewlines();
    }
    return items;
  }

  #builtin(): Expression {
    const name = this.#tokens.token.text;
    this.#tokens.next();
    if (!this.#tokens.is('(')) {
      if (!BARE.has(name)) throw this.#tokens.error();
      return { kind: 'call', name, items: [], waits: WAITING.has(name) };
    }
    this.#tokens.next();
    const items = this.#where(false, () => this.list(')'));
    for (const i of ARRAY_ARGUMENTS[name] ?? []) {
      const item = items[i];
      if (item && (item.kind === 'global' || item.kind === 'local')) this.#names.markArray(item);
    }
    return { kind: 'call', name, items, waits: WAITING.has(name) || items.some(waits) };
  }

  #userCall(): Expression {
    const callee = this.#names.calleeOf(this.#tokens.token.text);
    this.#tokens.skip(2);
    const items = this.#where(false, () => this.list(')'));
    const call: Expression & { kind: 'user' } = { kind: 'user', callee, items, waits: true };
    this.#names.noteCall(call);
    return call;
  }

  #variable(): Expression {
    const { text } = this.#tokens.token;
    this.#tokens.next();
    if (!this.#tokens.is('[')) return this.#names.name(text);
    this.#tokens.next();
    const array = this.array(text);
    const subscripts = this.#where(false, () => this.list(']'));
    if (subscripts.length === 0) throw this.#tokens.error();
    return { kind: 'element', array, subscripts, waits: subscripts.some(waits) };
  }

  #getline(): Expression {
    const into = this.#optionalPlace();
    if (!this.#tokens.accept('<')) return { kind: 'getline', source: 'main', from: undefined, into };
    const from = this.#postfix();
    return { kind: 'getline', source: 'file', from, into };
  }

  #optionalPlace(): Place | undefined {
    const { kind, text } = this.#tokens.token;
    if (kind !== 'name' && !(kind === 'symbol' && text === '$')) return undefined;
    const place = this.#primary();
    return isPlace(place) ? place : undefined;
  }

  /** Where `>` and `|` end an expression. */
  withoutGreater<T>(body: () => T): T {
    return this.#where(true, body);
  }

  /** What `>`, `>>` and `|` lead to. */
  target(): Expression {
    return this.#concatenation(true);
  }

  array(name: string): Name {
    if (this.#tokens.token.kind === 'end') throw this.#tokens.error();
    return this.#names.array(name);
  }

  #where<T>(noGreater: boolean, body: () => T): T {
    const before = this.#noGreater;
    this.#noGreater = noGreater;
    const result = body();
    this.#noGreater = before;
    return result;
  }
}
