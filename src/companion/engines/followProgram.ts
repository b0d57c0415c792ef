import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { CompanionError } from '../companionError.ts';
import { readLines } from './readLines.ts';

/** The exit status of a child that was just started, null when a signal ended it. Rejects with CompanionError
 *  `noEngine` where the program cannot be run. */
export function endOf(child: ChildProcess, program: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'is not installed' : error.message;
      reject(new CompanionError('noEngine', `${program} ${why}`, error));
    });
    child.once('close', (code) => resolve(code));
  });
}

/** Ends the whole process group that a child leads. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    // Children of the program too: the group bears its id.
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

/** Reads what a child says until it has ended, as `endOf` tells; an abort kills its group at once and rejects with the
 *  signal's reason when it is gone. */
export async function followProgram(
  child: ChildProcess & { readonly stderr: Readable },
  ended: Promise<number | null>,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<number | null> {
  const stop = (): void => killGroup(child);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let failure: unknown;
  try {
    try {
      for await (const line of readLines(child.stderr)) onLine(line);
    } catch (error) {
      failure = error;
      stop();
    }
    const code = await ended;
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    return code;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
