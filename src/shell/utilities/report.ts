import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';

/** What a utility has complained of: it goes on with its other operands and gives the status in the end. */
export class Report {
  readonly process: Process;
  status = 0;

  constructor(process: Process) {
    this.process = process;
  }

  /** `NAME: MESSAGE`. */
  async fail(message: string, status = 1): Promise<void> {
    this.status = Math.max(this.status, status);
    await this.process.complain(message);
  }

  /** `NAME: MESSAGE: what the error is`. Anything but a VfsError is thrown on. */
  async failedBy(error: unknown, message: string, status = 1): Promise<void> {
    await this.fail(`${message}: ${causeOf(error)}`, status);
  }
}
