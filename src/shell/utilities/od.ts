import { ESCAPE_LETTERS } from '../escapeLetters.ts';
import type { Program } from '../kernel/program.ts';
import { DumpLines, dumpSize, dumpStretch } from './dumpLines.ts';
import { formatFloat } from './formatPrintf.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

/** How od shows the bytes of a line: `-t o2`, `-t x1z`. */
interface Shape {
  readonly kind: 'a' | 'c' | 'd' | 'f' | 'o' | 'u' | 'x';
  readonly sizeBytes: number;
  readonly showsText: boolean;
}

const OLD_FORMS: Readonly<Record<string, string>> = {
  a: 'a',
  b: 'o1',
  c: 'c',
  d: 'u2',
  f: 'f4',
  h: 'x2',
  i: 'd4',
  l: 'd8',
  o: 'o2',
  s: 'd2',
  x: 'x2',
  B: 'o2',
  D: 'u4',
  F: 'f8',
  H: 'x4',
  I: 'd8',
  L: 'd8',
  O: 'o4',
  X: 'x4',
};

/** od(1). */
export const od: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      radix: '-A --address-radix=RADIX',
      skip: '-j --skip-bytes=BYTES',
      count: '-N --read-bytes=BYTES',
      type: '-t --format=TYPE',
      verbose: '-v --output-duplicates',
      width: '-w --width[=BYTES]',
    },
    notSimulated: '-S --strings[=BYTES] --endian={big|little} --traditional',
    rewrite: (given) =>
      given.flatMap((argument) =>
        /^-[abcdfhilosxBDFHILOX]+$/.test(argument)
          ? [...argument.slice(1)].map((letter) => `-t${OLD_FORMS[letter]}`)
          : [argument],
      ),
  },
  async (process, options) => {
    const shapes = options.values('type').flatMap(parseShapes);
    if (shapes.length === 0) shapes.push({ kind: 'o', sizeBytes: 2, showsText: false });
    const radix = options.value('radix') ?? 'o';
    if (!/^[doxn]$/.test(radix))
      throw new UsageError('operand', `invalid output address radix '${radix}'; it must be one character from [doxn]`, {
        bare: true,
      });
    const size = (name: 'skip' | 'count', option: string) => {
      const text = options.value(name);
      const value = text === undefined ? undefined : dumpSize(text);
      if (text !== undefined && value === undefined)
        throw new UsageError('operand', `invalid ${option} argument ${quoted(text)}`, { bare: true });
      return value;
    };
    const skipBytes = size('skip', '-j') ?? 0;
    const countBytes = size('count', '-N') ?? Number.POSITIVE_INFINITY;
    const widthBytes = options.has('width') ? Number(options.value('width') ?? 32) : 16;
    if (!(widthBytes > 0) || widthBytes > 65536)
      throw new UsageError('operand', `invalid -w argument ${quoted(options.value('width') ?? '')}`, { bare: true });
    const lines = new DumpLines(process, {
      widthBytes,
      offset: skipBytes,
      squeezes: !options.has('verbose'),
      line: (bytes, offset) => shapedLines(bytes, shapes, addressOf(offset, radix), widthBytes),
    });
    const add = (chunk: Uint8Array) => lines.add(chunk);
    const found = await dumpStretch(process, options.operands, { skipBytes, countBytes }, add);
    if (found.unskippedBytes > 0) {
      await process.complain('cannot skip past end of combined input');
      return 1;
    }
    if (found.status === 0 || lines.hasBytes) {
      const last = lines.lastLine();
      await process.print(last + (radix === 'n' ? '' : `${addressOf(lines.offset, radix)}\n`));
    }
    return found.status;
  },
);

function parseShapes(text: string): Shape[] {
  const shapes: Shape[] = [];
  const pattern = /([ac]|[doux](?:[CSIL]|\d+)?|f(?:[FDL]|\d+)?)(z?)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match)
      throw new UsageError('operand', `invalid character '${text[0]}' in type string ${quoted(text)}`, { bare: true });
    const [, form = '', z] = match;
    const kind = form[0] as Shape['kind'];
    const sizes: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8, F: 4, D: 8 };
    const size = form.slice(1);
    const sizeBytes =
      kind === 'a' || kind === 'c' ? 1 : size === '' ? (kind === 'f' ? 8 : 4) : (sizes[size] ?? Number(size));
    if (![1, 2, 4, 8].includes(sizeBytes))
      throw new UsageError(
        'operand',
        `invalid type string ${quoted(text)};\nthis system doesn't provide a ${sizeBytes}-byte integral type`,
        { bare: true },
      );
    shapes.push({ kind, sizeBytes, showsText: z !== '' });
  }
  return shapes;
}

const NAMES = [
  'nul',
  'soh',
  'stx',
  'etx',
  'eot',
  'enq',
  'ack',
  'bel',
  'bs',
  'ht',
  'nl',
  'vt',
  'ff',
  'cr',
  'so',
  'si',
  'dle',
  'dc1',
  'dc2',
  'dc3',
  'dc4',
  'nak',
  'syn',
  'etb',
  'can',
  'em',
  'sub',
  'esc',
  'fs',
  'gs',
  'rs',
  'us',
  'sp',
];
const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  ...ESCAPE_LETTERS,
};

function addressOf(offset: number, radix: string): string {
  if (radix === 'n') return '';
  const base = radix === 'd' ? 10 : radix === 'x' ? 16 : 8;
  return offset.toString(base).padStart(radix === 'x' ? 6 : 7, '0');
}

function shapedLines(bytes: Uint8Array, shapes: readonly Shape[], address: string, width: number): string {
  // Shapes stand below each other: the widest tells how wide a byte is.
  const perByte = Math.max(...shapes.map((shape) => (fieldWidth(shape) + 1) / shape.sizeBytes));
  return shapes
    .map((shape, i) => `${i === 0 ? address : ' '.repeat(address.length)}${shaped(bytes, shape, perByte, width)}\n`)
    .join('');
}

function shaped(bytes: Uint8Array, shape: Shape, perByte: number, width: number): string {
  const { sizeBytes } = shape;
  const padded = new Uint8Array(Math.ceil(bytes.length / sizeBytes) * sizeBytes);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const fieldsPerLine = width / sizeBytes;
  const blanks = Math.round(perByte * width) - fieldsPerLine * fieldWidth(shape);
  let out = '';
  let spent = 0;
  for (let i = 0; i * sizeBytes < bytes.length; i++) {
    const due = Math.floor((blanks * (i + 1)) / fieldsPerLine);
    out += ' '.repeat(due - spent) + shown(view, i * sizeBytes, shape).padStart(fieldWidth(shape));
    spent = due;
  }
  if (!shape.showsText) return out;
  const missing = Math.round(perByte * width) - out.length;
  const text = [...bytes].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `${out}${' '.repeat(Math.max(0, missing))}  >${text}<`;
}

function fieldWidth({ kind, sizeBytes }: Shape): number {
  if (kind === 'a' || kind === 'c') return 3;
  if (kind === 'x') return sizeBytes * 2;
  if (kind === 'o') return { 1: 3, 2: 6, 4: 11, 8: 22 }[sizeBytes] as number;
  if (kind === 'u') return { 1: 3, 2: 5, 4: 10, 8: 20 }[sizeBytes] as number;
  if (kind === 'd') return { 1: 4, 2: 6, 4: 11, 8: 20 }[sizeBytes] as number;
  return sizeBytes === 4 ? 15 : 24;
}

function shown(view: DataView, at: number, { kind, sizeBytes }: Shape): string {
  if (kind === 'a') {
    const code = view.getUint8(at) & 0x7f;
    return code === 127 ? 'del' : (NAMES[code] ?? String.fromCharCode(code));
  }
  if (kind === 'c') {
    const byte = view.getUint8(at);
    return ESCAPES[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'));
  }
  if (kind === 'f')
    return floatText(sizeBytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true), sizeBytes);
  const unsigned =
    sizeBytes === 8
      ? view.getBigUint64(at, true)
      : BigInt(
          sizeBytes === 4 ? view.getUint32(at, true) : sizeBytes === 2 ? view.getUint16(at, true) : view.getUint8(at),
        );
  if (kind === 'd') return BigInt.asIntN(sizeBytes * 8, unsigned).toString();
  if (kind === 'u') return unsigned.toString();
  return unsigned.toString(kind === 'x' ? 16 : 8).padStart(fieldWidth({ kind, sizeBytes, showsText: false }), '0');
}

/** The fewest digits that give the same number again. */
function floatText(value: number, sizeBytes: number): string {
  for (let precision = sizeBytes === 4 ? 6 : 15; precision < 18; precision++) {
    const text = formatFloat({ flags: '', width: undefined, precision, letter: 'g' }, value);
    if ((sizeBytes === 4 ? Math.fround(Number(text)) : Number(text)) === value || !Number.isFinite(value)) return text;
  }
  return String(value);
}
