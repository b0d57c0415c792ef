import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { statIfThere } from '../../kernel/calls.ts';
import type { Shell } from '../state/shell.ts';

/** Runs a file of settings in the shell, if it is there. */
export async function sourceIfThere(shell: Shell, path: string): Promise<boolean> {
  const found = statIfThere(shell.process, path);
  if (!found || isDirectory(found.mode)) return false;
  await shell.interpreter.runCommand(shell, ['.', path], 0, true);
  return true;
}
