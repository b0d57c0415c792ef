import { spawn } from 'node:child_process';
import { CompanionError } from '../companionError.ts';
import { readLines } from './readLines.ts';

export interface ProgramRun {
  readonly program: string;
  readonly words: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Each line of standard error. */
  readonly onLine: (line: string) => void;
}

/** Runs a program in a process group of its own until it ends; an abort kills the group at once and rejects with the
 *  signal's reason when it is gone. Resolves with the exit status, null when a signal ended it. */
export async function runProgram(run: ProgramRun): Promise<number | null> {
  const { program, words, folder, environment, signal, onLine } = run;
  signal.throwIfAborted();
  const child = spawn(program, words, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'is not installed' : error.message;
      reject(new CompanionError('noEngine', `${program} ${why}`, error));
    });
    child.once('close', (code) => resolve(code));
  });
  const kill = (): void => {
    // Children of the program too: the group bears its id.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const stop = (): void => {
    try {
      kill();
    } catch {
      // It has ended in the meantime.
    }
  };
  signal.addEventListener('abort', stop, { once: true });
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
