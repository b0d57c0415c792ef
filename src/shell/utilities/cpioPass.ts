import { deviceMajor, deviceMinor, isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, readlink, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { CpioEntry } from './cpioEntry.ts';
import type { CpioPlace } from './cpioPlace.ts';
import { causeOf } from './failure.ts';
import { copyContent, openForReading } from './fileCopy.ts';
import { joinPath } from './paths.ts';
import type { Report } from './report.ts';

export interface CpioPassing {
  readonly directory: string;
  readonly isVerbose: boolean;
  readonly showsDots: boolean;
  readonly followsLinks: boolean;
  /** Links instead of copies. */
  readonly links: boolean;
}

/** What `cpio -p` does with names: copies what they stand for into a directory. */
export class CpioPass {
  readonly #process: Process;
  readonly #report: Report;
  readonly #passing: CpioPassing;
  readonly #place: CpioPlace;
  readonly #made = new Map<number, string>();
  copiedBytes = 0;

  constructor(process: Process, report: Report, passing: CpioPassing, place: CpioPlace) {
    this.#process = process;
    this.#report = report;
    this.#passing = passing;
    this.#place = place;
  }

  async add(path: string): Promise<void> {
    const process = this.#process;
    const { directory, followsLinks, isVerbose, showsDots } = this.#passing;
    let found: Stat;
    try {
      found = followsLinks ? stat(process, path) : lstat(process, path);
    } catch (error) {
      await this.#report.failedBy(error, `${path}: Cannot stat`, 2);
      return;
    }
    const to = joinPath(directory, path.replace(/^\/+/, ''));
    const entry = entryOf(to, found);
    if (!(await this.#place.makeRoom(to, entry))) return;
    await this.#copy(path, to, found, entry);
    if (isVerbose) await process.write(2, `${to}\n`);
    if (showsDots) await process.write(2, '.');
  }

  async #copy(path: string, to: string, found: Stat, entry: CpioEntry): Promise<void> {
    const process = this.#process;
    if (!isRegular(found.mode)) {
      const target = isSymlink(found.mode) ? readlink(process, path) : '';
      await this.#place.makeNode(to, entry, target);
      return;
    }
    const before = found.linkCount > 1 ? this.#made.get(found.inodeNumber) : undefined;
    const from = this.#passing.links ? path : before;
    if (from !== undefined && this.#place.linkTo(from, to)) {
      if (this.#passing.isVerbose) await process.complain(`${from} linked to ${to}`);
      return;
    }
    try {
      const source = await openForReading(process, path);
      try {
        const file = await this.#place.openFile(to);
        if (!file) return;
        try {
          this.copiedBytes += await copyContent(process, source, file);
        } finally {
          file.close();
        }
      } finally {
        source.close();
      }
      this.#place.dress(to, entry);
      this.#made.set(found.inodeNumber, to);
    } catch (error) {
      await this.#report.fail(`${path}: Cannot open: ${causeOf(error)}`, 2);
    }
  }
}

function entryOf(name: string, found: Stat): CpioEntry {
  return {
    name,
    mode: found.mode,
    uid: found.uid,
    gid: found.gid,
    linkCount: found.linkCount,
    mtimeSec: found.mtime.sec,
    sizeBytes: found.sizeBytes,
    device: 0,
    inode: found.inodeNumber,
    major: deviceMajor(found.device),
    minor: deviceMinor(found.device),
    checksum: 0,
  };
}
