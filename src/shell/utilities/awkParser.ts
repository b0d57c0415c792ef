import { type Token, tokenize } from './awkLexer.ts';
import {
  AwkError,
  type AwkProgram,
  type Callee,
  type Expression,
  isPlace,
  type Name,
  type Place,
  type Rule,
  SPECIAL_NAMES,
  type SpecialName,
  type Statement,
  waits,
} from './awkSyntax.ts';

const MAX_DEPTH = 500;
const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=']);
const COMPARISONS = new Set(['<', '<=', '==', '!=', '>', '>=']);
/** Functions that wait by their nature. */
const WAITING = new Set(['system', 'close', 'fflush']);
/** Which arguments are arrays. */
const ARRAY_ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  split: [1],
  asort: [0, 1],
  asorti: [0, 1],
  match: [2],
};
const SPECIALS = new Set<string>(SPECIAL_NAMES);

/** Throws AwkError. */
export function parseAwk(source: string): AwkProgram {
  return new AwkParser(source).parse();
}

class AwkParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  readonly #rules: Rule[] = [];
  readonly #functions = new Map<string, Callee>();
  readonly #globals = new Map<string, number>();
  readonly #arrayGlobals = new Set<number>();
  #locals: Map<string, number> | undefined;
  #callee: Callee | undefined;
  /** In `print`, `>` redirects. */
  #noGreater = false;
  #noIn = false;
  readonly #userCalls: { call: Expression & { kind: 'user' }; inside: Callee | undefined }[] = [];

  constructor(source: string) {
    this.#tokens = tokenize(source);
    for (const name of ['ARGV', 'ENVIRON']) this.#arrayGlobals.add(this.#global(name));
    this.#global('ARGC');
  }

  parse(): AwkProgram {
    this.#skipEnds();
    while (this.#token.kind !== 'end') {
      this.#item();
      this.#skipEnds();
    }
    for (const { name, body } of this.#functions.values()) {
      if (!body) throw new AwkError(`function ${name} never defined`);
    }
    // What waits, and which parameters are arrays, spreads through calls until nothing changes.
    this.#settle();
    return { rules: this.#rules, functions: this.#functions, globals: this.#globals, arrayGlobals: this.#arrayGlobals };
  }

  #settle(): void {
    for (let round = 0; round <= this.#functions.size + 1; round++) {
      let changed = false;
      for (const { call, inside } of this.#userCalls) {
        for (const [i, item] of call.items.entries()) {
          if (!call.callee.arrays.has(i)) continue;
          if (item.kind === 'global' && !this.#arrayGlobals.has(item.index)) {
            this.#arrayGlobals.add(item.index);
            changed = true;
          }
          if (item.kind === 'local' && inside && !inside.arrays.has(item.index)) {
            inside.arrays.add(item.index);
            changed = true;
          }
        }
      }
      if (!changed) return;
    }
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #is(text: string): boolean {
    const token = this.#token;
    return token.text === text && (token.kind === 'symbol' || token.kind === 'keyword');
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#error();
  }

  #error(): AwkError {
    const token = this.#token;
    const shown = token.kind === 'end' ? 'end of file' : token.kind === 'newline' ? 'end of line' : token.text;
    return new AwkError(`syntax error at or near ${shown}`, token.line);
  }

  #skipNewlines(): void {
    while (this.#token.kind === 'newline') this.#at++;
  }

  #skipEnds(): void {
    while (this.#token.kind === 'newline' || this.#is(';')) this.#at++;
  }

  #deeper<T>(body: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new AwkError('program is nested too deeply', this.#token.line);
    const result = body();
    this.#depth--;
    return result;
  }

  #item(): void {
    if (this.#accept('function')) {
      this.#function();
      return;
    }
    const isOpen = false;
    if (this.#is('BEGIN') || this.#is('END')) {
      const kind = this.#is('BEGIN') ? 'begin' : 'end';
      this.#at++;
      this.#skipNewlines();
      if (!this.#is('{')) throw this.#error();
      this.#rules.push({ kind, pattern: undefined, until: undefined, body: this.#block(), isOpen });
      return;
    }
    let pattern: Expression | undefined;
    let until: Expression | undefined;
    if (!this.#is('{')) {
      pattern = this.#expression();
      if (this.#accept(',')) {
        this.#skipNewlines();
        until = this.#expression();
      }
    }
    const body = this.#is('{') ? this.#block() : undefined;
    this.#rules.push({ kind: 'main', pattern, until, body, isOpen });
  }

  #function(): void {
    const { text: name, kind } = this.#token;
    if (kind !== 'name' && kind !== 'call') throw this.#error();
    this.#at++;
    this.#expect('(');
    const parameters: string[] = [];
    while (!this.#accept(')')) {
      this.#skipNewlines();
      if (this.#token.kind !== 'name') throw this.#error();
      parameters.push(this.#token.text);
      this.#at++;
      this.#skipNewlines();
      if (!this.#is(')')) this.#expect(',');
    }
    const callee = this.#calleeOf(name);
    if (callee.body) throw new AwkError(`function name ${name} previously defined`, this.#token.line);
    callee.parameters = parameters;
    this.#locals = new Map(parameters.map((parameter, i) => [parameter, i]));
    this.#callee = callee;
    this.#skipNewlines();
    if (!this.#is('{')) throw this.#error();
    callee.body = this.#block();
    this.#locals = undefined;
    this.#callee = undefined;
  }

  /** Every function may wait: calls may be nested as deep as they like, and give way in between. */
  #calleeOf(name: string): Callee {
    let callee = this.#functions.get(name);
    if (!callee) {
      callee = { name, parameters: [], body: undefined, arrays: new Set(), waits: true };
      this.#functions.set(name, callee);
    }
    return callee;
  }

  // Statements

  #block(): Statement {
    this.#expect('{');
    const items: Statement[] = [];
    this.#skipEnds();
    while (!this.#accept('}')) {
      if (this.#token.kind === 'end') throw this.#error();
      items.push(this.#deeper(() => this.#statement()));
      this.#skipEnds();
    }
    return { kind: 'block', items, waits: items.some(waits) };
  }

  #statement(): Statement {
    if (this.#is('{')) return this.#block();
    const token = this.#token;
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'if':
          return this.#if();
        case 'while': {
          this.#at++;
          const test = this.#condition();
          if (this.#accept(';')) return loop({ test, body: nothing() });
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
    if (this.#accept(';')) return nothing();
    const statement = this.#simple();
    this.#endSimple();
    return statement;
  }

  #endSimple(): void {
    if (this.#accept(';') || this.#is('}')) return;
    if (this.#token.kind === 'newline' || this.#token.kind === 'end') return;
    throw this.#error();
  }

  #condition(): Expression {
    this.#expect('(');
    const test = this.#expression();
    this.#expect(')');
    return test;
  }

  #body(): Statement {
    this.#skipNewlines();
    return this.#deeper(() => this.#statement());
  }

  #if(): Statement {
    this.#at++;
    const test = this.#condition();
    const yes = this.#body();
    const from = this.#at;
    this.#skipEnds();
    if (!this.#accept('else')) {
      this.#at = from;
      return { kind: 'if', test, yes, no: undefined, waits: waits(test) || waits(yes) };
    }
    const no = this.#body();
    return { kind: 'if', test, yes, no, waits: waits(test) || waits(yes) || waits(no) };
  }

  #do(): Statement {
    this.#at++;
    const body = this.#body();
    this.#skipEnds();
    this.#expect('while');
    const test = this.#condition();
    this.#endSimple();
    return { ...(loop({ test, body }) as Statement & { kind: 'loop' }), testsLast: true };
  }

  #for(): Statement {
    this.#at++;
    this.#expect('(');
    const from = this.#at;
    if (
      this.#token.kind === 'name' &&
      this.#tokens[this.#at + 1]?.text === 'in' &&
      this.#tokens[this.#at + 3]?.text === ')'
    ) {
      const name = this.#name(this.#token.text);
      this.#at += 2;
      const array = this.#array(this.#token.text);
      this.#at += 2;
      return { kind: 'each', name, array, body: this.#body() };
    }
    this.#at = from;
    const first = this.#is(';') ? undefined : this.#simple();
    this.#expect(';');
    this.#skipNewlines();
    const test = this.#is(';') ? undefined : this.#expression();
    this.#expect(';');
    this.#skipNewlines();
    const step = this.#is(')') ? undefined : this.#simple();
    this.#expect(')');
    if (this.#accept(';')) return loop({ first, test, step, body: nothing() });
    return loop({ first, test, step, body: this.#body() });
  }

  #simple(): Statement {
    const token = this.#token;
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'print':
        case 'printf':
          return this.#print();
        case 'next':
        case 'nextfile':
        case 'break':
        case 'continue':
          this.#at++;
          return { kind: 'leave', how: token.text };
        case 'exit':
        case 'return': {
          this.#at++;
          const isBare = this.#is(';') || this.#is('}') || this.#token.kind === 'newline' || this.#token.kind === 'end';
          const item = isBare ? undefined : this.#expression();
          return { kind: token.text, item, waits: waits(item) };
        }
        case 'delete': {
          this.#at++;
          const array = this.#array(this.#token.text);
          this.#at++;
          if (!this.#accept('[')) return { kind: 'delete', array, subscripts: undefined };
          const subscripts = this.#list(']');
          return { kind: 'delete', array, subscripts };
        }
        default:
          break;
      }
    }
    const item = this.#expression();
    return { kind: 'expression', item, waits: waits(item) };
  }

  #print(): Statement {
    const isFormat = this.#token.text === 'printf';
    this.#at++;
    const before = this.#noGreater;
    this.#noGreater = true;
    let items: readonly Expression[] = [];
    const ends = () =>
      this.#is(';') ||
      this.#is('}') ||
      this.#is('>') ||
      this.#is('>>') ||
      this.#is('|') ||
      this.#token.kind === 'newline' ||
      this.#token.kind === 'end';
    if (!ends()) {
      const first = this.#expression();
      const rest: Expression[] = [];
      while (this.#accept(',')) {
        this.#skipNewlines();
        rest.push(this.#expression());
      }
      items = first.kind === 'group' && first.items.length > 1 && rest.length === 0 ? first.items : [first, ...rest];
    }
    this.#noGreater = before;
    const how = this.#is('>') ? '>' : this.#is('>>') ? '>>' : this.#is('|') ? '|' : undefined;
    if (!how) return { kind: 'print', items, isFormat, redirect: undefined, waits: items.some(waits) };
    this.#at++;
    const to = this.#concatenation(true);
    return { kind: 'print', items, isFormat, redirect: { how, to }, waits: true };
  }

  // Expressions, from the loosest to the tightest

  #expression(): Expression {
    return this.#deeper(() => this.#assignment());
  }

  #assignment(): Expression {
    const left = this.#choice();
    const token = this.#token;
    if (token.kind !== 'symbol' || !ASSIGNMENTS.has(token.text) || !isPlace(left)) return left;
    this.#at++;
    this.#skipNewlines();
    const value = this.#deeper(() => this.#assignment());
    return { kind: 'assign', place: left, operator: token.text, value, waits: waits(left) || waits(value) };
  }

  #choice(): Expression {
    const test = this.#or();
    if (!this.#is('?')) return test;
    this.#at++;
    this.#skipNewlines();
    const yes = this.#deeper(() => this.#assignment());
    this.#skipNewlines();
    this.#expect(':');
    this.#skipNewlines();
    const no = this.#deeper(() => this.#assignment());
    return { kind: 'choice', test, yes, no, waits: waits(test) || waits(yes) || waits(no) };
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#accept('||')) {
      this.#skipNewlines();
      const right = this.#and();
      left = { kind: 'or', left, right, waits: waits(left) || waits(right) };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#membership();
    while (this.#accept('&&')) {
      this.#skipNewlines();
      const right = this.#membership();
      left = { kind: 'and', left, right, waits: waits(left) || waits(right) };
    }
    return left;
  }

  #membership(): Expression {
    let left = this.#match();
    while (this.#is('in') && !this.#noIn) {
      this.#at++;
      const array = this.#array(this.#token.text);
      this.#at++;
      const subscripts = left.kind === 'group' && left.items.length > 1 ? left.items : [left];
      left = { kind: 'in', subscripts, array, waits: subscripts.some(waits) };
    }
    return left;
  }

  #match(): Expression {
    let left = this.#comparison();
    while (this.#is('~') || this.#is('!~')) {
      const operator = this.#token.text;
      this.#at++;
      this.#skipNewlines();
      left = this.#binary(operator, left, this.#comparison());
    }
    return left;
  }

  #comparison(): Expression {
    const left = this.#piped();
    const token = this.#token;
    if (token.kind !== 'symbol' || !COMPARISONS.has(token.text) || (token.text === '>' && this.#noGreater)) return left;
    this.#at++;
    return this.#binary(token.text, left, this.#piped());
  }

  /** `command | getline`. */
  #piped(): Expression {
    let left = this.#concatenation(this.#noGreater);
    while (this.#is('|') && this.#tokens[this.#at + 1]?.text === 'getline') {
      this.#at += 2;
      left = { kind: 'getline', source: 'command', from: left, into: this.#optionalPlace() };
    }
    return left;
  }

  #binary(operator: string, left: Expression, right: Expression): Expression {
    return { kind: 'binary', operator, left, right, waits: waits(left) || waits(right) };
  }

  #concatenation(noGreater: boolean): Expression {
    const before = this.#noGreater;
    this.#noGreater = noGreater;
    let left = this.#sum();
    while (this.#beginsOperand()) left = this.#binary('concat', left, this.#sum());
    this.#noGreater = before;
    return left;
  }

  #beginsOperand(): boolean {
    const { kind, text, hasSpaceBefore, hasSpaceAfter } = this.#token;
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
    while (this.#is('+') || this.#is('-')) {
      const operator = this.#token.text;
      // `" " -1` is two texts side by side.
      if (left.kind === 'text' && this.#token.hasSpaceBefore && !this.#token.hasSpaceAfter) break;
      this.#at++;
      this.#skipNewlines();
      left = this.#binary(operator, left, this.#product());
    }
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.#is('*') || this.#is('/') || this.#is('%')) {
      const operator = this.#token.text;
      this.#at++;
      this.#skipNewlines();
      left = this.#binary(operator, left, this.#unary());
    }
    return left;
  }

  #unary(): Expression {
    for (const operator of ['!', '-', '+']) {
      if (!this.#is(operator)) continue;
      this.#at++;
      const item = this.#deeper(() => this.#unary());
      return { kind: 'unary', operator, item, waits: waits(item) };
    }
    return this.#power();
  }

  #power(): Expression {
    const left = this.#postfix();
    if (!this.#accept('^')) return left;
    const right = this.#deeper(() => (this.#is('-') || this.#is('+') || this.#is('!') ? this.#unary() : this.#power()));
    return this.#binary('^', left, right);
  }

  #postfix(): Expression {
    const item = this.#primary();
    if (!isPlace(item) || !(this.#is('++') || this.#is('--'))) return item;
    const by = this.#token.text === '++' ? 1 : -1;
    this.#at++;
    return { kind: 'step', place: item, by, isPrefix: false, waits: waits(item) };
  }

  #primary(): Expression {
    const token = this.#token;
    switch (token.kind) {
      case 'number':
        this.#at++;
        return { kind: 'number', value: token.number };
      case 'text':
        this.#at++;
        return { kind: 'text', value: token.text };
      case 'regex':
        this.#at++;
        return { kind: 'regex', source: token.text };
      case 'builtin':
        return this.#builtin();
      case 'call':
        return this.#userCall();
      case 'name':
        return this.#variable();
      case 'keyword':
        if (token.text !== 'getline') throw this.#error();
        this.#at++;
        return this.#getline();
      case 'symbol':
        break;
      default:
        throw this.#error();
    }
    if (this.#accept('$')) {
      const index = this.#deeper(() => this.#fieldIndex());
      return { kind: 'field', index, waits: waits(index) };
    }
    if (this.#is('++') || this.#is('--')) {
      const by = this.#token.text === '++' ? 1 : -1;
      this.#at++;
      const place = this.#deeper(() => this.#primary());
      if (!isPlace(place)) throw this.#error();
      return { kind: 'step', place, by, isPrefix: true, waits: waits(place) };
    }
    if (this.#accept('(')) {
      const [before, noIn] = [this.#noGreater, this.#noIn];
      this.#noGreater = false;
      this.#noIn = false;
      const items = this.#list(')');
      this.#noGreater = before;
      this.#noIn = noIn;
      if (items.length === 0) throw this.#error();
      return { kind: 'group', items, waits: items.some(waits) };
    }
    throw this.#error();
  }

  /** Behind `$`: a single operand, a step before it, or a sign. */
  #fieldIndex(): Expression {
    if (this.#is('-') || this.#is('+') || this.#is('!')) {
      const operator = this.#token.text;
      this.#at++;
      const item = this.#fieldIndex();
      return { kind: 'unary', operator, item, waits: waits(item) };
    }
    return this.#primary();
  }

  #list(close: string): Expression[] {
    const items: Expression[] = [];
    this.#skipNewlines();
    while (!this.#accept(close)) {
      items.push(this.#expression());
      this.#skipNewlines();
      if (!this.#is(close)) this.#expect(',');
      this.#skipNewlines();
    }
    return items;
  }

  #builtin(): Expression {
    const name = this.#token.text;
    this.#at++;
    if (!this.#is('(')) {
      if (name !== 'length' && name !== 'fflush' && name !== 'rand' && name !== 'srand' && name !== 'systime')
        throw this.#error();
      return { kind: 'call', name, items: [], waits: WAITING.has(name) };
    }
    this.#at++;
    const [before, noIn] = [this.#noGreater, this.#noIn];
    this.#noGreater = false;
    this.#noIn = false;
    const items = this.#list(')');
    this.#noGreater = before;
    this.#noIn = noIn;
    for (const i of ARRAY_ARGUMENTS[name] ?? []) {
      const item = items[i];
      if (item && (item.kind === 'global' || item.kind === 'local')) this.#markArray(item);
    }
    return { kind: 'call', name, items, waits: WAITING.has(name) || items.some(waits) };
  }

  #userCall(): Expression {
    const callee = this.#calleeOf(this.#token.text);
    this.#at += 2;
    const before = this.#noGreater;
    this.#noGreater = false;
    const items = this.#list(')');
    this.#noGreater = before;
    const call: Expression & { kind: 'user' } = { kind: 'user', callee, items, waits: true };
    this.#userCalls.push({ call, inside: this.#callee });
    return call;
  }

  #variable(): Expression {
    const { text } = this.#token;
    this.#at++;
    if (!this.#is('[')) return this.#name(text);
    this.#at++;
    const array = this.#array(text);
    const before = this.#noGreater;
    this.#noGreater = false;
    const subscripts = this.#list(']');
    this.#noGreater = before;
    if (subscripts.length === 0) throw this.#error();
    return { kind: 'element', array, subscripts, waits: subscripts.some(waits) };
  }

  #getline(): Expression {
    const into = this.#optionalPlace();
    if (!this.#accept('<')) return { kind: 'getline', source: 'main', from: undefined, into };
    const from = this.#postfix();
    return { kind: 'getline', source: 'file', from, into };
  }

  #optionalPlace(): Place | undefined {
    const { kind, text } = this.#token;
    if (kind !== 'name' && !(kind === 'symbol' && text === '$')) return undefined;
    const place = this.#primary();
    return isPlace(place) ? place : undefined;
  }

  // Names

  #global(name: string): number {
    let index = this.#globals.get(name);
    if (index === undefined) {
      index = this.#globals.size;
      this.#globals.set(name, index);
    }
    return index;
  }

  #name(name: string): Name {
    const local = this.#locals?.get(name);
    if (local !== undefined) return { kind: 'local', index: local, name };
    if (SPECIALS.has(name)) return { kind: 'special', name: name as SpecialName };
    return { kind: 'global', index: this.#global(name), name };
  }

  #array(name: string): Name {
    if (this.#token.kind === 'end') throw this.#error();
    const place = this.#name(name);
    this.#markArray(place);
    return place;
  }

  #markArray(place: Name): void {
    if (place.kind === 'global') this.#arrayGlobals.add(place.index);
    else if (place.kind === 'local') this.#callee?.arrays.add(place.index);
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
