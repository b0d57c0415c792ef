import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';

/** Waits until one of the signals comes, and gives it. Others do what they do. */
export async function untilSignal(process: Process, signals: readonly number[]): Promise<number> {
  let came: number | undefined;
  for (const signal of signals)
    process.onSignal(signal, (number) => {
      came ??= number;
    });
  const never = new Promise<never>(() => undefined);
  while (came === undefined) {
    try {
      await process.waitFor(never);
    } catch (error) {
      if (!(error instanceof VfsError && error.code === 'EINTR')) throw error;
    }
  }
  return came;
}
