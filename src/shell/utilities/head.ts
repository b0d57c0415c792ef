import { joinBytes } from '../../bytes/joinBytes.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { parseSize } from './humanSize.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { eachInput, type InputError, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

/** head(1). */
export const head: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      bytes: '-c --bytes=[-]NUM',
      lines: '-n --lines=[-]NUM',
      quiet: '-q --quiet --silent',
      verbose: '-v --verbose',
      zero: '-z --zero-terminated',
    },
    rewrite: (given) => {
      const old = /^-(\d+)([bkmcqvz]*)$/.exec(given[0] ?? '');
      if (!old) return given;
      return [old[2]?.includes('c') ? `-c${old[1]}` : `-n${old[1]}`, ...given.slice(1)];
    },
  },
  (process, options) => {
    const unit = options.last('bytes', 'lines') ?? 'lines';
    const count = parseCount(options.value(unit) ?? '10', unit);
    const delimiter = options.has('zero') ? 0 : 0x0a;
    const header = options.last('quiet', 'verbose');
    const shows = header === 'verbose' || (header !== 'quiet' && options.operands.length > 1);
    let isFirst = true;
    return eachInput(
      process,
      options.operands,
      async (input) => {
        if (shows) {
          await process.print(`${isFirst ? '' : '\n'}==> ${nameOf(input.operand)} <==\n`);
          isFirst = false;
        }
        if (count.fromEnd) await allBut(process, input, unit, count.number, delimiter);
        else if (unit === 'bytes') await firstBytes(process, input, count.number);
        else await firstLines(process, input, count.number, delimiter);
      },
      { words: (error) => readWords(process, error) },
    );
  },
);

/** How `head` and `tail` call their input in a header. */
export function nameOf(operand: string): string {
  return operand === '-' ? 'standard input' : operand;
}

export function readWords(process: Process, { stage, operand, words }: InputError): string {
  if (process.flavour === 'busybox') {
    if (process.name === 'tail') return stage === 'open' ? `can't open '${operand}': ${words}` : `read error: ${words}`;
    return stage === 'open' ? `${operand}: ${words}` : `${operand}: ${words}`;
  }
  return stage === 'open'
    ? `cannot open ${quoted(operand)} for reading: ${words}`
    : `error reading ${quoted(nameOf(operand))}: ${words}`;
}

function parseCount(text: string, unit: 'bytes' | 'lines') {
  const fromEnd = text.startsWith('-');
  // Both programs take `m`, too.
  const number = parseSize(text.replace(/^[-+]/, '').replace(/m(?=(?:i?B)?$)/, 'M'));
  if (number === undefined)
    throw new UsageError('operand', `invalid number of ${unit}: ${quoted(text)}`, { bare: true });
  return { fromEnd, number };
}

async function firstBytes(process: Process, input: TextInput, count: number): Promise<void> {
  let left = count;
  while (left > 0) {
    const chunk = await input.read(Math.min(left, 65536));
    if (chunk.length === 0) return;
    await process.print(chunk);
    left -= chunk.length;
    if (process.isDue) await process.pause();
  }
}

async function firstLines(process: Process, input: TextInput, count: number, delimiter: number): Promise<void> {
  let left = count;
  while (left > 0) {
    const chunk = await input.read();
    if (chunk.length === 0) return;
    let end = 0;
    while (left > 0) {
      const at = chunk.indexOf(delimiter, end);
      if (at < 0) break;
      end = at + 1;
      left--;
    }
    if (left > 0) end = chunk.length;
    await process.print(chunk.subarray(0, end));
    // What others read from the same file begins behind what was shown.
    if (end < chunk.length) giveBack(input, chunk.length - end);
    if (process.isDue) await process.pause();
  }
}

function giveBack(input: TextInput, sizeBytes: number): void {
  try {
    input.file.seek(-sizeBytes, 'current');
  } catch {
    // A pipe: what was read is gone.
  }
}

/** All but the last: what may be among them is kept until more has come. */
async function allBut(
  process: Process,
  input: TextInput,
  unit: 'bytes' | 'lines',
  count: number,
  delimiter: number,
): Promise<void> {
  const kept: Uint8Array[] = [];
  let units = 0;
  for (;;) {
    const chunk = (await input.read()).slice();
    if (chunk.length === 0) break;
    kept.push(chunk);
    units += unit === 'bytes' ? chunk.length : countOf(chunk, delimiter);
    for (let first = kept[0]; first && kept.length > 1; first = kept[0]) {
      const size = unit === 'bytes' ? first.length : countOf(first, delimiter);
      if (units - size <= count) break;
      await process.print(first);
      kept.shift();
      units -= size;
    }
    if (process.isDue) await process.pause();
  }
  const all = joinBytes(kept);
  let end = all.length;
  if (unit === 'bytes') {
    end = Math.max(0, end - count);
  } else {
    // A last line without its end counts as one.
    let left = count;
    if (left > 0 && end > 0 && all[end - 1] !== delimiter) {
      end = all.lastIndexOf(delimiter, end - 1) + 1;
      left--;
    }
    for (; left > 0 && end > 0; left--) end = end < 2 ? 0 : all.lastIndexOf(delimiter, end - 2) + 1;
  }
  await process.print(all.subarray(0, end));
}

export function countOf(chunk: Uint8Array, byte: number): number {
  let count = 0;
  for (let i = 0; i < chunk.length; i++) if (chunk[i] === byte) count++;
  return count;
}
