import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { parseSize } from './humanSize.ts';
import { UsageError } from './options.ts';
import { eachInput } from './textInput.ts';
import { utility } from './utility.ts';

const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
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
      const value = text === undefined ? undefined : /^0x/i.test(text) ? Number(text) : parseSize(text);
      if (text !== undefined && (value === undefined || Number.isNaN(value)))
        throw new UsageError('operand', `failed to parse ${name}: '${text}'`, { bare: true });
      return value;
    };
    const shape =
      process.name === 'hd'
        ? 'canonical'
        : (options.last('octal', 'characters', 'canonical', 'decimal', 'octalWords', 'hexWords') ?? 'plain');
    let toSkip = size('skip') ?? 0;
    let left = size('length') ?? Number.POSITIVE_INFINITY;
    const dumper = new Dumper(process, shape, { offset: toSkip, verbose: options.has('verbose') });
    const status = await eachInput(process, options.operands, async (input) => {
      while (left > 0) {
        let chunk = await input.read();
        if (chunk.length === 0) return;
        const skipped = Math.min(toSkip, chunk.length);
        toSkip -= skipped;
        chunk = chunk.subarray(skipped, skipped + Math.min(left, chunk.length));
        left -= chunk.length;
        await dumper.add(chunk);
        if (process.isDue) await process.pause();
      }
    });
    await dumper.end();
    return status;
  },
);

class Dumper {
  readonly #process: Process;
  readonly #shape: keyof typeof SHAPES;
  readonly #verbose: boolean;
  #offset: number;
  #held: Uint8Array = new Uint8Array(0);
  #before: string | undefined;
  #isRepeating = false;
  #hasLines = false;

  constructor(
    process: Process,
    shape: keyof typeof SHAPES,
    form: { readonly offset: number; readonly verbose: boolean },
  ) {
    this.#process = process;
    this.#shape = shape;
    this.#offset = form.offset;
    this.#verbose = form.verbose;
  }

  async add(chunk: Uint8Array): Promise<void> {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    let out = '';
    let at = 0;
    for (; at + 16 <= bytes.length; at += 16) out += this.#line(bytes.subarray(at, at + 16));
    this.#held = bytes.slice(at);
    await this.#process.print(out);
  }

  async end(): Promise<void> {
    const last = this.#held.length > 0 ? this.#line(this.#held) : '';
    await this.#process.print(last + (this.#hasLines ? `${this.#address()}\n` : ''));
  }

  #address(): string {
    return this.#offset.toString(16).padStart(this.#shape === 'canonical' ? 8 : 7, '0');
  }

  #line(bytes: Uint8Array): string {
    this.#hasLines = true;
    const key = bytes.join();
    const isSame = !this.#verbose && key === this.#before && bytes.length === 16;
    this.#before = key;
    const address = this.#address();
    this.#offset += bytes.length;
    if (isSame) {
      const out = this.#isRepeating ? '' : '*\n';
      this.#isRepeating = true;
      return out;
    }
    this.#isRepeating = false;
    const text = SHAPES[this.#shape](bytes);
    const width = this.#shape === 'canonical' ? 0 : SHAPES[this.#shape](new Uint8Array(16)).length;
    return `${address}${text.padEnd(width)}\n`;
  }
}

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
