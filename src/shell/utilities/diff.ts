import { decodeName } from '../../bytes/byteName.ts';
import { isDirectory, isSymlink, S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { lstat, readdir, readlink, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import {
  type Comparing,
  compareTexts,
  contextDiff,
  diffTextOf,
  edScript,
  normalDiff,
  sideBySide,
  unifiedDiff,
} from './diffText.ts';
import { causeOf } from './failure.ts';
import { globMatcher } from './globMatch.ts';
import { typeWords } from './modeText.ts';
import { compareNames } from './nameOrder.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { localTime, strftime } from './strftime.ts';
import { InputError, openInput } from './textInput.ts';
import { zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  brief: '-q --brief',
  identical: '-s --report-identical-files',
  contextC: '-c',
  contextLines: '-C=NUM',
  context: '--context[=NUM]',
  unifiedU: '-u',
  unifiedLines: '-U=NUM',
  unified: '--unified[=NUM]',
  ed: '-e --ed',
  normal: '--normal',
  sides: '-y --side-by-side',
  width: '-W --width=NUM',
  leftColumn: '--left-column',
  suppressCommon: '--suppress-common-lines',
  functions: '-p --show-c-function',
  label: '--label=LABEL -L=LABEL',
  recursive: '-r --recursive',
  noDereference: '--no-dereference',
  newFile: '-N --new-file',
  unidirectional: '--unidirectional-new-file',
  exclude: '-x --exclude=PAT',
  ignoreCase: '-i --ignore-case',
  alike: '-b --ignore-space-change',
  blank: '-w --ignore-all-space',
  trailing: '-Z --ignore-trailing-space',
  blankLines: '-B --ignore-blank-lines',
  text: '-a --text',
  stripCr: '--strip-trailing-cr',
  // The fewest changes are always looked for.
  minimal: '-d --minimal',
  color: '--color[=WHEN]',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** diff(1). */
export const diff: Program = utility(
  {
    usage: '[OPTION]... FILES',
    options: OPTIONS,
    notSimulated:
      '-n --rcs -D --ifdef=NAME -l --paginate -t --expand-tabs -T --initial-tab -F --show-function-line=RE -I --ignore-matching-lines=RE -X --exclude-from=FILE -S --starting-file=FILE --from-file=FILE1 --to-file=FILE2 -E --ignore-tab-expansion -H --speed-large-files --horizon-lines=NUM',
    usageStatus: 2,
    helpHint: "diff: Try 'diff --help' for more information.",
    version: '(GNU diffutils) 3.8',
    rewrite: (given) => given.flatMap((argument) => rewriteContext(argument)),
  },
  async (process, options) => {
    const [from, to, extra] = options.operands;
    if (from === undefined) throw new UsageError('operand', "missing operand after 'diff'");
    if (to === undefined) throw new UsageError('operand', `missing operand after ${quoted(from)}`);
    if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
    return new Diff(process, options).operands(from, to);
  },
);

/** `-U3` takes an argument, `--unified` need not; `-5u` is `-U5`. */
function rewriteContext(argument: string): string[] {
  const old = /^-(\d+)([uc]?)$/.exec(argument);
  if (old) return [`--${old[2] === 'c' ? 'context' : 'unified'}=${old[1]}`];
  const attached = /^-([uc])(\d+)$/.exec(argument);
  if (attached) return [`--${attached[1] === 'c' ? 'context' : 'unified'}=${attached[2]}`];
  return [argument];
}

interface Side {
  readonly path: string;
  readonly isThere: boolean;
  readonly mode: number;
  readonly mtime: Timestamp;
  readonly bytes: Uint8Array;
}

const EPOCH: Timestamp = { sec: 0, nsec: 0 };

class Diff {
  readonly #process: Process;
  readonly #options: Options;
  readonly #comparing: Comparing;

  constructor(process: Process, options: Options) {
    this.#process = process;
    this.#options = options;
    this.#comparing = {
      ignoreCase: options.has('ignoreCase'),
      blanks: options.has('blank')
        ? 'ignored'
        : options.has('alike')
          ? 'alike'
          : options.has('trailing')
            ? 'trailing'
            : 'count',
      ignoreBlankLines: options.has('blankLines'),
    };
  }

  async operands(from: string, to: string): Promise<number> {
    const [a, b] = [this.#mode(from), this.#mode(to)];
    for (const [mode, path] of [
      [a, from],
      [b, to],
    ] as const) {
      if (
        typeof mode === 'string' &&
        !(this.#options.has('newFile') && (typeof a !== 'string' || typeof b !== 'string'))
      ) {
        await this.#process.complain(`${quotedIfNeeded(path)}: ${mode}`);
        if (path === from && typeof b === 'string') await this.#process.complain(`${quotedIfNeeded(to)}: ${b}`);
        return 2;
      }
    }
    const aIsDirectory = typeof a === 'number' && isDirectory(a);
    const bIsDirectory = typeof b === 'number' && isDirectory(b);
    if (aIsDirectory && bIsDirectory) return this.#directories(from, to, 0);
    const base = (path: string) => path.replace(/\/+$/, '').replace(/^.*\//, '');
    if (aIsDirectory && to !== '-') return this.#files(joined(from, base(to)), to, false);
    if (bIsDirectory && from !== '-') return this.#files(from, joined(to, base(from)), false);
    return this.#files(from, to, false);
  }

  /** The mode, or the words for why there is none. */
  #mode(path: string): number | string {
    if (path === '-') return S_IFREG;
    try {
      return this.#options.has('noDereference') ? lstat(this.#process, path).mode : stat(this.#process, path).mode;
    } catch (error) {
      return causeOf(error);
    }
  }

  async #directories(from: string, to: string, depth: number): Promise<number> {
    if (depth > 256 || from === to) return 0;
    let status = 0;
    const lists: Set<string>[] = [];
    for (const path of [from, to]) {
      try {
        lists.push(new Set(readdir(this.#process, path).map(({ name }) => name)));
      } catch (error) {
        if (!(error instanceof VfsError)) throw error;
        if (!this.#options.has('newFile') || error.code !== 'ENOENT') {
          await this.#process.complain(`${quotedIfNeeded(path)}: ${causeOf(error)}`);
          status = 2;
        }
        lists.push(new Set());
      }
    }
    const [left, right] = lists as [Set<string>, Set<string>];
    const excluded = this.#options.values('exclude').map((glob) => globMatcher(glob));
    const names = [...new Set([...left, ...right])]
      .filter((name) => !excluded.some((matches) => matches(name)))
      .sort(compareNames);
    for (const name of names) {
      if (this.#process.isDue) await this.#process.pause();
      status = Math.max(status, await this.#entry(from, to, name, left.has(name), right.has(name), depth));
    }
    return status;
  }

  async #entry(
    from: string,
    to: string,
    name: string,
    inLeft: boolean,
    inRight: boolean,
    depth: number,
  ): Promise<number> {
    const [a, b] = [joined(from, name), joined(to, name)];
    const one = inLeft ? a : b;
    const isNew = this.#options.has('newFile') || (this.#options.has('unidirectional') && !inLeft);
    const oneMode = this.#mode(one);
    if (
      inLeft !== inRight &&
      !(isNew && (this.#options.has('recursive') || typeof oneMode !== 'number' || !isDirectory(oneMode)))
    ) {
      await this.#process.print(
        `Only in ${quotedIfNeeded((inLeft ? from : to).replace(/(?<=.)\/+$/, ''))}: ${quotedIfNeeded(name)}\n`,
      );
      return 1;
    }
    const modes = [inLeft ? this.#mode(a) : oneMode, inRight ? this.#mode(b) : oneMode];
    const [aMode, bMode] = modes;
    for (const [mode, path] of [
      [aMode, a],
      [bMode, b],
    ] as const) {
      if (typeof mode !== 'string') continue;
      await this.#process.complain(`${quotedIfNeeded(path)}: ${mode}`);
      return 2;
    }
    if (typeof aMode !== 'number' || typeof bMode !== 'number') return 2;
    if (isDirectory(aMode) && isDirectory(bMode)) {
      if (this.#options.has('recursive')) return this.#directories(a, b, depth + 1);
      await this.#process.print(`Common subdirectories: ${quotedIfNeeded(a)} and ${quotedIfNeeded(b)}\n`);
      return 0;
    }
    if ((aMode & S_IFMT) !== (bMode & S_IFMT)) {
      const words = (path: string, mode: number) =>
        typeWords(mode, (mode & S_IFMT) === S_IFREG ? stat(this.#process, path).sizeBytes : 1);
      await this.#process.print(
        `File ${quotedIfNeeded(a)} is a ${words(a, aMode)} while file ${quotedIfNeeded(b)} is a ${words(b, bMode)}\n`,
      );
      return 1;
    }
    if (isSymlink(aMode)) {
      if (readlink(this.#process, a) === readlink(this.#process, b)) return 0;
      await this.#process.print(`Symbolic links ${quotedIfNeeded(a)} and ${quotedIfNeeded(b)} differ\n`);
      return 1;
    }
    return this.#files(a, b, true);
  }

  async #read(path: string, mayLack: boolean): Promise<Side> {
    try {
      const input = await openInput(this.#process, path);
      const bytes = await readWhole(this.#process, input);
      const found = input.file.stat();
      input.close();
      const mtime = path === '-' ? this.#process.kernel.clock.now() : found.mtime;
      return { path, isThere: true, mode: found.mode, mtime, bytes };
    } catch (error) {
      if (!(error instanceof InputError) || !mayLack || error.words !== 'No such file or directory') throw error;
      return { path, isThere: false, mode: S_IFREG, mtime: EPOCH, bytes: new Uint8Array(0) };
    }
  }

  async #files(from: string, to: string, isNested: boolean): Promise<number> {
    const mayLack = this.#options.has('newFile') || this.#options.has('unidirectional');
    let a: Side;
    let b: Side;
    try {
      a = await this.#read(from, mayLack);
      b = from === '-' && to === '-' ? a : await this.#read(to, mayLack);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await this.#process.complain(`${quotedIfNeeded(error.operand)}: ${error.words}`);
      return 2;
    }
    return this.#compare(a, b, isNested);
  }

  async #compare(a: Side, b: Side, isNested: boolean): Promise<number> {
    const options = this.#options;
    const process = this.#process;
    const isBinary =
      !options.has('text') && (a.bytes.subarray(0, 65536).includes(0) || b.bytes.subarray(0, 65536).includes(0));
    const isSame = a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes[i]);
    const names = `${quotedIfNeeded(a.path)} and ${quotedIfNeeded(b.path)}`;
    if (isSame) {
      if (options.has('identical')) await process.print(`Files ${names} are identical\n`);
      if (!options.has('sides') || options.has('brief') || isBinary) return 0;
    }
    if (isBinary) {
      await process.print(options.has('brief') ? `Files ${names} differ\n` : `Binary files ${names} differ\n`);
      return 1;
    }
    const read = (side: Side) => {
      const text = decodeName(side.bytes);
      return diffTextOf(options.has('stripCr') ? text.replace(/\r\n/g, '\n') : text);
    };
    const [left, right] = [read(a), read(b)];
    const changes = compareTexts(left, right, this.#comparing);
    if (changes.length === 0 && !options.has('sides')) {
      if (options.has('identical')) await process.print(`Files ${names} are identical\n`);
      return 0;
    }
    if (options.has('brief')) {
      await process.print(`Files ${names} differ\n`);
      return 1;
    }
    const head = isNested ? `diff ${this.#shownOptions()}${quotedIfNeeded(a.path)} ${quotedIfNeeded(b.path)}\n` : '';
    const style =
      options.last(
        'contextC',
        'contextLines',
        'context',
        'unifiedU',
        'unifiedLines',
        'unified',
        'ed',
        'normal',
        'sides',
      ) ?? 'normal';
    const form = {
      context: this.#context(style),
      functionLine: options.has('functions') ? (line: string) => /^[A-Za-z_$]/.test(line) : undefined,
    };
    const chosen = style === 'normal' && options.has('functions') ? 'contextC' : style;
    let text: string;
    switch (chosen) {
      case 'unified':
      case 'unifiedLines':
      case 'unifiedU':
        text = this.#labels(a, b, '---', '+++') + unifiedDiff(left, right, changes, form);
        break;
      case 'context':
      case 'contextLines':
      case 'contextC':
        text = this.#labels(a, b, '***', '---') + contextDiff(left, right, changes, form);
        break;
      case 'ed':
        text = edScript(right, changes);
        break;
      case 'sides':
        text = sideBySide(left, right, changes, {
          width: Number(options.value('width') ?? 130),
          suppressCommon: options.has('suppressCommon'),
          leftColumn: options.has('leftColumn'),
        });
        break;
      default:
        text = normalDiff(left, right, changes);
    }
    await process.print(head + this.#colored(text, chosen));
    return changes.length > 0 ? 1 : 0;
  }

  #context(style: keyof typeof OPTIONS): number {
    const text = this.#options.value(style);
    if (text === undefined) return 3;
    if (!/^\d+$/.test(text)) throw new UsageError('operand', `invalid context length ${quoted(text)}`);
    return Number(text);
  }

  #labels(a: Side, b: Side, first: string, second: string): string {
    const labels = this.#options.values('label');
    const zone = zoneOf(this.#process);
    const format = first === '---' ? '%Y-%m-%d %H:%M:%S.%N %z' : '%a %b %e %T %Y';
    const stamp = ({ mtime }: Side) =>
      strftime(first === '---' ? format : '%Y-%m-%d %H:%M:%S.%N %z', localTime(mtime, zone));
    const shown = (side: Side, label: string | undefined) => label ?? `${quotedIfNeeded(side.path)}\t${stamp(side)}`;
    return `${first} ${shown(a, labels[0])}\n${second} ${shown(b, labels[1])}\n`;
  }

  #shownOptions(): string {
    const words: string[] = [];
    for (const word of this.#process.argv.slice(1)) {
      if (word === '--' || !word.startsWith('-') || word === '-') continue;
      words.push(quotedIfNeeded(word));
    }
    return words.length > 0 ? `${words.join(' ')} ` : '';
  }

  #colored(text: string, style: string): string {
    const when = this.#options.has('color') ? (this.#options.value('color') ?? 'auto') : 'never';
    if (when !== 'always' && !(when === 'auto' && this.#process.file(1).isTerminal)) return text;
    const paint = (color: string, line: string) => `\x1b[${color}m${line}\x1b[0m`;
    const isUnified = style.startsWith('unified');
    return text
      .split('\n')
      .map((line) => {
        if (isUnified && /^(---|\+\+\+) /.test(line)) return paint('1', line);
        if (isUnified && line.startsWith('@@')) return paint('36', line);
        if (/^[-<]/.test(line) && !/^---$/.test(line)) return paint('31', line);
        if (/^[+>]/.test(line)) return paint('32', line);
        return line;
      })
      .join('\n');
  }
}

function joined(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
