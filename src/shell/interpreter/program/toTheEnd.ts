import { complainOf, statusOfError } from '../execution/complain.ts';
import { runExitTrap } from '../execution/traps.ts';
import { Jump, ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';

/** Runs a shell, then its EXIT trap; the status that it ends with. */
export async function toTheEnd(shell: Shell, run: () => Promise<number>): Promise<number> {
  let status: number;
  try {
    status = await run();
  } catch (error) {
    if (error instanceof Jump) status = error.value;
    else if (error instanceof ShellError) {
      if (error.code !== 'syntax') await complainOf(shell, error);
      status = statusOfError(shell, error);
    } else throw error;
  }
  return runExitTrap(shell, status);
}
