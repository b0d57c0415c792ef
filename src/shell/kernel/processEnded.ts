import type { WaitStatus } from './waitStatus.ts';

/** Unwinds a program whose process was ended. Programs let it through (`finally` runs); `trap` in a shell handles
 *  signals before it comes to this. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
  readonly status: WaitStatus;
  constructor(status: WaitStatus) {
    super('the process ended');
    this.status = status;
  }
}
