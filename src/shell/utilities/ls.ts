import { isDirectory, isSymlink, S_IFDIR, S_IFLNK } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, readdir, readlink, stat, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { causeOf } from './failure.ts';
import { globMatcher } from './globMatch.ts';
import { lsColors } from './lsColor.ts';
import { allocatedTotal, formatEntries } from './lsFormat.ts';
import { type LsEntry, type LsStyle, lsStyle } from './lsStyle.ts';
import { sortEntries } from './lsSort.ts';
import type { ParsedOptions } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';
import { zoneOf } from './timeZone.ts';

const OPTIONS = {
  all: '-a --all',
  almostAll: '-A --almost-all',
  author: '--author',
  blockSize: '--block-size=SIZE',
  noBackups: '-B --ignore-backups',
  escape: '-b --escape',
  columns: '-C',
  changeTime: '-c',
  color: '--color[=WHEN]',
  directory: '-d --directory',
  unsortedAll: '-f',
  classify: '-F --classify[=WHEN]',
  fileType: '--file-type',
  format: '--format=WORD',
  fullTime: '--full-time',
  noOwner: '-g',
  groupDirectories: '--group-directories-first',
  noGroup: '-G --no-group',
  human: '-h --human-readable',
  si: '--si',
  dereferenceCommandLine: '-H --dereference-command-line',
  dereferenceDirectories: '--dereference-command-line-symlink-to-dir',
  hide: '--hide=PATTERN',
  indicatorStyle: '--indicator-style=WORD',
  inode: '-i --inode',
  ignore: '-I --ignore=PATTERN',
  kibibytes: '-k --kibibytes',
  long: '-l',
  dereference: '-L --dereference',
  commas: '-m',
  numeric: '-n --numeric-uid-gid',
  literal: '-N --literal',
  noGroupLong: '-o',
  slash: '-p',
  hideControl: '-q --hide-control-chars',
  showControl: '--show-control-chars',
  quoteName: '-Q --quote-name',
  quotingStyle: '--quoting-style=WORD',
  reverse: '-r --reverse',
  recursive: '-R --recursive',
  size: '-s --size',
  bySize: '-S',
  sort: '--sort=WORD',
  time: '--time=WORD',
  timeStyle: '--time-style=STYLE',
  byTime: '-t',
  tabSize: '-T --tabsize=COLS',
  accessTime: '-u',
  unsorted: '-U',
  byVersion: '-v',
  width: '-w --width=COLS',
  across: '-x',
  byExtension: '-X',
  zero: '--zero',
  one: '-1',
} as const;

export type LsOption = keyof typeof OPTIONS;

const USAGE = { options: OPTIONS, notSimulated: '-D --dired -Z --context' };

function lister(name: 'ls' | 'dir' | 'vdir'): Program {
  return utility({ ...USAGE, usage: '[OPTION]... [FILE]...', usageStatus: 2 }, (process, options) =>
    new Listing(process, options, name).run(),
  );
}

export const ls = lister('ls');
export const dir = lister('dir');
export const vdir = lister('vdir');

/** Output is gathered to pieces of about this size. */
const FLUSH_CHARACTERS = 32768;

class Listing {
  readonly #process: Process;
  readonly #options: ParsedOptions<LsOption>;
  readonly #style: LsStyle;
  readonly #isHidden: (name: string) => boolean;
  #accounts: Accounts | undefined;
  #out = '';
  #status = 0;
  #hasPrinted = false;

  constructor(process: Process, options: ParsedOptions<LsOption>, name: 'ls' | 'dir' | 'vdir') {
    this.#process = process;
    this.#options = options;
    this.#style = lsStyle(process, options, name);
    this.#isHidden = hiddenNames(options);
  }

  async run(): Promise<number> {
    const { operands } = this.#options;
    if (this.#style.isLong) this.#accounts = await readAccounts(this.#process);
    this.#style.zone = zoneOf(this.#process);
    this.#style.colors = lsColors(this.#process, this.#options);
    const files: LsEntry[] = [];
    const directories: LsEntry[] = [];
    for (const operand of operands.length > 0 ? operands : ['.']) {
      const entry = await this.#commandLineEntry(operand);
      if (entry) (isDirectory(entry.type) && !this.#options.has('directory') ? directories : files).push(entry);
    }
    sortEntries(files, this.#style);
    sortEntries(directories, this.#style);
    if (files.length > 0) {
      this.#emit(formatEntries(files, this.#style, this.#accounts, directories));
      this.#hasPrinted = true;
    }
    const isTitled = operands.length > 1 || this.#options.has('recursive');
    for (const directory of directories) await this.#list(directory, isTitled, [], 'operand');
    await this.#flush();
    return this.#status;
  }

  async #commandLineEntry(operand: string): Promise<LsEntry | undefined> {
    const process = this.#process;
    try {
      const own = lstat(process, operand);
      if (!isSymlink(own.mode) || !this.#followsOperand(operand)) return this.#entry(operand, operand, own);
      const target = statIfThere(process, operand);
      const isFollowed = target && (this.#followsAll || isDirectory(target.mode));
      if (!target && this.#followsAll) stat(process, operand);
      return this.#entry(operand, operand, isFollowed ? target : own);
    } catch (error) {
      await this.#fail(2, process.flavour === 'gnu' ? `cannot access ${quoted(operand)}` : operand, error);
      return undefined;
    }
  }

  get #followsAll(): boolean {
    return this.#options.has('dereference') || this.#options.has('dereferenceCommandLine');
  }

  /** A link to a directory is followed unless the listing is long or says what links are. */
  #followsOperand(operand: string): boolean {
    if (this.#followsAll || operand.endsWith('/')) return true;
    if (this.#options.has('dereferenceDirectories')) return true;
    return !this.#options.has('directory') && !this.#style.isLong && this.#style.indicator !== 'classify';
  }

  #entry(name: string, path: string, found: Stat): LsEntry {
    const { isLong, indicator, colors } = this.#style;
    const entry: LsEntry = { name, path, type: found.mode, stat: found, linkTarget: undefined, targetStat: undefined };
    if (!isSymlink(found.mode)) return entry;
    if (isLong) {
      try {
        entry.linkTarget = readlink(this.#process, path);
      } catch (error) {
        causeOf(error);
      }
    }
    if (colors || (isLong && indicator !== 'none')) entry.targetStat = statIfThere(this.#process, path);
    return entry;
  }

  /** `above` are the directories on the way, by file system and inode, against loops through links. */
  async #list(directory: LsEntry, isTitled: boolean, above: readonly string[], depth: 'operand' | 'inner') {
    const process = this.#process;
    let names: readonly { readonly name: string; readonly type: number }[];
    try {
      names = readdir(process, directory.path);
    } catch (error) {
      const opened = process.flavour === 'gnu' ? `cannot open directory ${quoted(directory.path)}` : directory.path;
      await this.#fail(depth === 'operand' ? 2 : 1, opened, error);
      return;
    }
    if (isTitled) this.#emit(`${this.#hasPrinted ? '\n' : ''}${this.#style.quote(directory.path)}:\n`);
    this.#hasPrinted = true;
    const entries: LsEntry[] = [];
    for (const { name, type } of this.#shown(names)) {
      const entry = await this.#inner(directory.path, name, type);
      if (entry) entries.push(entry);
      if (process.isDue) await process.pause();
    }
    sortEntries(entries, this.#style);
    if (this.#style.isLong || this.#options.has('size')) this.#emit(`total ${allocatedTotal(entries, this.#style)}\n`);
    this.#emit(formatEntries(entries, this.#style, this.#accounts));
    if (this.#out.length > FLUSH_CHARACTERS) await this.#flush();
    if (this.#options.has('recursive')) await this.#listInner(directory, entries, above);
  }

  async #listInner(directory: LsEntry, entries: readonly LsEntry[], above: readonly string[]): Promise<void> {
    const { path } = directory;
    const process = this.#process;
    const mounted = process.mounts.resolve(process, path, 'follow').mount.path;
    const place = `${(directory.stat ?? lstat(process, path)).inodeNumber} ${mounted}`;
    if (above.includes(place)) {
      await this.#process.complain(`${path}: not listing already-listed directory`);
      this.#status = 2;
      return;
    }
    for (const entry of entries) {
      if (!isDirectory(entry.type) || entry.name === '.' || entry.name === '..') continue;
      await this.#list(entry, true, [...above, place], 'inner');
    }
  }

  *#shown(names: readonly { readonly name: string; readonly type: number }[]) {
    const { given } = this.#options;
    const last = given.findLast(({ name }) => name === 'all' || name === 'almostAll' || name === 'unsortedAll')?.name;
    if (last === 'all' || last === 'unsortedAll') {
      yield { name: '.', type: S_IFDIR };
      yield { name: '..', type: S_IFDIR };
    }
    for (const entry of names) {
      if (last === undefined && entry.name.startsWith('.')) continue;
      if (this.#isHidden(entry.name)) continue;
      yield entry;
    }
  }

  async #inner(directory: string, name: string, type: number): Promise<LsEntry | undefined> {
    const path = directory.endsWith('/') ? directory + name : `${directory}/${name}`;
    const { needsStat } = this.#style;
    const follows = this.#options.has('dereference') && type === S_IFLNK;
    if (!needsStat && !follows)
      return { name, path, type, stat: undefined, linkTarget: undefined, targetStat: undefined };
    try {
      const found = follows
        ? (statIfThere(this.#process, path) ?? lstat(this.#process, path))
        : lstat(this.#process, path);
      return this.#entry(name, path, found);
    } catch (error) {
      await this.#fail(1, this.#process.flavour === 'gnu' ? `cannot access ${quoted(path)}` : path, error);
      return undefined;
    }
  }

  async #fail(status: number, what: string, error: unknown): Promise<void> {
    const cause = causeOf(error);
    await this.#flush();
    await this.#process.complain(`${what}: ${cause}`);
    this.#status = Math.max(this.#status, this.#process.flavour === 'gnu' ? status : 1);
  }

  #emit(text: string): void {
    this.#out += text;
  }

  async #flush(): Promise<void> {
    const out = this.#out;
    this.#out = '';
    await this.#process.print(out);
  }
}

function hiddenNames(options: ParsedOptions<LsOption>): (name: string) => boolean {
  const showsAll = options.has('all') || options.has('almostAll');
  const patterns = [...options.values('ignore'), ...(showsAll ? [] : options.values('hide'))].map((pattern) =>
    globMatcher(pattern, { period: true }),
  );
  const noBackups = options.has('noBackups');
  return (name) => (noBackups && name.endsWith('~')) || patterns.some((matches) => matches(name));
}
