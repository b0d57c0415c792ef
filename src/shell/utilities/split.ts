import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { causeOf } from './failure.ts';
import { parseSize } from './humanSize.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { eachInput, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  suffixLength: '-a --suffix-length=N',
  additional: '--additional-suffix=SUFFIX',
  bytes: '-b --bytes=SIZE',
  lineBytes: '-C --line-bytes=SIZE',
  digits: '-d',
  numeric: '--numeric-suffixes[=FROM]',
  hex: '-x',
  elideEmpty: '-e --elide-empty-files',
  lines: '-l --lines=NUMBER',
  chunks: '-n --number=CHUNKS',
  verbose: '--verbose',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** split(1). */
export const split: Program = utility(
  {
    usage: '[OPTION]... [FILE [PREFIX]]',
    options: OPTIONS,
    notSimulated: '--filter=COMMAND -t --separator=SEP -u --unbuffered --hex-suffixes[=FROM]',
    rewrite: (given) => given.map((argument) => (/^-\d+$/.test(argument) ? `-l${argument.slice(1)}` : argument)),
  },
  async (process, options) => {
    const [operand = '-', prefix = 'x', extra] = options.operands;
    if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
    const parts = new Parts(process, options, prefix);
    try {
      const status = await eachInput(process, [operand], (input) => splitInput(process, options, input, parts), {
        words: ({ stage, words }) =>
          stage === 'open'
            ? `cannot open ${quoted(operand)} for reading: ${words}`
            : `${quotedIfNeeded(operand)}: ${words}`,
      });
      return status;
    } catch (error) {
      if (!(error instanceof VfsError) || error.syscall === 'write') throw error;
      await process.complain(`${quotedIfNeeded(error.path)}: ${causeOf(error)}`);
      return 1;
    } finally {
      parts.close();
    }
  },
);

function sizeOption(options: Options, name: 'bytes' | 'lineBytes' | 'lines', words: string): number | undefined {
  const text = options.value(name);
  if (text === undefined) return undefined;
  const size = parseSize(text);
  if (!size) throw new UsageError('operand', `invalid number of ${words}: ${quoted(text)}`, { bare: true });
  return size;
}

async function splitInput(process: Process, options: Options, input: TextInput, parts: Parts): Promise<void> {
  const kinds = (['bytes', 'lineBytes', 'lines', 'chunks'] as const).filter((kind) => options.has(kind));
  if (kinds.length > 1) throw new UsageError('operand', 'cannot split in more than one way');
  const bytes = sizeOption(options, 'bytes', 'bytes');
  const lineBytes = sizeOption(options, 'lineBytes', 'bytes');
  const chunks = options.value('chunks');
  if (chunks !== undefined) return splitChunks(process, input, parts, chunks);
  if (bytes !== undefined) return byBytes(process, input, parts, bytes);
  if (lineBytes !== undefined) return byLineBytes(process, input, parts, lineBytes);
  return byLines(process, input, parts, sizeOption(options, 'lines', 'lines') ?? 1000);
}

async function byBytes(process: Process, input: TextInput, parts: Parts, size: number): Promise<void> {
  let left = 0;
  for (;;) {
    const chunk = await input.read();
    if (chunk.length === 0) return;
    for (let at = 0; at < chunk.length;) {
      if (left === 0) {
        await parts.next();
        left = size;
      }
      const length = Math.min(left, chunk.length - at);
      await parts.write(chunk.subarray(at, at + length));
      at += length;
      left -= length;
    }
    if (process.isDue) await process.pause();
  }
}

async function byLines(process: Process, input: TextInput, parts: Parts, count: number): Promise<void> {
  let left = 0;
  for (;;) {
    const chunk = await input.read();
    if (chunk.length === 0) return;
    for (let at = 0; at < chunk.length;) {
      if (left === 0) {
        await parts.next();
        left = count;
      }
      let end = at;
      while (left > 0 && end < chunk.length) {
        const newline = chunk.indexOf(0x0a, end);
        end = newline < 0 ? chunk.length : newline + 1;
        if (newline >= 0) left--;
      }
      await parts.write(chunk.subarray(at, end));
      at = end;
    }
    if (process.isDue) await process.pause();
  }
}

async function byLineBytes(process: Process, input: TextInput, parts: Parts, size: number): Promise<void> {
  const all = await readWhole(process, input);
  for (let at = 0; at < all.length;) {
    let end = Math.min(all.length, at + size);
    if (end < all.length) {
      const newline = all.lastIndexOf(0x0a, end - 1);
      if (newline >= at) end = newline + 1;
    }
    await parts.next();
    await parts.write(all.subarray(at, end));
    at = end;
    if (process.isDue) await process.pause();
  }
}

/** `N`, `K/N`, `l/N`, `l/K/N`, `r/N`. */
async function splitChunks(process: Process, input: TextInput, parts: Parts, text: string): Promise<void> {
  const match = /^(?:(l|r)\/)?(?:(\d+)\/)?(\d+)$/.exec(text);
  const count = Number(match?.[3] ?? 0);
  const wanted = match?.[2] === undefined ? undefined : Number(match[2]);
  if (!match || count < 1 || count > 1_000_000)
    throw new UsageError('operand', `invalid number of chunks: ${quoted(text)}`, { bare: true });
  if (wanted !== undefined && (wanted < 1 || wanted > count))
    throw new UsageError('operand', `invalid chunk number: ${quoted(String(wanted))}`, { bare: true });
  const all = await readWhole(process, input);
  const pieces = match[1] === 'r' ? roundRobin(all, count) : ranges(all, count, match[1] === 'l');
  for (const [i, piece] of pieces.entries()) {
    if (wanted !== undefined) {
      if (i + 1 === wanted) await process.print(piece);
    } else {
      await parts.next(piece.length === 0);
      await parts.write(piece);
    }
  }
}

function ranges(all: Uint8Array, count: number, byLines: boolean): Uint8Array[] {
  const size = Math.floor(all.length / count);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let i = 1; i <= count; i++) {
    let end = i === count ? all.length : i * size;
    if (byLines && end > 0 && end < all.length && i < count) {
      const newline = all.indexOf(0x0a, end - 1);
      end = newline < 0 ? all.length : newline + 1;
    }
    end = Math.max(at, end);
    pieces.push(all.subarray(at, end));
    at = end;
  }
  return pieces;
}

function roundRobin(all: Uint8Array, count: number): Uint8Array[] {
  const pieces: number[][] = Array.from({ length: count }, () => []);
  for (let at = 0, i = 0; at < all.length; i++) {
    const newline = all.indexOf(0x0a, at);
    const end = newline < 0 ? all.length : newline + 1;
    for (let k = at; k < end; k++) (pieces[i % count] as number[]).push(all[k] as number);
    at = end;
  }
  return pieces.map((piece) => Uint8Array.from(piece));
}

/** The files that are made, one after another. */
class Parts {
  readonly #process: Process;
  readonly #options: Options;
  readonly #prefix: string;
  #number = 0;
  #file: OpenFile | undefined;

  constructor(process: Process, options: Options, prefix: string) {
    this.#process = process;
    this.#options = options;
    this.#prefix = prefix;
    this.#number = Number(options.value('numeric') ?? 0);
  }

  async next(isEmpty = false): Promise<void> {
    this.close();
    if (isEmpty && this.#options.has('elideEmpty')) return;
    const path = this.#prefix + this.#suffix(this.#number++) + (this.#options.value('additional') ?? '');
    if (this.#options.has('verbose')) await this.#process.print(`creating file ${quoted(path)}\n`);
    this.#file = await open(this.#process, path, O_WRONLY | O_CREAT | O_TRUNC);
  }

  write(bytes: Uint8Array): undefined | Promise<void> {
    return bytes.length === 0 ? undefined : this.#file?.write(bytes.slice());
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** `aa` to `yz`, then `zaaa`…; digits as `00` to `89`, `9000`…, unless a length is given. */
  #suffix(number: number): string {
    const letters = this.#options.has('hex')
      ? '0123456789abcdef'
      : this.#options.has('digits') || this.#options.has('numeric')
        ? '0123456789'
        : 'abcdefghijklmnopqrstuvwxyz';
    const base = letters.length;
    const given = this.#options.value('suffixLength');
    if (given !== undefined && !/^\d+$/.test(given))
      throw new UsageError('operand', `invalid suffix length: ${quoted(given)}`, { bare: true });
    let length = Number(given ?? 2) || 2;
    let lead = '';
    let rest = number;
    if (given === undefined) {
      for (;;) {
        const room = base ** length - base ** (length - 1);
        if (rest < room) break;
        rest -= room;
        lead += letters.at(-1);
        length++;
      }
    } else if (number >= base ** length) {
      throw new UsageError('operand', 'output file suffixes exhausted', { bare: true });
    }
    let text = '';
    for (let i = 0; i < length; i++) {
      text = (letters[rest % base] as string) + text;
      rest = Math.floor(rest / base);
    }
    return lead + text;
  }
}
