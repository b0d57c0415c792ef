import {
  deviceNumber,
  isDirectory,
  isRegular,
  isSymlink,
  PERMISSION_BITS,
  S_IFMT,
} from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import {
  chmod,
  lchown,
  link,
  lstatIfThere,
  lutimes,
  makeDirectories,
  mkdir,
  mknod,
  open,
  rmdir,
  statIfThere,
  symlink,
  unlink,
} from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { CpioEntry } from './cpioEntry.ts';
import { causeOf } from './failure.ts';
import { directoryOf } from './paths.ts';
import type { Report } from './report.ts';

export interface CpioPlacing {
  readonly makesDirectories: boolean;
  readonly keepsTimes: boolean;
  readonly isUnconditional: boolean;
  /** Undefined keeps what the archive says; `asIs` leaves files to who makes them. */
  readonly owner: { readonly uid: number | undefined; readonly gid: number | undefined } | 'asIs';
}

/** Makes files of what an archive, or a tree that is copied, says of them. */
export class CpioPlace {
  readonly #process: Process;
  readonly #report: Report;
  readonly #placing: CpioPlacing;

  constructor(process: Process, report: Report, placing: CpioPlacing) {
    this.#process = process;
    this.#report = report;
    this.#placing = placing;
  }

  /** Whether there is room for it now. What is older goes; what is not older stays, and that is told. */
  async makeRoom(path: string, entry: CpioEntry): Promise<boolean> {
    const process = this.#process;
    const found = lstatIfThere(process, path);
    if (!found) return true;
    if (isDirectory(entry.mode) && isDirectory(found.mode)) return true;
    const isGnu = process.flavour === 'gnu';
    if (!this.#placing.isUnconditional && entry.mtimeSec <= found.mtime.sec) {
      await process.complain(`${path} not created: newer or same age ${isGnu ? 'version' : 'file'} exists`);
      return false;
    }
    try {
      if (isDirectory(found.mode)) rmdir(process, path);
      else unlink(process, path);
      return true;
    } catch (error) {
      await process.complain(`cannot remove current ${path}: ${causeOf(error)}`);
      return false;
    }
  }

  /** All but regular files and hard links. `target`: a symlink's. */
  async makeNode(path: string, entry: CpioEntry, target: string): Promise<void> {
    const process = this.#process;
    try {
      if (isDirectory(entry.mode)) {
        const found = statIfThere(process, path);
        if (!found) this.#withParents(path, () => mkdir(process, path, entry.mode & 0o777));
      } else if (isSymlink(entry.mode)) {
        this.#withParents(path, () => symlink(process, target, path));
      } else {
        const device = deviceNumber(entry.major, entry.minor);
        this.#withParents(path, () => mknod(process, path, (entry.mode & S_IFMT) | 0o600, device));
      }
      this.dress(path, entry);
    } catch (error) {
      if (isSymlink(entry.mode) && process.flavour === 'gnu')
        await this.#report.failedBy(error, `${target}: Cannot create symlink to '${path}'`, 2);
      else await this.#fail(error, path, isDirectory(entry.mode) ? 'mkdir' : 'mknod');
    }
  }

  /** A new file that waits for its content; undefined where it could not be made. */
  async openFile(path: string): Promise<OpenFile | undefined> {
    const make = () => open(this.#process, path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    try {
      return await this.#withParents(path, make);
    } catch (error) {
      await this.#fail(error, path, 'open');
      return undefined;
    }
  }

  /** Whether it could be linked. */
  linkTo(from: string, path: string): boolean {
    try {
      this.#withParents(path, () => link(this.#process, from, path));
      return true;
    } catch (error) {
      causeOf(error);
      return false;
    }
  }

  dress(path: string, entry: CpioEntry): void {
    const process = this.#process;
    const { owner, keepsTimes } = this.#placing;
    const isRoot = process.credentials.uid === 0;
    if (owner !== 'asIs' && (isRoot || owner.uid !== undefined || owner.gid !== undefined))
      lchown(process, path, owner.uid ?? entry.uid, owner.gid ?? entry.gid);
    if (isSymlink(entry.mode)) return;
    chmod(process, path, entry.mode & PERMISSION_BITS);
    const time = { sec: entry.mtimeSec, nsec: 0 };
    if (keepsTimes) lutimes(process, path, time, time);
  }

  async failedToClose(error: unknown, path: string): Promise<void> {
    await this.#fail(error, path, 'write');
  }

  #withParents<Made>(path: string, make: () => Made): Made {
    const directory = directoryOf(path);
    if (this.#placing.makesDirectories && !statIfThere(this.#process, directory))
      makeDirectories(this.#process, directory);
    return make();
  }

  async #fail(error: unknown, path: string, verb: string): Promise<void> {
    const cause = causeOf(error);
    if (this.#process.flavour === 'busybox') {
      const words = verb === 'mkdir' ? 'make dir' : verb;
      await this.#report.fail(`can't ${words} '${path}': ${cause}`, 1);
    } else await this.#report.fail(`${path}: Cannot ${verb}: ${cause}`, 2);
  }
}

export function hasContent(entry: CpioEntry): boolean {
  return isRegular(entry.mode);
}
