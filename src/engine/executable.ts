import type { ProgramImage } from '../shell/kernel/findProgram.ts';
import type { Process } from '../shell/kernel/process.ts';
import { access, chdir, statIfThere } from '../shell/kernel/calls.ts';
import { errnoText } from '../shell/kernel/errnoText.ts';
import { isDirectory, isRegular } from '../vfs/overlay/fileMode.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { EngineVintage } from './systemCalls.ts';

/** Why a command cannot be run: runc's words, and how the client's exit status tells it. */
export interface ExecutableFault {
  readonly why: string;
  readonly code: 'startNotFound' | 'startDenied' | 'other';
}

/** What a process of a container shall run, found the way runc does: by PATH where the name has no slash. */
export async function findExecutable(
  process: Process,
  command: readonly string[],
  vintage: EngineVintage,
): Promise<{ readonly image: ProgramImage } | { readonly fault: ExecutableFault }> {
  const name = command[0] ?? '';
  const found = name.includes('/') ? checkFile(process, name, vintage) : searchPath(process, name);
  if ('fault' in found) return found;
  try {
    return { image: await process.kernel.findProgram(process, found.path, command, process.cwd) };
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    // The file is there and may be executed: what fails now is told by the process itself.
    const text = error.code === 'ENOEXEC' ? 'exec format error' : errnoText(error.code).toLowerCase();
    return { image: failing(command, `exec ${found.path}: ${text}`) };
  }
}

const CANNOT_EXEC = 255;

function failing(argv: readonly string[], message: string): ProgramImage {
  return {
    argv,
    flavour: 'gnu',
    program: async (process) => {
      await process.write(2, `${message}\n`);
      return CANNOT_EXEC;
    },
  };
}

type Found = { readonly path: string } | { readonly fault: ExecutableFault };

function checkFile(process: Process, path: string, vintage: EngineVintage): Found {
  const stat = statIfThere(process, path);
  const quoted = JSON.stringify(path);
  if (!stat)
    return { fault: { why: `exec: ${quoted}: stat ${path}: no such file or directory`, code: 'startNotFound' } };
  if (isDirectory(stat.mode) && vintage !== '20.10')
    return { fault: { why: `exec: ${quoted}: is a directory`, code: 'startDenied' } };
  if (!isExecutable(process, path))
    return { fault: { why: `exec: ${quoted}: permission denied`, code: 'startDenied' } };
  return { path };
}

function searchPath(process: Process, name: string): Found {
  for (const directory of (process.env.get('PATH') ?? '').split(':')) {
    const path = `${directory === '' ? '.' : directory}/${name}`;
    if (name !== '' && isExecutable(process, path)) return { path };
  }
  return {
    fault: { why: `exec: ${JSON.stringify(name)}: executable file not found in $PATH`, code: 'startNotFound' },
  };
}

function isExecutable(process: Process, path: string): boolean {
  const stat = statIfThere(process, path);
  if (!stat || !isRegular(stat.mode)) return false;
  try {
    access(process, path, 1);
    return true;
  } catch (error) {
    if (error instanceof VfsError) return false;
    throw error;
  }
}

/** Goes to the working directory, as runc does before it executes. */
export function enterDirectory(process: Process, directory: string): ExecutableFault | undefined {
  try {
    chdir(process, directory === '' ? '/' : directory);
    return undefined;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const why = errnoText(error.code).toLowerCase();
    return {
      why: `chdir to cwd (${JSON.stringify(directory)}) set in config.json failed: ${why}`,
      code: 'startNotFound',
    };
  }
}
