import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { Compressor, type CompressorForm } from './compressor.ts';
import { utility } from './utility.ts';

/** Levels change nothing: there is one. */
const OPTIONS = {
  stdout: '-c --stdout --to-stdout',
  decompress: '-d --decompress --uncompress',
  compress: '-z --compress',
  force: '-f --force',
  keep: '-k --keep',
  quiet: '-q --quiet',
  test: '-t --test',
  verbose: '-v --verbose',
  threads: '-T --threads=NUM',
  extreme: '-e --extreme',
  suffix: '-S --suffix=.SUF',
  level: '-0 -1 -2 -3 -4 -5 -6 -7 -8 -9 --fast --best',
} as const;

/** As xz shows sizes: bytes below 10,000, then 1024 of each unit. */
function sizeText(sizeBytes: number): string {
  if (sizeBytes < 10_000) return `${sizeBytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let size = sizeBytes / 1024;
  while (size > 9999.9 && units.length > 1) {
    size /= 1024;
    units.shift();
  }
  return `${size.toFixed(1)} ${units[0]}`;
}

function formOf({ name, flavour }: Process): CompressorForm {
  const isGnu = flavour === 'gnu';
  const at = (path: string | undefined) => path ?? '(stdin)';
  return {
    compression: 'xz',
    suffixes: [
      ['.xz', ''],
      ['.txz', '.tar'],
    ],
    warningStatus: isGnu ? 2 : 1,
    keepsInput: false,
    doneText: (_mode, path, { plainBytes, packedBytes }) => {
      const ratio = packedBytes / plainBytes;
      const shown = ratio > 9.999 || plainBytes === 0 ? ' > 9.999' : ` = ${ratio.toFixed(3)}`;
      return `${at(path)}: ${sizeText(packedBytes)} / ${sizeText(plainBytes)}${shown}`;
    },
    words: {
      missing: (path, cause) => `${name}: ${path}: ${cause}`,
      directory: (path) => `${name}: ${path}: Is a directory, skipping`,
      hasSuffix: (path, suffix) => `${name}: ${path}: File already has \`${suffix}' suffix, skipping`,
      unknownSuffix: (path) =>
        isGnu
          ? `${name}: ${path}: Filename has an unknown suffix, skipping`
          : `${name}: ${path}: unknown suffix - ignored`,
      exists: (path) => (isGnu ? `${name}: ${path}: File exists` : `${name}: can't open '${path}': File exists`),
      wrongFormat: (path) => (isGnu ? `${name}: ${at(path)}: File format not recognized` : `${name}: invalid magic`),
      truncated: (path) =>
        isGnu ? `${name}: ${at(path)}: Unexpected end of input` : `${name}: unexpected end of file`,
      corrupt: (path) => (isGnu ? `${name}: ${at(path)}: Compressed data is corrupt` : `${name}: corrupted data`),
      terminal: () =>
        `${name}: Compressed data cannot be written to a terminal\n${name}: Try \`${name} --help' for more information.`,
    },
  };
}

function program(role: 'xz' | 'unxz' | 'xzcat'): Program {
  return utility(
    {
      options: OPTIONS,
      notSimulated: '-l --list -F --format=FMT -C --check=CHECK -M --memlimit=LIMIT',
      usage: '[OPTION]... [FILE]...',
      version: '(XZ Utils) 5.4.1',
    },
    (process, options) => {
      const mode = options.last('decompress', 'compress') ?? (role === 'xz' ? 'compress' : 'decompress');
      return new Compressor(process, formOf(process), {
        mode: options.has('test') ? 'test' : mode,
        toStdout: options.has('stdout') || role === 'xzcat',
        keep: options.has('keep'),
        force: options.has('force'),
        recursive: false,
        verbose: options.has('verbose') && process.flavour === 'gnu',
        quiet: options.has('quiet'),
        level: 6,
        suffix: options.value('suffix'),
        withName: false,
        output: undefined,
      }).run(options.operands);
    },
  );
}

export const xz = program('xz');
export const unxz = program('unxz');
export const xzcat = program('xzcat');
