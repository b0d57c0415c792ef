import { isDirectory, isRegular } from '../../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { mayAccess, readFile, statIfThere } from '../../kernel/calls.ts';
import { placesOf, searchPath } from '../../kernel/searchPath.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import type { OpenFile } from '../../kernel/openFile.ts';
import type { Process } from '../../kernel/process.ts';
import { Jump } from '../shellError.ts';
import { type HashedCommand, Run, type Shell } from '../state/shell.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { complain, writeError } from './complain.ts';
import { groupForChild, waitForeground } from './foreground.ts';
import { commandTextOf, functionBodyText } from './functionText.ts';
import { STANDALONE_APPLETS } from './standaloneApplets.ts';

const NOT_FOUND = 127;
const CANNOT_RUN = 126;
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where a program of that name is; undefined for nowhere. `usesHash`: a place that was found before is remembered. */
export function findCommand(shell: Shell, name: string, path?: string): string | undefined {
  if (name.includes('/')) return name;
  if (name === '') return undefined;
  const usesHash = path === undefined && shell.options.has('hashall');
  const known = usesHash ? shell.hashed.get(name) : undefined;
  if (known && isStillExecutable(shell, known)) {
    known.hits++;
    return known.path;
  }
  const found = searchPath(shell.process, name, path ?? shell.variables.get('PATH') ?? '');
  if (usesHash && found?.isExecutable)
    shell.hashed.set(name, { path: found.path, hits: 1, seenAt: shell.process.mounts.programEpoch });
  return found?.path;
}

function isStillExecutable(shell: Shell, known: HashedCommand): boolean {
  const epoch = shell.process.mounts.programEpoch;
  if (known.seenAt === epoch && known.path.startsWith('/')) return true;
  if (!isExecutable(shell, known.path)) return false;
  known.seenAt = epoch;
  return true;
}

/** Places where a name would be looked for. */
export function pathsOf(shell: Shell, name: string, path?: string): string[] {
  return placesOf(name, path ?? shell.variables.get('PATH') ?? '');
}

export function isExecutable(shell: Shell, path: string): boolean {
  const found = statIfThere(shell.process, path);
  return found !== undefined && isRegular(found.mode) && mayAccess(shell.process, path, 1);
}

/** Debian's busybox runs its own applets where PATH has none of that name (FEATURE_SH_STANDALONE). */
function standaloneApplet(shell: Shell, name: string): string | undefined {
  const { flavour, kernel } = shell.process;
  if (flavour !== 'busybox' || !STANDALONE_APPLETS.has(name) || !kernel.programs.has(name)) return undefined;
  return findCommand(shell, 'busybox');
}

/** Runs a program and waits for it. `flags` with `Run.last`: in place of the shell. */
export function runExternal(
  shell: Shell,
  argv: readonly string[],
  flags: number,
  options: { readonly path?: string } = {},
): Soon<number> {
  const name = argv[0] as string;
  const path = findCommand(shell, name, options.path) ?? standaloneApplet(shell, name);
  if (path === undefined) return notFound(shell, argv);
  const failed = (error: unknown): Promise<number> => startFailed(shell, error, path, argv, flags);
  try {
    const running =
      (flags & Run.last) !== 0 && mayReplace(shell)
        ? replace(shell, path, argv)
        : then(spawn(shell, path, argv), (child) => waitForeground(shell, [child], textOf(shell)));
    return running instanceof Promise ? running.catch(failed) : running;
  } catch (error) {
    return failed(error);
  }
}

/** Whether nothing is left for the shell to do when it ends. */
function mayReplace(shell: Shell): boolean {
  return shell.traps.size === 0 && !shell.isInteractive && shell.jobs.length === 0;
}

/** Starts a program as a child. Throws what exec(2) gives. */
export function spawn(
  shell: Shell,
  path: string,
  argv: readonly string[],
  files: ReadonlyMap<number, OpenFile> = childFiles(shell),
  group = groupForChild(shell, undefined),
): Soon<Process> {
  return shell.process.spawnSoon(path, { argv, env: childEnvironment(shell, path), files, group });
}

function childEnvironment(shell: Shell, path: string): ReadonlyMap<string, string> {
  const environment = shell.variables.environment();
  if (!shell.isBash) return environment;
  const { childEnvironment: before } = shell;
  const hasFunctions = shell.exportedFunctions.size > 0;
  if (!hasFunctions && before?.from === environment && before.path === path) return before.values;
  const env = new Map(environment);
  env.set('_', path);
  if (!hasFunctions) shell.childEnvironment = { from: environment, path, values: env };
  for (const name of shell.exportedFunctions) {
    const found = shell.functions.get(name);
    if (found) env.set(`BASH_FUNC_${name}%%`, `() ${functionBodyText(found.body)}`);
  }
  return env;
}

/** Those of the files that a program gets. */
export function childFiles(
  shell: Shell,
  files: ReadonlyMap<number, OpenFile> = shell.process.files,
): ReadonlyMap<number, OpenFile> {
  if (shell.closeOnExec.size === 0) return files;
  return new Map([...files].filter(([fd]) => !shell.closeOnExec.has(fd)));
}

/** Executes a program as this process. Throws what exec(2) gives. */
export function replace(
  shell: Shell,
  path: string,
  argv: readonly string[],
  env: ReadonlyMap<string, string> = childEnvironment(shell, path),
): Soon<number> {
  const { process } = shell;
  process.env = env;
  for (const fd of shell.closeOnExec) if (process.files.has(fd)) process.close(fd);
  return process.exec(path, argv);
}

async function notFound(shell: Shell, argv: readonly string[]): Promise<number> {
  const name = argv[0] as string;
  const handler = shell.isBash ? shell.functions.get('command_not_found_handle') : undefined;
  if (handler) return shell.interpreter.runCommand(shell, ['command_not_found_handle', ...argv], 0, false);
  await complain(shell, `${name}: ${shell.isBash ? 'command not found' : 'not found'}`);
  return NOT_FOUND;
}

async function startFailed(
  shell: Shell,
  error: unknown,
  path: string,
  argv: readonly string[],
  flags: number,
): Promise<number> {
  if (!(error instanceof VfsError) || shell.process.isKilled) throw error;
  const name = argv[0] as string;
  if (error.syscall === 'fork') return forkFailed(shell);
  if (error.code === 'ENOEXEC') return runAsScript(shell, path, argv, flags);
  const found = statIfThere(shell.process, path);
  const isDirectoryThere = found !== undefined && isDirectory(found.mode);
  if (error.code === 'ENOENT' && found && error.path !== path) {
    await complain(shell, `${name}: ${shell.isBash ? 'cannot execute: required file not found' : 'not found'}`);
    return NOT_FOUND;
  }
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    const words = shell.isBash || error.code === 'ENOTDIR' ? errnoText(error.code) : 'not found';
    await complain(shell, `${name}: ${words}`);
    return error.code === 'ENOTDIR' ? CANNOT_RUN : NOT_FOUND;
  }
  const words = isDirectoryThere && shell.isBash ? 'Is a directory' : errnoText(error.code);
  await complain(shell, `${shell.isBash ? path : name}: ${words}`);
  return CANNOT_RUN;
}

export async function forkFailed(shell: Shell): Promise<number> {
  const words = errnoText('EAGAIN');
  if (shell.isBash) await writeError(shell, `${shell.title}: fork: retry: ${words}\n${shell.title}: fork: ${words}\n`);
  else if (shell.dialect === 'dash') await complain(shell, 'Cannot fork');
  else await writeError(shell, `${shell.title}: can't fork: ${words}\n`);
  throw new Jump('exit', shell.isBash ? 254 : 2);
}

/** A file that is no program: a script without a first line that says whose. */
async function runAsScript(shell: Shell, path: string, argv: readonly string[], flags: number): Promise<number> {
  const head = (await readFile(shell.process, path, 1 << 24)).subarray(0, 256);
  const newline = head.indexOf(10);
  if (head.subarray(0, newline < 0 ? head.length : newline).includes(0)) {
    await complain(shell, `${path}: cannot execute binary file: Exec format error`);
    return CANNOT_RUN;
  }
  const program = await shell.process.kernel.programs.load(shell.dialect === 'bash' ? 'bash' : shell.dialect);
  const arguments_ = [shell.name, path, ...argv.slice(1)];
  if ((flags & Run.last) !== 0 && mayReplace(shell)) {
    shell.process.argv = arguments_;
    shell.process.env = childEnvironment(shell, path);
    return program(shell.process);
  }
  const group = groupForChild(shell, undefined);
  const child = shell.process.fork(program, {
    argv: arguments_,
    env: childEnvironment(shell, path),
    files: childFiles(shell),
    ...(group !== undefined && { group }),
  });
  return waitForeground(shell, [child], textOf(shell));
}

/** The command that runs, in the shell's own layout; made only when it is shown. */
function textOf(shell: Shell): () => string {
  const { commandNode, commandText } = shell;
  return () => (commandNode && shell.isBash ? commandTextOf(commandNode) : commandText);
}
