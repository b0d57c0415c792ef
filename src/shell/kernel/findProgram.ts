import { decodeName } from '../../bytes/byteName.ts';
import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { ROOT } from '../../vfs/overlay/permission.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { executedFile } from './executedFile.ts';
import type { Process } from './process.ts';
import type { ExecutedFile } from './processCredentials.ts';
import type { Flavour, Program } from './program.ts';
import { watch } from './searchPath.ts';
import { HEAD_BYTES, isElf, standInName } from './standIn.ts';

/** As Linux (BINPRM_MAX_RECURSION). */
const MAX_INTERPRETERS = 5;
/** Exit status of what was found and cannot be run, as shells have it. */
const CANNOT_RUN = 126;

/** What exec(2) made of a file. */
export interface ProgramImage {
  readonly program: Program;
  /** With the interpreter of a script in front. */
  readonly argv: readonly string[];
  readonly flavour: Flavour;
  /** What the file changes of who executes it; a script's interpreter, where it is one. */
  readonly file?: ExecutedFile | undefined;
}

/** What an executable file is, whatever its arguments are. */
export interface ProgramFile {
  /** Without links. */
  readonly real: string;
  readonly flavour: Flavour;
  /** Of the program; of busybox, which has many, none. */
  readonly name: string;
  readonly executed: ExecutedFile | undefined;
}

/** Finds what a file is when it is executed: a script's interpreter, the program that a stand-in names, or the one that
 *  is simulated under the real file's name. Waits only where the file's bytes or its program must be loaded. Throws
 *  ENOENT, EACCES, ENOEXEC, ELOOP as exec(2). */
export function findProgram(
  process: Process,
  path: string,
  argv: readonly string[],
  cwd: string,
  depth = 0,
): ProgramImage | Promise<ProgramImage> {
  if (depth === MAX_INTERPRETERS) throw new VfsError('ELOOP', 'execve', path);
  const { mounts, credentials } = process;
  const absolute = path.startsWith('/') ? path : `${cwd}/${path}`;
  const epoch = mounts.programEpoch;
  const known = mounts.programFiles.get(absolute, epoch, credentials);
  if (known) return imageOf(process, known, argv);
  const next = (head: Uint8Array): ProgramImage | Promise<ProgramImage> => {
    const script = interpreterOf(head);
    if (script) {
      const before = script.argument === undefined ? [script.path] : [script.path, script.argument];
      return findProgram(process, script.path, [...before, path, ...argv.slice(1)], cwd, depth + 1);
    }
    if (!isElf(head)) throw new VfsError('ENOEXEC', 'execve', path);
    const file = programFile(process, absolute, head);
    if (!absolute.startsWith('/proc/')) {
      watch(process, absolute);
      watch(process, file.real);
      mounts.programFiles.set(absolute, epoch, credentials, file);
    }
    return imageOf(process, file, argv);
  };
  const head = readHead(process, absolute, path);
  return head instanceof Promise ? head.then(next) : next(head);
}

function readHead(process: Process, absolute: string, path: string): Uint8Array | Promise<Uint8Array> {
  const stat = process.mounts.stat(process, absolute);
  if (isDirectory(stat.mode) || !isRegular(stat.mode)) throw new VfsError('EACCES', 'execve', path);
  process.mounts.call(process, absolute, 'follow', 'execve', 'read', (filesystem, inner) =>
    filesystem.access(inner, 1),
  );
  // Who may execute a file need not be able to read it.
  const place = process.mounts.resolve(process, absolute, 'follow');
  const { filesystem } = place.mount;
  filesystem.credentials = ROOT;
  const fd = filesystem.open(place.inner, O_RDONLY);
  let reading: Promise<Uint8Array> | undefined;
  try {
    const content = filesystem.content(fd);
    if (content.readSync) return content.readSync(0, HEAD_BYTES);
    reading = content.read(0, HEAD_BYTES);
    return reading.finally(() => filesystem.close(fd));
  } finally {
    if (!reading) filesystem.close(fd);
  }
}

function interpreterOf(head: Uint8Array): { readonly path: string; readonly argument?: string } | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined;
  const line = decodeName(head.subarray(2)).split('\n')[0] as string;
  const match = /^[ \t]*([^ \t]+)(?:[ \t]+(.*?))?[ \t]*$/.exec(line);
  if (!match) throw new VfsError('ENOEXEC', 'execve', '');
  return { path: match[1] as string, ...(match[2] !== undefined && match[2] !== '' && { argument: match[2] }) };
}

function programFile(process: Process, path: string, head: Uint8Array): ProgramFile {
  const place = process.mounts.resolve(process, path, 'follow');
  const real = place.path;
  const standsFor = standInName(head);
  const executed = executedFile(place);
  if (isBusyboxFile(process, real, standsFor)) return { real, flavour: 'busybox', name: '', executed };
  return {
    real,
    flavour: 'gnu',
    name: standsFor ?? programName(process.kernel.programs, baseName(path), baseName(real)),
    executed,
  };
}

function imageOf(
  process: Process,
  { real, flavour, name, executed }: ProgramFile,
  argv: readonly string[],
): ProgramImage | Promise<ProgramImage> {
  const { programs } = process.kernel;
  if (flavour === 'busybox') {
    const called = baseName(argv[0] ?? '');
    const rest = called.startsWith('busybox') ? argv.slice(1) : argv;
    const applet = baseName(rest[0] ?? 'busybox').replace(/^-/, '');
    if (programs.has(applet)) return loaded(programs.load(applet), rest.length > 0 ? rest : argv, flavour, executed);
    const program = holdsApplet(process, real, applet) ? notSimulated(`busybox ${applet}`) : noApplet(applet);
    return { program, argv, flavour, file: executed };
  }
  if (programs.has(name)) return loaded(programs.load(name), argv, flavour, executed);
  return { program: notSimulated(real), argv, flavour, file: executed };
}

function loaded(
  program: Program | Promise<Program>,
  argv: readonly string[],
  flavour: Flavour,
  file: ExecutedFile | undefined,
): ProgramImage | Promise<ProgramImage> {
  if (program instanceof Promise) return program.then((ready) => ({ program: ready, argv, flavour, file }));
  return { program, argv, flavour, file };
}

function programName(programs: { has(name: string): boolean }, asked: string, real: string): string {
  // A link's own name counts where several programs are one file.
  return programs.has(asked) && !programs.has(real) ? asked : real;
}

/** Applets are links to busybox, symbolic or hard. */
function isBusyboxFile(process: Process, real: string, standsFor: string | undefined): boolean {
  if (/^busybox(\.\w+)?$/.test(standsFor ?? baseName(real))) return true;
  if (standsFor !== undefined) return false;
  try {
    const beside = process.mounts.lstat(process, `${real.slice(0, real.lastIndexOf('/'))}/busybox`);
    return beside.inodeNumber === process.mounts.lstat(process, real).inodeNumber;
  } catch {
    return false;
  }
}

/** Where `busybox --install` puts links. */
const APPLET_FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin'];

/** Whether a root has a link to its busybox for an applet: then the real one holds it. */
function holdsApplet(process: Process, busybox: string, name: string): boolean {
  if (name === '' || name.includes('/')) return false;
  return APPLET_FOLDERS.some((folder) => {
    try {
      const { path } = process.mounts.resolve(process, `${folder}/${name}`, 'follow');
      if (path === busybox) return true;
      const inodeNumber = (at: string) => process.mounts.lstat(process, at).inodeNumber;
      return inodeNumber(path) === inodeNumber(busybox);
    } catch {
      return false;
    }
  });
}

function noApplet(name: string): Program {
  return async (process) => {
    await process.write(2, `${name}: applet not found\n`);
    return 127;
  };
}

function notSimulated(path: string): Program {
  return async (process) => {
    await process.write(2, `palimpsest: ${path}: this program is not simulated; real binaries cannot run here\n`);
    return CANNOT_RUN;
  };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
