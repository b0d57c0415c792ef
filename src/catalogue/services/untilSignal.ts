import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';

/** Those that came while nobody waited: while what the one before asked for was done. */
const waiting = new WeakMap<Process, number[]>();

/** Waits until one of the signals comes, and gives it. Others do what they do. */
export async function untilSignal(process: Process, signals: readonly number[]): Promise<number> {
  const came = waiting.get(process) ?? [];
  waiting.set(process, came);
  for (const signal of signals) process.onSignal(signal, (number) => came.push(number));
  const never = new Promise<never>(() => undefined);
  for (;;) {
    const first = came.shift();
    if (first !== undefined) return first;
    try {
      await process.waitFor(never);
    } catch (error) {
      if (!(error instanceof VfsError && error.code === 'EINTR')) throw error;
    }
  }
}
