import { lstatIfThere, readdir, rmdir, unlink } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { isDirectory, S_IFDIR } from '../vfs/overlay/fileMode.ts';

/** A file, or a directory with all that is in it. Nothing where nothing is. */
export function removeTree(process: Process, path: string): void {
  const found = lstatIfThere(process, path);
  if (!found) return;
  if (!isDirectory(found.mode)) {
    unlink(process, path);
    return;
  }
  const directories = [path];
  for (let i = 0; i < directories.length; i++) {
    const directory = directories[i] as string;
    for (const { name, type } of readdir(process, directory)) {
      if (type === S_IFDIR) directories.push(`${directory}/${name}`);
      else unlink(process, `${directory}/${name}`);
    }
  }
  for (const directory of directories.reverse()) rmdir(process, directory);
}
