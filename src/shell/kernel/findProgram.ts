import { decodeName } from '../../bytes/byteName.ts';
import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Process } from './process.ts';
import type { Flavour, Program } from './program.ts';
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
}

/** Finds what a file is when it is executed: a script's interpreter, the program that a stand-in names, or the one that
 *  is simulated under the real file's name. Throws ENOENT, EACCES, ENOEXEC, ELOOP as exec(2). */
export async function findProgram(
  process: Process,
  path: string,
  argv: readonly string[],
  cwd: string,
): Promise<ProgramImage> {
  let file = path;
  let args = argv;
  for (let depth = 0; depth < MAX_INTERPRETERS; depth++) {
    const absolute = file.startsWith('/') ? file : `${cwd}/${file}`;
    const head = await readHead(process, absolute, file);
    const script = interpreterOf(head);
    if (!script) {
      if (!isElf(head)) throw new VfsError('ENOEXEC', 'execve', file);
      return programOf(process, absolute, head, args);
    }
    args = [script.path, ...(script.argument === undefined ? [] : [script.argument]), file, ...args.slice(1)];
    file = script.path;
  }
  throw new VfsError('ELOOP', 'execve', path);
}

async function readHead(process: Process, absolute: string, path: string): Promise<Uint8Array> {
  const stat = process.mounts.stat(process, absolute);
  if (isDirectory(stat.mode) || !isRegular(stat.mode)) throw new VfsError('EACCES', 'execve', path);
  process.mounts.call(process, absolute, 'follow', 'execve', 'read', (filesystem, inner) =>
    filesystem.access(inner, 1),
  );
  // Who may execute a file need not be able to read it.
  const place = process.mounts.resolve(process, absolute, 'follow');
  const { filesystem } = place.mount;
  filesystem.credentials = { uid: 0, gid: 0, groups: [], umask: 0 };
  const fd = filesystem.open(place.inner, O_RDONLY);
  try {
    const content = filesystem.content(fd);
    return content.readSync ? content.readSync(0, HEAD_BYTES) : await content.read(0, HEAD_BYTES);
  } finally {
    filesystem.close(fd);
  }
}

function interpreterOf(head: Uint8Array): { readonly path: string; readonly argument?: string } | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined;
  const line = decodeName(head.subarray(2)).split('\n')[0] as string;
  const match = /^[ \t]*([^ \t]+)(?:[ \t]+(.*?))?[ \t]*$/.exec(line);
  if (!match) throw new VfsError('ENOEXEC', 'execve', '');
  return { path: match[1] as string, ...(match[2] !== undefined && match[2] !== '' && { argument: match[2] }) };
}

async function programOf(
  process: Process,
  path: string,
  head: Uint8Array,
  argv: readonly string[],
): Promise<ProgramImage> {
  const { programs } = process.kernel;
  const real = process.mounts.resolve(process, path, 'follow').path;
  const isBusybox = isBusyboxFile(process, real, head);
  const flavour: Flavour = isBusybox ? 'busybox' : 'gnu';
  if (isBusybox) {
    const applet = baseName(argv[0] ?? '');
    const rest = applet.startsWith('busybox') ? argv.slice(1) : argv;
    const name = baseName(rest[0] ?? 'busybox').replace(/^-/, '');
    if (programs.has(name)) return { program: await programs.load(name), argv: rest.length > 0 ? rest : argv, flavour };
    return {
      program: holdsApplet(process, real, name) ? notSimulated(`busybox ${name}`) : noApplet(name),
      argv,
      flavour,
    };
  }
  const name = standInName(head) ?? programName(programs, baseName(path), baseName(real));
  if (programs.has(name)) return { program: await programs.load(name), argv, flavour };
  return { program: notSimulated(real), argv, flavour };
}

function programName(programs: { has(name: string): boolean }, asked: string, real: string): string {
  // A link's own name counts where several programs are one file.
  return programs.has(asked) && !programs.has(real) ? asked : real;
}

/** Applets are links to busybox, symbolic or hard. */
function isBusyboxFile(process: Process, real: string, head: Uint8Array): boolean {
  if (/^busybox(\.\w+)?$/.test(standInName(head) ?? baseName(real))) return true;
  if (standInName(head) !== undefined) return false;
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
