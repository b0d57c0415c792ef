import type { Int } from './integer.ts';
import { wrap } from './integer.ts';

export type Expression =
  | { readonly kind: 'number'; readonly value: Int }
  | { readonly kind: 'name'; readonly name: string; readonly index: string | undefined; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '!' | '~'; readonly operand: Expression }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly isPrefix: boolean; readonly target: Name }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      /** Where the right operand stands, for messages. */
      readonly at: number;
    }
  | { readonly kind: 'logical'; readonly operator: '&&' | '||'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | {
      readonly kind: 'assign';
      readonly operator: string;
      readonly target: Name;
      readonly value: Expression;
      readonly at: number;
    }
  | { readonly kind: 'comma'; readonly left: Expression; readonly right: Expression };

export type Name = Extract<Expression, { kind: 'name' }>;

/** What is wrong with an expression, in bash's words; `token` is the rest of the text from the fault on. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError';
  readonly token: string | undefined;
  constructor(message: string, token?: string) {
    super(message);
    this.token = token;
  }
}

/** Binary operators by how tightly they bind. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};
const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|=']);
const OPERATOR = /<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^<>=!~?:,()]/y;
const BLANK = /(?:\s|\\\n)+/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /[0-9][0-9A-Za-z_@#]*/y;
const MAX_DEPTH = 300;

interface Token {
  readonly kind: 'end' | 'operator' | 'name' | 'number';
  readonly text: string;
  readonly at: number;
  /** Of a name: the subscript as written. */
  readonly index?: string;
}

/** Arithmetic as of bash(1), "ARITHMETIC EVALUATION". Throws ArithmeticError. */
export function parseArithmetic(text: string): Expression {
  return new ArithmeticParser(text).parse();
}

class ArithmeticParser {
  readonly #text: string;
  #token: Token;
  #previous: Token;
  #end = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#token = { kind: 'end', text: '', at: 0 };
    this.#previous = this.#token;
    this.#next();
  }

  parse(): Expression {
    if (this.#isEnd()) return { kind: 'number', value: 0 };
    const expression = this.#comma();
    if (!this.#isEnd()) {
      const isOperator = this.#token.kind === 'operator' && this.#token.text !== ')' && this.#token.text !== '(';
      this.#fail(
        isOperator && ASSIGNMENTS.has(this.#token.text)
          ? 'attempted assignment to non-variable'
          : 'syntax error in expression',
      );
    }
    return expression;
  }

  #fail(message: string, at = this.#token.at): never {
    throw new ArithmeticError(message, this.#text.slice(at));
  }

  #next(): Token {
    const taken = this.#token;
    this.#previous = taken;
    BLANK.lastIndex = this.#end;
    if (BLANK.test(this.#text)) this.#end = BLANK.lastIndex;
    const at = this.#end;
    this.#token = this.#read(at);
    return taken;
  }

  #read(at: number): Token {
    if (at >= this.#text.length) return { kind: 'end', text: '', at };
    const name = this.#match(NAME, at);
    if (name !== undefined) {
      if (this.#text[this.#end] !== '[') return { kind: 'name', text: name, at };
      const close = closingBracket(this.#text, this.#end);
      if (close < 0) throw new ArithmeticError('bad array subscript', this.#text.slice(at));
      const index = this.#text.slice(this.#end + 1, close);
      this.#end = close + 1;
      return { kind: 'name', text: name, at, index };
    }
    const number = this.#match(NUMBER, at);
    if (number !== undefined) return { kind: 'number', text: number, at };
    const operator = this.#match(OPERATOR, at);
    if (operator !== undefined) return { kind: 'operator', text: operator, at };
    const isAfterOperand = this.#previousIsOperand();
    throw new ArithmeticError(
      isAfterOperand ? 'syntax error: invalid arithmetic operator' : 'syntax error: operand expected',
      this.#text.slice(at),
    );
  }

  #previousIsOperand(): boolean {
    const { kind, text } = this.#token;
    return kind === 'name' || kind === 'number' || text === ')';
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#end = at + found.length;
    return found;
  }

  #isEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #is(operator: string): boolean {
    return this.#token.kind === 'operator' && this.#token.text === operator;
  }

  #comma(): Expression {
    let left = this.#assignment();
    while (this.#is(',')) {
      this.#next();
      left = { kind: 'comma', left, right: this.#assignment() };
    }
    return left;
  }

  #assignment(): Expression {
    if (++this.#depth > MAX_DEPTH) this.#fail('expression recursion level exceeded');
    const left = this.#choice();
    const { kind, text } = this.#token;
    let result = left;
    if (kind === 'operator' && ASSIGNMENTS.has(text)) {
      if (left.kind !== 'name') this.#fail('attempted assignment to non-variable');
      this.#next();
      const { at } = this.#token;
      result = { kind: 'assign', operator: text.slice(0, -1), target: left, value: this.#assignment(), at };
    }
    this.#depth--;
    return result;
  }

  #choice(): Expression {
    const test = this.#binary(1);
    if (!this.#is('?')) return test;
    this.#next();
    if (this.#is(':') || this.#isEnd()) this.#fail('expression expected');
    const yes = this.#comma();
    if (!this.#is(':'))
      this.#fail("`:' expected for conditional expression", this.#isEnd() ? this.#previous.at : this.#token.at);
    this.#next();
    if (this.#isEnd()) this.#fail('expression expected');
    return { kind: 'choice', test, yes, no: this.#assignment() };
  }

  #binary(least: number): Expression {
    let left = this.#power();
    for (;;) {
      const { kind, text } = this.#token;
      const precedence = kind === 'operator' ? PRECEDENCE[text] : undefined;
      if (precedence === undefined || precedence < least) return left;
      this.#next();
      const { at } = this.#token;
      const right = this.#binary(precedence + 1);
      left =
        text === '&&' || text === '||'
          ? { kind: 'logical', operator: text, left, right }
          : { kind: 'binary', operator: text, left, right, at };
    }
  }

  #power(): Expression {
    const left = this.#unary();
    if (!this.#is('**')) return left;
    this.#next();
    const { at } = this.#token;
    if (++this.#depth > MAX_DEPTH) this.#fail('expression recursion level exceeded');
    const right = this.#power();
    this.#depth--;
    return { kind: 'binary', operator: '**', left, right, at };
  }

  #unary(): Expression {
    const { kind, text, at } = this.#token;
    if (kind === 'operator') {
      if (++this.#depth > MAX_DEPTH) this.#fail('expression recursion level exceeded');
      const result = this.#unaryOperator(text, at);
      this.#depth--;
      return result;
    }
    return this.#postfix(this.#primary());
  }

  #unaryOperator(text: string, at: number): Expression {
    switch (text) {
      case '-':
      case '+':
      case '!':
      case '~':
        this.#next();
        return { kind: 'unary', operator: text, operand: this.#unary() };
      case '++':
      case '--': {
        this.#next();
        if (this.#token.kind !== 'name') {
          // Two signs.
          const sign = text === '++' ? '+' : '-';
          const operand = this.#unary();
          return { kind: 'unary', operator: sign, operand: { kind: 'unary', operator: sign, operand } };
        }
        return { kind: 'step', by: text === '++' ? 1 : -1, isPrefix: true, target: this.#primary() as Name };
      }
      case '(': {
        this.#next();
        const inner = this.#comma();
        if (!this.#is(')')) this.#fail("missing `)'", this.#isEnd() ? this.#previous.at : this.#token.at);
        this.#next();
        return inner;
      }
      default:
        return this.#fail('syntax error: operand expected', at);
    }
  }

  #postfix(operand: Expression): Expression {
    if (operand.kind !== 'name' || (!this.#is('++') && !this.#is('--'))) return operand;
    const by = this.#next().text === '++' ? 1 : -1;
    return { kind: 'step', by, isPrefix: false, target: operand };
  }

  #primary(): Expression {
    const token = this.#token;
    if (token.kind === 'end') this.#fail('syntax error: operand expected', this.#previous.at);
    this.#next();
    if (token.kind === 'name') return { kind: 'name', name: token.text, index: token.index, at: token.at };
    return { kind: 'number', value: this.#number(token) };
  }

  #number({ text, at }: Token): Int {
    const value = parseInteger(text);
    if (typeof value === 'string') throw new ArithmeticError(value, this.#text.slice(at, at + text.length));
    return value;
  }
}

/** Decimal, octal, hexadecimal, or `base#digits`. A string tells what is wrong. */
function parseInteger(text: string): Int | string {
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  const based = /^(\d+)#(.*)$/.exec(text);
  if (based) {
    const base = Number(based[1]);
    if (base < 2 || base > 64) return 'invalid arithmetic base';
    return based[2] === '' ? 'invalid integer constant' : digits(based[2] as string, base);
  }
  if (/^0[xX]/.test(text)) return text.length === 2 ? 0 : digits(text.slice(2), 16);
  return text.startsWith('0') ? digits(text.slice(1), 8) : digits(text, 10);
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_';

function digits(text: string, base: number): Int | string {
  let value = 0n;
  for (const character of text) {
    const digit = DIGITS.indexOf(base <= 36 ? character.toLowerCase() : character);
    if (digit < 0) return 'invalid number';
    if (digit >= base) return 'value too great for base';
    value = BigInt.asIntN(64, value * BigInt(base) + BigInt(digit));
  }
  return wrap(value);
}

function closingBracket(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const character = text[i];
    if (character === '[') depth++;
    else if (character === ']' && --depth === 0) return i;
    else if (character === '\\') i++;
  }
  return -1;
}
