import { isDirectory, isRegular, isSymlink, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import {
  chmod,
  getXattr,
  lchown,
  link,
  listXattrs,
  lstat,
  lstatIfThere,
  lutimes,
  mayAccess,
  mkdir,
  mknod,
  readdir,
  readlink,
  rename,
  setXattr,
  stat,
  statIfThere,
  symlink,
  unlink,
} from '../kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Process } from '../kernel/process.ts';
import { askYes } from './ask.ts';
import { type BackupRule, backupName } from './backup.ts';
import { causeOf, isErrno } from './failure.ts';
import { copyContent, openForCopy, openForReading } from './fileCopy.ts';
import { joinPath, withoutTrailingSlashes } from './paths.ts';
import { quoted } from './quote.ts';
import type { Report } from './report.ts';
import { isSameFile } from './sameFile.ts';

export interface CopyRules {
  readonly isRecursive: boolean;
  readonly follow: 'never' | 'always' | 'operands';
  readonly preserve: {
    readonly mode: boolean;
    readonly ownership: boolean;
    readonly times: boolean;
    readonly links: boolean;
    readonly xattrs: boolean;
  };
  /** Makes a mode of the umask alone, not of the source. */
  readonly ignoresMode: boolean;
  readonly onExisting: 'overwrite' | 'ask' | 'keep';
  readonly isForced: boolean;
  readonly removesFirst: boolean;
  readonly as: 'copy' | 'hardLink' | 'symlink' | 'attributes';
  readonly updatesOnly: boolean;
  readonly isVerbose: boolean;
  readonly staysOnFilesystem: boolean;
  readonly backup: BackupRule | undefined;
}

/** Copies files and trees, as cp does and mv between filesystems. */
export class TreeCopy {
  readonly #process: Process;
  readonly #rules: CopyRules;
  readonly #report: Report;
  /** Copies by the inode of what they were made of: `filesystem number:inode`. */
  readonly #linked = new Map<number, string>();
  /** Directories that this run made, by inode: a tree that contains its own copy ends there. */
  readonly #made = new Set<number>();
  /** Targets that operands made: a second one of that name would overwrite the first. */
  readonly #justMade = new Set<string>();
  #operand = { source: '', target: '' };

  constructor(process: Process, rules: CopyRules, report: Report) {
    this.#process = process;
    this.#rules = rules;
    this.#report = report;
  }

  get #isGnu(): boolean {
    return this.#process.flavour === 'gnu';
  }

  /** Copies an operand to that very path. True when all of it was copied. */
  async copy(source: string, target: string): Promise<boolean> {
    this.#operand = { source, target };
    return this.#copy(source, target, 'operand', undefined);
  }

  async #copy(source: string, target: string, depth: 'operand' | 'inner', filesystem: unknown): Promise<boolean> {
    const process = this.#process;
    const { follow } = this.#rules;
    const follows = follow === 'always' || (follow === 'operands' && depth === 'operand');
    let from: Stat;
    try {
      from = follows ? stat(process, source) : lstat(process, source);
    } catch (error) {
      await this.#report.failedBy(error, `${this.#isGnu ? 'cannot' : "can't"} stat ${quoted(source)}`);
      return false;
    }
    if (process.isDue) await process.pause();
    if (isDirectory(from.mode) && !this.#rules.isRecursive) {
      const why = this.#isGnu ? '-r not specified; omitting directory' : 'omitting directory';
      await this.#report.fail(`${why} ${quoted(source)}`);
      return false;
    }
    const to = isSymlink(from.mode) || !this.#isGnu ? lstatIfThere(process, target) : this.#targetStat(target);
    if (to && !(await this.#mayReplace(source, from, target, to, depth))) return false;
    if (depth === 'operand') this.#justMade.add(withoutTrailingSlashes(target));
    return isDirectory(from.mode)
      ? this.#copyDirectory(source, from, target, to, filesystem)
      : this.#copyFile(source, from, target, to);
  }

  #targetStat(target: string): Stat | undefined {
    return statIfThere(this.#process, target) ?? lstatIfThere(this.#process, target);
  }

  async #mayReplace(
    source: string,
    from: Stat,
    target: string,
    to: Stat,
    depth: 'operand' | 'inner',
  ): Promise<boolean> {
    const process = this.#process;
    const { onExisting, updatesOnly } = this.#rules;
    const isSame = isSameFile(process, { path: source, stat: from }, { path: target, stat: to });
    const isLink = isSymlink(lstatIfThere(process, target)?.mode ?? 0);
    if (isSame && !isDirectory(from.mode) && !(this.#rules.removesFirst && (isLink || this.#rules.as !== 'copy'))) {
      if (this.#rules.as === 'hardLink' || this.#rules.as === 'symlink') return false;
      await this.#report.fail(`${quoted(source)} and ${quoted(target)} are the same file`);
      return false;
    }
    if (isDirectory(from.mode) && !isDirectory(to.mode)) {
      const message = this.#isGnu
        ? `cannot overwrite non-directory ${quoted(target)} with directory ${quoted(source)}`
        : `target ${quoted(target)} is not a directory`;
      await this.#report.fail(message);
      return false;
    }
    if (!isDirectory(from.mode) && isDirectory(to.mode)) {
      const message = this.#isGnu
        ? `cannot overwrite directory ${quoted(target)} with non-directory`
        : `can't create ${quoted(target)}: Is a directory`;
      await this.#report.fail(message);
      return false;
    }
    if (this.#isGnu && depth === 'operand' && !isDirectory(to.mode) && this.#justMade.has(target)) {
      await this.#report.fail(`will not overwrite just-created ${quoted(target)} with ${quoted(source)}`);
      return false;
    }
    if (isDirectory(from.mode)) return true;
    if (updatesOnly && !isNewer(from, to)) return false;
    if (onExisting === 'keep') return false;
    if (onExisting === 'ask') return askYes(process, `${process.name}: overwrite ${quoted(target)}? `);
    return true;
  }

  async #copyDirectory(
    source: string,
    from: Stat,
    target: string,
    to: Stat | undefined,
    filesystem: unknown,
  ): Promise<boolean> {
    const process = this.#process;
    if (this.#made.has(from.inodeNumber)) {
      const message = this.#isGnu
        ? `cannot copy a directory, ${quoted(this.#operand.source)}, into itself, ${quoted(this.#operand.target)}`
        : `recursion detected, omitting directory ${quoted(source)}`;
      await this.#report.fail(message);
      return false;
    }
    const own = process.mounts.resolve(process, source, 'follow').mount.filesystem;
    if (this.#rules.staysOnFilesystem && filesystem !== undefined && filesystem !== own) return true;
    if (!to) {
      try {
        // Writable while it is filled.
        mkdir(process, target, (from.mode & 0o1777) | 0o700);
      } catch (error) {
        await this.#report.failedBy(error, `${this.#cannot} create directory ${quoted(target)}`);
        return false;
      }
      if (this.#rules.isVerbose && this.#isGnu) await this.#say(source, target);
    }
    this.#made.add(lstat(process, target).inodeNumber);
    const isComplete = await this.#copyInside(source, target, own);
    const mode = from.mode & 0o1777 & ~process.credentials.umask;
    if (!to && !this.#rules.preserve.mode) this.#try(() => chmod(process, target, mode));
    await this.#preserve(source, from, target);
    if (this.#rules.isVerbose && !this.#isGnu) await this.#say(source, target);
    return isComplete;
  }

  async #copyInside(source: string, target: string, filesystem: unknown): Promise<boolean> {
    let names: readonly { readonly name: string }[];
    try {
      names = readdir(this.#process, source);
    } catch (error) {
      await this.#report.failedBy(error, `${this.#cannot} access ${quoted(source)}`);
      return false;
    }
    let isComplete = true;
    for (const { name } of names) {
      const isCopied = await this.#copy(joinPath(source, name), joinPath(target, name), 'inner', filesystem);
      isComplete &&= isCopied;
    }
    return isComplete;
  }

  get #cannot(): string {
    return this.#isGnu ? 'cannot' : "can't";
  }

  async #copyFile(source: string, from: Stat, target: string, to: Stat | undefined): Promise<boolean> {
    const process = this.#process;
    const { as, preserve, backup } = this.#rules;
    let existing = to;
    try {
      if (existing && backup) {
        rename(process, target, backupName(process, target, backup));
        existing = undefined;
      }
      if (existing && (this.#rules.removesFirst || as === 'hardLink' || as === 'symlink' || !isRegular(from.mode))) {
        if (as !== 'copy' && !this.#rules.isForced && !this.#rules.removesFirst) {
          const kind = as === 'symlink' ? 'symbolic link' : 'hard link';
          await this.#report.fail(`${this.#cannot} create ${kind} ${quoted(target)}: File exists`);
          return false;
        }
        unlink(process, target);
        existing = undefined;
      }
    } catch (error) {
      await this.#report.failedBy(error, `${this.#cannot} remove ${quoted(target)}`);
      return false;
    }
    if (this.#rules.isVerbose) await this.#say(source, target);
    const first = preserve.links && from.linkCount > 1 ? this.#linked.get(from.inodeNumber) : undefined;
    if (first !== undefined) return this.#linkTo(first, target, existing);
    const isMade = await this.#make(source, from, target, existing);
    if (!isMade) return false;
    if (preserve.links && from.linkCount > 1) this.#linked.set(from.inodeNumber, target);
    if (as === 'copy' || as === 'attributes') await this.#preserve(source, from, target);
    return true;
  }

  async #linkTo(first: string, target: string, existing: Stat | undefined): Promise<boolean> {
    try {
      if (existing) unlink(this.#process, target);
      link(this.#process, first, target);
      return true;
    } catch (error) {
      await this.#report.failedBy(error, `${this.#cannot} create hard link ${quoted(target)} to ${quoted(first)}`);
      return false;
    }
  }

  async #make(source: string, from: Stat, target: string, existing: Stat | undefined): Promise<boolean> {
    const process = this.#process;
    const { as } = this.#rules;
    try {
      if (as === 'hardLink') link(process, source, target);
      else if (as === 'symlink') symlink(process, source, target);
      else if (isRegular(from.mode)) return await this.#copyRegular(source, from, target, existing);
      else if (isSymlink(from.mode)) symlink(process, readlink(process, source), target);
      else if (this.#rules.isRecursive) mknod(process, target, from.mode, from.device);
      else return await this.#copyRegular(source, from, target, existing);
      return true;
    } catch (error) {
      const kinds = { hardLink: 'hard link', symlink: 'symbolic link', copy: kindOf(from), attributes: kindOf(from) };
      await this.#report.failedBy(error, `${this.#cannot} create ${kinds[as]} ${quoted(target)}`);
      return false;
    }
  }

  async #copyRegular(source: string, from: Stat, target: string, existing: Stat | undefined): Promise<boolean> {
    const process = this.#process;
    if (this.#isGnu && existing && isSymlink(existing.mode)) {
      await this.#report.fail(`not writing through dangling symlink ${quoted(target)}`);
      return false;
    }
    let input: Awaited<ReturnType<typeof openForReading>>;
    try {
      input = await openForReading(process, source);
    } catch (error) {
      const message = this.#isGnu ? `cannot open ${quoted(source)} for reading` : `can't open ${quoted(source)}`;
      await this.#report.failedBy(error, message);
      return false;
    }
    try {
      const mode = this.#rules.ignoresMode ? 0o666 : from.mode & 0o777;
      // Nobody but the owner reads it before its owner is set.
      const hidden = this.#rules.preserve.ownership ? mode & 0o700 : mode;
      const output = await this.#openTarget(target, hidden, existing);
      if (!output) return false;
      try {
        if (this.#rules.as === 'copy') await copyContent(process, input, output);
      } catch (error) {
        await this.#report.failedBy(error, `error writing ${quoted(target)}`);
        return false;
      } finally {
        output.close();
      }
      if (!existing && hidden !== mode) this.#try(() => chmod(process, target, mode & ~process.credentials.umask));
      return true;
    } finally {
      input.close();
    }
  }

  async #openTarget(target: string, mode: number, existing: Stat | undefined) {
    const process = this.#process;
    try {
      if (!existing && target.endsWith('/')) throw new VfsError('ENOTDIR', 'open', target);
      return await openForCopy(process, target, mode, existing ? 'existing' : 'new');
    } catch (error) {
      if (existing && this.#rules.isForced && !isErrno(error, 'EISDIR')) {
        try {
          unlink(process, target);
          return await openForCopy(process, target, mode, 'new');
        } catch (again) {
          await this.#report.failedBy(again, `${this.#cannot} remove ${quoted(target)}`);
          return undefined;
        }
      }
      const what = this.#isGnu && !existing ? 'regular file ' : '';
      const cause = causeOf(error);
      await this.#report.fail(`${this.#cannot} create ${what}${quoted(target)}: ${cause}`);
      return undefined;
    }
  }

  /** Owner before mode, as a change of owner takes set-id bits away. */
  async #preserve(source: string, from: Stat, target: string): Promise<void> {
    const process = this.#process;
    const { preserve } = this.#rules;
    const isLink = isSymlink(from.mode);
    if (preserve.xattrs)
      this.#try(() => {
        for (const name of listXattrs(process, source))
          setXattr(process, target, name, getXattr(process, source, name));
      });
    if (preserve.ownership) {
      try {
        lchown(process, target, from.uid, from.gid);
      } catch (error) {
        if (!isErrno(error, 'EPERM'))
          await this.#report.failedBy(error, `failed to preserve ownership for ${quoted(target)}`);
      }
    }
    if (preserve.mode && !isLink) {
      const mayKeepIds = process.credentials.uid === 0 || process.credentials.uid === from.uid;
      const mode = from.mode & (preserve.ownership && mayKeepIds ? 0o7777 : 0o1777);
      this.#try(() => chmod(process, target, mode));
    }
    if (preserve.times) this.#try(() => lutimes(process, target, from.atime, from.mtime));
  }

  /** What may fail without a word, as cp lets it. */
  #try(call: () => void): void {
    try {
      call();
    } catch (error) {
      causeOf(error);
    }
  }

  async #say(source: string, target: string): Promise<void> {
    await this.#process.print(`${quoted(source)} -> ${quoted(target)}\n`);
  }
}

function kindOf({ mode }: Stat): string {
  if (isSymlink(mode)) return 'symbolic link';
  return (mode & S_IFMT) === 0o010000 ? 'fifo' : isRegular(mode) ? 'regular file' : 'special file';
}

export function isNewer(one: Stat, other: Stat): boolean {
  return (
    one.mtime.sec - other.mtime.sec > 0 || (one.mtime.sec === other.mtime.sec && one.mtime.nsec > other.mtime.nsec)
  );
}

/** Whether writing to it needs asking, as rm and mv do on terminals. */
export function isWriteProtected(process: Process, path: string, found: Stat): boolean {
  return !isSymlink(found.mode) && !mayAccess(process, path, 2);
}
