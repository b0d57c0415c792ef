import { encodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { LEVEL_OPTIONS, levelOf } from './compressionLevel.ts';
import { Compressor, type CompressorForm, type DoneText } from './compressor.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  stdout: '-c --stdout',
  decompress: '-d --decompress',
  compress: '-z --compress',
  force: '-f --force',
  keep: '-k --keep',
  quiet: '-q --quiet',
  small: '-s --small',
  test: '-t --test',
  verbose: '-v --verbose',
  ...LEVEL_OPTIONS,
} as const;

/** Columns that a name has at least. */
const NAME_COLUMNS = 7;

/** Names fill as many columns as the longest of them. */
function doneTextFor(operands: readonly string[]): DoneText {
  const columns = Math.max(NAME_COLUMNS, ...operands.map((operand) => encodeName(operand).length));
  return (mode, path, { plainBytes, packedBytes }) => {
    const head = `  ${`${path ?? '(stdin)'}: `.padEnd(columns + 2)}`;
    if (mode !== 'compress') return `${head}${mode === 'test' ? 'ok' : 'done'}`;
    if (plainBytes === 0) return `${head} no data compressed.`;
    const share = packedBytes / plainBytes;
    const figures = [
      `${(1 / share).toFixed(3).padStart(6)}:1`,
      `${(8 * share).toFixed(3).padStart(6)} bits/byte`,
      `${(100 * (1 - share)).toFixed(2).padStart(5)}% saved`,
      `${plainBytes} in`,
      `${packedBytes} out.`,
    ];
    return head + figures.join(', ');
  };
}

function formOf({ name, flavour }: Process, isTesting: boolean, operands: readonly string[]): CompressorForm {
  const isGnu = flavour === 'gnu';
  const at = (path: string | undefined) => path ?? '(stdin)';
  return {
    compression: 'bzip2',
    suffixes: [
      ['.bz2', ''],
      ['.bz', ''],
      ['.tbz2', '.tar'],
      ['.tbz', '.tar'],
    ],
    warningStatus: 1,
    keepsInput: false,
    doneText: isGnu ? doneTextFor(operands) : undefined,
    wrongFormatStatus: isGnu ? 2 : 1,
    words: {
      missing: (path, cause) =>
        isGnu
          ? `${name}: Can't open input${isTesting ? '' : ' file'} ${path}: ${cause}.`
          : `${name}: ${path}: ${cause}`,
      directory: (path) => (isGnu ? `${name}: Input file ${path} is a directory.` : `${name}: ${path}: is a directory`),
      hasSuffix: (path, suffix) =>
        isGnu
          ? `${name}: Input file ${path} already has ${suffix} suffix.`
          : `${name}: ${path}: already has .bz2 suffix`,
      unknownSuffix: (path) =>
        isGnu
          ? `${name}: Can't guess original name for ${path} -- using ${path}.out`
          : `${name}: ${path}: unknown suffix - ignored`,
      exists: (path) =>
        isGnu ? `${name}: Output file ${path} already exists.` : `${name}: can't open '${path}': File exists`,
      wrongFormat: (path) => (isGnu ? `${name}: ${at(path)} is not a bzip2 file.` : `${name}: invalid magic`),
      truncated: (path) =>
        isGnu
          ? `\n${name}: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.\n${name}: Input file = ${at(path)}`
          : `${name}: unexpected end of file`,
      corrupt: (path) =>
        isGnu
          ? `\n${name}: Data integrity error when decompressing.\n\tInput file = ${at(path)}, output file = (stdout)`
          : `${name}: corrupted data`,
      terminal: () =>
        `${name}: I won't write compressed data to a terminal.\n${name}: For help, type: \`${name} --help'.`,
    },
  };
}

function program(role: 'bzip2' | 'bunzip2' | 'bzcat'): Program {
  return utility(
    { options: OPTIONS, usage: '[flags and input files in any order]', version: '1.0.8' },
    (process, options) => {
      const isReading = options.last('decompress', 'compress') ?? (role === 'bzip2' ? 'compress' : 'decompress');
      return new Compressor(process, formOf(process, options.has('test'), options.operands), {
        mode: options.has('test') ? 'test' : isReading,
        toStdout: options.has('stdout') || role === 'bzcat',
        keep: options.has('keep'),
        force: options.has('force'),
        recursive: false,
        verbose: options.has('verbose'),
        quiet: options.has('quiet'),
        level: levelOf(options, 9),
        suffix: undefined,
        withName: false,
        output: undefined,
      }).run(options.operands);
    },
  );
}

export const bzip2 = program('bzip2');
export const bunzip2 = program('bunzip2');
export const bzcat = program('bzcat');
