import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { parseSize } from './humanSize.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  printBytes: '-b --print-bytes',
  ignoreInitial: '-i --ignore-initial=SKIP',
  verbose: '-l --verbose',
  bytes: '-n --bytes=LIMIT',
  silent: '-s --quiet --silent',
} as const;

const TROUBLE = 2;
const CHUNK_BYTES = 64 * 1024;

export const cmp = utility(
  {
    options: OPTIONS,
    usage: '[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]',
    usageStatus: TROUBLE,
    version: '(GNU diffutils) 3.8',
    helpHint: "cmp: Try 'cmp --help' for more information.",
  },
  async (process, options) => {
    const [one, other = '-', skipOne, skipOther] = options.operands;
    if (one === undefined) throw new UsageError('operand', `missing operand after 'cmp'`);
    const [initialOne, initialOther = initialOne] = (options.value('ignoreInitial') ?? '0').split(':');
    const sides: Side[] = [];
    try {
      for (const [path, skip] of [
        [one, skipOne ?? initialOne],
        [other, skipOther ?? initialOther],
      ] as const)
        sides.push(await openSide(process, path, skip ?? '0'));
      return await compare(process, options, sides as [Side, Side]);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const path = sides.length === 0 ? one : other;
      const cause = causeOf(error);
      if (!options.has('silent')) await process.complain(`${path}: ${cause}`);
      return TROUBLE;
    } finally {
      for (const { file, isOwn } of sides) if (isOwn) file.close();
    }
  },
);

interface Side {
  readonly path: string;
  readonly file: OpenFile;
  readonly isOwn: boolean;
  rest: Uint8Array;
}

async function openSide(process: Process, path: string, skipText: string): Promise<Side> {
  const isOwn = path !== '-';
  const file = isOwn ? await open(process, path, O_RDONLY) : process.file(0);
  const side: Side = { path, file, isOwn, rest: new Uint8Array(0) };
  const skip = parseSize(skipText);
  if (skip === undefined) throw new UsageError('operand', `invalid --ignore-initial value '${skipText}'`);
  for (let left = skip; left > 0;) {
    if (!(await fill(process, side))) break;
    const taken = Math.min(left, side.rest.length);
    side.rest = side.rest.subarray(taken);
    left -= taken;
  }
  return side;
}

async function fill(process: Process, side: Side): Promise<boolean> {
  if (side.rest.length > 0) return true;
  const reading = side.file.read(CHUNK_BYTES);
  side.rest = reading instanceof Promise ? await process.waitFor(reading) : reading;
  if (process.isDue) await process.pause();
  return side.rest.length > 0;
}

async function compare(
  process: Process,
  options: ParsedOptions<keyof typeof OPTIONS>,
  [a, b]: [Side, Side],
): Promise<number> {
  const limitText = options.value('bytes');
  const limit = limitText === undefined ? Number.POSITIVE_INFINITY : (parseSize(limitText) ?? Number.POSITIVE_INFINITY);
  let offset = 0;
  let line = 1;
  let status = 0;
  let lastByte = 0;
  let out = '';
  while (offset < limit) {
    const [hasA, hasB] = [await fill(process, a), await fill(process, b)];
    if (!hasA || !hasB) {
      await process.print(out);
      if (hasA === hasB) return status;
      if (!options.has('silent'))
        await process.complain(endWords(process, options, hasA ? b : a, offset, line, lastByte));
      return 1;
    }
    const length = Math.min(a.rest.length, b.rest.length, limit - offset);
    for (let i = 0; i < length; i++) {
      const [x, y] = [a.rest[i] as number, b.rest[i] as number];
      lastByte = x;
      if (x !== y) {
        if (options.has('silent')) return 1;
        if (!options.has('verbose')) {
          const word = process.flavour === 'gnu' ? 'byte' : 'char';
          const bytes = options.has('printBytes') ? ` is ${octal(x)} ${visible(x)} ${octal(y)} ${visible(y)}` : '';
          await process.print(`${a.path} ${b.path} differ: ${word} ${offset + i + 1}, line ${line}${bytes}\n`);
          return 1;
        }
        status = 1;
        out += `${offset + i + 1} ${octal(x)}${options.has('printBytes') ? ` ${visible(x).padEnd(4)}` : ''} ${octal(y)}${options.has('printBytes') ? ` ${visible(y)}` : ''}\n`;
      }
      if (x === 0x0a) line++;
    }
    offset += length;
    a.rest = a.rest.subarray(length);
    b.rest = b.rest.subarray(length);
  }
  await process.print(out);
  return status;
}

function endWords(
  process: Process,
  options: ParsedOptions<keyof typeof OPTIONS>,
  ended: Side,
  offset: number,
  line: number,
  lastByte: number,
): string {
  if (process.flavour === 'busybox') return `EOF on ${ended.path}`;
  if (offset === 0) return `EOF on ${ended.path} which is empty`;
  if (options.has('verbose')) return `EOF on ${ended.path} after byte ${offset}`;
  return `EOF on ${ended.path} after byte ${offset}, ${lastByte === 0x0a ? `line ${line - 1}` : `in line ${line}`}`;
}

function octal(byte: number): string {
  return byte.toString(8).padStart(3);
}

function visible(byte: number): string {
  const low = byte & 0x7f;
  const meta = byte >= 0x80 ? 'M-' : '';
  if (low < 32) return `${meta}^${String.fromCharCode(low + 64)}`;
  return low === 127 ? `${meta}^?` : meta + String.fromCharCode(low);
}
