import type { Process } from '../kernel/process.ts';
import { runCommand } from '../utilities/launch.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import { GitFault } from './gitFault.ts';
import type { Settings } from './settings.ts';

/** Lets the user change a file in his editor. Throws GitFault where there is none, or where it fails. */
export async function editText(process: Process, settings: Settings, path: string, advice: string): Promise<void> {
  const { env } = process;
  const isDumb = !process.terminal || env.get('TERM') === 'dumb';
  const chosen = env.get('GIT_EDITOR') ?? settings.get('core.editor') ?? (isDumb ? undefined : env.get('VISUAL'));
  const editor = chosen ?? env.get('EDITOR') ?? (isDumb ? undefined : 'vi');
  if (editor === undefined) throw new GitFault('plain', `error: Terminal is dumb, but EDITOR unset\n${advice}\n`);
  const status = await runCommand(process, ['sh', '-c', `${editor} "$@"`, editor, path]);
  if (exitCode(status) !== 0)
    throw new GitFault('plain', `error: There was a problem with the editor '${editor}'.\n${advice}\n`);
}
