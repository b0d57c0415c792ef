import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { Process } from '../kernel/process.ts';
import { humanSize } from './humanSize.ts';
import { UsageError } from './options.ts';
import type { TarSetup } from './tarOptions.ts';

/** The line that `--totals` asks for at the end. */
export class TarTotals {
  readonly #process: Process;
  readonly #isWanted: boolean;
  readonly #started: Timestamp;
  #bytes = 0;

  /** Throws UsageError: a signal that asks for it is not simulated. */
  constructor(process: Process, { options }: TarSetup) {
    if (options.values('totals').length > 0)
      throw new UsageError('notSimulated', "option '--totals=SIGNAL' is not simulated");
    this.#process = process;
    this.#isWanted = options.has('totals');
    this.#started = process.kernel.clock.now();
  }

  async *counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of pieces) {
      this.#bytes += piece.length;
      yield piece;
    }
  }

  async tell(what: 'read' | 'written', bytes = this.#bytes): Promise<void> {
    if (!this.#isWanted) return;
    const now = this.#process.kernel.clock.now();
    const seconds = Math.max(1e-6, now.sec - this.#started.sec + (now.nsec - this.#started.nsec) / 1e9);
    const sizes = `${humanSize(bytes, 'gnu')}iB, ${humanSize(Math.round(bytes / seconds), 'gnu')}iB/s`.replace(
      /(\d)iB/g,
      '$1B',
    );
    await this.#process.write(2, `Total bytes ${what}: ${bytes} (${sizes})\n`);
  }
}
