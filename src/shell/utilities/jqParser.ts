import { type Filter, JqError } from './jqSyntax.ts';

const TOKEN =
  /\s*(?:#[^\n]*\s*)*("|\.\.|\?\/\/|\/\/=?|[-+*/%|]=|[=!<>]=|\.[A-Za-z_]\w*|\$[A-Za-z_]\w*|@\w+|[A-Za-z_]\w*(?:::\w+)*|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|[^\s])/y;
const MAX_DEPTH = 300;
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
const UPDATES = new Set(['=', '|=', '+=', '-=', '*=', '/=', '%=', '//=']);
const IDENTITY: Filter = { kind: 'identity' };

/** Throws JqError `compile`. */
export function parseJq(source: string): Filter {
  const parser = new JqParser(source);
  const filter = parser.isAtEnd ? IDENTITY : parser.pipe();
  parser.requireEnd();
  return filter;
}

class JqParser {
  readonly #source: string;
  #at = 0;
  #token = '';
  #start = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#next();
  }

  get isAtEnd(): boolean {
    return this.#token === '';
  }

  requireEnd(): void {
    if (!this.isAtEnd) throw this.#error();
  }

  #error(): JqError {
    const what = this.#token === '' ? 'end of file' : `'${this.#token}'`;
    return new JqError('compile', `syntax error, unexpected ${what} at <top-level>, line 1:\n${this.#source}`);
  }

  #next(): void {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#source);
    this.#token = match?.[1] ?? '';
    if (match) this.#at = TOKEN.lastIndex;
    this.#start = this.#at - this.#token.length;
  }

  #accept(...tokens: string[]): string | undefined {
    const token = this.#token;
    if (token === '' || !tokens.includes(token)) return undefined;
    this.#next();
    return token;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#error();
  }

  #name(pattern: RegExp): string {
    const token = this.#token;
    if (!pattern.test(token)) throw this.#error();
    this.#next();
    return token;
  }

  pipe(): Filter {
    if (++this.#depth > MAX_DEPTH) throw new JqError('compile', 'program is nested too deeply');
    const filter = this.#pipe();
    this.#depth--;
    return filter;
  }

  #pipe(): Filter {
    if (this.#accept('def')) return this.#definition();
    const left = this.#comma();
    if (this.#accept('as')) {
      const name = this.#name(/^\$\w+$/);
      this.#expect('|');
      return { kind: 'bind', from: left, name, body: this.pipe() };
    }
    return this.#accept('|') ? { kind: 'pipe', left, right: this.pipe() } : left;
  }

  #definition(): Filter {
    const name = this.#name(/^[A-Za-z_]\w*$/);
    const parameters: string[] = [];
    if (this.#accept('(')) {
      do parameters.push(this.#name(/^\$?[A-Za-z_]\w*$/));
      while (this.#accept(';'));
      this.#expect(')');
    }
    this.#expect(':');
    const body = this.pipe();
    this.#expect(';');
    const rest = this.isAtEnd ? IDENTITY : this.pipe();
    return { kind: 'define', name, parameters, body, rest };
  }

  #comma(): Filter {
    let left = this.#alternative();
    while (this.#accept(',')) left = { kind: 'comma', left, right: this.#alternative() };
    return left;
  }

  #alternative(): Filter {
    const left = this.#update();
    return this.#accept('//') ? { kind: 'alternative', left, right: this.#alternative() } : left;
  }

  #update(): Filter {
    const left = this.#or();
    if (!UPDATES.has(this.#token)) return left;
    const operator = this.#token;
    this.#next();
    return { kind: 'update', operator, left, right: this.#alternative() };
  }

  #or(): Filter {
    let left = this.#and();
    while (this.#accept('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Filter {
    let left = this.#comparison();
    while (this.#accept('and')) left = { kind: 'and', left, right: this.#comparison() };
    return left;
  }

  #comparison(): Filter {
    const left = this.#sum();
    if (!COMPARISONS.has(this.#token)) return left;
    const operator = this.#token;
    this.#next();
    return { kind: 'binary', operator, left, right: this.#sum() };
  }

  #sum(): Filter {
    let left = this.#product();
    for (let operator = this.#accept('+', '-'); operator; operator = this.#accept('+', '-'))
      left = { kind: 'binary', operator, left, right: this.#product() };
    return left;
  }

  #product(): Filter {
    let left = this.#postfix();
    for (let operator = this.#accept('*', '/', '%'); operator; operator = this.#accept('*', '/', '%'))
      left = { kind: 'binary', operator, left, right: this.#postfix() };
    return left;
  }

  /** `form` `bare`: an `as` behind it belongs to what asks. */
  #postfix(form?: 'bare'): Filter {
    let filter = this.#term();
    for (;;) {
      if (this.#accept('?')) filter = { kind: 'try', from: filter };
      else if (/^\.[A-Za-z_]/.test(this.#token)) {
        filter = { kind: 'index', from: filter, key: { kind: 'literal', value: this.#token.slice(1) } };
        this.#next();
      } else if (this.#token === '.' && this.#source[this.#at] === '"') {
        this.#next();
        filter = { kind: 'index', from: filter, key: this.#text(undefined) };
      } else if (this.#token === '.' && this.#source[this.#at] === '[') this.#next();
      else if (this.#accept('[')) filter = this.#bracket(filter);
      else if (this.#token === 'as' && form !== 'bare') {
        this.#next();
        const name = this.#name(/^\$\w+$/);
        this.#expect('|');
        return { kind: 'bind', from: filter, name, body: this.pipe() };
      } else return filter;
    }
  }

  #bracket(from: Filter): Filter {
    if (this.#accept(']')) return { kind: 'each', from };
    if (this.#accept(':')) {
      const high = this.pipe();
      this.#expect(']');
      return { kind: 'slice', from, low: undefined, high };
    }
    const key = this.pipe();
    if (this.#accept(':')) {
      const high = this.#token === ']' ? undefined : this.pipe();
      this.#expect(']');
      return { kind: 'slice', from, low: key, high };
    }
    this.#expect(']');
    return { kind: 'index', from, key };
  }

  #term(): Filter {
    const token = this.#token;
    if (/^[\d]|^\.\d/.test(token)) {
      this.#next();
      return { kind: 'literal', value: Number(token) };
    }
    if (/^\.[A-Za-z_]/.test(token)) {
      this.#next();
      return { kind: 'index', from: IDENTITY, key: { kind: 'literal', value: token.slice(1) } };
    }
    if (/^\$\w/.test(token)) {
      this.#next();
      return { kind: 'variable', name: token };
    }
    if (/^@\w/.test(token)) {
      this.#next();
      return this.#token === '"' ? this.#text(token) : { kind: 'format', name: token };
    }
    if (/^[A-Za-z_]/.test(token)) return this.#word();
    switch (token) {
      case '"':
        return this.#text(undefined);
      case '.':
        this.#next();
        if (this.#token === '"' && this.#source[this.#start - 1] === '.')
          return { kind: 'index', from: IDENTITY, key: this.#text(undefined) };
        return IDENTITY;
      case '..':
        this.#next();
        return { kind: 'recurse' };
      case '-':
        this.#next();
        return { kind: 'negate', from: this.#postfix() };
      case '(': {
        this.#next();
        const filter = this.pipe();
        this.#expect(')');
        return filter;
      }
      case '[': {
        this.#next();
        const item = this.#token === ']' ? undefined : this.pipe();
        this.#expect(']');
        return { kind: 'array', item };
      }
      case '{':
        this.#next();
        return this.#object();
      default:
        throw this.#error();
    }
  }

  #word(): Filter {
    const token = this.#token;
    this.#next();
    switch (token) {
      case 'if':
        return this.#if();
      case 'try': {
        const from = this.#postfix();
        return { kind: 'try', from, handler: this.#accept('catch') ? this.#postfix() : undefined };
      }
      case 'reduce': {
        const from = this.#postfix('bare');
        this.#expect('as');
        const name = this.#name(/^\$\w+$/);
        this.#expect('(');
        const start = this.pipe();
        this.#expect(';');
        const update = this.pipe();
        this.#expect(')');
        return { kind: 'reduce', from, name, start, update };
      }
      case 'true':
      case 'false':
        return { kind: 'literal', value: token === 'true' };
      case 'null':
        return { kind: 'literal', value: null };
      case 'def':
        return this.#definition();
      default: {
        const items: Filter[] = [];
        if (this.#accept('(')) {
          do items.push(this.pipe());
          while (this.#accept(';'));
          this.#expect(')');
        }
        return { kind: 'call', name: token, items };
      }
    }
  }

  #if(): Filter {
    const test = this.pipe();
    this.#expect('then');
    const yes = this.pipe();
    if (this.#accept('elif')) return { kind: 'if', test, yes, no: this.#if() };
    const no = this.#accept('else') ? this.pipe() : undefined;
    this.#expect('end');
    return { kind: 'if', test, yes, no };
  }

  #object(): Filter {
    const entries: { key: Filter; value: Filter }[] = [];
    while (!this.#accept('}')) {
      const token = this.#token;
      let key: Filter;
      let value: Filter | undefined;
      if (token === '(') {
        this.#next();
        key = this.pipe();
        this.#expect(')');
      } else if (token === '"') {
        key = this.#text(undefined);
        value = { kind: 'index', from: IDENTITY, key };
      } else if (/^\$\w/.test(token)) {
        this.#next();
        key = { kind: 'literal', value: token.slice(1) };
        value = { kind: 'variable', name: token };
      } else if (/^[A-Za-z_]/.test(token)) {
        this.#next();
        key = { kind: 'literal', value: token };
        value = { kind: 'index', from: IDENTITY, key };
      } else throw this.#error();
      if (this.#accept(':')) value = this.#objectValue();
      if (!value) throw this.#error();
      entries.push({ key, value });
      if (this.#token !== '}') this.#expect(',');
    }
    return { kind: 'object', entries };
  }

  #objectValue(): Filter {
    const left = this.#alternative();
    return this.#accept('|') ? { kind: 'pipe', left, right: this.#objectValue() } : left;
  }

  /** At the opening quote. */
  #text(format: string | undefined): Filter {
    const parts: (string | Filter)[] = [];
    let plain = '';
    let at = this.#start + 1;
    for (;;) {
      const character = this.#source[at];
      if (character === undefined)
        throw new JqError('compile', 'syntax error, unexpected end of file, expecting a string end');
      if (character === '"') break;
      if (character !== '\\') {
        plain += character;
        at++;
        continue;
      }
      if (this.#source[at + 1] === '(') {
        parts.push(plain);
        plain = '';
        this.#at = at + 2;
        this.#next();
        parts.push(this.pipe());
        if (this.#token !== ')') throw this.#error();
        at = this.#at;
        continue;
      }
      const escaped = /^\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/.exec(this.#source.slice(at, at + 6));
      if (!escaped) throw this.#error();
      plain += JSON.parse(`"${escaped[0]}"`) as string;
      at += escaped[0].length;
    }
    parts.push(plain);
    this.#at = at + 1;
    this.#next();
    if (parts.length === 1) return { kind: 'literal', value: plain };
    return { kind: 'text', parts, format };
  }
}
