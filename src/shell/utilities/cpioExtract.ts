import { joinBytes } from '../../bytes/joinBytes.ts';
import { decodeName } from '../../bytes/byteName.ts';
import { isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { Accounts } from './accounts.ts';
import { type CpioEntry, CpioFailure, type CpioFormat } from './cpioEntry.ts';
import { busyboxLongLine, cpioLongLine } from './cpioLongLine.ts';
import { CpioNames } from './cpioName.ts';
import type { CpioPlace } from './cpioPlace.ts';
import type { CpioSink } from './cpioScan.ts';
import { causeOf } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import type { Report } from './report.ts';
import { zoneOf } from './timeZone.ts';

export interface CpioTaking {
  readonly mode: 'list' | 'files' | 'stdout' | 'verify';
  readonly matches: (name: string) => boolean;
  readonly isVerbose: boolean;
  readonly showsDots: boolean;
  readonly stripsNames: boolean;
  /** Undefined shows numbers. */
  readonly accounts: Accounts | undefined;
}

/** A longer target of a symlink is refused. */
const MAX_TARGET_BYTES = 65_536;
/** Names that wait for the file that they are links of. */
const MAX_WAITING = 1_000_000;

/** What `cpio -i` does with the members: lists them, or makes files of them. */
export class CpioExtractor implements CpioSink {
  readonly #process: Process;
  readonly #report: Report;
  readonly #taking: CpioTaking;
  readonly #place: CpioPlace;
  readonly #names: CpioNames;
  /** Members without content that other members of the same inode bring. */
  readonly #waiting = new Map<string, CpioEntry[]>();
  #waitingCount = 0;
  /** Files by their inode: what comes later is a link to them. */
  readonly #made = new Map<string, string>();
  #entry: CpioEntry | undefined;
  #file: OpenFile | undefined;
  #target: Uint8Array[] = [];
  #sum = 0;

  constructor(process: Process, report: Report, taking: CpioTaking, place: CpioPlace) {
    this.#process = process;
    this.#report = report;
    this.#taking = taking;
    this.#place = place;
    this.#names = new CpioNames(process);
  }

  async begin(entry: CpioEntry): Promise<void> {
    const { mode, matches, stripsNames } = this.#taking;
    this.#entry = undefined;
    this.#file = undefined;
    this.#target = [];
    this.#sum = 0;
    const given = stripsNames ? await this.#names.stripped(entry.name) : entry.name;
    // Directories of a tar end in a slash.
    const name = mode === 'list' ? given : given.replace(/(?<=[^/])\/+$/, '');
    if (!matches(name)) return;
    if (isSymlink(entry.mode) && entry.sizeBytes > MAX_TARGET_BYTES)
      throw new CpioFailure(`${name}: a link of ${entry.sizeBytes} bytes`);
    this.#entry = { ...entry, name };
    if (mode !== 'files' || !isRegular(entry.mode)) return;
    if (this.#waits(this.#entry)) return;
    if ((await this.#place.makeRoom(name, entry)) && !(await this.#linked(this.#entry)))
      this.#file = await this.#place.openFile(name);
  }

  /** Whether its content comes with another name. */
  #waits(entry: CpioEntry): boolean {
    if (entry.linkCount < 2 || entry.sizeBytes > 0 || entry.isLink) return false;
    if (++this.#waitingCount > MAX_WAITING) throw new CpioFailure('too many links');
    const key = keyOf(entry);
    this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), entry]);
    return true;
  }

  async #linked(entry: CpioEntry): Promise<boolean> {
    const from = entry.isLink ? entry.linkName : entry.linkCount > 1 ? this.#made.get(keyOf(entry)) : undefined;
    if (from === undefined) return false;
    const isLinked = this.#place.linkTo(from, entry.name);
    if (isLinked && this.#taking.isVerbose && this.#process.flavour === 'gnu')
      await this.#process.complain(`${from} linked to ${entry.name}`);
    return isLinked || entry.isLink === true;
  }

  async content(piece: Uint8Array): Promise<void> {
    const entry = this.#entry;
    if (!entry) return;
    for (const byte of this.#taking.mode === 'verify' || entry.checksum !== 0 ? piece : [])
      this.#sum = (this.#sum + byte) >>> 0;
    if (isSymlink(entry.mode)) this.#target.push(piece.slice());
    else if (this.#taking.mode === 'stdout') await this.#process.print(piece.slice());
    else if (this.#file) {
      try {
        await writeTo(this.#process, this.#file, piece);
      } catch (error) {
        await this.#place.failedToClose(error, entry.name);
        this.#file.close();
        this.#file = undefined;
      }
    }
  }

  async end(given: CpioEntry, format: CpioFormat): Promise<void> {
    const entry = this.#entry;
    if (!entry) return;
    const { mode, isVerbose, showsDots } = this.#taking;
    const target = entry.linkName ?? decodeName(joinBytes(this.#target));
    if (format === 'crc' && mode !== 'list' && isRegular(given.mode) && this.#sum !== entry.checksum) {
      const words = (sum: number) => `0x${sum.toString(16)}`;
      await this.#report.fail(
        `${entry.name}: checksum error (${words(this.#sum)}, should be ${words(entry.checksum)})`,
        2,
      );
    }
    if (mode === 'list') {
      await this.#list(entry, target);
      return;
    }
    if (mode === 'files') await this.#finishFile(entry, target);
    if (isVerbose) await this.#process.write(this.#process.flavour === 'gnu' ? 2 : 1, `${entry.name}\n`);
    if (showsDots) await this.#process.write(2, '.');
  }

  async #finishFile(entry: CpioEntry, target: string): Promise<void> {
    if (!isRegular(entry.mode)) {
      if (await this.#place.makeRoom(entry.name, entry)) await this.#place.makeNode(entry.name, entry, target);
      return;
    }
    const file = this.#file;
    this.#file = undefined;
    if (!file) return;
    try {
      file.close();
      this.#place.dress(entry.name, entry);
    } catch (error) {
      await this.#place.failedToClose(error, entry.name);
    }
    if (entry.linkCount < 2) return;
    const key = keyOf(entry);
    this.#made.set(key, entry.name);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const other of waiting) if (await this.#place.makeRoom(other.name, other)) await this.#linked(other);
  }

  async #list(entry: CpioEntry, target: string): Promise<void> {
    const process = this.#process;
    const { isVerbose, accounts } = this.#taking;
    // Busybox tells of a name that waits only by making it.
    if (process.flavour === 'busybox' && entry.linkCount > 1 && entry.sizeBytes === 0 && isRegular(entry.mode)) return;
    if (!isVerbose) await process.print(`${entry.name}\n`);
    else if (process.flavour === 'busybox') await process.print(busyboxLongLine(entry, target, zoneOf(process)));
    else
      await process.print(
        cpioLongLine(entry, target, { accounts, zone: zoneOf(process), nowSec: process.kernel.clock.now().sec }),
      );
  }

  /** Names whose content never came are empty files. */
  async finish(): Promise<void> {
    for (const entries of this.#waiting.values())
      for (const entry of entries) {
        if (!(await this.#place.makeRoom(entry.name, entry)) || (await this.#linked(entry))) continue;
        const file = await this.#place.openFile(entry.name);
        if (!file) continue;
        file.close();
        try {
          this.#place.dress(entry.name, entry);
        } catch (error) {
          await this.#report.fail(`${entry.name}: ${causeOf(error)}`, 2);
        }
        this.#made.set(keyOf(entry), entry.name);
      }
  }
}

function keyOf({ device, inode }: CpioEntry): string {
  return `${device}:${inode}`;
}
