import { decodeName } from '../../bytes/byteName.ts';
import { CodecError } from '../../codec/codecError.ts';
import { crc32 } from '../../codec/crc32.ts';
import { packedContent, readZipDirectory, type ZipEntry } from '../../codec/zipDirectory.ts';
import { S_IFDIR, S_IFLNK, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import { chmod, lstatIfThere, readFile, statIfThere, symlink, unlink, utimes, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { askYes } from './ask.ts';
import { causeOf, isErrno } from './failure.ts';
import { globMatcher } from './globMatch.ts';
import { makeParents } from './mkdir.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { directoryOf, joinPath, lastComponent } from './paths.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  directory: '-d=EXDIR',
  list: '-l',
  test: '-t',
  toStdout: '-p -c',
  overwrite: '-o',
  never: '-n',
  quiet: '-q',
  junkPaths: '-j',
  exclude: '-x',
  ignoreCase: '-C',
} as const;

/** Statuses of unzip(1). */
const BAD_ARCHIVE = 3;
const NO_ARCHIVE = 9;
const NOTHING_MATCHED = 11;
const WARNING = 1;
/** One file may not be longer: all of it is held. */
const MAX_FILE_BYTES = 1 << 30;

export const unzip = utility(
  {
    options: OPTIONS,
    notSimulated: '-f -u -v -z -Z -a -aa -b -B -D -K -L -M -T -U -V -W -X -P=PASSWORD -^ -:',
    usage: '[-opts] file[.zip] [list] [-x xlist] [-d exdir]',
    usageStatus: 10,
    version: '6.00',
    rewrite: (arguments_) =>
      arguments_.flatMap((argument) =>
        /^-[dx]$/.test(argument) || !/^-[a-z]*d$/.test(argument) ? [argument] : [argument.slice(0, -1), '-d'],
      ),
  },
  async (process, options) => {
    const [archivePath] = options.operands;
    if (archivePath === undefined) throw new UsageError('operand', '');
    const bytes = await openArchive(process, archivePath);
    if (!bytes) return NO_ARCHIVE;
    let entries: ZipEntry[];
    try {
      entries = readZipDirectory(bytes.content);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      await process.write(
        2,
        `  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it constitutes one disk of a multi-part archive.\nunzip:  cannot find zipfile directory in one of ${archivePath} or\n        ${archivePath}.zip, and cannot find ${archivePath}.ZIP, period.\n`,
      );
      return NO_ARCHIVE;
    }
    const chosen = await select(process, options, entries);
    if (chosen.length === 0 && entries.length > 0) return NOTHING_MATCHED;
    if (!options.has('toStdout') && options.count('quiet') === 0) await process.print(`Archive:  ${bytes.path}\n`);
    if (options.has('list')) return listEntries(process, chosen);
    return new Unpacking(process, options, bytes.content).run(chosen);
  },
);

async function openArchive(process: Process, path: string) {
  for (const candidate of [path, `${path}.zip`, `${path}.ZIP`]) {
    try {
      return { path: candidate, content: await readFile(process, candidate) };
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) causeOf(error);
    }
  }
  await process.write(2, `unzip:  cannot find or open ${path}, ${path}.zip or ${path}.ZIP.\n`);
  return undefined;
}

/** Members that fit the operands before `-x`, and none of those behind. */
async function select(
  process: Process,
  options: ParsedOptions<keyof typeof OPTIONS>,
  entries: readonly ZipEntry[],
): Promise<ZipEntry[]> {
  const split = options.given.find(({ name }) => name === 'exclude')?.operandsBefore ?? options.operands.length;
  const rules = { ignoreCase: options.has('ignoreCase') };
  const wanted = options.operands.slice(1, split).map((pattern) => ({ pattern, matches: globMatcher(pattern, rules) }));
  const unwanted = options.operands.slice(Math.max(1, split)).map((pattern) => globMatcher(pattern, rules));
  const fits = (name: string) =>
    (wanted.length === 0 || wanted.some(({ matches }) => matches(name))) && !unwanted.some((matches) => matches(name));
  const names = entries.map(({ name }) => decodeName(name));
  for (const { pattern, matches } of wanted)
    if (!names.some((name) => matches(name))) await process.write(2, `caution: filename not matched:  ${pattern}\n`);
  return entries.filter((_, i) => fits(names[i] as string));
}

async function listEntries(process: Process, entries: readonly ZipEntry[]): Promise<number> {
  const two = (value: number) => String(value).padStart(2, '0');
  let total = 0;
  let out = '  Length      Date    Time    Name\n---------  ---------- -----   ----\n';
  for (const { name, sizeBytes, time } of entries) {
    total += sizeBytes;
    out += `${String(sizeBytes).padStart(9)}  ${time.year}-${two(time.month)}-${two(time.day)} ${two(time.hour)}:${two(time.minute)}   ${decodeName(name)}\n`;
  }
  out += `---------                     -------\n${String(total).padStart(9)}                     ${entries.length} file${entries.length === 1 ? '' : 's'}\n`;
  await process.print(out);
  return 0;
}

class Unpacking {
  readonly #process: Process;
  readonly #options: ParsedOptions<keyof typeof OPTIONS>;
  readonly #archive: Uint8Array;
  #status = 0;

  constructor(process: Process, options: ParsedOptions<keyof typeof OPTIONS>, archive: Uint8Array) {
    this.#process = process;
    this.#options = options;
    this.#archive = archive;
  }

  async run(entries: readonly ZipEntry[]): Promise<number> {
    for (const entry of entries) {
      await this.#take(entry);
      if (this.#process.isDue) await this.#process.pause();
    }
    return this.#status;
  }

  async #take(entry: ZipEntry): Promise<void> {
    const process = this.#process;
    const name = decodeName(entry.name);
    try {
      const content = await this.#content(entry);
      if (this.#options.has('toStdout')) await process.print(content);
      else if (this.#options.has('test')) await this.#say(`    testing: ${name.padEnd(22)}  OK\n`);
      else await this.#write(entry, name, content);
    } catch (error) {
      this.#status = Math.max(this.#status, BAD_ARCHIVE);
      const cause = error instanceof CodecError ? error.message : causeOf(error);
      await process.write(2, `error:  ${name}: ${cause}\n`);
    }
  }

  async #content(entry: ZipEntry): Promise<Uint8Array> {
    if (entry.isEncrypted) throw new CodecError('unsupported', entry.offset, 'encrypted entries are not simulated');
    const packed = packedContent(this.#archive, entry);
    let content = packed;
    if (entry.method === 8) {
      const { inflateRaw } = await import('../../codec/inflateRaw.ts');
      content = inflateRaw(packed, Math.min(MAX_FILE_BYTES, entry.sizeBytes));
    } else if (entry.method !== 0)
      throw new CodecError('unsupported', entry.offset, `compression method ${entry.method}`);
    if (crc32(content) !== entry.crc) throw new CodecError('checksum', entry.offset, 'bad CRC');
    return content;
  }

  async #say(text: string): Promise<void> {
    if (!this.#options.has('quiet')) await this.#process.print(text);
  }

  async #write(entry: ZipEntry, name: string, content: Uint8Array): Promise<void> {
    const process = this.#process;
    // Neither absolute nor upwards, whatever the archive says.
    let inner = name
      .split('/')
      .filter((part) => part !== '' && part !== '.' && part !== '..')
      .join('/');
    const isFolder = name.endsWith('/') || (entry.mode & S_IFMT) === S_IFDIR;
    if (this.#options.has('junkPaths')) {
      if (isFolder) return;
      inner = lastComponent(inner);
    }
    if (inner === '') return;
    const base = this.#options.value('directory');
    const path = base === undefined ? inner : joinPath(base, inner);
    if (isFolder) {
      if (!statIfThere(process, path)) {
        await makeParents(process, path);
        await this.#say(`   creating: ${path}/\n`);
      }
      if ((entry.mode & 0o777) !== 0) chmod(process, path, entry.mode & 0o777);
      return;
    }
    if (lstatIfThere(process, path)) {
      if (this.#options.has('never')) return;
      if (
        !this.#options.has('overwrite') &&
        !(await askYes(process, `replace ${path}? [y]es, [n]o, [A]ll, [N]one, [r]ename: `))
      ) {
        this.#status = Math.max(this.#status, WARNING);
        return;
      }
      unlink(process, path);
    }
    if (path.includes('/')) await makeParents(process, directoryOf(path));
    if ((entry.mode & S_IFMT) === S_IFLNK) {
      await this.#say(`    linking: ${path.padEnd(22)}  -> ${decodeName(content)} \n`);
      symlink(process, decodeName(content), path);
      return;
    }
    await this.#say(`${entry.method === 0 ? ' extracting: ' : '  inflating: '}${path.padEnd(22)}  \n`);
    await writeFile(process, path, content);
    if ((entry.mode & 0o777) !== 0) chmod(process, path, entry.mode & 0o777);
    const { year, month, day, hour, minute, second } = entry.time;
    const time = { sec: Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1000), nsec: 0 };
    utimes(process, path, time, time);
  }
}
