import { isDirectory, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, readdir, readlink, stat, statIfThere } from '../kernel/calls.ts';
import type { Filesystem } from '../kernel/filesystem.ts';
import type { Process } from '../kernel/process.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { causeOf } from './failure.ts';
import { shownSizeBytes } from './fileSize.ts';
import { globMatcher } from './globMatch.ts';
import { humanSize } from './humanSize.ts';
import { indicatorOf } from './lsFormat.ts';
import { modeText } from './modeText.ts';
import { compareNames } from './nameOrder.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  all: '-a',
  directories: '-d',
  follow: '-l',
  fullPath: '-f',
  noIndent: '-i',
  level: '-L=LEVEL',
  pattern: '-P=PATTERN',
  ignore: '-I=PATTERN',
  permissions: '-p',
  sizes: '-s',
  human: '-h',
  user: '-u',
  group: '-g',
  classify: '-F',
  quote: '-Q',
  noColor: '-n',
  noReport: '--noreport',
  directoriesFirst: '--dirsfirst',
  reverse: '-r',
  unsorted: '-U',
  byTime: '-t',
  charset: '--charset=X',
  prune: '--prune',
  sameFileSystem: '-x',
} as const;

interface Counts {
  directories: number;
  files: number;
}

export const tree = utility(
  {
    options: OPTIONS,
    notSimulated:
      '-A -C -D -J -X -H=URL -o=FILE -R -S -c -v -q -N --inodes --device --du --si --timefmt=F --filelimit=N --fromfile --gitignore --matchdirs --ignore-case --metafirst --sort=TYPE',
    usage: '[-adfilpsughnFQ] [-L level] [-P pattern] [-I pattern] [directory ...]',
    version: 'v2.1.0',
  },
  async (process, options) => {
    const level = options.value('level');
    if (level !== undefined && !/^[1-9]\d{0,6}$/.test(level))
      throw new UsageError('operand', 'Invalid level, must be greater than 0.', { bare: true });
    const drawing = new Drawing(process, options, await readAccounts(process));
    return drawing.run();
  },
);

class Drawing {
  readonly #process: Process;
  readonly #options: ParsedOptions<keyof typeof OPTIONS>;
  readonly #accounts: Accounts;
  readonly #counts: Counts = { directories: 0, files: 0 };
  readonly #isIgnored: (name: string) => boolean;
  readonly #isWanted: (name: string) => boolean;
  readonly #maxDepth: number;
  readonly #marks: { readonly middle: string; readonly last: string; readonly line: string };
  #filesystem: Filesystem | undefined;
  #out = '';
  #status = 0;

  constructor(process: Process, options: ParsedOptions<keyof typeof OPTIONS>, accounts: Accounts) {
    this.#process = process;
    this.#options = options;
    this.#accounts = accounts;
    const any = (patterns: readonly string[]) => {
      const matchers = patterns.flatMap((pattern) => pattern.split('|')).map((pattern) => globMatcher(pattern));
      return (name: string) => matchers.some((matches) => matches(name));
    };
    this.#isIgnored = any(options.values('ignore'));
    this.#isWanted = options.has('pattern') ? any(options.values('pattern')) : () => true;
    this.#maxDepth = Number(options.value('level') ?? Number.POSITIVE_INFINITY);
    const language = process.env.get('LC_ALL') || process.env.get('LC_CTYPE') || process.env.get('LANG') || '';
    const isUnicode =
      options.value('charset')?.toLowerCase() === 'utf-8' || (!options.has('charset') && /utf-?8/i.test(language));
    this.#marks = isUnicode
      ? { middle: '├── ', last: '└── ', line: '│\u00a0\u00a0 ' }
      : { middle: '|-- ', last: '`-- ', line: '|   ' };
  }

  async run(): Promise<number> {
    const { operands } = this.#options;
    for (const operand of operands.length > 0 ? operands : ['.']) {
      const found = statIfThere(this.#process, operand);
      if (!found || !isDirectory(found.mode)) {
        this.#out += `${operand}  [error opening dir]\n`;
        this.#status = 2;
        continue;
      }
      this.#counts.directories++;
      this.#out += `${this.#facts(found)}${operand}\n`;
      this.#filesystem = this.#filesystemAt(operand);
      await this.#draw(operand, '', 1, [found.inodeNumber]);
    }
    if (!this.#options.has('noReport')) this.#report();
    await this.#flush();
    return this.#status;
  }

  #report(): void {
    const { directories, files } = this.#counts;
    const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`;
    this.#out += `\n${count(directories, 'directory', 'directories')}`;
    this.#out += this.#options.has('directories') ? '\n' : `, ${count(files, 'file', 'files')}\n`;
  }

  async #draw(path: string, indent: string, depth: number, above: readonly number[]): Promise<void> {
    const entries = this.#entries(path);
    for (const [index, { name, own, target }] of entries.entries()) {
      const inner = joinPath(path, name);
      const isLast = index === entries.length - 1;
      const folder = isDirectory(own.mode) || (target && isDirectory(target.mode));
      if (folder) this.#counts.directories++;
      else this.#counts.files++;
      const mark = this.#options.has('noIndent') ? '' : indent + (isLast ? this.#marks.last : this.#marks.middle);
      let shown = this.#options.has('fullPath') ? inner : name;
      if (this.#options.has('quote')) shown = `"${shown}"`;
      if (this.#options.has('classify'))
        shown += isSymlink(own.mode) ? '' : indicatorOf(own.mode, { indicator: 'classify', flavour: 'gnu' });
      if (isSymlink(own.mode)) shown += ` -> ${readlink(this.#process, inner)}`;
      this.#out += `${mark}${this.#facts(own)}${shown}\n`;
      if (this.#process.isDue) await this.#process.pause();
      if (this.#out.length > 32768) await this.#flush();
      const enters = isDirectory(own.mode) || (folder && this.#options.has('follow'));
      if (!enters || depth >= this.#maxDepth || !this.#mayEnter(inner)) continue;
      const { inodeNumber } = target ?? own;
      if (above.includes(inodeNumber)) continue;
      await this.#draw(inner, indent + (isLast ? '    ' : this.#marks.line), depth + 1, [...above, inodeNumber]);
    }
  }

  /** Whether it lies on the filesystem of the operand, where no other is wanted. */
  #mayEnter(path: string): boolean {
    return !this.#options.has('sameFileSystem') || this.#filesystemAt(path) === this.#filesystem;
  }

  #filesystemAt(path: string): Filesystem {
    return this.#process.mounts.resolve(this.#process, path, 'follow').mount.filesystem;
  }

  #entries(path: string): { readonly name: string; readonly own: Stat; readonly target: Stat | undefined }[] {
    const process = this.#process;
    const options = this.#options;
    let names: readonly { readonly name: string }[];
    try {
      names = readdir(process, path);
    } catch (error) {
      causeOf(error);
      return [];
    }
    const entries = names
      .filter(({ name }) => (options.has('all') || !name.startsWith('.')) && !this.#isIgnored(name))
      .map(({ name }) => {
        const inner = joinPath(path, name);
        const own = lstat(process, inner);
        return {
          name,
          own,
          target: isSymlink(own.mode) && statIfThere(process, inner) ? stat(process, inner) : undefined,
        };
      })
      .filter(({ name, own, target }) => {
        const isFolder = isDirectory(own.mode) || (target !== undefined && isDirectory(target.mode));
        if (!isFolder) return !options.has('directories') && this.#isWanted(name);
        if (!options.has('prune')) return true;
        const inner = joinPath(path, name);
        return isDirectory(own.mode) && this.#mayEnter(inner) && this.#entries(inner).length > 0;
      });
    if (!options.has('unsorted'))
      entries.sort(
        (a, b) => (options.has('byTime') ? a.own.mtime.sec - b.own.mtime.sec : 0) || compareNames(a.name, b.name),
      );
    if (options.has('reverse')) entries.reverse();
    if (options.has('directoriesFirst'))
      entries.sort((a, b) => Number(!isDirectory(a.own.mode)) - Number(!isDirectory(b.own.mode)));
    return entries;
  }

  #facts(found: Stat): string {
    const options = this.#options;
    const parts: string[] = [];
    if (options.has('permissions')) parts.push(modeText(found.mode));
    if (options.has('user')) parts.push((this.#accounts.userName(found.uid) ?? String(found.uid)).padEnd(8));
    if (options.has('group')) parts.push((this.#accounts.groupName(found.gid) ?? String(found.gid)).padEnd(8));
    const size = shownSizeBytes(found);
    if (options.has('human')) parts.push(humanSize(size, 'gnu').padStart(4));
    else if (options.has('sizes')) parts.push(String(size).padStart(11));
    return parts.length > 0 ? `[${parts.join(' ')}]  ` : '';
  }

  async #flush(): Promise<void> {
    const out = this.#out;
    this.#out = '';
    await this.#process.print(out);
  }
}
