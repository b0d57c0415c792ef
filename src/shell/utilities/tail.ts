import { joinBytes } from '../../bytes/joinBytes.ts';
import { S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { open, statIfThere } from '../kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { RegularFile } from '../kernel/regularFile.ts';
import type { Program } from '../kernel/program.ts';
import { countOf, nameOf, readWords } from './head.ts';
import { parseSize } from './humanSize.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { eachInput, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

interface Count {
  readonly unit: 'bytes' | 'lines';
  readonly number: number;
  /** `+N`: from the Nth on. */
  readonly fromStart: boolean;
  readonly delimiter: number;
}

/** tail(1), with `-f` and `-F`. */
export const tail: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      bytes: '-c --bytes=[+]NUM',
      lines: '-n --lines=[+]NUM',
      follow: '-f --follow[=descriptor|name]',
      followName: '-F',
      retry: '--retry',
      pid: '--pid=PID',
      interval: '-s --sleep-interval=N',
      quiet: '-q --quiet --silent',
      verbose: '-v --verbose',
      zero: '-z --zero-terminated',
    },
    rewrite: (given) => given.flatMap(oldForm),
  },
  async (process, options) => {
    const unit = options.last('bytes', 'lines') ?? 'lines';
    const count = parseCount(options.value(unit) ?? '10', unit, options.has('zero') ? 0 : 0x0a);
    const follows = options.has('follow') || options.has('followName');
    const byName = options.has('followName') || options.value('follow') === 'name';
    const header = options.last('quiet', 'verbose');
    const shows = header === 'verbose' || (header !== 'quiet' && options.operands.length > 1);
    const headers = new Headers(process, shows);
    const followed: Followed[] = [];
    const status = await eachInput(
      process,
      options.operands,
      async (input) => {
        await headers.of(input.operand);
        await showEnd(process, input, count);
        if (!follows) return;
        const file = input.operand === '-' ? process.file(0).retain() : await open(process, input.operand, O_RDONLY);
        // A pipe has given all it has when it has ended.
        if ((file.stat().mode & S_IFMT) !== S_IFREG) return file.close();
        file.seek(0, 'end');
        followed.push({ operand: input.operand, file });
      },
      { words: (error) => readWords(process, error) },
    );
    const waiting = byName && (options.has('followName') || options.has('retry')) ? options.operands : [];
    if (process.flavour === 'busybox' && status !== 0 && options.operands.length === 1)
      await process.complain('no files');
    if (!follows || (followed.length === 0 && waiting.length === 0)) {
      if (follows && options.operands.length > 0 && status !== 0) await process.complain('no files remaining');
      return status;
    }
    const intervalMs = Number(options.value('interval') ?? '1') * 1000;
    if (!(intervalMs >= 0))
      throw new UsageError('operand', `invalid number of seconds: ${quoted(options.value('interval') ?? '')}`, {
        bare: true,
      });
    const follower = new Follower(process, followed, headers, { byName, operands: waiting });
    return follower.run(intervalMs, options.value('pid'));
  },
);

/** `-5`, `+3`, `-5f`. */
function oldForm(argument: string, index: number): string[] {
  const match = /^([-+])(\d+)([bcl]?)(f?)$/.exec(argument);
  if (!match || (match[1] === '+' && index > 0)) return [argument];
  const sign = match[1] === '+' ? '+' : '';
  const unit = match[3] === 'c' ? '-c' : '-n';
  return [`${unit}${sign}${match[2]}`, ...(match[4] ? ['-f'] : [])];
}

function parseCount(text: string, unit: 'bytes' | 'lines', delimiter: number): Count {
  const number = parseSize(text.replace(/^[-+]/, ''));
  if (number === undefined)
    throw new UsageError('operand', `invalid number of ${unit}: ${quoted(text)}`, { bare: true });
  return { unit, number, fromStart: text.startsWith('+'), delimiter };
}

class Headers {
  readonly #process: Process;
  readonly #shows: boolean;
  #last: string | undefined;

  constructor(process: Process, shows: boolean) {
    this.#process = process;
    this.#shows = shows;
  }

  async of(operand: string): Promise<void> {
    if (!this.#shows || this.#last === operand) return;
    await this.#process.print(`${this.#last === undefined ? '' : '\n'}==> ${nameOf(operand)} <==\n`);
    this.#last = operand;
  }
}

async function showEnd(process: Process, input: TextInput, count: Count): Promise<void> {
  if (count.fromStart) {
    await showFrom(process, input, count);
    return;
  }
  skipAhead(input, count);
  let kept: { readonly chunk: Uint8Array; readonly units: number }[] = [];
  let units = 0;
  for (;;) {
    const reading = input.read();
    const chunk = reading instanceof Promise ? await reading : reading;
    if (chunk.length === 0) break;
    const own = count.unit === 'bytes' ? chunk.length : countOf(chunk, count.delimiter);
    process.hold(chunk.length);
    kept.push({ chunk, units: own });
    units += own;
    let drop = 0;
    for (; drop < kept.length - 1; drop++) {
      const first = kept[drop]?.units ?? 0;
      if (units - first <= count.number) break;
      units -= first;
      process.hold(-(kept[drop]?.chunk.length ?? 0));
    }
    if (drop > 0) kept = kept.slice(drop);
    if (process.isDue) await process.pause();
  }
  const all = kept.length === 1 && kept[0] ? kept[0].chunk : joinBytes(kept.map(({ chunk }) => chunk));
  let start = all.length;
  if (count.unit === 'bytes') {
    start = Math.max(0, start - count.number);
  } else if (count.number > 0) {
    let left = count.number;
    let at = all.length - 1;
    if (at >= 0 && all[at] === count.delimiter) at--;
    for (; left > 0 && at >= 0; left--) {
      const before = all.lastIndexOf(count.delimiter, at);
      start = before + 1;
      at = before - 1;
      if (before === 0 && left > 1) {
        start = 0;
        break;
      }
    }
    if (all.length > 0 && at < 0 && left > 0) start = 0;
  }
  await process.print(all.subarray(start));
}

/** A large file is read from near its end only. */
function skipAhead(input: TextInput, count: Count): void {
  const { mode, sizeBytes } = input.file.stat();
  if ((mode & S_IFMT) !== S_IFREG) return;
  try {
    const at = input.file.seek(0, 'current');
    const start = count.unit === 'bytes' ? sizeBytes - count.number : startOfLines(input.file, at, sizeBytes, count);
    input.file.seek(Math.max(at, start), 'set');
  } catch (error) {
    // What cannot be sought is read.
    if (!(error instanceof VfsError)) throw error;
  }
}

const BLOCK_BYTES = 1 << 14;

/** A place before the last lines, no further than it must be; `from` where the file has fewer, or must be waited for. */
function startOfLines(file: OpenFile, from: number, sizeBytes: number, count: Count): number {
  const content = file instanceof RegularFile ? file.content() : undefined;
  if (!content?.readSync) return from;
  let delimiters = 0;
  for (let end = sizeBytes; end > from; end -= BLOCK_BYTES) {
    const start = Math.max(from, end - BLOCK_BYTES);
    delimiters += countOf(content.readSync(start, end - start), count.delimiter);
    if (delimiters > count.number + 1) return start;
  }
  return from;
}

async function showFrom(process: Process, input: TextInput, count: Count): Promise<void> {
  let left = Math.max(0, count.number - 1);
  for (;;) {
    const chunk = await input.read();
    if (chunk.length === 0) return;
    let start = 0;
    if (count.unit === 'bytes') {
      start = Math.min(left, chunk.length);
      left -= start;
    } else {
      while (left > 0) {
        const at = chunk.indexOf(count.delimiter, start);
        if (at < 0) {
          start = chunk.length;
          break;
        }
        start = at + 1;
        left--;
      }
    }
    await process.print(chunk.subarray(start));
    if (process.isDue) await process.pause();
  }
}

interface Followed {
  readonly operand: string;
  file: OpenFile;
}

/** Looks again and again for what was appended. */
class Follower {
  readonly #process: Process;
  readonly #followed: Followed[];
  readonly #headers: Headers;
  readonly #byName: boolean;
  readonly #operands: readonly string[];

  constructor(
    process: Process,
    followed: Followed[],
    headers: Headers,
    form: { readonly byName: boolean; readonly operands: readonly string[] },
  ) {
    this.#process = process;
    this.#followed = followed;
    this.#headers = headers;
    this.#byName = form.byName;
    this.#operands = form.operands;
  }

  async run(intervalMs: number, pid: string | undefined): Promise<number> {
    const watched = pid === undefined ? undefined : Number(pid);
    for (;;) {
      for (const entry of this.#followed) await this.#showNew(entry);
      if (this.#byName) await this.#reopen();
      if (watched !== undefined && !this.#process.namespaces.pids.processes.has(watched)) return 0;
      await this.#process.sleep(intervalMs);
    }
  }

  async #showNew(entry: Followed): Promise<void> {
    const process = this.#process;
    const at = entry.file.seek(0, 'current');
    const { sizeBytes } = entry.file.stat();
    if (sizeBytes < at) {
      await process.complain(`${entry.operand}: file truncated`);
      entry.file.seek(0, 'set');
    } else if (sizeBytes === at) {
      return;
    }
    await this.#headers.of(entry.operand);
    for (;;) {
      const chunk = await entry.file.read(65536);
      if (chunk.length === 0) return;
      await process.print(chunk);
    }
  }

  /** A name that leads to another file now. */
  async #reopen(): Promise<void> {
    const process = this.#process;
    for (const operand of this.#operands) {
      const entry = this.#followed.find((one) => one.operand === operand);
      const found = statIfThere(process, operand);
      if (!found || (found.mode & S_IFMT) !== S_IFREG) continue;
      if (entry && entry.file.stat().inodeNumber === found.inodeNumber) continue;
      const verb = entry ? 'has been replaced' : 'has appeared';
      await process.complain(`${quoted(operand)} ${verb};  following new file`);
      const file = await open(process, operand, O_RDONLY);
      if (entry) {
        entry.file.close();
        entry.file = file;
      } else {
        this.#followed.push({ operand, file });
      }
      await this.#showNew(entry ?? (this.#followed.at(-1) as Followed));
    }
  }
}
