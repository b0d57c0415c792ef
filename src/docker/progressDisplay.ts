import type { ProgressMessage } from '../engine/progress.ts';
import type { Process } from '../shell/kernel/process.ts';
import { humanSize } from './humanUnits.ts';

const BAR_STEPS = 50;
const CURSOR_UP = (lines: number) => `\x1b[${lines}A`;
const CURSOR_DOWN = (lines: number) => `\x1b[${lines}B`;
const CLEAR_LINE = '\x1b[2K';
/** Messages that wait to be written, at most; an engine that is faster than the terminal loses pictures between. */
const MAX_PENDING = 10_000;

/** Prints a stream of progress (moby pkg/jsonmessage): on a terminal a line for each id, that changes in place; else a
 *  line for each status, without bars. */
export class ProgressDisplay {
  readonly #process: Process;
  readonly #fd: 1 | 2;
  readonly #isTerminal: boolean;
  readonly #columns: number;
  readonly #lines = new Map<string, number>();
  readonly #pending: string[] = [];
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(process: Process, fd: 1 | 2) {
    this.#process = process;
    this.#fd = fd;
    const file = process.files.get(fd);
    this.#isTerminal = file?.isTerminal ?? false;
    this.#columns = file?.terminal?.columns ?? 80;
  }

  show(message: ProgressMessage): void {
    const text = this.#text(message);
    if (text === '' || this.#pending.length >= MAX_PENDING) return;
    this.#pending.push(text);
    this.#writing ??= this.#drain();
  }

  /** Waits until all is written. Throws what writing threw. */
  async end(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#failure) throw this.#failure.error;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const text = this.#pending.splice(0).join('');
        await this.#process.write(this.#fd, text);
      }
    } catch (error) {
      this.#failure ??= { error };
      this.#pending.length = 0;
    } finally {
      this.#writing = undefined;
    }
  }

  #text(message: ProgressMessage): string {
    if ('aux' in message) return '';
    // A message of no text is a line of its own.
    if ('stream' in message) return message.stream || '\n';
    const bar = this.#bar(message);
    const line = `${message.id === undefined ? '' : `${message.id}: `}${message.status}`;
    // Without a terminal, bars are left out with their line.
    if (!this.#isTerminal) return hasProgress(message) ? '' : `${line}\n`;
    if (message.id === undefined || message.status.startsWith('Pulling from ')) {
      // Lines that change stay above what follows.
      this.#lines.clear();
      return `${line}${bar === '' ? '' : ` ${bar}`}\n`;
    }
    return this.#inPlace(message.id, `${line} ${bar}`);
  }

  #inPlace(id: string, text: string): string {
    const known = this.#lines.get(id);
    const row = known ?? this.#lines.size;
    if (known === undefined) this.#lines.set(id, row);
    const above = this.#lines.size - row;
    const start = known === undefined ? '\n' : '';
    return `${start}${CURSOR_UP(above)}${CLEAR_LINE}\r${text}\r${CURSOR_DOWN(above)}`;
  }

  #bar(message: { readonly currentBytes?: number; readonly totalBytes?: number }): string {
    const { currentBytes: current = 0, totalBytes: total = 0 } = message;
    if (current <= 0 && total <= 0) return '';
    const size = humanSize(current, 4);
    if (total <= 0) return size.padStart(8);
    const share = Math.min(Math.trunc(Math.trunc((current / total) * 100) / 2), BAR_STEPS);
    const blank = ' '.repeat(Math.max(BAR_STEPS - share, 0));
    const bar = this.#columns > 110 ? `[${'='.repeat(share)}>${blank}] ` : '';
    // A total that turned out too small is not shown.
    if (current > total) return `${bar}${size.padStart(8)}`;
    return `${bar}${size.padStart(8)}/${humanSize(total, 4)}`;
  }
}

function hasProgress({ currentBytes = 0, totalBytes = 0 }: { currentBytes?: number; totalBytes?: number }): boolean {
  return currentBytes > 0 || totalBytes > 0;
}
