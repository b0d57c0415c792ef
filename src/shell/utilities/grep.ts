import { isDirectory, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import type { ListedName } from '../../vfs/overlay/overlayNode.ts';
import { readdir, statIfThere } from '../kernel/calls.ts';
import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { RegexError } from '../regex/regexError.ts';
import { causeOf } from './failure.ts';
import { firstRead, GrepFile, type GrepTarget } from './grepFile.ts';
import { NameFilter } from './grepNames.ts';
import { GrepPatterns } from './grepPatterns.ts';
import { colorWanted, paint, type GrepForm } from './grepPrinter.ts';
import { compareNames } from './nameOrder.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { readWhole } from './readWhole.ts';
import { InputError, openInput, type TextInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  extended: '-E --extended-regexp',
  fixed: '-F --fixed-strings',
  basic: '-G --basic-regexp',
  perl: '-P --perl-regexp',
  pattern: '-e --regexp=PATTERNS',
  patternFile: '-f --file=FILE',
  ignoreCase: '-i -y --ignore-case',
  noIgnoreCase: '--no-ignore-case',
  invert: '-v --invert-match',
  word: '-w --word-regexp',
  line: '-x --line-regexp',
  count: '-c --count',
  color: '--color[=WHEN] --colour[=WHEN]',
  without: '-L --files-without-match',
  with: '-l --files-with-matches',
  max: '-m --max-count=NUM',
  only: '-o --only-matching',
  quiet: '-q --quiet --silent',
  noMessages: '-s --no-messages',
  offset: '-b --byte-offset',
  withName: '-H --with-filename',
  noName: '-h --no-filename',
  label: '--label=LABEL',
  number: '-n --line-number',
  tab: '-T --initial-tab',
  null: '-Z --null',
  after: '-A --after-context=NUM',
  before: '-B --before-context=NUM',
  context: '-C --context=NUM',
  separator: '--group-separator=SEP',
  noSeparator: '--no-group-separator',
  text: '-a --text',
  binary: '--binary-files=TYPE',
  skipBinary: '-I',
  directories: '-d --directories=ACTION',
  devices: '-D --devices=ACTION',
  recursive: '-r --recursive',
  dereference: '-R --dereference-recursive',
  include: '--include=GLOB',
  exclude: '--exclude=GLOB',
  excludeFrom: '--exclude-from=FILE',
  excludeDir: '--exclude-dir=GLOB',
  // What was found is written before the next input is waited for; no file here tells text from binary by its lines' ends.
  lineBuffered: '--line-buffered',
  unix: '-U --binary',
  zero: '-z --null-data',
} as const;

/** Deeper directories are not looked into. */
const MAX_DIRECTORY_DEPTH = 512;

type Options = ParsedOptions<keyof typeof OPTIONS>;
type Syntax = 'basic' | 'extended' | 'fixed' | 'perl';

function grepAs(syntax: Syntax): Program {
  return utility(
    {
      usage: '[OPTION]... PATTERNS [FILE]...',
      options: OPTIONS,
      usageStatus: 2,
      showsUsage: true,
      version: '(GNU grep) 3.8',
      rewrite: (given) => given.map((argument) => (/^-\d+$/.test(argument) ? `-C${argument.slice(1)}` : argument)),
    },
    async (process, options) => {
      const [patterns, operands] = await patternsOf(process, options);
      const which = options.last('basic', 'extended', 'fixed', 'perl') ?? syntax;
      let compiled: GrepPatterns;
      try {
        compiled = new GrepPatterns(patterns, {
          syntax: which,
          ignoreCase: options.last('ignoreCase', 'noIgnoreCase') === 'ignoreCase',
          whole: options.has('line') ? 'line' : options.has('word') ? 'word' : undefined,
        });
      } catch (error) {
        if (!(error instanceof RegexError)) throw error;
        await process.complain(
          process.flavour === 'busybox' ? `bad regex '${patterns.join('|')}': ${error.message}` : error.message,
        );
        return 2;
      }
      const excluded = [...options.values('exclude'), ...(await linesOf(process, options.values('excludeFrom')))];
      return new Grep(process, options, compiled, { operands, excluded }).run();
    },
  );
}

export const grep = grepAs('basic');
export const egrep = grepAs('extended');
export const fgrep = grepAs('fixed');

async function patternsOf(process: Process, options: Options): Promise<[string[], readonly string[]]> {
  if (!options.has('pattern') && !options.has('patternFile')) {
    const [first, ...rest] = options.operands;
    if (first === undefined) throw new UsageError('operand', '');
    return [first.split('\n'), rest];
  }
  const patterns = options.values('pattern').flatMap((text) => text.split('\n'));
  patterns.push(...(await linesOf(process, options.values('patternFile'))));
  return [patterns, options.operands];
}

/** The lines of some files: patterns, or globs. Throws UsageError where one cannot be read. */
async function linesOf(process: Process, paths: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const path of paths) {
    try {
      const input = await openInput(process, path);
      const lines = decodeName(await readWhole(process, input)).split('\n');
      input.close();
      if (lines.at(-1) === '') lines.pop();
      all.push(...lines);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new UsageError('operand', `${path}: ${error.words}`, { bare: true });
    }
  }
  return all;
}

class Grep {
  readonly #process: Process;
  readonly #options: Options;
  readonly #patterns: GrepPatterns;
  readonly #operands: readonly string[];
  readonly #output: TextOutput;
  readonly #form: GrepForm;
  readonly #recurses: boolean;
  readonly #showsNames: boolean;
  readonly #progress = { hasShown: false };
  /** All but the file's name. */
  readonly #target: Omit<GrepTarget, 'name' | 'shownName'>;
  readonly #follows: boolean;
  readonly #names: NameFilter;
  /** Whether a file without a match can be left at once: nothing is told of it. */
  readonly #isQuick: boolean;
  #hasSelected = false;
  #hasFailed = false;

  constructor(
    process: Process,
    options: Options,
    patterns: GrepPatterns,
    { operands, excluded }: { readonly operands: readonly string[]; readonly excluded: readonly string[] },
  ) {
    this.#process = process;
    this.#options = options;
    this.#patterns = patterns;
    this.#output = new TextOutput(process);
    const descent = options.last('recursive', 'dereference', 'directories');
    this.#recurses = descent !== undefined && (descent !== 'directories' || options.value('directories') === 'recurse');
    this.#operands = operands.length > 0 ? operands : this.#recurses ? ['.'] : ['-'];
    const naming = options.last('withName', 'noName');
    const isOne = this.#operands.length === 1 && !this.#recurses;
    this.#showsNames = naming === 'withName' || (naming !== 'noName' && !isOne);
    this.#form = {
      invert: options.has('invert'),
      onlyMatching: options.has('only'),
      lineNumbers: options.has('number'),
      byteOffsets: options.has('offset'),
      tabs: options.has('tab'),
      nullNames: options.has('null'),
      color: options.has('color') && colorWanted(process, options.value('color')),
      before: this.#context('before'),
      after: this.#context('after'),
      separator: options.has('noSeparator') ? undefined : (options.value('separator') ?? '--'),
      lineEnd: options.has('zero') ? '\0' : '\n',
    };
    const isSilent = !options.has('count') && !options.has('without') && !options.has('invert');
    this.#isQuick = isSilent && !options.has('zero') && patterns.isBuffered;
    this.#follows = options.has('dereference');
    this.#target = this.#targetOf(options);
    this.#names = new NameFilter({
      included: options.values('include'),
      excluded,
      excludedDirectories: options.values('excludeDir'),
    });
  }

  #targetOf(options: Options): Omit<GrepTarget, 'name' | 'shownName'> {
    const max = Number(options.value('max') ?? -1);
    const listing = options.has('with') || options.has('without');
    const isText = options.has('text') || options.has('zero') || options.value('binary') === 'text';
    const skips = options.has('skipBinary') || options.value('binary') === 'without-match';
    return {
      output: this.#output,
      maxCount: max < 0 ? Number.POSITIVE_INFINITY : max,
      printsLines: !options.has('count') && !listing && !options.has('quiet'),
      stopsAtFirst: listing || options.has('quiet'),
      binary: isText ? 'text' : skips ? 'skip' : 'tell',
      progress: this.#progress,
    };
  }

  #context(side: 'before' | 'after'): number {
    const text = this.#options.value(side) ?? this.#options.value('context') ?? '0';
    if (!/^\d+$/.test(text))
      throw new UsageError('operand', `${text}: invalid context length argument`, { bare: true });
    return Number(text);
  }

  async run(): Promise<number> {
    for (const operand of this.#operands) {
      if (await this.#operand(operand)) break;
    }
    await this.#output.flush();
    if (this.#hasFailed && !(this.#options.has('quiet') && this.#hasSelected)) return 2;
    return this.#hasSelected ? 0 : 1;
  }

  async #complain(path: string, words: string): Promise<void> {
    this.#hasFailed = true;
    if (this.#options.has('noMessages')) return;
    await this.#output.flush();
    await this.#process.complain(`${path}: ${words}`);
  }

  get #skipsDevices(): boolean {
    const action = this.#options.value('devices') ?? 'read';
    if (action !== 'read' && action !== 'skip')
      throw new UsageError('operand', 'unknown devices method', { bare: true });
    return action === 'skip';
  }

  /** Gives whether all is known. */
  async #operand(operand: string): Promise<boolean> {
    const found = operand === '-' ? undefined : statIfThere(this.#process, operand);
    if (found && isDirectory(found.mode)) {
      if (this.#recurses) {
        const implied = this.#operands[0] === '.' && !this.#process.argv.includes('.');
        return this.#directory(operand, implied ? '' : `${operand.replace(/\/+$/, '')}/`, 0);
      }
      if (this.#options.value('directories') === 'skip') return false;
      if (this.#process.flavour === 'gnu') await this.#complain(operand, 'Is a directory');
      return false;
    }
    if (this.#options.last('exclude', 'excludeFrom') && this.#names.excludes(operand)) return false;
    if (this.#skipsDevices && found && (found.mode & S_IFMT) !== S_IFREG) return false;
    return this.#file(operand);
  }

  async #directory(path: string, prefix: string, depth: number): Promise<boolean> {
    const process = this.#process;
    let found: ListedName[];
    try {
      found = [...readdir(process, path)];
    } catch (error) {
      await this.#complain(path, causeOf(error));
      return false;
    }
    found.sort((a, b) => compareNames(a.name, b.name));
    for (const { name, type } of found) {
      if (process.isDue) await process.pause();
      const child = prefix === '' ? name : `${prefix === '/' && path === '/' ? '/' : prefix}${name}`;
      const kind = type === S_IFLNK && this.#follows ? (statIfThere(process, child)?.mode ?? 0) & S_IFMT : type;
      if (kind === S_IFDIR) {
        if (this.#names.excludesDirectory(name) || depth >= MAX_DIRECTORY_DEPTH) continue;
        if (await this.#directory(child, `${child}/`, depth + 1)) return true;
      } else if (kind === S_IFREG && !this.#names.excludes(name)) {
        const isAllKnown = this.#file(child);
        if (isAllKnown instanceof Promise ? await isAllKnown : isAllKnown) return true;
      }
    }
    return false;
  }

  /** Gives whether all is known. Most files of a tree have nothing: they are done with at once. */
  #file(operand: string): boolean | Promise<boolean> {
    try {
      const opening = openInput(this.#process, operand);
      if (opening instanceof Promise) return this.#search(operand, opening, undefined);
      const first = this.#isQuick ? firstRead(opening) : undefined;
      if (first?.isWhole && this.#patterns.endOfSome(decodeName(first.bytes as Uint8Array), 0) < 0) {
        opening.close();
        return false;
      }
      return this.#search(operand, opening, first?.bytes);
    } catch (error) {
      return this.#failed(operand, error);
    }
  }

  /** `first`: bytes that were read already. */
  async #search(
    operand: string,
    opening: TextInput | Promise<TextInput>,
    first: Uint8Array | Promise<Uint8Array> | undefined,
  ): Promise<boolean> {
    const shown = operand === '-' ? (this.#options.value('label') ?? '(standard input)') : operand;
    try {
      const input = await opening;
      try {
        const name = this.#showsNames ? shown : undefined;
        const target: GrepTarget = { ...this.#target, name, shownName: shown };
        const file = new GrepFile(this.#process, input, this.#patterns, this.#form, target);
        const count = await file.search(first);
        return await this.#report(shown, count);
      } finally {
        input.close();
      }
    } catch (error) {
      return this.#failed(operand, error);
    }
  }

  async #failed(operand: string, error: unknown): Promise<boolean> {
    if (error instanceof RegexError) await this.#complain(operand, "exceeded PCRE's backtracking limit");
    else if (error instanceof InputError) await this.#complain(operand, error.words);
    else throw error;
    return false;
  }

  async #report(shown: string, count: number): Promise<boolean> {
    const options = this.#options;
    if (count > 0) this.#hasSelected = true;
    if (options.has('quiet')) return count > 0;
    const name = this.#form.color ? paint(shown, '35') : shown;
    if (options.has('count') && !options.has('with') && !options.has('without')) {
      const mark = this.#form.nullNames ? '\0' : this.#form.color ? paint(':', '36') : ':';
      await this.#output.put(`${this.#showsNames ? name + mark : ''}${count}\n`);
    }
    if (options.has('with') ? count > 0 : options.has('without') && count === 0) {
      await this.#output.put(name + (this.#form.nullNames ? '\0' : '\n'));
    }
    return false;
  }
}
