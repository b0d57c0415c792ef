import { encodeName } from '../../bytes/byteName.ts';
import { gnuHeader } from '../../tar/gnuHeader.ts';
import { scanTarStream } from '../../tar/scanTarStream.ts';
import { paddingBytes, tarHeader, type TarMember } from '../../tar/tarHeader.ts';
import type { TarEntryType } from '../../tar/tarEntry.ts';
import { deviceMajor, deviceMinor, isDirectory, S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { tarTypeOf } from '../../vfs/overlay/tarTypes.ts';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { getXattr, listXattrs, lstat, lstatIfThere, open, readdir, readlink, stat } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { chunksOf, encoded } from './codecStreams.ts';
import { causeOf } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import { changedMode } from './modeChange.ts';
import { compareNames } from './nameOrder.ts';
import { UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { removeTree } from './removeTree.ts';
import type { Report } from './report.ts';
import { isSameFile } from './sameFile.ts';
import { exclusionOf, type Exclusion } from './tarExclusion.ts';
import { TarFailure } from './tarFailure.ts';
import { escapedName, TarListing } from './tarListing.ts';
import { listedLines, type TarSetup } from './tarOptions.ts';
import { TarTotals } from './tarTotals.ts';

const BLOCK_BYTES = 512;
/** An archive's length is a multiple of this: 20 blocks (tar(1), `-b`). */
const RECORD_BLOCKS = 20;
const OUTPUT_BYTES = 64 * 1024;
const CONTENT_BYTES = 256 * 1024;

/** Writes an archive, or goes on with one. Throws TarFailure, UsageError. */
export async function createArchive(process: Process, setup: TarSetup, report: Report): Promise<void> {
  const names = await operandsOf(process, setup);
  if (names.length === 0 && setup.options.values('filesFrom').length === 0) {
    const isGnu = process.flavour === 'gnu';
    throw new UsageError('operand', isGnu ? 'Cowardly refusing to create an empty archive' : 'empty archive', {
      bare: !isGnu,
    });
  }
  const isAppending = setup.operation !== 'create';
  if (isAppending && setup.compression) throw new TarFailure('Cannot update compressed archives');
  const totals = new TarTotals(process, setup);
  const output = await openOutput(process, setup, isAppending);
  try {
    const start = isAppending && setup.archive !== '-' ? await endOfMembers(process, output) : undefined;
    const creation = new Creation(
      process,
      setup,
      report,
      output.file,
      await exclusionOf(process, setup.options),
      start,
    );
    await writeAll(process, setup, creation.archive(names), output.file);
    await totals.tell('written', creation.writtenBytes);
    if (setup.options.has('removeFiles'))
      for (const { directory, name } of names)
        await removeTree(process, directory === undefined ? name : joinPath(directory, name), report);
  } finally {
    output.close();
  }
}

interface Output {
  readonly file: OpenFile;
  close(): void;
}

async function openOutput(process: Process, { archive }: TarSetup, isAppending: boolean): Promise<Output> {
  if (archive === '-') {
    const file = process.file(1);
    if (file.isTerminal) throw new TarFailure('Refusing to write archive contents to terminal (missing -f option?)');
    return { file, close: () => undefined };
  }
  try {
    const flags = isAppending ? O_RDWR | O_CREAT : O_WRONLY | O_CREAT | O_TRUNC;
    const file = await open(process, archive, flags);
    return { file, close: () => file.close() };
  } catch (error) {
    const cause = causeOf(error);
    if (process.flavour === 'busybox') throw new TarFailure(`can't open '${archive}': ${cause}`);
    throw new TarFailure(`${archive}: Cannot open: ${cause}`);
  }
}

interface Found {
  /** Names of members with their times, for `-u`. */
  readonly times: ReadonlyMap<string, number>;
  readonly endOffset: number;
}

async function endOfMembers(process: Process, { file }: Output): Promise<Found> {
  const times = new Map<string, number>();
  const decoder = new TextDecoder();
  const scan = await scanTarStream(chunksOf(process, file), (entry) => {
    times.set(decoder.decode(entry.name), entry.mtimeSec);
  });
  file.seek(scan.endOffset, 'set');
  return { times, endOffset: scan.endOffset };
}

interface Operand {
  readonly name: string;
  /** Undefined: the current one. */
  readonly directory: string | undefined;
}

async function operandsOf(process: Process, { options, directories }: TarSetup): Promise<Operand[]> {
  const inDirectory = (index: number) => {
    let path: string | undefined;
    for (const step of directories)
      if (step.operandsBefore <= index)
        path = path === undefined || step.path.startsWith('/') ? step.path : joinPath(path, step.path);
    return path;
  };
  const operands = options.operands.map((name, index) => ({ name, directory: inDirectory(index) }));
  for (const { name, value = '', operandsBefore } of options.given) {
    if (name !== 'filesFrom') continue;
    let directory = inDirectory(operandsBefore);
    try {
      const lines = await listedLines(process, value, options.has('null') ? '\0' : '\n');
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i] as string;
        const change = options.has('null') ? null : /^-C\s*(.*)$/.exec(line);
        if (change) directory = change[1] || lines[++i];
        else operands.push({ name: line, directory });
      }
    } catch (error) {
      throw new TarFailure(`${value}: Cannot open: ${causeOf(error)}`);
    }
  }
  return operands;
}

async function writeAll(
  process: Process,
  { compression, operation }: TarSetup,
  blocks: AsyncIterable<Uint8Array>,
  file: OpenFile,
): Promise<void> {
  const packed = compression && compression !== 'none' && operation === 'create';
  for await (const piece of packed ? encoded(compression, blocks, compression === 'bzip2' ? 9 : 6) : blocks) {
    await writeTo(process, file, piece);
    if (process.isDue) await process.pause();
  }
}

class Creation {
  readonly #process: Process;
  readonly #setup: TarSetup;
  readonly #report: Report;
  readonly #archive: OpenFile;
  readonly #isExcluded: Exclusion;
  readonly #found: Found | undefined;
  readonly #listing: TarListing;
  /** First names of files with several, by inode. */
  readonly #linked = new Map<number, string>();
  readonly #told = new Set<string>();
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #totalBytes: number;

  constructor(
    process: Process,
    setup: TarSetup,
    report: Report,
    archive: OpenFile,
    isExcluded: Exclusion,
    found: Found | undefined,
  ) {
    this.#process = process;
    this.#setup = setup;
    this.#report = report;
    this.#archive = archive;
    this.#isExcluded = isExcluded;
    this.#found = found;
    this.#totalBytes = found?.endOffset ?? 0;
    this.#listing = new TarListing(process.flavour, setup.zone, { fullTime: setup.options.has('fullTime') });
  }

  /** Of this run, before they are compressed. */
  get writtenBytes(): number {
    return this.#totalBytes - (this.#found?.endOffset ?? 0);
  }

  get #isGnu(): boolean {
    return this.#process.flavour === 'gnu';
  }

  /** The archive in pieces that stay as they are. */
  async *archive(operands: readonly Operand[]): AsyncGenerator<Uint8Array, void, undefined> {
    for (const { name, directory } of operands) {
      if (directory !== undefined && !lstatIfThere(this.#process, directory))
        throw new TarFailure(`${directory}: Cannot open: No such file or directory`);
      const path = directory === undefined || name.startsWith('/') ? name : joinPath(directory, name);
      yield* this.#member(path, name, 'operand', undefined);
    }
    this.#add(new Uint8Array(2 * BLOCK_BYTES));
    if (this.#isGnu) {
      const blocks = Number(this.#setup.options.value('blockingFactor') ?? RECORD_BLOCKS) || RECORD_BLOCKS;
      const recordBytes = Math.min(blocks, 1 << 16) * BLOCK_BYTES;
      this.#add(new Uint8Array((recordBytes - (this.#totalBytes % recordBytes)) % recordBytes));
    }
    yield* this.#flush();
  }

  #add(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
  }

  *#flush(): Generator<Uint8Array> {
    if (this.#partBytes === 0) return;
    const piece = new Uint8Array(this.#partBytes);
    let at = 0;
    for (const part of this.#parts) {
      piece.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#partBytes = 0;
    yield piece;
  }

  async *#member(
    path: string,
    name: string,
    depth: 'operand' | 'inner',
    filesystem: unknown,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const process = this.#process;
    const { options } = this.#setup;
    if (this.#isExcluded(name)) return;
    if (process.isDue) await process.pause();
    let found: Stat;
    try {
      found = options.has('dereference') ? stat(process, path) : lstat(process, path);
    } catch (error) {
      const cause = causeOf(error);
      if (options.has('ignoreFailedRead') && depth === 'inner') return;
      await this.#report.fail(this.#isGnu ? `${escapedName(name)}: Cannot stat: ${cause}` : `${name}: ${cause}`, 2);
      return;
    }
    if (this.#isOwnArchive(path, found)) {
      await this.#report.fail(
        this.#isGnu
          ? `${escapedName(name)}: file is the archive; not dumped`
          : `${name}: file is the archive; skipping`,
        0,
      );
      return;
    }
    const isFolder = isDirectory(found.mode);
    const own = options.has('oneFileSystem')
      ? process.mounts.resolve(process, path, 'follow').mount.filesystem
      : undefined;
    if (own !== undefined && filesystem !== undefined && own !== filesystem && isFolder) return;
    if (!this.#isOld(name, found)) yield* this.#write(path, name, found);
    if (!isFolder || options.last('noRecursion', 'recursion') === 'noRecursion') return;
    let names: readonly { readonly name: string }[];
    try {
      names = readdir(process, path);
    } catch (error) {
      await this.#report.fail(`${escapedName(name)}: Cannot open: ${causeOf(error)}`, 2);
      return;
    }
    if (options.value('sort') === 'name') names = [...names].sort((a, b) => compareNames(a.name, b.name));
    for (const entry of names)
      yield* this.#member(joinPath(path, entry.name), joinPath(name, entry.name), 'inner', own);
  }

  #isOwnArchive(path: string, found: Stat): boolean {
    const { archive } = this.#setup;
    if (archive === '-' || (found.mode & S_IFMT) !== S_IFREG) return false;
    const there = this.#archive.stat();
    return (
      there.inodeNumber === found.inodeNumber &&
      isSameFile(this.#process, { path, stat: found }, { path: archive, stat: there })
    );
  }

  /** Whether the archive has it as new, or it is older than `--newer` asks for. */
  #isOld(name: string, found: Stat): boolean {
    const { newerThan, operation } = this.#setup;
    if (newerThan && !isDirectory(found.mode) && found.mtime.sec < newerThan.sec) return true;
    if (operation !== 'update') return false;
    const known = this.#found?.times.get(isDirectory(found.mode) ? `${name}/` : name);
    return known !== undefined && known >= found.mtime.sec;
  }

  async *#write(path: string, name: string, found: Stat): AsyncGenerator<Uint8Array, void, undefined> {
    const process = this.#process;
    const type = tarTypeOf(found.mode);
    if (!type) {
      if (this.#setup.warns('file-ignored')) await this.#report.fail(`${escapedName(name)}: socket ignored`, 0);
      return;
    }
    const stored = await this.#storedName(name, 'member names');
    const first = type !== 'directory' && found.linkCount > 1 ? this.#linked.get(found.inodeNumber) : undefined;
    let file: OpenFile | undefined;
    if (type === 'file' && first === undefined) {
      try {
        file = await open(process, path, O_RDONLY);
      } catch (error) {
        await this.#report.fail(`${escapedName(name)}: Cannot open: ${causeOf(error)}`, 2);
        return;
      }
    }
    try {
      const linkName = first ?? (type === 'symlink' ? readlink(process, path) : '');
      const member = this.#memberOf(path, found, first === undefined ? type : 'hardlink', stored, linkName);
      if (type !== 'directory' && found.linkCount > 1 && first === undefined)
        this.#linked.set(found.inodeNumber, stored);
      await this.#tell(member, stored, linkName);
      this.#add(this.#setup.format === 'gnu' ? gnuHeader(member) : tarHeader(member));
      if (file && member.sizeBytes > 0) yield* this.#content(file, name, member.sizeBytes);
      if (this.#partBytes >= OUTPUT_BYTES) yield* this.#flush();
    } finally {
      file?.close();
    }
  }

  async #storedName(name: string, what: 'member names' | 'hard link targets'): Promise<string> {
    let stored = name;
    for (const transform of this.#setup.transforms) stored = transform(stored);
    if (this.#setup.options.has('absoluteNames')) return stored;
    const prefix = /^(?:.*\/)?\.\.(?:\/+|$)|^\/+/.exec(stored)?.[0] ?? '';
    if (prefix === '') return stored;
    if (!this.#told.has(prefix)) {
      this.#told.add(prefix);
      const words = this.#isGnu
        ? `Removing leading \`${prefix}' from ${what}`
        : `removing leading '${prefix}' from member names`;
      await this.#process.complain(words);
    }
    return stored.slice(prefix.length) || '.';
  }

  #memberOf(path: string, found: Stat, type: TarEntryType, stored: string, linkName: string): TarMember {
    const { owner, group, mode, mtime, options, accounts, format } = this.#setup;
    const isNumeric = options.has('numericOwner');
    const time = mtime && !(options.has('clampMtime') && found.mtime.sec <= mtime.sec) ? mtime : found.mtime;
    const userName = owner ? owner.name : (accounts.userName(found.uid) ?? '');
    const groupName = group ? group.name : (accounts.groupName(found.gid) ?? '');
    const bits = mode ? changedMode(mode, found.mode, this.#process.credentials.umask) : found.mode & 0o7777;
    const xattrs =
      options.last('xattrs', 'noXattrs') === 'xattrs'
        ? listXattrs(this.#process, path).map((name) => ({
            name: encodeName(name),
            value: getXattr(this.#process, path, name),
          }))
        : undefined;
    return {
      name: encodeName(type === 'directory' && !stored.endsWith('/') ? `${stored}/` : stored),
      type,
      mode: bits,
      uid: owner?.id ?? found.uid,
      gid: group?.id ?? found.gid,
      userName: encodeName(isNumeric ? '' : userName),
      groupName: encodeName(isNumeric ? '' : groupName),
      sizeBytes: type === 'file' ? found.sizeBytes : 0,
      mtimeSec: time.sec,
      mtimeNsec: format === 'pax' ? time.nsec : 0,
      linkName: encodeName(linkName),
      deviceMajor: deviceMajor(found.device),
      deviceMinor: deviceMinor(found.device),
      xattrs,
    };
  }

  async *#content(file: OpenFile, name: string, sizeBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    let left = sizeBytes;
    while (left > 0) {
      const reading = file.read(Math.min(left, CONTENT_BYTES));
      const chunk = reading instanceof Promise ? await this.#process.waitFor(reading) : reading;
      if (chunk.length === 0) {
        if (this.#setup.warns('file-shrank'))
          await this.#report.fail(`${escapedName(name)}: File shrank by ${left} bytes; padding with zeros`, 1);
        for (; left > 0; left -= Math.min(left, CONTENT_BYTES))
          this.#add(new Uint8Array(Math.min(left, CONTENT_BYTES)));
        break;
      }
      this.#add(chunk);
      left -= chunk.length;
      if (this.#partBytes >= OUTPUT_BYTES) yield* this.#flush();
    }
    this.#add(new Uint8Array(paddingBytes(sizeBytes)));
  }

  async #tell(member: TarMember, stored: string, linkName: string): Promise<void> {
    const { verbosity, archive, accounts } = this.#setup;
    if (verbosity === 0) return;
    const shown = member.type === 'directory' && !stored.endsWith('/') ? `${stored}/` : stored;
    const line =
      verbosity === 1
        ? `${escapedName(this.#isGnu ? shown : stored, this.#process.flavour)}\n`
        : this.#listing.line({
            name: shown,
            type: member.type,
            mode: member.mode,
            user: accounts.userName(member.uid) ?? String(member.uid),
            group: accounts.groupName(member.gid) ?? String(member.gid),
            sizeBytes: member.sizeBytes,
            deviceMajor: member.deviceMajor ?? 0,
            deviceMinor: member.deviceMinor ?? 0,
            mtimeSec: member.mtimeSec,
            linkName,
          });
    await this.#process.write(archive === '-' ? 2 : 1, line);
  }
}
