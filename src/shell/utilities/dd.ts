import { joinBytes } from '../../bytes/joinBytes.ts';
import { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { causeOf, isErrno } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import { humanSize, parseSize } from './humanSize.ts';
import { quoted } from './quote.ts';

interface Task {
  input: string | undefined;
  output: string | undefined;
  inputBlockBytes: number;
  outputBlockBytes: number;
  count: number;
  skip: number;
  seek: number;
  status: string;
  readonly conversions: Set<string>;
  readonly flags: Set<string>;
  /** Bits of open(2) that the flags ask for. */
  inputFlags: number;
  outputFlags: number;
}

const MAX_BLOCK_BYTES = 256 * 1024 * 1024;
const CONVERSIONS = new Set([
  'notrunc',
  'excl',
  'nocreat',
  'sync',
  'noerror',
  'fsync',
  'fdatasync',
  'ucase',
  'lcase',
  'swab',
]);
const FLAGS = new Set([
  'fullblock',
  'count_bytes',
  'skip_bytes',
  'seek_bytes',
  'append',
  // Nothing is cached and no time of reading is kept back: the next five change nothing.
  'direct',
  'sync',
  'dsync',
  'noatime',
  'nonblock',
  'nofollow',
]);

export const dd: Program = async (process) => {
  const task = await parse(process);
  if (!task) return 1;
  let input: OpenFile | undefined;
  let output: OpenFile | undefined;
  try {
    if (task.input !== undefined) input = await openOne(process, task.input, O_RDONLY | task.inputFlags);
    if (task.output !== undefined) output = await openOne(process, task.output, outputFlags(task) | task.outputFlags);
    const started = process.kernel.clock.now();
    const counts = await copy(process, task, input ?? process.file(0), output ?? process.file(1), started);
    await tell(process, task, counts, started);
    return counts.hasFailed ? 1 : 0;
  } catch (error) {
    if (!(error instanceof DdFailure)) throw error;
    await process.complain(error.message);
    return 1;
  } finally {
    input?.close();
    output?.close();
  }
};

class DdFailure extends Error {
  override readonly name = 'DdFailure';
}

async function openOne(process: Process, path: string, flags: number): Promise<OpenFile> {
  try {
    return await open(process, path, flags);
  } catch (error) {
    const cause = causeOf(error);
    throw new DdFailure(
      process.flavour === 'gnu' ? `failed to open ${quoted(path)}: ${cause}` : `can't open '${path}': ${cause}`,
    );
  }
}

function outputFlags({ conversions, flags, seek }: Task): number {
  let bits = O_WRONLY;
  if (!conversions.has('nocreat')) bits |= O_CREAT;
  if (conversions.has('excl')) bits |= O_EXCL;
  if (!conversions.has('notrunc') && seek === 0) bits |= O_TRUNC;
  if (flags.has('append')) bits |= O_APPEND;
  return bits;
}

async function parse(process: Process): Promise<Task | undefined> {
  const task: Task = {
    input: undefined,
    output: undefined,
    inputBlockBytes: 512,
    outputBlockBytes: 512,
    count: Number.POSITIVE_INFINITY,
    skip: 0,
    seek: 0,
    status: '',
    conversions: new Set(),
    flags: new Set(),
    inputFlags: 0,
    outputFlags: 0,
  };
  for (const word of process.argv.slice(1)) {
    if (word === '--help' || word === '--version') {
      await process.print(`Usage: ${process.name} [OPERAND]...\n`);
      return undefined;
    }
    const wrong = setOperand(process, task, word);
    if (wrong === undefined) continue;
    await process.complain(wrong);
    return undefined;
  }
  return task;
}

/** What is wrong with an operand, if anything. */
function setOperand(process: Process, task: Task, word: string): string | undefined {
  const at = word.indexOf('=');
  const key = word.slice(0, Math.max(0, at));
  const value = word.slice(at + 1);
  const hint = `\nTry '${process.name} --help' for more information.`;
  switch (key) {
    case 'if':
      task.input = value;
      return undefined;
    case 'of':
      task.output = value;
      return undefined;
    case 'status':
      if (!/^(none|noxfer|progress)$/.test(value)) return `invalid status level: ${quoted(value)}${hint}`;
      task.status = value;
      return undefined;
    case 'conv':
      for (const name of value.split(',')) {
        if (/^(ascii|ebcdic|ibm|block|unblock|sparse)$/.test(name))
          return `conversion ${quoted(name)} is not simulated`;
        if (!CONVERSIONS.has(name)) return `invalid conversion: ${quoted(name)}${hint}`;
        task.conversions.add(name);
      }
      return undefined;
    case 'iflag':
    case 'oflag':
      for (const name of value.split(',')) {
        if (!FLAGS.has(name)) return `invalid ${key === 'iflag' ? 'input' : 'output'} flag: ${quoted(name)}${hint}`;
        if (name === 'nofollow') task[key === 'iflag' ? 'inputFlags' : 'outputFlags'] |= O_NOFOLLOW;
        task.flags.add(name);
      }
      return undefined;
    default:
      return setNumber(process, task, key, value, word, hint);
  }
}

function setNumber(
  process: Process,
  task: Task,
  key: string,
  value: string,
  word: string,
  hint: string,
): string | undefined {
  if (!/^(bs|ibs|obs|count|skip|iseek|seek|oseek|cbs)$/.test(key)) return `unrecognized operand ${quoted(word)}${hint}`;
  let number = 1;
  for (const factor of value.split('x')) {
    const part = parseSize(factor.replace(/B$/, (end) => (/^\d+B$/.test(factor) ? '' : end)));
    if (part === undefined)
      return process.flavour === 'gnu' ? `invalid number: ${quoted(value)}` : `invalid number '${value}'`;
    number *= part;
  }
  const countsBytes = /^\d+B$/.test(value);
  if (/bs$/.test(key) && (number === 0 || number > MAX_BLOCK_BYTES))
    return number === 0 ? `invalid number: ${quoted(value)}` : 'memory exhausted';
  if (key === 'bs') task.inputBlockBytes = task.outputBlockBytes = number;
  else if (key === 'ibs') task.inputBlockBytes = number;
  else if (key === 'obs') task.outputBlockBytes = number;
  else if (key === 'count') {
    task.count = number;
    if (countsBytes) task.flags.add('count_bytes');
  } else if (key === 'skip' || key === 'iseek') {
    task.skip = number;
    if (countsBytes) task.flags.add('skip_bytes');
  } else if (key === 'seek' || key === 'oseek') {
    task.seek = number;
    if (countsBytes) task.flags.add('seek_bytes');
  }
  return undefined;
}

interface Counts {
  wholeIn: number;
  partIn: number;
  wholeOut: number;
  partOut: number;
  bytes: number;
  /** Whether a write failed: what was written before counts. */
  hasFailed: boolean;
}

async function copy(
  process: Process,
  task: Task,
  input: OpenFile,
  output: OpenFile,
  started: Timestamp,
): Promise<Counts> {
  const counts: Counts = { wholeIn: 0, partIn: 0, wholeOut: 0, partOut: 0, bytes: 0, hasFailed: false };
  process.hold(task.inputBlockBytes);
  await skip(process, task, input);
  if (task.seek > 0) {
    const offset = task.flags.has('seek_bytes') ? task.seek : task.seek * task.outputBlockBytes;
    output.seek(offset, 'set');
    if (!task.conversions.has('notrunc') && task.output !== undefined) output.truncate(offset);
  }
  const countsBytes = task.flags.has('count_bytes');
  let leftBytes = countsBytes ? task.count : Number.POSITIVE_INFINITY;
  let leftBlocks = countsBytes ? Number.POSITIVE_INFINITY : task.count;
  let toldSec = 0;
  while (leftBlocks > 0 && leftBytes > 0) {
    let block = await readBlock(process, task, input, Math.min(task.inputBlockBytes, leftBytes));
    if (block.length === 0) break;
    if (block.length === task.inputBlockBytes) counts.wholeIn++;
    else counts.partIn++;
    leftBlocks--;
    leftBytes -= block.length;
    block = converted(task, block);
    try {
      await writeTo(process, output, block);
    } catch (error) {
      if (isErrno(error, 'EPIPE')) throw error;
      const cause = causeOf(error);
      await process.complain(`error writing ${quoted(task.output ?? 'standard output')}: ${cause}`);
      counts.hasFailed = true;
      break;
    }
    if (block.length === task.inputBlockBytes) counts.wholeOut++;
    else counts.partOut++;
    counts.bytes += block.length;
    if (task.status === 'progress') {
      const seconds = Math.floor(secondsSince(process, started));
      if (seconds > toldSec) {
        toldSec = seconds;
        await process.write(2, `\r${transferText(process, counts.bytes, seconds)}`);
      }
    }
    if (process.isDue) await process.pause();
  }
  if (toldSec > 0) await process.write(2, '\n');
  // Blocks of another size are gathered before they are written.
  const isSame = task.inputBlockBytes === task.outputBlockBytes;
  if (!isSame) {
    counts.wholeOut = Math.floor(counts.bytes / task.outputBlockBytes);
    counts.partOut = Math.ceil((counts.bytes % task.outputBlockBytes) / task.outputBlockBytes);
  }
  return counts;
}

async function readBlock(process: Process, task: Task, input: OpenFile, wantedBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < wantedBytes) {
    const reading = input.read(wantedBytes - length);
    const chunk = reading instanceof Promise ? await process.waitFor(reading) : reading;
    if (chunk.length === 0) break;
    parts.push(chunk);
    length += chunk.length;
    if (!task.flags.has('fullblock') && !(input.path.startsWith('/') || length < 1)) break;
  }
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return joinBytes(parts);
}

function converted({ conversions, inputBlockBytes }: Task, block: Uint8Array): Uint8Array {
  let out = block;
  if (conversions.has('sync') && out.length < inputBlockBytes) {
    const padded = new Uint8Array(inputBlockBytes);
    padded.set(out);
    out = padded;
  }
  if (conversions.has('ucase')) out = out.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte));
  if (conversions.has('lcase')) out = out.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));
  if (conversions.has('swab')) {
    out = out.slice();
    for (let i = 0; i + 1 < out.length; i += 2) [out[i], out[i + 1]] = [out[i + 1] as number, out[i] as number];
  }
  return out;
}

async function skip(process: Process, task: Task, input: OpenFile): Promise<void> {
  if (task.skip === 0) return;
  const bytes = task.flags.has('skip_bytes') ? task.skip : task.skip * task.inputBlockBytes;
  try {
    input.seek(bytes, 'current');
    return;
  } catch (error) {
    causeOf(error);
  }
  for (let left = bytes; left > 0;) {
    const chunk = await readBlock(process, task, input, Math.min(left, 65536));
    if (chunk.length === 0) return;
    left -= chunk.length;
  }
}

async function tell(
  process: Process,
  { status }: Task,
  { wholeIn, partIn, wholeOut, partOut, bytes }: Counts,
  started: Timestamp,
): Promise<void> {
  if (status === 'none') return;
  await process.write(2, `${wholeIn}+${partIn} records in\n${wholeOut}+${partOut} records out\n`);
  if (status === 'noxfer') return;
  await process.write(2, `${transferText(process, bytes, Math.max(1e-6, secondsSince(process, started)))}\n`);
}

function secondsSince(process: Process, started: Timestamp): number {
  const now = process.kernel.clock.now();
  return now.sec - started.sec + (now.nsec - started.nsec) / 1e9;
}

function transferText(process: Process, bytes: number, seconds: number): string {
  const rate = bytes / seconds;
  if (process.flavour === 'busybox')
    return `${bytes} bytes (${humanSize(bytes, 'busybox')}B) copied, ${seconds.toFixed(6)} seconds, ${humanSize(rate, 'busybox')}B/s`;
  const sizes = [bytes >= 1000 ? decimalSize(bytes) : '', bytes >= 1024 ? binarySize(bytes) : ''].filter(
    (text) => text !== '',
  );
  const note = sizes.length > 0 ? ` (${sizes.join(', ')})` : '';
  const plural = bytes === 1 ? 'byte' : 'bytes';
  return `${bytes} ${plural}${note} copied, ${Number(seconds.toPrecision(6))} s, ${decimalSize(rate)}/s`;
}

function decimalSize(bytes: number): string {
  return scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
}

function binarySize(bytes: number): string {
  return scaled(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']);
}

function scaled(bytes: number, base: number, units: readonly string[]): string {
  let value = bytes;
  let power = 0;
  for (; value >= base && power < units.length - 1; power++) value /= base;
  const text = power > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value));
  return `${text} ${units[power]}`;
}
