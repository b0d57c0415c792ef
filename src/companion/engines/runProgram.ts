import { spawn } from 'node:child_process';
import { endOf, followProgram } from './followProgram.ts';

export interface ProgramWords {
  readonly program: string;
  readonly words: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ProgramRun extends ProgramWords {
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
  return followProgram(child, endOf(child, program), signal, onLine);
}
