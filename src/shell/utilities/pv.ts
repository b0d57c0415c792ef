import { isRegular } from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import { parseSize } from './humanSize.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  progress: '-p --progress',
  timer: '-t --timer',
  eta: '-e --eta',
  rate: '-r --rate',
  average: '-a --average-rate',
  bytes: '-b --bytes',
  numeric: '-n --numeric',
  quiet: '-q --quiet',
  wait: '-W --wait',
  size: '-s --size=SIZE',
  lines: '-l --line-mode',
  interval: '-i --interval=SEC',
  width: '-w --width=WIDTH',
  name: '-N --name=NAME',
  force: '-f --force',
  cursor: '-c --cursor',
  rateLimit: '-L --rate-limit=RATE',
  bufferSize: '-B --buffer-size=BYTES',
} as const;

type PvOption = keyof typeof OPTIONS;

const CHUNK_BYTES = 128 * 1024;

/** Passes its input on, and shows on standard error how far it is. */
export const pv = utility(
  {
    options: OPTIONS,
    notSimulated:
      '-D --delay-start=SEC -H --height=HEIGHT -I --fineta -F --format=FORMAT -T --buffer-percent -A --last-written=N -0 --null -C --no-splice -E --skip-errors -S --stop-at-size -d --watchfd=PID -R --remote=PID -P --pidfile=FILE -Y --sync -K --direct-io -8 --bits',
    usage: '[OPTION] [FILE]...',
    version: '1.6.20',
  },
  (process, options) => new Meter(process, options).run(),
);

class Meter {
  readonly #process: Process;
  readonly #options: ParsedOptions<PvOption>;
  readonly #isShown: boolean;
  #startMs: number;
  readonly #intervalMs: number;
  readonly #rateLimit: number | undefined;
  #totalBytes: number | undefined;
  #done = 0;
  #lastMs: number;
  #lastDone = 0;
  #rate = 0;

  constructor(process: Process, options: ParsedOptions<PvOption>) {
    this.#process = process;
    this.#options = options;
    const toTerminal = process.files.get(2)?.isTerminal === true;
    this.#isShown = !options.has('quiet') && (toTerminal || options.has('force') || options.has('numeric'));
    this.#startMs = this.#nowMs();
    this.#lastMs = this.#startMs;
    const interval = options.value('interval') ?? '1';
    if (!/^\d*\.?\d+$/.test(interval))
      throw new UsageError('operand', `-i: ${interval}: number required`, { bare: true });
    this.#intervalMs = Math.max(100, Number(interval) * 1000);
    this.#totalBytes = this.#sizeOption('size');
    this.#rateLimit = this.#sizeOption('rateLimit');
  }

  #sizeOption(name: 'size' | 'rateLimit'): number | undefined {
    const text = this.#options.value(name);
    if (text === undefined) return undefined;
    const size = parseSize(text.toUpperCase());
    if (size === undefined) throw new UsageError('operand', `${text}: integer argument expected`, { bare: true });
    return size;
  }

  #nowMs(): number {
    const { sec, nsec } = this.#process.kernel.clock.now();
    return sec * 1000 + nsec / 1e6;
  }

  async run(): Promise<number> {
    const process = this.#process;
    let status = 0;
    const operands = this.#options.operands.length > 0 ? this.#options.operands : ['-'];
    this.#totalBytes ??= this.#measure(operands);
    for (const operand of operands) {
      let file: OpenFile | undefined;
      try {
        if (operand !== '-') file = await open(process, operand, O_RDONLY);
      } catch (error) {
        status = 2;
        await process.complain(`${operand}: ${causeOf(error)}`);
        continue;
      }
      try {
        await this.#pass(file ?? process.file(0));
      } finally {
        file?.close();
      }
    }
    if (this.#isShown) await this.#show('end');
    return status;
  }

  /** All of it, where files say how much they are. */
  #measure(operands: readonly string[]): number | undefined {
    if (this.#options.has('lines')) return undefined;
    let total = 0;
    for (const operand of operands) {
      try {
        const found =
          operand === '-' ? this.#process.file(0).stat() : this.#process.mounts.stat(this.#process, operand);
        if (!isRegular(found.mode)) return undefined;
        total += found.sizeBytes;
      } catch (error) {
        causeOf(error);
      }
    }
    return total > 0 ? total : undefined;
  }

  async #pass(file: OpenFile): Promise<void> {
    const process = this.#process;
    for (;;) {
      const reading = file.read(CHUNK_BYTES);
      const chunk = reading instanceof Promise ? await process.waitFor(reading) : reading;
      if (chunk.length === 0) return;
      if (this.#options.has('wait') && this.#done === 0) this.#startMs = this.#lastMs = this.#nowMs();
      await writeTo(process, process.file(1), chunk);
      this.#done += this.#options.has('lines')
        ? chunk.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0)
        : chunk.length;
      if (this.#rateLimit !== undefined) {
        const dueMs = this.#startMs + (this.#done / this.#rateLimit) * 1000;
        const early = dueMs - this.#nowMs();
        if (early > 0) await process.sleep(early);
      }
      if (this.#isShown && this.#nowMs() - this.#lastMs >= this.#intervalMs) await this.#show('more');
      if (process.isDue) await process.pause();
    }
  }

  async #show(when: 'more' | 'end'): Promise<void> {
    const nowMs = this.#nowMs();
    const elapsedSec = Math.max(0.001, (nowMs - this.#startMs) / 1000);
    this.#rate =
      when === 'end'
        ? this.#done / elapsedSec
        : (this.#done - this.#lastDone) / Math.max(0.001, (nowMs - this.#lastMs) / 1000);
    this.#lastMs = nowMs;
    this.#lastDone = this.#done;
    if (this.#options.has('numeric')) {
      const shown = this.#totalBytes === undefined ? this.#done : Math.floor((this.#done / this.#totalBytes) * 100);
      await this.#process.write(2, `${shown}\n`);
      return;
    }
    await this.#process.write(2, `\r${this.#line(elapsedSec)}${when === 'end' ? '\n' : ''}`);
  }

  #line(elapsedSec: number): string {
    const { given } = this.#options;
    const chosen = (name: PvOption) => given.some((option) => option.name === name);
    const isDefault = !['progress', 'timer', 'eta', 'rate', 'average', 'bytes'].some((name) =>
      chosen(name as PvOption),
    );
    const wants = (name: PvOption) => isDefault || chosen(name);
    const unit = this.#options.has('lines') ? '' : 'B';
    const parts: string[] = [];
    const label = this.#options.value('name');
    if (label !== undefined) parts.push(`${label.padStart(9)}:`);
    if (wants('bytes')) parts.push(amount(this.#done, unit));
    if (wants('timer')) parts.push(clock(elapsedSec));
    if (wants('rate')) parts.push(`[${amount(this.#rate, unit)}/s]`);
    if (chosen('average')) parts.push(`[${amount(this.#done / elapsedSec, unit)}/s]`);
    const total = this.#totalBytes;
    const share = total === undefined ? undefined : Math.min(1, this.#done / total);
    const eta = share !== undefined && share > 0 && share < 1 ? `ETA ${clock((elapsedSec * (1 - share)) / share)}` : '';
    const width = Number(this.#options.value('width')) || (this.#process.files.get(2)?.terminal?.columns ?? 80);
    const before = parts.join(' ');
    if (!wants('progress')) return eta && wants('eta') ? `${before} ${eta}` : before;
    const figure = share === undefined ? '' : `${String(Math.floor(share * 100)).padStart(3)}%`;
    const room = Math.max(4, width - before.length - figure.length - (eta ? eta.length + 1 : 0) - 5);
    const bar =
      share === undefined ? bounce(room, elapsedSec) : `${'='.repeat(Math.floor(room * share))}${share < 1 ? '>' : ''}`;
    return `${before} [${bar.slice(0, room).padEnd(room)}] ${figure}${eta ? ` ${eta}` : ''}`.trimEnd();
  }
}

/** Where the end is not known, a mark walks to and fro. */
function bounce(room: number, elapsedSec: number): string {
  const span = Math.max(1, room - 3);
  const step = Math.floor(elapsedSec * 2) % (2 * span);
  return `${' '.repeat(step < span ? step : 2 * span - step)}<=>`;
}

function amount(count: number, unit: string): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  let value = count;
  let power = 0;
  while (value >= 1000 && power < units.length - 1) {
    value /= 1024;
    power++;
  }
  const text = value >= 100 || (power === 0 && Number.isInteger(value)) ? value.toFixed(0) : value.toPrecision(3);
  return `${text.padStart(4)}${units[power]}${unit}`;
}

function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}
