import type { Program } from '../kernel/program.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { compareNames } from './nameOrder.ts';
import { quoted } from './quote.ts';

const MAX_DEPTH = 500;

/** expr(1): whole numbers of any size. */
export const expr: Program = async (process) => {
  const words = process.argv.slice(1);
  if (words[0] === '--') words.shift();
  try {
    if (words.length === 0) {
      if (process.flavour === 'gnu') {
        await process.complain('missing operand');
        await process.write(2, `Try '${process.name} --help' for more information.\n`);
      } else {
        await process.complain('too few arguments');
      }
      return 2;
    }
    const value = new Expression(words).value();
    await process.print(`${value}\n`);
    return value === '' || /^-?0+$/.test(value) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ExprError) && !(error instanceof RegexError)) throw error;
    await process.complain(
      process.flavour === 'busybox' && error instanceof ExprError && error.message.startsWith('syntax')
        ? 'syntax error'
        : error.message,
    );
    return 2;
  }
};

class ExprError extends Error {
  override readonly name = 'ExprError';
}

class Expression {
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  value(): string {
    const value = this.#or();
    const extra = this.#words[this.#at];
    if (extra !== undefined) throw new ExprError(`syntax error: unexpected argument ${quoted(extra)}`);
    return value;
  }

  #accept(...operators: string[]): string | undefined {
    const word = this.#words[this.#at];
    if (word === undefined || !operators.includes(word)) return undefined;
    this.#at++;
    return word;
  }

  #or(): string {
    if (++this.#depth > MAX_DEPTH) throw new ExprError('expression is nested too deeply');
    let left = this.#and();
    while (this.#accept('|')) {
      const right = this.#and();
      if (isNull(left)) left = isNull(right) ? '0' : right;
    }
    this.#depth--;
    return left;
  }

  #and(): string {
    let left = this.#comparison();
    while (this.#accept('&')) {
      const right = this.#comparison();
      if (isNull(left) || isNull(right)) left = '0';
    }
    return left;
  }

  #comparison(): string {
    let left = this.#sum();
    for (let operator = this.#compares(); operator; operator = this.#compares()) {
      const right = this.#sum();
      const order =
        isInteger(left) && isInteger(right)
          ? Number(BigInt(left) > BigInt(right)) - Number(BigInt(left) < BigInt(right))
          : compareNames(left, right);
      const holds = {
        '<': order < 0,
        '<=': order <= 0,
        '=': order === 0,
        '==': order === 0,
        '!=': order !== 0,
        '>=': order >= 0,
        '>': order > 0,
      }[operator];
      left = holds ? '1' : '0';
    }
    return left;
  }

  #compares(): string | undefined {
    return this.#accept('<', '<=', '=', '==', '!=', '>=', '>');
  }

  #sum(): string {
    let left = this.#product();
    for (let operator = this.#accept('+', '-'); operator; operator = this.#accept('+', '-')) {
      const right = this.#product();
      const [a, b] = [integer(left), integer(right)];
      left = String(operator === '+' ? a + b : a - b);
    }
    return left;
  }

  #product(): string {
    let left = this.#match();
    for (let operator = this.#accept('*', '/', '%'); operator; operator = this.#accept('*', '/', '%')) {
      const right = this.#match();
      const [a, b] = [integer(left), integer(right)];
      if (operator !== '*' && b === 0n) throw new ExprError('division by zero');
      left = String(operator === '*' ? a * b : operator === '/' ? a / b : a % b);
    }
    return left;
  }

  #match(): string {
    let left = this.#primary();
    while (this.#accept(':')) left = matched(left, this.#primary());
    return left;
  }

  #primary(): string {
    const word = this.#words[this.#at++];
    if (word === undefined)
      throw new ExprError(`syntax error: missing argument after ${quoted(this.#words.at(-1) ?? '')}`);
    if (word === '(') {
      const value = this.#or();
      const close = this.#words[this.#at++];
      if (close === undefined)
        throw new ExprError(`syntax error: expecting ')' after ${quoted(this.#words.at(-1) ?? '')}`);
      if (close !== ')') throw new ExprError(`syntax error: expecting ')' instead of ${quoted(close)}`);
      return value;
    }
    if (word === ')') throw new ExprError("syntax error: unexpected ')'");
    if (this.#at >= this.#words.length && !['length', 'substr', 'index', 'match', '+'].includes(word)) return word;
    switch (word) {
      case '+':
        return this.#words[this.#at++] ?? missing(word);
      case 'length':
        return String([...this.#primary()].length);
      case 'match': {
        const text = this.#primary();
        return matched(text, this.#primary());
      }
      case 'index': {
        const text = [...this.#primary()];
        const set = new Set(this.#primary());
        return String(text.findIndex((character) => set.has(character)) + 1);
      }
      case 'substr': {
        const text = [...this.#primary()];
        const [from, length] = [this.#primary(), this.#primary()];
        if (!isInteger(from) || !isInteger(length) || Number(from) < 1 || Number(length) < 1) return '';
        return text.slice(Number(from) - 1, Number(from) - 1 + Number(length)).join('');
      }
      default:
        return word;
    }
  }
}

function missing(word: string): never {
  throw new ExprError(`syntax error: missing argument after ${quoted(word)}`);
}

/** The pattern is anchored. Gives the first group, or how many characters matched. */
function matched(text: string, pattern: string): string {
  const regex = new Regex(pattern, { syntax: 'basic' });
  const slots = regex.execAt(text, 0);
  const hasGroup = regex.groupCount > 0;
  if (!slots) return hasGroup ? '' : '0';
  if (hasGroup) return (slots[2] as number) < 0 ? '' : text.slice(slots[2], slots[3]);
  return String([...text.slice(0, slots[1])].length);
}

function isInteger(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function integer(text: string): bigint {
  if (!isInteger(text)) throw new ExprError('non-integer argument');
  return BigInt(text);
}

function isNull(text: string): boolean {
  return text === '' || /^-?0+$/.test(text);
}
