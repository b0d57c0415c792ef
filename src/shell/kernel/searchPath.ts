import { isRegular } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { mayAccess, statIfThere } from './calls.ts';
import { watchDirectory } from './foundPrograms.ts';
import { parentOf } from './mountNamespace.ts';
import type { Process } from './process.ts';

export interface FoundFile {
  readonly path: string;
  /** Of the first that is there, where the process may execute none. */
  readonly isExecutable: boolean;
}

/** How names are joined to a directory of the list: shells show `./name` for an empty one. */
function fileIn(directory: string, name: string): string {
  return directory === '' ? `./${name}` : `${directory.endsWith('/') ? directory.slice(0, -1) : directory}/${name}`;
}

/** The places of a list of directories (PATH) where a name would be looked for. */
export function placesOf(name: string, list: string): string[] {
  return list.split(':').map((directory) => fileIn(directory, name));
}

/** The file that a name without a slash means, by a list of directories as PATH has it: the first that the process may
 *  execute, else the first that is a file. Undefined where there is none. */
export function searchPath(process: Process, name: string, list: string): FoundFile | undefined {
  const { mounts, credentials } = process;
  const key = `${isAbsolute(list) ? '' : process.cwd}\0${list}\0${name}`;
  const epoch = mounts.programEpoch;
  const known = mounts.searches.get(key, epoch, credentials);
  if (known) return known.found;
  const found = search(process, name, list);
  // What /proc shows depends on who looks.
  if (!list.includes('/proc')) mounts.searches.set(key, epoch, credentials, { found });
  return found;
}

function isAbsolute(list: string): boolean {
  return list.startsWith('/') && !/:(?!\/)/.test(list);
}

function search(process: Process, name: string, list: string): FoundFile | undefined {
  let fallback: FoundFile | undefined;
  for (const path of placesOf(name, list)) {
    watch(process, path);
    const found = statIfThere(process, path);
    if (!found || !isRegular(found.mode)) continue;
    if (mayAccess(process, path, 1)) return { path, isExecutable: true };
    fallback ??= { path, isExecutable: false };
  }
  return fallback;
}

/** Whoever changes a name beside it lets it be looked for again; where its directory is not there, whoever makes one. */
export function watch(process: Process, path: string): void {
  let text = path.startsWith('/') ? path : `${process.cwd}/${path}`;
  for (;;) {
    try {
      const { mount, inner } = process.mounts.resolve(process, text, 'noFollow');
      watchDirectory(mount.filesystem, parentOf(inner));
      return;
    } catch (error) {
      if (!(error instanceof VfsError) || text === '/') return;
      text = parentOf(text);
    }
  }
}
