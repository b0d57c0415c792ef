import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { LEVEL_OPTIONS, levelOf } from './compressionLevel.ts';
import { Compressor, type CompressorForm } from './compressor.ts';
import { gzipList } from './gzipList.ts';
import type { ParsedOptions } from './options.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  ascii: '-a --ascii',
  stdout: '-c --stdout --to-stdout',
  decompress: '-d --decompress --uncompress',
  force: '-f --force',
  help: '-h --help',
  keep: '-k --keep',
  list: '-l --list',
  noName: '-n --no-name',
  withName: '-N --name',
  quiet: '-q --quiet --silent',
  recursive: '-r --recursive',
  suffix: '-S --suffix=SUF',
  synchronous: '--synchronous',
  test: '-t --test',
  verbose: '-v --verbose',
  ...LEVEL_OPTIONS,
} as const;

type GzipOption = keyof typeof OPTIONS;

function formOf(process: Process): CompressorForm {
  // gunzip and zcat are scripts around it.
  const name = process.flavour === 'gnu' ? 'gzip' : process.name;
  const at = (path: string | undefined) => path ?? 'stdin';
  const isGnu = process.flavour === 'gnu';
  return {
    compression: 'gzip',
    suffixes: [
      ['.gz', ''],
      ['.tgz', '.tar'],
      ['.taz', '.tar'],
      ['-gz', ''],
    ],
    warningStatus: isGnu ? 2 : 1,
    keepsInput: false,
    words: {
      missing: (path, cause) => `${name}: ${path}: ${cause}`,
      directory: (path) => (isGnu ? `${name}: ${path} is a directory -- ignored` : `${name}: ${path}: is a directory`),
      hasSuffix: (path, suffix) => `${name}: ${path} already has ${suffix} suffix -- unchanged`,
      unknownSuffix: (path) =>
        isGnu ? `${name}: ${path}: unknown suffix -- ignored` : `${name}: ${path}: unknown suffix - ignored`,
      exists: (path) =>
        isGnu ? `${name}: ${path} already exists;\tnot overwritten` : `${name}: can't open '${path}': File exists`,
      wrongFormat: (path) => (isGnu ? `\n${name}: ${at(path)}: not in gzip format` : `${name}: invalid magic`),
      truncated: (path) =>
        isGnu ? `\n${name}: ${at(path)}: unexpected end of file` : `${name}: unexpected end of file`,
      corrupt: (path, message) =>
        isGnu
          ? `\n${name}: ${at(path)}: ${/crc|checksum/i.test(message) ? 'invalid compressed data--crc error' : 'invalid compressed data--format violated'}`
          : `${name}: corrupted data`,
      terminal: () =>
        `${name}: compressed data not written to a terminal. Use -f to force compression.\nFor help, type: ${name} -h`,
    },
  };
}

async function run(
  process: Process,
  options: ParsedOptions<GzipOption>,
  role: 'gzip' | 'gunzip' | 'zcat',
): Promise<number> {
  if (options.has('help')) {
    await process.print(`Usage: ${process.name} [OPTION]... [FILE]...\n`);
    return 0;
  }
  if (options.has('list')) return gzipList(process, options.operands, { quiet: options.has('quiet') });
  const isReading = role !== 'gzip' || options.has('decompress');
  const isGnu = process.flavour === 'gnu';
  return new Compressor(process, formOf(process), {
    mode: options.has('test') ? 'test' : isReading ? 'decompress' : 'compress',
    toStdout: options.has('stdout') || role === 'zcat',
    keep: options.has('keep'),
    force: options.has('force'),
    recursive: options.has('recursive'),
    verbose: options.has('verbose'),
    quiet: options.has('quiet'),
    level: levelOf(options, 6),
    suffix: options.value('suffix'),
    withName: isGnu && options.last('noName', 'withName') !== 'noName',
    output: undefined,
  }).run(options.operands);
}

function program(role: 'gzip' | 'gunzip' | 'zcat'): Program {
  return utility(
    {
      options: OPTIONS,
      usage: '[OPTION]... [FILE]...',
      notSimulated: '--rsyncable',
      version: '1.12',
      helpHint: "Try `gzip --help' for more information.",
    },
    (process, options) => run(process, options, role),
  );
}

export const gzip = program('gzip');
export const gunzip = program('gunzip');
export const zcat = program('zcat');
