import type { Progress } from '../bytes/platform.ts';
import { formatBytes } from './formatSize.ts';

/** Work shorter than this shows nothing. */
const QUIET_MS = 1000;
const REDRAW_MS = 100;

export interface ProgressTerminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line on standard error that tells how far long work is: only on a terminal, only after a second. */
export class ProgressLine {
  readonly #terminal: ProgressTerminal;
  readonly #now: () => number;
  readonly #startMs: number;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(terminal: ProgressTerminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
    this.#startMs = now();
  }

  show(progress: Progress): void {
    if (this.#terminal.isTTY !== true) return;
    const now = this.#now();
    if (now - this.#startMs < QUIET_MS || now - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = now;
    this.#visible = true;
    const width = Math.max(20, (this.#terminal.columns ?? 80) - 1);
    this.#terminal.write(`\r\u001b[K${progressText(progress).slice(0, width)}`);
  }

  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#terminal.write('\r\u001b[K');
  }
}

export function progressText(progress: Progress): string {
  const done = formatBytes(progress.doneBytes);
  if (!progress.totalBytes) return `${progress.phase}  ${done}`;
  const percent = Math.min(100, Math.floor((progress.doneBytes / progress.totalBytes) * 100));
  return `${progress.phase}  ${percent} %  ${done} of ${formatBytes(progress.totalBytes)}`;
}
