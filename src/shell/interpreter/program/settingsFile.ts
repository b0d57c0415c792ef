import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { statIfThere } from '../../kernel/calls.ts';
import type { Shell } from '../state/shell.ts';
import type { Invocation } from './arguments.ts';

/** Runs a file of settings in the shell, if it is there. */
export async function sourceIfThere(shell: Shell, path: string): Promise<boolean> {
  const found = statIfThere(shell.process, path);
  if (!found || isDirectory(found.mode)) return false;
  await shell.interpreter.runCommand(shell, ['.', path], 0, true);
  return true;
}

/** Settings of an interactive shell: the rc files of bash, what `ENV` names of the others. */
export async function readSettings(shell: Shell, invocation: Invocation): Promise<void> {
  const home = shell.variables.get('HOME') ?? '';
  if (shell.isBash && !shell.isPosix) {
    if (shell.isLogin || !invocation.readsRc) return;
    await sourceIfThere(shell, '/etc/bash.bashrc');
    await sourceIfThere(shell, invocation.rcFile ?? `${home}/.bashrc`);
    return;
  }
  const file = shell.variables.get('ENV');
  if (file) await sourceIfThere(shell, file);
}
