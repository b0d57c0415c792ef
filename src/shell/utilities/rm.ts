import { isDirectory, isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, lstatIfThere, readdir, rmdir, unlink } from '../kernel/calls.ts';
import type { Filesystem } from '../kernel/filesystem.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Process } from '../kernel/process.ts';
import { askYes } from './ask.ts';
import { isWriteProtected } from './copyTree.ts';
import { isErrno } from './failure.ts';
import { typeWords } from './modeText.ts';
import { invalidWord, type ParsedOptions, UsageError } from './options.ts';
import { joinPath, lastComponent, withoutTrailingSlashes } from './paths.ts';
import { keepsOffRoot } from './preserveRoot.ts';
import { quoted } from './quote.ts';
import { removedDirectory } from './removeTree.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  force: '-f --force',
  always: '-i',
  once: '-I',
  interactive: '--interactive[=WHEN]',
  oneFileSystem: '--one-file-system',
  noPreserveRoot: '--no-preserve-root',
  preserveRoot: '--preserve-root[=all]',
  recursive: '-r -R --recursive',
  emptyDirectories: '-d --dir',
  verbose: '-v --verbose',
} as const;

const BUSYBOX = { force: '-f', always: '-i', recursive: '-r -R', verbose: '-v' } as const;

type RmOption = keyof typeof OPTIONS;

export const rm = utility<RmOption>(
  {
    options: OPTIONS,
    usage: '[OPTION]... [FILE]...',
    busybox: { options: BUSYBOX as Record<RmOption, string> },
  },
  (process, options) => new Removal(process, options).run(),
);

class Removal {
  readonly #process: Process;
  readonly #options: ParsedOptions<RmOption>;
  readonly #report: Report;
  readonly #isForced: boolean;
  readonly #asks: 'always' | 'once' | 'protected' | 'never';
  /** That of the operand, where no other may be entered. */
  #filesystem: Filesystem | undefined;

  constructor(process: Process, options: ParsedOptions<RmOption>) {
    this.#process = process;
    this.#options = options;
    this.#report = new Report(process);
    this.#asks = asking(process, options);
    this.#isForced = options.last('force', 'always', 'once', 'interactive') === 'force';
  }

  async run(): Promise<number> {
    const { operands } = this.#options;
    const isGnu = this.#process.flavour === 'gnu';
    if (operands.length === 0) {
      if (this.#options.has('force')) return 0;
      throw new UsageError('operand', isGnu ? 'missing operand' : '');
    }
    if (this.#asks === 'once' && !(await this.#askOnce(operands.length))) return 0;
    for (const operand of operands) {
      if (await this.#isRefused(operand)) continue;
      this.#filesystem = this.#options.has('oneFileSystem') ? this.#filesystemAt(operand) : undefined;
      await this.#remove(operand);
    }
    return this.#report.status;
  }

  #filesystemAt(path: string): Filesystem | undefined {
    if (!lstatIfThere(this.#process, path)) return undefined;
    return this.#process.mounts.resolve(this.#process, path, 'noFollow').mount.filesystem;
  }

  async #askOnce(count: number): Promise<boolean> {
    const isRecursive = this.#options.has('recursive');
    if (count <= 3 && !isRecursive) return true;
    const what = `${count} argument${count === 1 ? '' : 's'}${isRecursive ? ' recursively' : ''}`;
    return askYes(this.#process, `${this.#process.name}: remove ${what}? `);
  }

  async #isRefused(operand: string): Promise<boolean> {
    const last = lastComponent(operand);
    const isGnu = this.#process.flavour === 'gnu';
    if (last === '.' || last === '..') {
      if (!this.#options.has('recursive') && isGnu) return false;
      const message = isGnu
        ? `refusing to remove '.' or '..' directory: skipping ${quoted(operand)}`
        : `can't remove '.' or '..'`;
      await this.#report.fail(message);
      return true;
    }
    const keepsRoot = this.#options.last('noPreserveRoot', 'preserveRoot') !== 'noPreserveRoot';
    if (last !== '/' || !this.#options.has('recursive') || !keepsRoot || !isGnu) return false;
    return keepsOffRoot(this.#process, this.#report, operand);
  }

  /** True when it is gone. */
  async #remove(path: string): Promise<boolean> {
    const process = this.#process;
    if (process.isDue) await process.pause();
    try {
      const found = lstat(process, path);
      if (isDirectory(found.mode)) return await this.#removeDirectory(path, found);
      if (!(await this.#mayRemove(path, found))) return false;
      unlink(process, path);
      if (this.#options.has('verbose')) await process.print(`removed ${quoted(path)}\n`);
      return true;
    } catch (error) {
      if (this.#isForced && isErrno(error, 'ENOENT', 'ENOTDIR')) return true;
      await this.#report.failedBy(error, `${process.flavour === 'gnu' ? 'cannot' : "can't"} remove ${quoted(path)}`);
      return false;
    }
  }

  async #removeDirectory(path: string, found: Stat): Promise<boolean> {
    const process = this.#process;
    const isRecursive = this.#options.has('recursive');
    if (!isRecursive && !this.#options.has('emptyDirectories')) {
      const isGnu = process.flavour === 'gnu';
      await this.#report.fail(
        isGnu ? `cannot remove ${quoted(path)}: Is a directory` : `${quoted(path)} is a directory`,
      );
      return false;
    }
    if (this.#filesystem !== undefined && this.#filesystemAt(path) !== this.#filesystem) {
      await this.#report.fail(`skipping ${quoted(path)}, since it's on a different device`);
      return false;
    }
    const names = isRecursive ? readdir(process, path) : [];
    if (names.length > 0) {
      if (this.#asks === 'always' && !(await this.#ask(`descend into directory ${quoted(path)}`))) return false;
      let isEmpty = true;
      for (const { name } of names) {
        const isRemoved = await this.#remove(joinPath(path, name));
        isEmpty &&= isRemoved;
      }
      if (!isEmpty) return false;
    }
    if (!(await this.#mayRemove(path, found))) return false;
    // rmdir(2) follows no link, whatever stands behind its name.
    if (path.endsWith('/') && isSymlink(lstat(process, withoutTrailingSlashes(path)).mode))
      throw new VfsError('ENOTDIR', 'rmdir', path);
    rmdir(process, path);
    if (this.#options.has('verbose')) await process.print(removedDirectory(process, path));
    return true;
  }

  async #mayRemove(path: string, found: Stat): Promise<boolean> {
    const isProtected = this.#asks !== 'never' && isWriteProtected(this.#process, path, found);
    if (this.#asks === 'always' || ((this.#asks === 'protected' || this.#asks === 'once') && isProtected)) {
      const what = this.#process.flavour === 'gnu' ? typeWords(found.mode, found.sizeBytes) : plainKind(found);
      return this.#ask(`remove ${isProtected ? 'write-protected ' : ''}${what} ${quoted(path)}`);
    }
    return true;
  }

  #ask(question: string): Promise<boolean> {
    return askYes(this.#process, `${this.#process.name}: ${question}? `);
  }
}

function plainKind({ mode }: Stat): string {
  if (isDirectory(mode)) return 'directory';
  return isRegular(mode) || isSymlink(mode) ? 'file' : 'special file';
}

function asking(process: Process, options: ParsedOptions<RmOption>): 'always' | 'once' | 'protected' | 'never' {
  const given = options.given.findLast(({ name }) => /^(force|always|once|interactive)$/.test(name));
  switch (given?.name) {
    case 'force':
      return 'never';
    case 'always':
      return 'always';
    case 'once':
      return 'once';
    case 'interactive': {
      const when = given.value ?? 'always';
      if (/^(always|yes)$/.test(when)) return 'always';
      if (/^(never|no|none)$/.test(when)) return 'never';
      if (when === 'once') return 'once';
      throw invalidWord(when, '--interactive', ['never no none', 'once', 'always yes']);
    }
    default:
      return process.files.get(0)?.isTerminal ? 'protected' : 'never';
  }
}
