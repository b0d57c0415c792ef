import type { Compression } from '../../codec/sniff.ts';
import { decodeName } from '../../bytes/byteName.ts';
import { readFile, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { type Accounts, parseId, readAccounts } from './accounts.ts';
import { causeOf } from './failure.ts';
import { type ModeChange, parseModeChange } from './modeChange.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { parseDate } from './parseDate.ts';
import { quoted } from './quote.ts';
import { compileTransform, type NameTransform } from './tarTransform.ts';
import { type TimeZone, UTC, zoneOf } from './timeZone.ts';

export const TAR_OPTIONS = {
  create: '-c --create',
  extract: '-x --extract --get',
  list: '-t --list',
  append: '-r --append',
  update: '-u --update',
  concatenate: '-A --catenate --concatenate',
  file: '-f --file=ARCHIVE',
  directory: '-C --directory=DIR',
  gzip: '-z --gzip --gunzip --ungzip',
  bzip2: '-j --bzip2',
  xz: '-J --xz',
  zstd: '--zstd',
  autoCompress: '-a --auto-compress',
  noAutoCompress: '--no-auto-compress',
  program: '-I --use-compress-program=PROG',
  verbose: '-v --verbose',
  permissions: '-p --preserve-permissions --same-permissions',
  noPermissions: '--no-same-permissions',
  sameOwner: '--same-owner',
  noSameOwner: '-o --no-same-owner',
  numericOwner: '--numeric-owner',
  dereference: '-h --dereference',
  absoluteNames: '-P --absolute-names',
  exclude: '--exclude=PATTERN',
  excludeFrom: '-X --exclude-from=FILE',
  excludeVcs: '--exclude-vcs',
  anchored: '--anchored',
  noAnchored: '--no-anchored',
  wildcards: '--wildcards',
  noWildcards: '--no-wildcards',
  wildcardsMatchSlash: '--wildcards-match-slash',
  noWildcardsMatchSlash: '--no-wildcards-match-slash',
  ignoreCase: '--ignore-case',
  stripComponents: '--strip-components=NUMBER --strip=NUMBER',
  transform: '--transform=EXPRESSION --xform=EXPRESSION',
  toStdout: '-O --to-stdout',
  keepOld: '-k --keep-old-files',
  skipOld: '--skip-old-files',
  keepNewer: '--keep-newer-files',
  overwrite: '--overwrite',
  // The default.
  overwriteDir: '--overwrite-dir',
  noOverwriteDir: '--no-overwrite-dir',
  unlinkFirst: '-U --unlink-first',
  recursiveUnlink: '--recursive-unlink',
  touch: '-m --touch',
  owner: '--owner=NAME',
  group: '--group=NAME',
  mode: '--mode=CHANGES',
  mtime: '--mtime=DATE',
  clampMtime: '--clamp-mtime',
  sort: '--sort=ORDER',
  format: '-H --format=FORMAT',
  oldArchive: '--old-archive --portability',
  posix: '--posix',
  filesFrom: '-T --files-from=FILE',
  null: '--null',
  noRecursion: '--no-recursion',
  recursion: '--recursion',
  oneFileSystem: '--one-file-system',
  removeFiles: '--remove-files',
  ignoreFailedRead: '--ignore-failed-read',
  blockingFactor: '-b --blocking-factor=BLOCKS',
  xattrs: '--xattrs',
  noXattrs: '--no-xattrs',
  // Files have neither lists of access nor labels here.
  acls: '--acls',
  noAcls: '--no-acls',
  selinux: '--selinux',
  noSelinux: '--no-selinux',
  // No archive is taken for one of another host.
  forceLocal: '--force-local',
  fullTime: '--full-time',
  utc: '--utc',
  totals: '--totals[=SIGNAL]',
  warning: '--warning=KEYWORD',
  // Modes and times of directories are always set at the end.
  delayDirectories: '--delay-directory-restore',
  noDelayDirectories: '--no-delay-directory-restore',
  newer: '-N --newer=DATE --after-date=DATE',
  newerMtime: '--newer-mtime=DATE',
} as const;

export const TAR_NOT_SIMULATED =
  '-S --sparse -i --ignore-zeros --quoting-style=STYLE --exclude-caches -d --diff --compare --delete --test-label -g --listed-incremental=FILE -G --incremental -M --multi-volume -L --tape-length=N -Z --compress --uncompress --lzma --lzip --lzop -l --check-links -w --interactive --confirmation -W --verify --checkpoint[=N] --checkpoint-action=ACTION -n --seek -K --starting-file=NAME -V --label=TEXT --one-top-level[=DIR] --backup[=CONTROL] --suffix=STRING --occurrence[=N] --to-command=COMMAND --record-size=N --show-transformed-names --atime-preserve[=METHOD] --pax-option=KEYWORDS --no-seek --hard-dereference --owner-map=FILE --group-map=FILE -R --block-number -B --read-full-records -s --preserve-order --same-order --index-file=FILE --rmt-command=COMMAND --rsh-command=COMMAND --volno-file=FILE -F --info-script=NAME --new-volume-script=NAME --set-mtime-command=COMMAND --exclude-backups --exclude-vcs-ignores --exclude-tag=FILE --exclude-ignore=FILE --keep-directory-symlink --add-file=FILE --verbatim-files-from --no-verbatim-files-from --no-null --unquote --no-unquote --quote-chars=S --no-quote-chars=S --level=N --xattrs-include=MASK --xattrs-exclude=MASK --sparse-version=V --hole-detection=T';

export type TarOption = keyof typeof TAR_OPTIONS;
export type TarParsed = ParsedOptions<TarOption>;

/** Letters of the old form (`tar xzf FILE`) whose arguments follow the word, in order. */
const WITH_ARGUMENT = 'fCbITXNHgKLVF';

/** `tar xzf a.tgz` as `tar -x -z -f a.tgz`. */
export function rewriteOldForm(arguments_: readonly string[]): readonly string[] {
  const [first, ...rest] = arguments_;
  if (first === undefined || first.startsWith('-') || first === '') return arguments_;
  const options: string[] = [];
  let at = 0;
  for (const letter of first) {
    options.push(`-${letter}`);
    if (!WITH_ARGUMENT.includes(letter)) continue;
    const argument = rest[at];
    if (argument === undefined) throw new UsageError('argument', `Old option '${letter}' requires an argument.`);
    options.push(argument);
    at++;
  }
  return [...options, ...rest.slice(at)];
}

export type TarOperation = 'create' | 'extract' | 'list' | 'append' | 'update' | 'concatenate';

/** What is to be done, with everything that the options say. */
export interface TarSetup {
  readonly options: TarParsed;
  readonly operation: TarOperation;
  /** `-` for standard input or output. */
  readonly archive: string;
  readonly compression: Compression | undefined;
  readonly accounts: Accounts;
  readonly verbosity: number;
  readonly stripComponents: number;
  readonly transforms: readonly NameTransform[];
  readonly owner: OwnerChoice | undefined;
  readonly group: OwnerChoice | undefined;
  readonly mode: ModeChange | undefined;
  readonly mtime: { readonly sec: number; readonly nsec: number } | undefined;
  readonly newerThan: { readonly sec: number; readonly nsec: number } | undefined;
  /** For dates that are shown. */
  readonly zone: TimeZone;
  /** Whether a warning of that keyword is told. */
  readonly warns: (keyword: string) => boolean;
  readonly format: 'gnu' | 'pax' | 'ustar';
  /** Directory that `-C` sets, from its operand on. */
  readonly directories: readonly { readonly operandsBefore: number; readonly path: string }[];
}

export interface OwnerChoice {
  readonly name: string;
  readonly id: number;
}

/** Throws UsageError. */
export async function tarSetup(process: Process, options: TarParsed): Promise<TarSetup> {
  const isGnu = process.flavour === 'gnu';
  const operations = ['create', 'extract', 'list', 'append', 'update', 'concatenate'] as const;
  const wanted = operations.filter((operation) => options.has(operation));
  if (wanted.length > 1)
    throw new UsageError(
      'operand',
      "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option",
    );
  const [operation] = wanted;
  if (operation === undefined)
    throw new UsageError(
      'operand',
      isGnu ? "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options" : '',
    );
  const archive = options.value('file') ?? process.env.get('TAPE') ?? '-';
  const accounts = await readAccounts(process);
  const mode = options.value('mode');
  const change = mode === undefined ? undefined : parseModeChange(mode);
  if (mode !== undefined && !change) throw new UsageError('operand', `Invalid mode given on option`, { bare: true });
  return {
    options,
    operation,
    archive,
    compression: compressionOf(options, archive, operation),
    accounts,
    verbosity: options.count('verbose'),
    stripComponents: countOf(options.value('stripComponents')),
    transforms: options.values('transform').map(compileTransform),
    owner: ownerOf(
      options.value('owner'),
      (name) => accounts.uidOf(name),
      (id) => accounts.userName(id),
    ),
    group: ownerOf(
      options.value('group'),
      (name) => accounts.gidOf(name),
      (id) => accounts.groupName(id),
    ),
    mode: change,
    mtime: dateOf(process, options.value('mtime')),
    newerThan: dateOf(process, options.value('newer') ?? options.value('newerMtime')),
    format: formatOf(options),
    zone: options.has('utc') ? UTC : zoneOf(process),
    warns: warningsOf(options),
    directories: options.given.flatMap(({ name, value, operandsBefore }) =>
      name === 'directory' && value !== undefined ? [{ operandsBefore, path: value }] : [],
    ),
  };
}

function countOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError('argument', `${text}: Invalid number of elements`, { bare: true });
}

const SUFFIXES: readonly (readonly [RegExp, Compression])[] = [
  [/\.(gz|tgz|taz)$/, 'gzip'],
  [/\.(bz2|tbz2?|tz2)$/, 'bzip2'],
  [/\.(xz|txz)$/, 'xz'],
  [/\.(zst|tzst)$/, 'zstd'],
];
const PROGRAMS: Readonly<Record<string, Compression>> = {
  gzip: 'gzip',
  pigz: 'gzip',
  bzip2: 'bzip2',
  pbzip2: 'bzip2',
  lbzip2: 'bzip2',
  xz: 'xz',
  pixz: 'xz',
  zstd: 'zstd',
  zstdmt: 'zstd',
};

function compressionOf(options: TarParsed, archive: string, operation: TarOperation): Compression | undefined {
  const last = options.last('gzip', 'bzip2', 'xz', 'zstd', 'program', 'autoCompress', 'noAutoCompress');
  if (last === 'program') {
    const program = (options.value('program') ?? '').trim().split(/\s+/)[0] ?? '';
    const known = PROGRAMS[program.slice(program.lastIndexOf('/') + 1)];
    if (!known) throw new UsageError('notSimulated', `option '-I ${program}' is not simulated`);
    return known;
  }
  if (last !== undefined && last !== 'autoCompress' && last !== 'noAutoCompress') return last;
  if (last === 'autoCompress' && operation === 'create')
    return SUFFIXES.find(([pattern]) => pattern.test(archive))?.[1];
  return undefined;
}

function ownerOf(
  text: string | undefined,
  idOf: (name: string) => number | undefined,
  nameOf: (id: number) => string | undefined,
): OwnerChoice | undefined {
  if (text === undefined) return undefined;
  const [name = '', id] = text.split(':');
  if (id !== undefined && parseId(id) === undefined)
    throw new UsageError('argument', `${id}: Invalid owner or group ID`, { bare: true });
  const number = id === undefined ? idOf(name) : parseId(id);
  if (number === undefined) throw new UsageError('argument', `${quoted(text)}: Invalid owner`, { bare: true });
  if (id !== undefined) return { name, id: number };
  const isNumber = parseId(name) !== undefined && nameOf(number) === undefined;
  return { name: isNumber ? '' : (nameOf(number) ?? name), id: number };
}

/** A date, or the time of a file whose name begins with `/` or `.`. */
function dateOf(process: Process, text: string | undefined) {
  if (text === undefined) return undefined;
  if (/^[/.]/.test(text)) {
    try {
      return stat(process, text).mtime;
    } catch (error) {
      throw new UsageError('argument', `${text}: Cannot stat: ${causeOf(error)}`, { bare: true });
    }
  }
  const date = parseDate(text, { now: process.kernel.clock.now(), zone: zoneOf(process) });
  if (!date) throw new UsageError('argument', `Unknown date format ${quoted(text)}`, { bare: true });
  return date;
}

const WARNINGS = new Set(
  'alone-zero-block bad-dumpdir cachedir contiguous-cast decompress-program existing-file failed-read file-changed file-ignored file-removed file-shrank file-unchanged filename-with-nuls ignore-archive ignore-newer missing-zero-blocks new-directory record-size rename-directory symlink-cast timestamp unknown-cast unknown-keyword verbose xattr-write xdev'.split(
    ' ',
  ),
);

function warningsOf(options: TarParsed): (keyword: string) => boolean {
  const off = new Set<string>();
  for (const word of options.values('warning')) {
    const name = word.replace(/^no-/, '');
    if (word === 'all') off.clear();
    else if (word === 'none') for (const one of WARNINGS) off.add(one);
    else if (!WARNINGS.has(name))
      throw new UsageError('argument', `invalid argument ${quoted(word)} for ${quoted('--warning')}`, { bare: true });
    else if (name === word) off.delete(name);
    else off.add(name);
  }
  return (keyword) => !off.has(keyword);
}

function formatOf(options: TarParsed): 'gnu' | 'pax' | 'ustar' {
  if (options.has('posix')) return 'pax';
  if (options.has('oldArchive')) return 'ustar';
  const format = options.value('format') ?? 'gnu';
  switch (format) {
    case 'gnu':
    case 'oldgnu':
      return 'gnu';
    case 'pax':
    case 'posix':
      return 'pax';
    case 'ustar':
    case 'v7':
      return 'ustar';
    default:
      throw new UsageError('argument', `Invalid archive format: '${format}'`, { bare: true });
  }
}

/** Lines of a file that holds names or patterns; `-` is standard input. */
export async function listedLines(process: Process, path: string, separator: string): Promise<string[]> {
  const bytes = path === '-' ? await process.readAll(0) : await readFile(process, path);
  return decodeName(bytes)
    .split(separator)
    .filter((line) => line !== '');
}
