import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { mayAccess, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { SpawnOptions } from '../kernel/processSetup.ts';
import { searchPath } from '../kernel/searchPath.ts';
import type { WaitStatus } from '../kernel/waitStatus.ts';
import { joinPath } from './paths.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The file that execvp(3) would run: what a slash names as it is, anything else from PATH. Undefined where there is
 *  none. */
export function findCommand(process: Process, name: string, path = process.env.get('PATH')): string | undefined {
  if (name.includes('/')) return name;
  if (name === '') return undefined;
  const found = searchPath(process, name, path ?? DEFAULT_PATH);
  return found?.isExecutable ? found.path : undefined;
}

/** All of PATH that bear the name. */
export function commandFiles(process: Process, name: string, path = process.env.get('PATH')): string[] {
  if (name === '') return [];
  return (path ?? DEFAULT_PATH).split(':').flatMap((directory) => {
    const file = joinPath(directory === '' ? '.' : directory, name);
    const found = statIfThere(process, file);
    return found && !isDirectory(found.mode) && isRegular(found.mode) && mayAccess(process, file, 1) ? [file] : [];
  });
}

/** Starts a command. Throws VfsError ENOENT with its name where there is none. */
export async function startCommand(
  process: Process,
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<Process> {
  const name = argv[0] ?? '';
  const file = findCommand(process, name, (options.env ?? process.env).get('PATH'));
  if (file === undefined) throw new VfsError('ENOENT', 'execve', name);
  return process.spawn(file, { ...options, argv });
}

/** Runs a command to its end. Throws as above. */
export async function runCommand(
  process: Process,
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<WaitStatus> {
  const child = await startCommand(process, argv, options);
  try {
    return await process.waitFor(child.wait());
  } finally {
    if (child.hasEnded) process.reap(child);
  }
}

/** Becomes that command. Throws as above, before anything has changed. */
export function becomeCommand(process: Process, argv: readonly string[]): number | Promise<number> {
  const name = argv[0] ?? '';
  const file = findCommand(process, name);
  if (file === undefined) throw new VfsError('ENOENT', 'execve', name);
  return process.exec(file, argv);
}

/** The status of `env`, `nohup`, `xargs` and others for a command that could not be run. */
export function cannotRunStatus(error: unknown): number {
  return error instanceof VfsError && error.code === 'ENOENT' ? 127 : 126;
}
