import { compareIntegers } from '../compareIntegers.ts';
import {
  isDirectory,
  isSymlink,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
} from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstatIfThere, mayAccess, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { quoted } from './quote.ts';

/** test(1) and `[`: the programs. */
export const test: Program = async (process) => {
  const words = process.argv.slice(1);
  try {
    if (process.name === '[') {
      if (words.at(-1) !== ']') throw new TestError("missing ']'");
      words.pop();
    }
    return new Evaluator(process, words).result() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    await process.complain(error.message);
    return 2;
  }
};

class TestError extends Error {
  override readonly name = 'TestError';
}

const BINARY = new Set(['=', '==', '!=', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);
const UNARY = /^-[bcdefghLkNnOGprsStuwxz]$/;
const MAX_DEPTH = 1000;

/** Up to four words are told by their number (POSIX); more are an expression with -a, -o, ! and parentheses. */
class Evaluator {
  readonly #process: Process;
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(process: Process, words: readonly string[]) {
    this.#process = process;
    this.#words = words;
  }

  result(): boolean {
    const words = this.#words;
    const simple = this.#byCount(words);
    if (simple !== undefined) return simple;
    const value = this.#or();
    const extra = words[this.#at];
    if (extra !== undefined) throw new TestError(`extra argument ${quoted(extra)}`);
    return value;
  }

  #byCount(words: readonly string[]): boolean | undefined {
    const [a = '', b = '', c = ''] = words;
    switch (words.length) {
      case 0:
        return false;
      case 1:
        return a !== '';
      case 2:
        if (a === '!') return b === '';
        if (UNARY.test(a)) return this.#unary(a, b);
        if (a.startsWith('-')) throw new TestError(`${quoted(a)}: unary operator expected`);
        throw new TestError(`missing argument after ${quoted(b)}`);
      case 3:
        if (BINARY.has(b)) return this.#binary(a, b, c);
        if (b === '-a') return a !== '' && c !== '';
        if (b === '-o') return a !== '' || c !== '';
        if (a === '!') return !this.#byCount([b, c]);
        if (a === '(' && c === ')') return b !== '';
        throw new TestError(`${quoted(b)}: binary operator expected`);
      case 4:
        if (a === '!') return !this.#byCount(words.slice(1));
        if (a === '(' && words[3] === ')') return this.#byCount(words.slice(1, 3));
        return undefined;
      default:
        return undefined;
    }
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#words[this.#at] === '-o') {
      this.#at++;
      value = this.#and() || value;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#term();
    while (this.#words[this.#at] === '-a') {
      this.#at++;
      value = this.#term() && value;
    }
    return value;
  }

  #term(): boolean {
    if (++this.#depth > MAX_DEPTH) throw new TestError('too many arguments');
    const words = this.#words;
    const word = words[this.#at];
    if (word === undefined) throw new TestError(`missing argument after ${quoted(words[this.#at - 1] ?? '')}`);
    if (word === '!') {
      this.#at++;
      return !this.#term();
    }
    if (word === '(') {
      this.#at++;
      const value = this.#or();
      if (words[this.#at++] !== ')') throw new TestError("')' expected");
      return value;
    }
    const operator = words[this.#at + 1];
    if (operator !== undefined && BINARY.has(operator) && words[this.#at + 2] !== undefined) {
      this.#at += 3;
      return this.#binary(word, operator, words[this.#at - 1] as string);
    }
    if (UNARY.test(word) && operator !== undefined) {
      this.#at += 2;
      return this.#unary(word, operator);
    }
    this.#at++;
    return word !== '';
  }

  #unary(operator: string, operand: string): boolean {
    const process = this.#process;
    if (operator === '-n') return operand !== '';
    if (operator === '-z') return operand === '';
    if (operator === '-t') return process.files.get(Number(integer(operand)))?.isTerminal ?? false;
    if (operator === '-L' || operator === '-h') return isSymlink(lstatIfThere(process, operand)?.mode ?? 0);
    if (operand === '') return false;
    if (operator === '-r') return mayAccess(process, operand, 4);
    if (operator === '-w') return mayAccess(process, operand, 2);
    if (operator === '-x') return mayAccess(process, operand, 1);
    const found = statIfThere(process, operand);
    return found !== undefined && this.#file(operator, found);
  }

  #file(operator: string, { mode, uid, gid, sizeBytes, mtime, atime }: Stat): boolean {
    const type = mode & S_IFMT;
    const { credentials } = this.#process;
    switch (operator) {
      case '-b':
        return type === S_IFBLK;
      case '-c':
        return type === S_IFCHR;
      case '-d':
        return isDirectory(mode);
      case '-f':
        return type === S_IFREG;
      case '-g':
        return (mode & S_ISGID) !== 0;
      case '-k':
        return (mode & S_ISVTX) !== 0;
      case '-N':
        return mtime.sec > atime.sec || (mtime.sec === atime.sec && mtime.nsec > atime.nsec);
      case '-O':
        return uid === credentials.uid;
      case '-G':
        return gid === credentials.gid;
      case '-p':
        return type === S_IFIFO;
      case '-s':
        return sizeBytes > 0 || type === S_IFDIR;
      case '-S':
        return type === S_IFSOCK;
      case '-u':
        return (mode & S_ISUID) !== 0;
      default:
        return true;
    }
  }

  #binary(left: string, operator: string, right: string): boolean {
    switch (operator) {
      case '=':
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case '-nt':
      case '-ot':
      case '-ef':
        return this.#files(left, operator, right);
      default:
        break;
    }
    const [a, b] = [integer(left), integer(right)];
    return compareIntegers(operator, a, b);
  }

  #files(left: string, operator: string, right: string): boolean {
    const [a, b] = [statIfThere(this.#process, left), statIfThere(this.#process, right)];
    if (operator === '-ef')
      return a !== undefined && b !== undefined && a.inodeNumber === b.inodeNumber && a.device === b.device;
    if (!a || !b) return operator === '-nt' ? a !== undefined && b === undefined : a === undefined && b !== undefined;
    const order = a.mtime.sec - b.mtime.sec || a.mtime.nsec - b.mtime.nsec;
    return operator === '-nt' ? order > 0 : order < 0;
  }
}

function integer(text: string): bigint {
  const trimmed = text.trim();
  if (!/^[-+]?\d+$/.test(trimmed)) throw new TestError(`invalid integer ${quoted(text)}`);
  return BigInt(trimmed.replace(/^\+/, ''));
}
