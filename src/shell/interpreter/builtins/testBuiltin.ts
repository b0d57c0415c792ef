import { compareIntegers } from '../../compareIntegers.ts';
import { FILE_TESTS, fileTest, isComparison, isVariableSet } from '../execution/fileTests.ts';
import type { Builtin } from '../execution/builtin.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';

const BINARY = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

export const test: Builtin = (shell, argv) => {
  let words = argv.slice(1);
  if (argv[0] === '[') {
    if (words.at(-1) !== ']') throw new ShellError('command', shell.isBash ? "missing `]'" : 'missing ]', 2);
    words = words.slice(0, -1);
  }
  return evaluate(shell, words) ? 0 : 1;
};

/** As POSIX has it for up to four arguments; more are an expression. Throws ShellError with status 2. */
function evaluate(shell: Shell, words: readonly string[]): boolean {
  const [a = '', b = '', c = '', d = ''] = words;
  switch (words.length) {
    case 0:
      return false;
    case 1:
      return a !== '';
    case 2:
      if (a === '!') return b === '';
      if (isUnary(shell, a)) return unary(shell, a, b);
      throw fault(shell, `${shell.dialect === 'ash' ? b : a}: unary operator expected`, a);
    case 3:
      if (BINARY.has(b)) return binary(shell, a, b, c);
      if (b === '-a') return a !== '' && c !== '';
      if (b === '-o') return a !== '' || c !== '';
      if (a === '!') return !evaluate(shell, [b, c]);
      if (a === '(' && c === ')') return b !== '';
      throw fault(shell, `${b}: binary operator expected`, a);
    case 4:
      if (a === '!') return !evaluate(shell, [b, c, d]);
      if (a === '(' && d === ')') return evaluate(shell, [b, c]);
      break;
    default:
      break;
  }
  const parser = new ExpressionParser(shell, words);
  return parser.parse();
}

function fault(shell: Shell, message: string, first: string): ShellError {
  if (shell.dialect === 'dash') return new ShellError('command', `${first}: unexpected operator`, 2);
  if (shell.dialect === 'ash') {
    const error = new ShellError('command', `${message.split(':')[0]}: unknown operand`, 2);
    // busybox tells this as its program, not as the shell: without a path, and of no line.
    const program = shell.process.argv[0] ?? 'sh';
    error.start = `${program.slice(program.lastIndexOf('/') + 1)}: `;
    return error;
  }
  return new ShellError('command', message, 2);
}

function isUnary(shell: Shell, word: string): boolean {
  return (
    word === '-n' ||
    word === '-z' ||
    FILE_TESTS.has(word) ||
    (shell.isBash && (word === '-v' || word === '-o' || word === '-R'))
  );
}

function unary(shell: Shell, operator: string, operand: string): boolean {
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-v':
      return isVariableSet(shell, operand);
    case '-o':
      return shell.options.has(operand as never);
    case '-R':
      return shell.variables.findOwn(operand)?.attributes.has('nameref') === true;
    case '-t':
      if (!/^\s*\d+\s*$/.test(operand)) throw new ShellError('command', `${operand}: integer expression expected`, 2);
      return fileTest(shell, operator, operand.trim());
    default:
      return fileTest(shell, operator, operand);
  }
}

function binary(shell: Shell, left: string, operator: string, right: string): boolean {
  switch (operator) {
    case '=':
    case '==':
      if (operator === '==' && shell.dialect === 'dash') throw fault(shell, '', left);
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef':
      return isComparison(shell, operator, left, right);
  }
  const a = smallInteger(left) ?? integer(shell, left);
  const b = smallInteger(right) ?? integer(shell, right);
  return compareIntegers(operator, a, b);
}

/** The usual: a few digits. */
function smallInteger(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function integer(shell: Shell, text: string): bigint {
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed.replace(/^\+/, ''));
  const words = shell.isBash
    ? `${text}: integer expression expected`
    : shell.dialect === 'dash'
      ? `Illegal number: ${text}`
      : `${text}: bad number`;
  throw new ShellError('command', words, 2);
}

const MAX_DEPTH = 1000;

/** `-o` binds loosest, then `-a`, then `!`. */
class ExpressionParser {
  readonly #shell: Shell;
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(shell: Shell, words: readonly string[]) {
    this.#shell = shell;
    this.#words = words;
  }

  parse(): boolean {
    const value = this.#or();
    if (this.#at < this.#words.length) {
      const first = this.#words[this.#at] as string;
      throw fault(this.#shell, this.#shell.isBash ? 'too many arguments' : `${first}: unknown operand`, first);
    }
    return value;
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#words[this.#at] === '-o') {
      this.#at++;
      const right = this.#and();
      value = value || right;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#not();
    while (this.#words[this.#at] === '-a') {
      this.#at++;
      const right = this.#not();
      value = value && right;
    }
    return value;
  }

  #not(): boolean {
    if (++this.#depth > MAX_DEPTH) throw new ShellError('command', 'too many arguments', 2);
    let value: boolean;
    if (this.#words[this.#at] === '!' && this.#at + 1 < this.#words.length) {
      this.#at++;
      value = !this.#not();
    } else value = this.#primary();
    this.#depth--;
    return value;
  }

  #primary(): boolean {
    const words = this.#words;
    const word = words[this.#at];
    if (word === undefined)
      throw new ShellError('command', this.#shell.isBash ? 'argument expected' : 'argument expected', 2);
    const operator = words[this.#at + 1];
    if (operator !== undefined && BINARY.has(operator) && words[this.#at + 2] !== undefined) {
      this.#at += 3;
      return binary(this.#shell, word, operator, words[this.#at - 1] as string);
    }
    if (word === '(') {
      this.#at++;
      const value = this.#or();
      if (words[this.#at] !== ')')
        throw new ShellError('command', this.#shell.isBash ? "`)' expected" : 'closing paren expected', 2);
      this.#at++;
      return value;
    }
    if (isUnary(this.#shell, word) && words[this.#at + 1] !== undefined) {
      this.#at += 2;
      return unary(this.#shell, word, words[this.#at - 1] as string);
    }
    this.#at++;
    return word !== '';
  }
}
