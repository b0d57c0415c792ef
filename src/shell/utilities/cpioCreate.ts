import { encodeName } from '../../bytes/byteName.ts';
import { tarHeader } from '../../tar/tarHeader.ts';
import type { TarEntryType } from '../../tar/tarEntry.ts';
import {
  deviceMajor,
  deviceMinor,
  isDirectory,
  isRegular,
  isSymlink,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
} from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, open, readlink, stat, utimes } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { Accounts } from './accounts.ts';
import { chunksOf } from './codecStreams.ts';
import { alignmentOf, type CpioEntry, CpioFailure, type CpioFormat, paddingTo, TRAILER } from './cpioEntry.ts';
import { type PlainCpioFormat, plainHeader } from './cpioHeader.ts';
import { CpioNames, withoutLeadingDots } from './cpioName.ts';
import { causeOf } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import type { Report } from './report.ts';

export interface CpioGiving {
  readonly format: CpioFormat;
  /** The archive is padded to a multiple of this. */
  readonly blockBytes: number;
  readonly isVerbose: boolean;
  readonly showsDots: boolean;
  readonly followsLinks: boolean;
  readonly stripsNames: boolean;
  /** Inodes as they come, from 0. */
  readonly renumbersInodes: boolean;
  readonly ignoresDevices: boolean;
  readonly restoresAccessTimes: boolean;
  readonly owner: { readonly uid: number | undefined; readonly gid: number | undefined };
  /** Whose names a tar tells. */
  readonly accounts: Accounts;
}

interface Given {
  readonly path: string;
  readonly entry: CpioEntry;
}

/** What `cpio -o` does with names: writes an archive of what they stand for. */
export class CpioWriter {
  readonly #process: Process;
  readonly #report: Report;
  readonly #giving: CpioGiving;
  readonly #file: OpenFile;
  readonly #names: CpioNames;
  /** Names that wait for the last one of their inode, which brings the content. */
  readonly #waiting = new Map<string, Given[]>();
  /** Of a tar: what other names of an inode are links to. */
  readonly #first = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  #position = 0;

  constructor(process: Process, report: Report, giving: CpioGiving, file: OpenFile) {
    this.#process = process;
    this.#report = report;
    this.#giving = giving;
    this.#file = file;
    this.#names = new CpioNames(process);
  }

  async add(path: string): Promise<void> {
    const process = this.#process;
    const isBusybox = process.flavour === 'busybox';
    let found: Stat;
    try {
      found = this.#giving.followsLinks ? stat(process, path) : lstat(process, path);
    } catch (error) {
      if (isBusybox) throw new CpioFailure(`${path}: ${causeOf(error)}`);
      await this.#report.failedBy(error, `${path}: Cannot stat`, 2);
      return;
    }
    const { isVerbose, showsDots, format } = this.#giving;
    await this.#addFound(path, found);
    const isTarFolder = isDirectory(found.mode) && (format === 'tar' || format === 'ustar');
    if (isVerbose && !isBusybox) await process.write(2, `${path}${isTarFolder ? '/' : ''}\n`);
    if (showsDots) await process.write(2, '.');
  }

  async #addFound(path: string, found: Stat): Promise<void> {
    const { format, stripsNames } = this.#giving;
    const type = found.mode & S_IFMT;
    const isNode = type === S_IFCHR || type === S_IFBLK || type === S_IFIFO;
    if (format === 'tar' && isNode) {
      await this.#process.complain(`${path} not dumped: not a regular file`);
      return;
    }
    const bare = withoutLeadingDots(path);
    const entry = this.#entryOf(stripsNames ? await this.#names.stripped(bare) : bare, found);
    const isDeferred = (format === 'newc' || format === 'crc') && isRegular(found.mode) && found.linkCount > 1;
    if (!isDeferred || this.#process.flavour === 'busybox') {
      await this.#write({ path, entry }, 'whole');
      return;
    }
    const key = `${found.inodeNumber}`;
    const waiting = this.#waiting.get(key) ?? [];
    if (waiting.length + 1 < found.linkCount) {
      this.#waiting.set(key, [...waiting, { path, entry }]);
      return;
    }
    this.#waiting.delete(key);
    await this.#writeLinks([...waiting, { path, entry }]);
  }

  async #writeLinks(links: readonly Given[]): Promise<void> {
    for (const [index, given] of links.entries())
      await this.#write(given, index === links.length - 1 ? 'whole' : 'header');
  }

  #entryOf(name: string, found: Stat): CpioEntry {
    const { owner, ignoresDevices, format } = this.#giving;
    const isTar = format === 'tar' || format === 'ustar';
    const target = isSymlink(found.mode) ? encodeName(name) : undefined;
    return {
      name,
      mode: found.mode,
      uid: owner.uid ?? found.uid,
      gid: owner.gid ?? found.gid,
      linkCount: found.linkCount,
      mtimeSec: Math.max(0, found.mtime.sec),
      sizeBytes: isRegular(found.mode) || (target && !isTar) ? found.sizeBytes : 0,
      device: ignoresDevices ? 0 : 1,
      inode: this.#inodeOf(found),
      major: deviceMajor(found.device),
      minor: deviceMinor(found.device),
      checksum: 0,
    };
  }

  #inodeOf(found: Stat): number {
    if (!this.#giving.renumbersInodes) return found.inodeNumber % 2 ** 32;
    const key = `${found.inodeNumber}`;
    const known = found.linkCount > 1 ? this.#numbers.get(key) : undefined;
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(found.linkCount > 1 ? key : `${key}:${number}`, number);
    return number;
  }

  /** `header`: without its content, which another name brings. */
  async #write({ path, entry }: Given, what: 'whole' | 'header'): Promise<void> {
    const { format } = this.#giving;
    const isTar = format === 'tar' || format === 'ustar';
    if (isSymlink(entry.mode)) {
      const target = readlink(this.#process, path);
      if (isTar) await this.#put(tarBlocks(entry, { type: 'symlink', target }, this.#giving.accounts));
      else {
        const bytes = encodeName(target);
        await this.#putHeader({ ...entry, sizeBytes: bytes.length });
        await this.#put(bytes);
        await this.#pad(bytes.length);
      }
      return;
    }
    if (!isRegular(entry.mode) || what === 'header') {
      await this.#putHeader({ ...entry, sizeBytes: 0 });
      return;
    }
    const first = isTar && entry.linkCount > 1 ? this.#first.get(`${entry.inode}`) : undefined;
    if (first !== undefined) {
      const link = tarBlocks({ ...entry, sizeBytes: 0 }, { type: 'hardlink', target: first }, this.#giving.accounts);
      await this.#put(link);
      return;
    }
    this.#first.set(`${entry.inode}`, entry.name);
    await this.#writeFile(path, entry);
  }

  async #writeFile(path: string, entry: CpioEntry): Promise<void> {
    const process = this.#process;
    let file: OpenFile;
    try {
      const before = stat(process, path);
      const checksum = this.#giving.format === 'crc' ? await this.#checksum(path) : 0;
      file = await open(process, path, O_RDONLY);
      try {
        await this.#putHeader({ ...entry, checksum });
        await this.#putContent(path, file, entry.sizeBytes);
      } finally {
        file.close();
      }
      if (this.#giving.restoresAccessTimes) utimes(process, path, before.atime, before.mtime);
    } catch (error) {
      if (error instanceof CpioFailure) throw error;
      await this.#report.failedBy(error, `${path}: Cannot open`, 2);
    }
  }

  async #checksum(path: string): Promise<number> {
    const file = await open(this.#process, path, O_RDONLY);
    try {
      let sum = 0;
      for await (const piece of chunksOf(this.#process, file)) for (const byte of piece) sum = (sum + byte) >>> 0;
      return sum;
    } finally {
      file.close();
    }
  }

  /** As long as the header says: what grew is cut, and what shrank is filled up with zeros, and that is told. */
  async #putContent(path: string, file: OpenFile, sizeBytes: number): Promise<void> {
    let left = sizeBytes;
    for await (const piece of chunksOf(this.#process, file)) {
      await this.#put(piece.subarray(0, Math.min(left, piece.length)));
      left -= Math.min(left, piece.length);
      if (left === 0) break;
    }
    if (left > 0) await this.#report.fail(`File ${path} shrunk by ${left} bytes, padding with zeros`, 2);
    for (; left > 0; left -= Math.min(left, ZEROS.length)) await this.#put(ZEROS.subarray(0, left));
    await this.#pad(sizeBytes);
  }

  async #putHeader(entry: CpioEntry): Promise<void> {
    const { format } = this.#giving;
    if (format === 'tar' || format === 'ustar') await this.#put(tarBlocks(entry, undefined, this.#giving.accounts));
    else await this.#put(plainHeader(entry, format));
  }

  async #put(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#position += bytes.length;
    await writeTo(this.#process, this.#file, bytes.slice());
  }

  async #pad(sizeBytes: number): Promise<void> {
    await this.#put(new Uint8Array(paddingTo(alignmentOf(this.#giving.format), sizeBytes)));
  }

  /** Writes what waits, and the end. Gives the bytes of the archive. */
  async finish(): Promise<number> {
    const { format, blockBytes } = this.#giving;
    for (const links of this.#waiting.values()) await this.#writeLinks(links);
    if (format === 'tar' || format === 'ustar') await this.#put(new Uint8Array(2 * alignmentOf(format)));
    else await this.#put(plainHeader(TRAILER, format satisfies PlainCpioFormat));
    if (this.#process.flavour === 'gnu') await this.#put(new Uint8Array(paddingTo(blockBytes, this.#position)));
    return this.#position;
  }
}

const ZEROS = new Uint8Array(65_536);

const TAR_TYPES: ReadonlyMap<number, TarEntryType> = new Map([
  [S_IFREG, 'file'],
  [S_IFCHR, 'charDevice'],
  [S_IFBLK, 'blockDevice'],
  [S_IFIFO, 'fifo'],
]);

function tarBlocks(
  entry: CpioEntry,
  link: { readonly type: 'symlink' | 'hardlink'; readonly target: string } | undefined,
  accounts: Accounts,
): Uint8Array {
  const isFolder = isDirectory(entry.mode);
  return tarHeader({
    name: encodeName(isFolder ? `${entry.name}/` : entry.name),
    type: link?.type ?? (isFolder ? 'directory' : (TAR_TYPES.get(entry.mode & S_IFMT) ?? 'file')),
    mode: entry.mode & 0o7777,
    uid: entry.uid,
    gid: entry.gid,
    userName: encodeName(accounts.userName(entry.uid) ?? ''),
    groupName: encodeName(accounts.groupName(entry.gid) ?? ''),
    sizeBytes: entry.sizeBytes,
    mtimeSec: entry.mtimeSec,
    ...(link && { linkName: encodeName(link.target) }),
    deviceMajor: entry.major,
    deviceMinor: entry.minor,
  });
}
