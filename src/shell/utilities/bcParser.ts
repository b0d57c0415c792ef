import { BcFault } from './bcNumber.ts';

export type BcExpression =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'element'; readonly name: string; readonly index: BcExpression }
  | { readonly kind: 'array'; readonly name: string }
  | { readonly kind: 'assign'; readonly operator: string; readonly target: BcPlace; readonly value: BcExpression }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly isBefore: boolean; readonly target: BcPlace }
  | { readonly kind: 'unary'; readonly operator: '-' | '!'; readonly operand: BcExpression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: BcExpression; readonly right: BcExpression }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly BcExpression[] }
  | { readonly kind: 'group'; readonly inner: BcExpression };

export type BcPlace = Extract<BcExpression, { kind: 'variable' | 'element' }>;

export type BcStatement =
  | { readonly kind: 'expression'; readonly value: BcExpression; readonly isShown: boolean }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'print'; readonly parts: readonly (string | BcExpression)[] }
  | { readonly kind: 'block'; readonly body: readonly BcStatement[] }
  | {
      readonly kind: 'if';
      readonly test: BcExpression;
      readonly then: BcStatement;
      readonly otherwise: BcStatement | undefined;
    }
  | {
      readonly kind: 'loop';
      readonly first: BcExpression | undefined;
      readonly test: BcExpression | undefined;
      readonly next: BcExpression | undefined;
      readonly body: BcStatement;
    }
  | { readonly kind: 'return'; readonly value: BcExpression | undefined }
  | { readonly kind: 'define'; readonly name: string; readonly definition: BcFunction }
  | { readonly kind: 'break' | 'continue' | 'halt' | 'limits' | 'warranty' };

export interface BcFunction {
  readonly parameters: readonly BcParameter[];
  readonly locals: readonly BcParameter[];
  readonly body: readonly BcStatement[];
}

export interface BcParameter {
  readonly name: string;
  readonly isArray: boolean;
}

const MAX_DEPTH = 500;
const TOKEN =
  /[ \t]+|\\\n|\/\*[\s\S]*?\*\/|#[^\n]*|(?<number>[0-9A-F]+(?:\\\n|[0-9A-F])*(?:\.[0-9A-F]*)?|\.[0-9A-F]+)|(?<word>[a-z][a-z0-9_]*)|(?<string>"[^"]*")|(?<mark>\+\+|--|[-+*/%^=<>!]=|&&|\|\||[-+*/%^=<>!(){}[\],;\n.])/y;

interface Token {
  readonly kind: 'number' | 'word' | 'string' | 'mark' | 'end';
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Set(
  'auto break continue define else for halt if limits print quit return warranty while'.split(' '),
);

function tokensOf(text: string, firstLine: number): Token[] {
  const tokens: Token[] = [];
  let line = firstLine;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new BcFault('syntax', `(standard_in) ${line}: illegal character: ${text[at]}`);
    const { number, word, string, mark } = match.groups ?? {};
    if (number !== undefined) tokens.push({ kind: 'number', text: number.replaceAll('\\\n', ''), line });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, line });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string.slice(1, -1), line });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, line });
    line += match[0].split('\n').length - 1;
  }
  tokens.push({ kind: 'end', text: '', line });
  return tokens;
}

/** Whether more lines must come before the text can be read: an open brace, parenthesis, comment or string. */
export function isUnfinished(text: string): boolean {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|"[^"]*"|#[^\n]*/g, '');
  if (/\/\*|"/.test(plain) || /\\\n?$/.test(plain)) return true;
  let depth = 0;
  for (const character of plain) {
    if (character === '{') depth++;
    if (character === '}') depth--;
  }
  return depth > 0;
}

/** The statements of a text, one list for each line, or for each definition (bc(1), GNU's grammar). Throws BcFault. */
export class BcParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, firstLine: number) {
    this.#tokens = tokensOf(text, firstLine);
  }

  program(): BcStatement[] {
    const statements: BcStatement[] = [];
    for (;;) {
      while (this.#takes('\n') || this.#takes(';'));
      if (this.#isAtEnd()) return statements;
      statements.push(this.#statement());
      if (!this.#isAtEnd() && !this.#isMark('\n') && !this.#isMark(';')) throw this.#fault();
    }
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #isAtEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #fault(): BcFault {
    return new BcFault('syntax', `(standard_in) ${this.#token.line}: syntax error`);
  }

  #isMark(text: string): boolean {
    return this.#token.kind === 'mark' && this.#token.text === text;
  }

  #takes(text: string): boolean {
    const { kind, text: found } = this.#token;
    if ((kind !== 'mark' && kind !== 'word') || found !== text) return false;
    this.#at++;
    return true;
  }

  #wants(text: string): void {
    if (!this.#takes(text)) throw this.#fault();
  }

  #newlines(): void {
    while (this.#takes('\n'));
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new BcFault('limit', 'nested too deep');
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  #statement(): BcStatement {
    return this.#deeper(() => this.#oneStatement());
  }

  #oneStatement(): BcStatement {
    const { kind, text } = this.#token;
    if (kind === 'string') {
      this.#at++;
      return { kind: 'string', text };
    }
    if (this.#takes('{')) return { kind: 'block', body: this.#block() };
    if (kind !== 'word' || !KEYWORDS.has(text)) return this.#shown();
    this.#at++;
    switch (text) {
      case 'if':
        return this.#if();
      case 'while': {
        this.#wants('(');
        const test = this.#expression();
        this.#wants(')');
        this.#newlines();
        return { kind: 'loop', first: undefined, test, next: undefined, body: this.#statement() };
      }
      case 'for':
        return this.#for();
      case 'print': {
        const parts: (string | BcExpression)[] = [];
        do parts.push(this.#token.kind === 'string' ? (this.#tokens[this.#at++] as Token).text : this.#expression());
        while (this.#takes(','));
        return { kind: 'print', parts };
      }
      case 'return': {
        const isBare = this.#isMark('\n') || this.#isMark(';') || this.#isMark('}') || this.#token.kind === 'end';
        return { kind: 'return', value: isBare ? undefined : this.#expression() };
      }
      case 'define':
        return this.#define();
      case 'quit':
        return { kind: 'halt' };
      case 'auto':
      case 'else':
        throw this.#fault();
      default:
        return { kind: text as 'break' | 'continue' | 'halt' | 'limits' | 'warranty' };
    }
  }

  #shown(): BcStatement {
    const value = this.#expression();
    return { kind: 'expression', value, isShown: value.kind !== 'assign' };
  }

  #block(): BcStatement[] {
    const body: BcStatement[] = [];
    for (;;) {
      while (this.#takes('\n') || this.#takes(';'));
      if (this.#takes('}')) return body;
      body.push(this.#statement());
      if (!this.#isMark('}') && !this.#isMark('\n') && !this.#isMark(';')) throw this.#fault();
    }
  }

  #if(): BcStatement {
    this.#wants('(');
    const test = this.#expression();
    this.#wants(')');
    this.#newlines();
    const then = this.#statement();
    const before = this.#at;
    if (this.#takes(';')) this.#newlines();
    if (this.#takes('else')) {
      this.#newlines();
      return { kind: 'if', test, then, otherwise: this.#statement() };
    }
    this.#at = before;
    return { kind: 'if', test, then, otherwise: undefined };
  }

  #for(): BcStatement {
    this.#wants('(');
    const first = this.#isMark(';') ? undefined : this.#expression();
    this.#wants(';');
    const test = this.#isMark(';') ? undefined : this.#expression();
    this.#wants(';');
    const next = this.#isMark(')') ? undefined : this.#expression();
    this.#wants(')');
    this.#newlines();
    return { kind: 'loop', first, test, next, body: this.#statement() };
  }

  #define(): BcStatement {
    this.#takes('void');
    const name = this.#name();
    this.#wants('(');
    const parameters = this.#isMark(')') ? [] : this.#parameters();
    this.#wants(')');
    this.#newlines();
    this.#wants('{');
    while (this.#takes('\n') || this.#takes(';'));
    const locals = this.#takes('auto') ? this.#parameters() : [];
    return { kind: 'define', name, definition: { parameters, locals, body: this.#block() } };
  }

  #parameters(): BcParameter[] {
    const list: BcParameter[] = [];
    do {
      this.#takes('*');
      const name = this.#name();
      const isArray = this.#takes('[');
      if (isArray) this.#wants(']');
      list.push({ name, isArray });
    } while (this.#takes(','));
    return list;
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== 'word' || KEYWORDS.has(text)) throw this.#fault();
    this.#at++;
    return text;
  }

  // Expressions, loosest first: || && ! relations = +- */% ^ unary

  #expression(): BcExpression {
    return this.#deeper(() => this.#chain(['||'], () => this.#chain(['&&'], () => this.#not())));
  }

  #chain(operators: readonly string[], inner: () => BcExpression): BcExpression {
    let left = inner();
    for (;;) {
      const operator = operators.find((one) => this.#takes(one));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: inner() };
    }
  }

  #not(): BcExpression {
    if (this.#takes('!')) return { kind: 'unary', operator: '!', operand: this.#deeper(() => this.#not()) };
    return this.#chain(['<=', '>=', '==', '!=', '<', '>'], () => this.#assignment());
  }

  #assignment(): BcExpression {
    const left = this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#power()));
    const operator = ['=', '+=', '-=', '*=', '/=', '%=', '^='].find((one) => this.#isMark(one));
    if (operator === undefined) return left;
    if (left.kind !== 'variable' && left.kind !== 'element') throw this.#fault();
    this.#at++;
    const value = this.#deeper(() => this.#assignment());
    return { kind: 'assign', operator: operator.slice(0, -1), target: left, value };
  }

  /** To the right; the sign of the base belongs to the base. */
  #power(): BcExpression {
    const base = this.#unary();
    if (!this.#takes('^')) return base;
    return { kind: 'binary', operator: '^', left: base, right: this.#deeper(() => this.#power()) };
  }

  #unary(): BcExpression {
    if (this.#takes('-')) return { kind: 'unary', operator: '-', operand: this.#deeper(() => this.#unary()) };
    for (const [mark, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (!this.#takes(mark)) continue;
      return { kind: 'step', by, isBefore: true, target: this.#place() };
    }
    const value = this.#primary();
    for (const [mark, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if ((value.kind !== 'variable' && value.kind !== 'element') || !this.#takes(mark)) continue;
      return { kind: 'step', by, isBefore: false, target: value };
    }
    return value;
  }

  #place(): BcPlace {
    const value = this.#primary();
    if (value.kind !== 'variable' && value.kind !== 'element') throw this.#fault();
    return value;
  }

  #primary(): BcExpression {
    const { kind, text } = this.#token;
    if (kind === 'number') {
      this.#at++;
      return { kind: 'number', text };
    }
    if (this.#takes('.')) return { kind: 'variable', name: 'last' };
    if (this.#takes('(')) {
      const inner = this.#expression();
      this.#wants(')');
      return { kind: 'group', inner };
    }
    const name = this.#name();
    if (this.#takes('[')) {
      if (this.#takes(']')) return { kind: 'array', name };
      const index = this.#expression();
      this.#wants(']');
      return { kind: 'element', name, index };
    }
    if (!this.#takes('(')) return { kind: 'variable', name };
    const operands: BcExpression[] = [];
    if (!this.#isMark(')'))
      do operands.push(this.#expression());
      while (this.#takes(','));
    this.#wants(')');
    return { kind: 'call', name, operands };
  }
}
