import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { Compressor, type CompressorForm } from './compressor.ts';
import { utility } from './utility.ts';

/** Levels change nothing that shows: what is compressed is stored. */
const OPTIONS = {
  stdout: '-c --stdout',
  decompress: '-d --decompress --uncompress',
  compress: '-z --compress',
  force: '-f --force',
  keep: '-k --keep',
  remove: '--rm',
  output: '-o=FILE',
  quiet: '-q --quiet',
  test: '-t --test',
  threads: '-T --threads=NUM',
  ultra: '--ultra',
  fast: '--fast[=NUM]',
  recursive: '-r',
  noProgress: '--no-progress',
  level: '-0 -1 -2 -3 -4 -5 -6 -7 -8 -9',
} as const;

function formOf({ name }: Process): CompressorForm {
  const at = (path: string | undefined) => path ?? '/*stdin*\\';
  return {
    compression: 'zstd',
    suffixes: [
      ['.zst', ''],
      ['.tzst', '.tar'],
    ],
    warningStatus: 1,
    keepsInput: true,
    words: {
      missing: (path, cause) => `${name}: can't stat ${path} : ${cause} -- ignored `,
      directory: (path) => `${name}: ${path} is a directory -- ignored `,
      hasSuffix: (path) => `File ${path} already has a compressed extension -- ignored`,
      unknownSuffix: (path) =>
        `${name}: ${path}: unknown suffix (.zst/.tzst expected). Can't derive the output file name. Specify it with -o dstFileName. Ignoring.`,
      exists: (path) => `${name}: ${path} already exists; not overwritten  `,
      wrongFormat: (path) => `${name}: ${at(path)}: unsupported format `,
      truncated: (path) => `${at(path)} : Read error (39) : premature end `,
      corrupt: (path) => `${at(path)} : Decoding error (36) : Data corruption detected `,
      terminal: () => `${name}: stdout is a console, aborting`,
    },
  };
}

function program(role: 'zstd' | 'unzstd' | 'zstdcat'): Program {
  return utility(
    {
      options: OPTIONS,
      notSimulated:
        '-v --verbose -D=DICT --train -b -l --list --long[=N] --adapt --stream-size=N --patch-from=FILE --format=FORMAT',
      usage: '[OPTION]... [FILE]...',
      version: 'v1.5.4',
    },
    async (process, options) => {
      const mode = options.last('decompress', 'compress') ?? (role === 'zstd' ? 'compress' : 'decompress');
      const form = { ...formOf(process), keepsInput: !options.has('remove') };
      return new Compressor(process, form, {
        mode: options.has('test') ? 'test' : mode,
        toStdout: options.has('stdout') || role === 'zstdcat',
        keep: !options.has('remove'),
        force: options.has('force') || role === 'zstdcat',
        recursive: options.has('recursive'),
        verbose: false,
        quiet: options.count('quiet') > 1,
        level: 6,
        suffix: undefined,
        withName: false,
        output: options.value('output'),
      }).run(options.operands);
    },
  );
}

export const zstd = program('zstd');
export const unzstd = program('unzstd');
export const zstdcat = program('zstdcat');
