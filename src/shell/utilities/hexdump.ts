import { ESCAPE_LETTERS } from '../escapeLetters.ts';
import type { Program } from '../kernel/program.ts';
import { DumpLines, dumpSize, dumpStretch } from './dumpLines.ts';
import { UsageError } from './options.ts';
import { utility } from './utility.ts';

const LINE_BYTES = 16;

const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  ...ESCAPE_LETTERS,
};

/** How a line of sixteen bytes is shown. */
const SHAPES = {
  canonical: canonicalLine,
  octal: (bytes: Uint8Array) => [...bytes].map((byte) => ` ${byte.toString(8).padStart(3, '0')}`).join(''),
  characters: (bytes: Uint8Array) =>
    [...bytes]
      .map(
        (byte) =>
          ` ${(ESCAPES[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))).padStart(3)}`,
      )
      .join(''),
  decimal: (bytes: Uint8Array) => words(bytes, (word) => `   ${String(word).padStart(5, '0')}`),
  octalWords: (bytes: Uint8Array) => words(bytes, (word) => `  ${word.toString(8).padStart(6, '0')}`),
  hexWords: (bytes: Uint8Array) => words(bytes, (word) => `    ${word.toString(16).padStart(4, '0')}`),
  plain: (bytes: Uint8Array) => words(bytes, (word) => ` ${word.toString(16).padStart(4, '0')}`),
} as const;

/** hexdump(1) and hd. */
export const hexdump: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      octal: '-b --one-byte-octal',
      characters: '-c --one-byte-char',
      canonical: '-C --canonical',
      decimal: '-d --two-bytes-decimal',
      octalWords: '-o --two-bytes-octal',
      hexWords: '-x --two-bytes-hex',
      length: '-n --length=LENGTH',
      skip: '-s --skip=OFFSET',
      verbose: '-v --no-squeezing',
    },
    notSimulated: '-e=FORMAT -f=FILE -L',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const size = (name: 'length' | 'skip') => {
      const text = options.value(name);
      const value = text === undefined ? undefined : dumpSize(text);
      if (text !== undefined && value === undefined)
        throw new UsageError('operand', `failed to parse ${name}: '${text}'`, { bare: true });
      return value;
    };
    const shape =
      process.name === 'hd'
        ? 'canonical'
        : (options.last('octal', 'characters', 'canonical', 'decimal', 'octalWords', 'hexWords') ?? 'plain');
    const skipBytes = size('skip') ?? 0;
    const address = (offset: number) => offset.toString(16).padStart(shape === 'canonical' ? 8 : 7, '0');
    const show = SHAPES[shape];
    const columns = shape === 'canonical' ? 0 : show(new Uint8Array(LINE_BYTES)).length;
    const lines = new DumpLines(process, {
      widthBytes: LINE_BYTES,
      offset: skipBytes,
      squeezes: !options.has('verbose'),
      line: (bytes, offset) => `${address(offset)}${show(bytes).padEnd(columns)}\n`,
    });
    const countBytes = size('length') ?? Number.POSITIVE_INFINITY;
    const add = (chunk: Uint8Array) => lines.add(chunk);
    const { status } = await dumpStretch(process, options.operands, { skipBytes, countBytes }, add);
    const last = lines.lastLine();
    await process.print(last + (lines.hasBytes ? `${address(lines.offset)}\n` : ''));
    return status;
  },
);

function words(bytes: Uint8Array, show: (word: number) => string): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) text += show((bytes[i] as number) | ((bytes[i + 1] ?? 0) << 8));
  return text;
}

function canonicalLine(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < 16; i++) {
    const byte = bytes[i];
    text += `${i % 8 === 0 ? '  ' : ' '}${byte === undefined ? '  ' : byte.toString(16).padStart(2, '0')}`;
  }
  const plain = [...bytes].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `${text}  |${plain}|`;
}
