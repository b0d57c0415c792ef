import { parseAction } from './findActions.ts';
import type { FindNode } from './findNode.ts';
import type { FindRun } from './findRun.ts';
import { parseTest } from './findTests.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';

/** Whether a file fits; actions are predicates that do something. Throws VfsError for a file that is gone. */
export type Predicate = (node: FindNode) => boolean | Promise<boolean>;

/** Deeper parentheses are refused. */
const MAX_DEPTH = 500;

/** The words of an expression, one after the other. */
export class FindWords {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get next(): string | undefined {
    return this.#words[this.#at];
  }

  take(): string | undefined {
    return this.#words[this.#at++];
  }

  /** The argument of a primary. Throws UsageError where there is none. */
  argument(primary: string, run: FindRun): string {
    const word = this.take();
    if (word !== undefined) return word;
    throw new UsageError(
      'argument',
      run.isGnu ? `missing argument to \`${primary}'` : `${primary} requires an argument`,
    );
  }
}

/** Compiles an expression (find(1)). Without an action, files that fit are printed. Throws UsageError. */
export async function parseExpression(words: readonly string[], run: FindRun): Promise<Predicate> {
  const parser = new ExpressionParser(new FindWords(words), run);
  return parser.whole();
}

class ExpressionParser {
  readonly #words: FindWords;
  readonly #run: FindRun;
  #hasAction = false;

  constructor(words: FindWords, run: FindRun) {
    this.#words = words;
    this.#run = run;
  }

  async whole(): Promise<Predicate> {
    const print: Predicate = (node) => printed(this.#run, node.path);
    if (this.#words.next === undefined) return print;
    const predicate = await this.#list(0);
    if (this.#words.next !== undefined)
      throw new UsageError('unknown', this.#run.isGnu ? "you have too many ')'" : 'unrecognized: )');
    return this.#hasAction ? predicate : and(predicate, print);
  }

  async #list(depth: number): Promise<Predicate> {
    let left = await this.#or(depth);
    while (this.#words.next === ',') {
      this.#words.take();
      const first = left;
      const second = await this.#or(depth);
      left = (node) => {
        const result = first(node);
        return result instanceof Promise ? result.then(() => second(node)) : second(node);
      };
    }
    return left;
  }

  async #or(depth: number): Promise<Predicate> {
    let left = await this.#and(depth);
    while (this.#words.next === '-o' || this.#words.next === '-or') {
      const operator = this.#words.take() as string;
      this.#requireExpression(operator);
      left = or(left, await this.#and(depth));
    }
    return left;
  }

  async #and(depth: number): Promise<Predicate> {
    let left = await this.#not(depth);
    for (;;) {
      const { next } = this.#words;
      if (next === undefined || next === ')' || next === ',' || next === '-o' || next === '-or') return left;
      if (next === '-a' || next === '-and') {
        this.#words.take();
        this.#requireExpression(next);
      }
      left = and(left, await this.#not(depth));
    }
  }

  #requireExpression(operator: string): void {
    const { next } = this.#words;
    if (next !== undefined && next !== ')') return;
    throw new UsageError('operand', `expected an expression after '${operator}'`);
  }

  async #not(depth: number): Promise<Predicate> {
    if (depth > MAX_DEPTH) throw new UsageError('operand', 'expression is nested too deeply');
    const word = this.#words.take();
    if (word === '!' || word === '-not') {
      this.#requireExpression(word);
      const negated = await this.#not(depth + 1);
      return (node) => {
        const result = negated(node);
        return result instanceof Promise ? result.then((value) => !value) : !result;
      };
    }
    if (word === '(') {
      if (this.#words.next === ')')
        throw new UsageError('operand', 'invalid expression; empty parentheses are not allowed.');
      const inner = await this.#list(depth + 1);
      if (this.#words.take() !== ')')
        throw new UsageError(
          'operand',
          this.#run.isGnu
            ? "invalid expression; I was expecting to find a ')' somewhere but did not see one."
            : "unpaired '('",
        );
      return inner;
    }
    return this.#primary(word ?? '');
  }

  async #primary(word: string): Promise<Predicate> {
    const run = this.#run;
    if (setsRule(word, this.#words, run)) return () => true;
    const test = parseTest(word, this.#words, run);
    if (test) return test;
    const action = await parseAction(word, this.#words, run);
    if (action) {
      if (word !== '-prune') this.#hasAction = true;
      return action;
    }
    if (!word.startsWith('-') && run.isGnu)
      throw new UsageError('unknown', `paths must precede expression: \`${word}'`);
    throw new UsageError('unknown', run.isGnu ? `unknown predicate \`${word}'` : `unrecognized: ${word}`);
  }
}

function printed(run: FindRun, path: string): boolean | Promise<boolean> {
  const writing = run.print(`${path}\n`);
  return writing ? writing.then(() => true) : true;
}

function and(left: Predicate, right: Predicate): Predicate {
  return (node) => {
    const result = left(node);
    if (result instanceof Promise) return result.then((value) => value && right(node));
    return result && right(node);
  };
}

function or(left: Predicate, right: Predicate): Predicate {
  return (node) => {
    const result = left(node);
    if (result instanceof Promise) return result.then((value) => value || right(node));
    return result || right(node);
  };
}

/** Options of the whole search, wherever they stand. */
function setsRule(word: string, words: FindWords, run: FindRun): boolean {
  switch (word) {
    case '-maxdepth':
      run.maxDepth = depthArgument(word, words, run);
      return true;
    case '-mindepth':
      run.minDepth = depthArgument(word, words, run);
      return true;
    case '-depth':
    case '-d':
      run.isPostOrder = true;
      return true;
    case '-mount':
    case '-xdev':
      run.staysOnFilesystem = true;
      return true;
    case '-follow':
      run.follow = 'always';
      return true;
    case '-daystart':
      run.countsFromDayStart = true;
      return true;
    case '-noleaf':
    case '-warn':
    case '-nowarn':
    case '-ignore_readdir_race':
    case '-noignore_readdir_race':
      return run.isGnu;
    default:
      return false;
  }
}

function depthArgument(word: string, words: FindWords, run: FindRun): number {
  const text = words.argument(word, run);
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(
    'argument',
    run.isGnu
      ? `Expected a positive decimal integer argument to ${word}, but got ${quoted(text)}`
      : `invalid number '${text}'`,
  );
}
