import { decodeName } from '../../bytes/byteName.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { chdir, open, readFile } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { CPIO_FORMATS, CpioFailure, type CpioFormat } from './cpioEntry.ts';
import { CpioExtractor, type CpioTaking } from './cpioExtract.ts';
import { CpioPass } from './cpioPass.ts';
import { CpioPlace } from './cpioPlace.ts';
import { scanCpio } from './cpioScan.ts';
import { CpioWriter } from './cpioCreate.ts';
import { causeOf } from './failure.ts';
import { globMatcher } from './globMatch.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { Report } from './report.ts';
import { LineReader, TextInput } from './textInput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  extract: '-i --extract',
  create: '-o --create',
  pass: '-p --pass-through',
  list: '-t --list',
  format: '-H --format=FORMAT',
  oldFormat: '-c',
  file: '-F --file=FILE-NAME',
  inputFile: '-I=FILE-NAME',
  outputFile: '-O=FILE-NAME',
  directory: '-D --directory=DIR',
  directories: '-d --make-directories',
  times: '-m --preserve-modification-time',
  unconditional: '-u --unconditional',
  verbose: '-v --verbose',
  dots: '-V --dot',
  null: '-0 --null',
  quiet: '--quiet',
  owner: '-R --owner=[USER][:.][GROUP]',
  noOwner: '--no-preserve-owner',
  dereference: '-L --dereference',
  link: '-l --link',
  nonMatching: '-f --nonmatching',
  patternFile: '-E --pattern-file=FILE',
  numeric: '-n --numeric-uid-gid',
  stdout: '--to-stdout',
  verify: '--only-verify-crc',
  block5120: '-B',
  blockSize: '--block-size=BLOCK-SIZE',
  ioSize: '-C --io-size=NUMBER',
  accessTime: '-a --reset-access-time',
  absolute: '--absolute-filenames',
  noAbsolute: '--no-absolute-filenames',
  renumber: '--renumber-inodes',
  ignoreDevice: '--ignore-devno',
  reproducible: '--reproducible --device-independent',
} as const;
type Name = keyof typeof OPTIONS;
type Options = ParsedOptions<Name>;

/** Busybox's options; the others are none of its. */
const BUSYBOX_NAMES = [
  ...['extract', 'create', 'list', 'format', 'file', 'directories', 'times', 'unconditional', 'verbose', 'null'],
  ...['quiet', 'owner', 'dereference', 'renumber', 'ignoreDevice', 'stdout'],
];
const BUSYBOX_OPTIONS = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, spellings]) => [
    name,
    !BUSYBOX_NAMES.includes(name)
      ? ''
      : /^--/.test(spellings)
        ? spellings
        : spellings.replace(/ --[a-z-]+(?==|$)/g, ''),
  ]),
) as Record<Name, string>;

const BLOCK_BYTES = 512;

/** cpio(1), GNU's 2.13 and busybox's. */
export const cpio: Program = utility(
  {
    usage: '[OPTION...] [destination-directory]',
    options: OPTIONS,
    notSimulated:
      '-A --append -b --swap -s --swap-bytes -S --swap-halfwords -r --rename -M --message=STRING -W --warning=FLAG --sparse --force-local --rsh-command=COMMAND --usage',
    busybox: { options: BUSYBOX_OPTIONS },
    usageStatus: 2,
    version: '(GNU cpio) 2.13',
    helpHint: "Try 'cpio --help' or 'cpio --usage' for more information.",
  },
  async (process, options) => {
    const report = new Report(process);
    try {
      const blocks = await run(process, options, report);
      if (options.has('dots')) await process.write(2, '\n');
      if (!options.has('quiet') && blocks !== undefined)
        await process.write(2, `${blocks} block${blocks === 1 ? '' : 's'}\n`);
    } catch (error) {
      if (!(error instanceof CpioFailure)) throw error;
      if (error.message !== '') await process.complain(error.message);
      if (process.flavour === 'busybox') return error.message === '' ? 0 : 1;
      return 2;
    }
    return report.status;
  },
);

async function run(process: Process, options: Options, report: Report): Promise<number | undefined> {
  const modes = (['extract', 'create', 'pass'] as const).filter((mode) => options.has(mode));
  if (modes.length > 1) throw usage('Mode already defined');
  const mode = modes[0] ?? (options.has('list') ? 'extract' : undefined);
  if (mode === undefined) {
    if (process.flavour === 'busybox') throw new UsageError('operand', '');
    throw usage('You must specify one of -oipt options.');
  }
  if (mode === 'create' && options.operands.length > 0) throw usage('Too many arguments');
  if (mode === 'pass' && options.operands.length !== 1)
    throw usage(options.operands.length > 1 ? 'Too many arguments' : 'Not enough arguments');
  const accounts = await readAccounts(process);
  if (mode === 'create') {
    const blocks = await create(process, options, report, accounts);
    return process.flavour === 'busybox' ? undefined : blocks;
  }
  const owner = ownerOf(process, options, accounts);
  const place = new CpioPlace(process, report, {
    makesDirectories: options.has('directories'),
    keepsTimes: options.has('times'),
    isUnconditional: options.has('unconditional'),
    owner: options.has('noOwner') ? 'asIs' : owner,
  });
  return mode === 'pass'
    ? pass(process, options, report, place)
    : extract(process, options, report, { place, accounts });
}

function usage(words: string): UsageError {
  return new UsageError('operand', words);
}

async function extract(
  process: Process,
  options: Options,
  report: Report,
  { place, accounts }: { readonly place: CpioPlace; readonly accounts: Accounts },
): Promise<number> {
  const mode = options.has('list')
    ? 'list'
    : options.has('verify')
      ? 'verify'
      : options.has('stdout')
        ? 'stdout'
        : 'files';
  const taking: CpioTaking = {
    mode,
    matches: await matcherOf(process, options),
    isVerbose: options.has('verbose'),
    showsDots: options.has('dots'),
    stripsNames: options.last('absolute', 'noAbsolute') === 'noAbsolute',
    accounts: options.has('numeric') ? undefined : accounts,
  };
  const extractor = new CpioExtractor(process, report, taking, place);
  const path = options.value('inputFile') ?? options.value('file');
  const file = path === undefined ? process.file(0) : await openArchive(process, path, O_RDONLY);
  try {
    changeDirectory(process, options);
    const sizeBytes = await scanCpio(process, file, extractor);
    await extractor.finish();
    return Math.ceil(sizeBytes / blockBytesOf(options));
  } finally {
    if (path !== undefined) file.close();
  }
}

async function matcherOf(process: Process, options: Options): Promise<(name: string) => boolean> {
  const patterns = [...options.operands];
  for (const path of options.values('patternFile')) {
    const text = decodeName(await readNamed(process, path));
    patterns.push(...text.split('\n').filter((line) => line !== ''));
  }
  if (patterns.length === 0) return () => true;
  const matchers = patterns.map((pattern) => globMatcher(pattern));
  const wanted = !options.has('nonMatching');
  return (name) => matchers.some((matches) => matches(name)) === wanted;
}

async function readNamed(process: Process, path: string): Promise<Uint8Array> {
  try {
    return await readFile(process, path);
  } catch (error) {
    throw new CpioFailure(`${path}: Cannot open: ${causeOf(error)}`);
  }
}

async function create(process: Process, options: Options, report: Report, accounts: Accounts): Promise<number> {
  const format = formatOf(process, options);
  const isReproducible = options.has('reproducible');
  const owner = ownerOf(process, options, accounts);
  const path = options.value('outputFile') ?? options.value('file');
  const file = path === undefined ? process.file(1) : await openArchive(process, path, O_WRONLY | O_CREAT | O_TRUNC);
  try {
    changeDirectory(process, options);
    const writer = new CpioWriter(
      process,
      report,
      {
        format,
        blockBytes: blockBytesOf(options),
        isVerbose: options.has('verbose'),
        showsDots: options.has('dots'),
        followsLinks: options.has('dereference'),
        stripsNames: options.last('absolute', 'noAbsolute') === 'noAbsolute',
        renumbersInodes: isReproducible || options.has('renumber'),
        ignoresDevices: isReproducible || options.has('ignoreDevice'),
        restoresAccessTimes: options.has('accessTime'),
        owner,
        accounts,
      },
      file,
    );
    await eachName(process, options, (name) => writer.add(name));
    return Math.ceil((await writer.finish()) / blockBytesOf(options));
  } finally {
    if (path !== undefined) file.close();
  }
}

async function pass(process: Process, options: Options, report: Report, place: CpioPlace): Promise<number> {
  changeDirectory(process, options);
  const passage = new CpioPass(
    process,
    report,
    {
      directory: options.operands[0] as string,
      isVerbose: options.has('verbose'),
      showsDots: options.has('dots'),
      followsLinks: options.has('dereference'),
      links: options.has('link'),
    },
    place,
  );
  await eachName(process, options, (name) => passage.add(name));
  return Math.ceil(passage.copiedBytes / blockBytesOf(options));
}

async function eachName(process: Process, options: Options, body: (name: string) => Promise<void>): Promise<void> {
  const input = new TextInput(process, '-', undefined);
  const lines = new LineReader(input, options.has('null') ? { delimiter: 0 } : {});
  for (let name = await lines.next(); name !== undefined; name = await lines.next()) {
    if (name === '') await process.complain('blank line ignored');
    else await body(name);
    if (process.isDue) await process.pause();
  }
}

function formatOf(process: Process, options: Options): CpioFormat {
  const name = options.value('format');
  if (process.flavour === 'busybox') {
    if (name !== 'newc') throw new UsageError('operand', '');
    return 'newc';
  }
  const known = CPIO_FORMATS.find((format) => format === name || format.toUpperCase() === name);
  if (name !== undefined && !known)
    throw usage(
      `invalid archive format \`${name}'; valid formats are:\n${CPIO_FORMATS.join(' ')} (all-caps also recognized)`,
    );
  return known ?? (options.has('oldFormat') ? 'odc' : 'bin');
}

function blockBytesOf(options: Options): number {
  const last = options.last('block5120', 'blockSize', 'ioSize');
  if (last === undefined) return BLOCK_BYTES;
  if (last === 'block5120') return 5120;
  const text = options.value(last) ?? '';
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text) || count === 0) throw usage('invalid block size');
  return last === 'blockSize' ? count * BLOCK_BYTES : count;
}

function ownerOf(process: Process, options: Options, accounts: Accounts) {
  const text = options.value('owner');
  if (text === undefined) return { uid: undefined, gid: undefined };
  const [, user = '', separator = '', group = ''] = /^([^:.]*)([:.]?)(.*)$/s.exec(text) as RegExpExecArray;
  const uid = user === '' ? undefined : accounts.uidOf(user);
  if (user !== '' && uid === undefined)
    throw process.flavour === 'gnu' ? usage(`${text}: invalid user`) : new CpioFailure(`unknown user ${user}`);
  // A separator alone asks for the user's own group.
  const own = accounts.user(user)?.gid;
  const gid = group !== '' ? accounts.gidOf(group) : separator === '' ? undefined : own;
  if (group !== '' && gid === undefined)
    throw process.flavour === 'gnu' ? usage(`${text}: invalid group`) : new CpioFailure(`unknown group ${group}`);
  return { uid, gid };
}

function changeDirectory(process: Process, options: Options): void {
  const path = options.value('directory');
  if (path === undefined) return;
  try {
    chdir(process, path);
  } catch (error) {
    throw new CpioFailure(`cannot change to directory \`${path}': ${causeOf(error)}`);
  }
}

async function openArchive(process: Process, path: string, flags: number): Promise<OpenFile> {
  try {
    return await open(process, path, flags);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const words = process.flavour === 'gnu' ? `Cannot open ${path}: ` : `can't open '${path}': `;
    throw new CpioFailure(words + causeOf(error));
  }
}
