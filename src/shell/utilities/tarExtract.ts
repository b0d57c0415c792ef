import { joinBytes } from '../../bytes/joinBytes.ts';
import { CodecError } from '../../codec/codecError.ts';
import { type Compression, sniffCompression, SNIFF_BYTES } from '../../codec/sniff.ts';
import { decodeName } from '../../bytes/byteName.ts';
import { scanTarStream } from '../../tar/scanTarStream.ts';
import { type TarEntry, TarError } from '../../tar/tarEntry.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { chunksOf, decoded } from './codecStreams.ts';
import { causeOf } from './failure.ts';
import type { Report } from './report.ts';
import { exclusionOf, type Exclusion, patternMatcher } from './tarExclusion.ts';
import { TarFailure } from './tarFailure.ts';
import { escapedName, TarListing } from './tarListing.ts';
import type { TarSetup } from './tarOptions.ts';
import { TarTotals } from './tarTotals.ts';
import { TarUnpacker } from './tarUnpack.ts';

/** Lists or unpacks an archive. Throws TarFailure. */
export async function readArchive(process: Process, setup: TarSetup, report: Report): Promise<void> {
  const input = await openInput(process, setup);
  let reading: Reading | undefined;
  try {
    const made = new Reading(process, setup, report, await exclusionOf(process, setup.options));
    reading = made;
    const totals = new TarTotals(process, setup);
    const tar = totals.counted(plainTar(process, setup, chunksOf(process, input.file)));
    const scan = await scanTarStream(tar, () => undefined, {
      partial: true,
      sink: {
        onContent: (entry, piece) => made.content(entry, piece),
        onContentEnd: (entry) => made.end(entry),
      },
    });
    await made.finish();
    await totals.tell('read');
    await judge(process, report, scan.error, scan.entryCount);
    await made.tellMissing();
  } catch (error) {
    await fatal(process, setup, error, reading);
  } finally {
    input.close();
  }
}

async function openInput(process: Process, { archive }: TarSetup) {
  if (archive === '-') {
    const file = process.file(0);
    if (file.isTerminal) throw new TarFailure('Refusing to read archive contents from terminal (missing -f option?)');
    return { file, close: () => undefined };
  }
  try {
    const file: OpenFile = await open(process, archive, O_RDONLY);
    return { file, close: () => file.close() };
  } catch (error) {
    const cause = causeOf(error);
    throw new TarFailure(
      process.flavour === 'gnu' ? `${archive}: Cannot open: ${cause}` : `can't open '${archive}': ${cause}`,
    );
  }
}

const WORDS: Readonly<Record<Exclude<Compression, 'none'>, { readonly program: string; readonly option: string }>> = {
  gzip: { program: 'gzip', option: '-z' },
  bzip2: { program: 'bzip2', option: '-j' },
  xz: { program: 'xz', option: '-J' },
  zstd: { program: 'zstd', option: '--zstd' },
};

/** The tar within: undone is what was asked for, or what the first bytes of a file show. */
async function* plainTar(
  process: Process,
  setup: TarSetup,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let headBytes = 0;
  while (headBytes < SNIFF_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    head.push(next.value);
    headBytes += next.value.length;
  }
  const first = joinBytes(head);
  const whole = (async function* () {
    if (headBytes > 0) yield first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  const found = sniffCompression(first);
  const asked = setup.compression;
  if (asked !== undefined && asked !== 'none' && found !== asked) throw new WrongCompression(asked, headBytes === 0);
  if (found !== 'none' && asked === undefined && setup.archive === '-' && process.flavour === 'gnu')
    throw new TarFailure(`Archive is compressed. Use ${WORDS[found].option} option`);
  if (headBytes === 0 && process.flavour === 'gnu') throw new TarError('notTar', 0, 'empty');
  yield* decoded(found, whole);
}

class WrongCompression extends Error {
  override readonly name = 'WrongCompression';
  readonly compression: Exclude<Compression, 'none'>;
  readonly isEmpty: boolean;
  constructor(compression: Exclude<Compression, 'none'>, isEmpty: boolean) {
    super(compression);
    this.compression = compression;
    this.isEmpty = isEmpty;
  }
}

async function judge(process: Process, report: Report, error: TarError | undefined, entries: number): Promise<void> {
  if (!error) return;
  if (process.flavour === 'busybox')
    throw new TarFailure(error.code === 'truncated' ? 'short read' : 'invalid tar magic');
  if (error.code === 'truncated') throw new TarFailure('Unexpected EOF in archive');
  await report.fail(entries === 0 ? 'This does not look like a tar archive' : 'Skipping to next header', 2);
}

/** Says what made reading end. Throws TarFailure. */
async function fatal(
  process: Process,
  { compression }: TarSetup,
  error: unknown,
  reading: Reading | undefined,
): Promise<never> {
  const isGnu = process.flavour === 'gnu';
  if (error instanceof WrongCompression) {
    const { program } = WORDS[error.compression];
    if (!isGnu) throw new TarFailure(error.isEmpty && program === 'bzip2' ? 'short read' : 'invalid magic');
    const words: Record<string, string> = {
      gzip: '\ngzip: stdin: not in gzip format\n',
      bzip2: 'bzip2: (stdin) is not a bzip2 file.\n',
      xz: 'xz: (stdin): File format not recognized\n',
      zstd: 'zstd: /*stdin*\\: unsupported format \n',
    };
    const wordsOfEmpty: Record<string, string> = {
      gzip: '\ngzip: stdin: unexpected end of file\n',
      bzip2:
        '\nbzip2: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.\nbzip2: Input file = (stdin)\n',
      zstd: 'zstd: /*stdin*\\: unexpected end of file \n',
    };
    await process.write(2, (error.isEmpty ? wordsOfEmpty[program] : undefined) ?? words[program] ?? '');
    await childStatus(process, program);
  }
  if (error instanceof TarError) {
    if (!isGnu) throw new TarFailure(error.code === 'truncated' ? 'short read' : 'invalid tar magic');
    if (error.code === 'truncated') throw new TarFailure('Unexpected EOF in archive');
    await process.complain('This does not look like a tar archive');
    await reading?.tellMissing();
    throw new TarFailure('Exiting with failure status due to previous errors', { told: true });
  }
  if (error instanceof CodecError) {
    if (!isGnu) throw new TarFailure(error.code === 'truncated' ? 'short read' : 'corrupted data');
    const cause = error.code === 'truncated' ? 'unexpected end of file' : 'invalid compressed data--format violated';
    await process.write(2, `\ngzip: stdin: ${cause}\n`);
    await process.complain('Unexpected EOF in archive');
    await childStatus(process, compression && compression !== 'none' ? WORDS[compression].program : 'gzip');
  }
  throw error;
}

async function childStatus(process: Process, program: string): Promise<never> {
  await process.complain(`Child returned status ${program === 'bzip2' ? 2 : 1}`);
  throw new TarFailure('');
}

interface Wanted {
  readonly pattern: string;
  readonly matches: (name: string) => boolean;
  isFound: boolean;
  readonly directory: string | undefined;
}

/** The members of an archive as they come. */
class Reading {
  readonly #process: Process;
  readonly #setup: TarSetup;
  readonly #report: Report;
  readonly #isExcluded: Exclusion;
  readonly #wanted: readonly Wanted[];
  readonly #listing: TarListing;
  readonly #unpacker: TarUnpacker;
  #current: TarEntry | undefined;
  #isTaken = false;
  readonly #hasWildcards: boolean;
  #hasWarned = false;
  #out = '';

  constructor(process: Process, setup: TarSetup, report: Report, isExcluded: Exclusion) {
    this.#process = process;
    this.#setup = setup;
    this.#report = report;
    this.#isExcluded = isExcluded;
    const { options } = setup;
    this.#hasWildcards = options.last('wildcards', 'noWildcards') === 'wildcards' || process.flavour === 'busybox';
    this.#wanted = options.operands.map((pattern) => ({
      pattern,
      matches: patternMatcher(pattern, {
        isAnchored: options.last('anchored', 'noAnchored') !== 'noAnchored',
        ignoreCase: options.has('ignoreCase'),
        hasWildcards: this.#hasWildcards,
        matchesSlash: options.last('wildcardsMatchSlash', 'noWildcardsMatchSlash') !== 'noWildcardsMatchSlash',
      }),
      isFound: false,
      directory: undefined,
    }));
    this.#listing = new TarListing(process.flavour, setup.zone, { fullTime: options.has('fullTime') });
    this.#unpacker = new TarUnpacker(process, setup, report);
  }

  async content(entry: TarEntry, piece: Uint8Array): Promise<void> {
    if (this.#current !== entry) await this.#begin(entry);
    if (this.#isTaken && this.#setup.operation === 'extract') await this.#unpacker.content(piece);
  }

  async end(entry: TarEntry): Promise<void> {
    if (this.#current !== entry) await this.#begin(entry);
    if (this.#isTaken && this.#setup.operation === 'extract') await this.#unpacker.end();
    this.#current = undefined;
    if (this.#out.length > 32768) await this.#flush();
    if (this.#process.isDue) await this.#process.pause();
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#unpacker.finish();
  }

  /** Members that were asked for and are not there. */
  async tellMissing(): Promise<void> {
    for (const { pattern, isFound } of this.#wanted) {
      if (isFound) continue;
      const isGnu = this.#process.flavour === 'gnu';
      if (isGnu && /[*?[]/.test(pattern) && !this.#hasWildcards) await this.#warnOfPatterns();
      await this.#report.fail(`${escapedName(pattern)}: ${isGnu ? 'Not found in archive' : 'not found in archive'}`, 2);
    }
  }

  async #warnOfPatterns(): Promise<void> {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    await this.#process.complain('Pattern matching characters used in file names');
    await this.#process.complain(
      'Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning',
    );
  }

  async #begin(entry: TarEntry): Promise<void> {
    this.#current = entry;
    const name = decodeName(entry.name);
    this.#isTaken = this.#isWanted(name);
    if (!this.#isTaken) return;
    const { operation, options } = this.#setup;
    if (operation === 'extract') {
      const target = await this.#unpacker.begin(entry, name);
      this.#isTaken = target !== undefined;
      if (target === undefined) return;
    }
    this.#tell(entry, name);
    // What is unpacked to standard output goes between the names.
    if (operation === 'extract' || options.has('toStdout')) await this.#flush();
  }

  #isWanted(name: string): boolean {
    if (this.#isExcluded(name)) return false;
    if (this.#wanted.length === 0) return true;
    let isWanted = false;
    for (const wanted of this.#wanted) {
      if (!wanted.matches(name)) continue;
      wanted.isFound = true;
      isWanted = true;
    }
    return isWanted;
  }

  #tell(entry: TarEntry, name: string): void {
    const { operation, verbosity, options } = this.#setup;
    const level = verbosity + (operation === 'list' ? 1 : 0);
    if (level === 0) return;
    if (level === 1) {
      const bare =
        this.#process.flavour === 'busybox' && operation === 'extract' ? name.replace(/(?<=.)\/$/, '') : name;
      this.#out += `${escapedName(entry.type === 'directory' && !name.endsWith('/') && operation === 'list' ? `${name}/` : bare, this.#process.flavour)}\n`;
      return;
    }
    const isNumeric = options.has('numericOwner');
    const user = decodeName(entry.userName);
    const group = decodeName(entry.groupName);
    this.#out += this.#listing.line({
      name,
      type: entry.type,
      mode: entry.mode,
      user: isNumeric || user === '' ? String(entry.uid) : user,
      group: isNumeric || group === '' ? String(entry.gid) : group,
      sizeBytes: entry.sizeBytes,
      deviceMajor: entry.deviceMajor,
      deviceMinor: entry.deviceMinor,
      mtimeSec: entry.mtimeSec,
      linkName: decodeName(entry.linkName),
    });
  }

  async #flush(): Promise<void> {
    const out = this.#out;
    this.#out = '';
    if (out === '') return;
    await this.#process.write(this.#setup.options.has('toStdout') ? 2 : 1, out);
  }
}
