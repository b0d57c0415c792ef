import { VfsError } from '../../../vfs/vfsError.ts';
import type { Process } from '../../kernel/process.ts';
import type { SpawnOptions } from '../../kernel/processSetup.ts';
import { Jump, ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { complainOf, statusOfError } from './complain.ts';
import { forkFailed } from './external.ts';
import { resetTraps, runExitTrap } from './traps.ts';

/** Runs a part of the script as the process of a subshell, to its end. */
function runAsSubshell(shell: Shell, run: () => Soon<number>): Soon<number> {
  const ended = (status: number): Soon<number> =>
    then(runExitTrap(shell, status), (last) => {
      shell.variables.release();
      return last;
    });
  const failed = async (error: unknown): Promise<number> => ended(await endOfSubshell(shell, error));
  try {
    const running = run();
    return running instanceof Promise ? running.then(ended, failed) : ended(running);
  } catch (error) {
    return failed(error);
  }
}

/** The status with which an error ends a subshell. */
export function endOfSubshell(shell: Shell, error: unknown): Soon<number> {
  if (error instanceof Jump) return error.value;
  if (error instanceof ShellError) return then(complainOf(shell, error), () => statusOfError(shell, error));
  throw error;
}

/** Forks a subshell. It runs at once until it waits, or `later`, when the shell itself waits.
 *  Throws VfsError EAGAIN where there are too many processes. */
export function fork(
  shell: Shell,
  run: (inner: Shell) => Soon<number>,
  options: SpawnOptions = {},
  start: 'now' | 'later' = 'now',
): Process {
  const child = shell.process.makeChild(options);
  const inner = shell.copyFor(child);
  resetTraps(inner, shell);
  // Programs of a subshell belong to its group.
  inner.options.delete('monitor');
  const program = (): Soon<number> => runAsSubshell(inner, () => run(inner));
  shell.process.kernel.start(child, start === 'now' ? program : () => Promise.resolve().then(program));
  return child;
}

/** A child that nobody waits for in the foreground: it is gone when it ends, as shells see to on SIGCHLD. */
export function reapLater(shell: Shell, child: Process): void {
  void child.wait().then(() => shell.process.reap(child));
}

/** What a fork that failed means for the shell. */
export function refused(shell: Shell, error: unknown): Promise<number> {
  if (error instanceof VfsError && error.syscall === 'fork') return forkFailed(shell);
  throw error;
}
