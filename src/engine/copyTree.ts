import {
  chmod,
  lchown,
  link,
  lstat,
  lutimes,
  mkdir,
  mknod,
  readdir,
  readFile,
  readlink,
  symlink,
  writeFile,
} from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { isDirectory, isRegular, isSymlink, PERMISSION_BITS } from '../vfs/overlay/fileMode.ts';
import type { Stat } from '../vfs/overlay/stat.ts';

/** Copies what lies in a directory into another, attributes and hard links included: what a new volume gets of the
 *  image (moby volume/mounts, copyExistingContents). */
export async function copyContents(from: Process, source: string, to: Process, target: string): Promise<void> {
  const copied = new Map<number, string>();
  const directories: { readonly source: string; readonly target: string }[] = [{ source, target }];
  for (let i = 0; i < directories.length; i++) {
    const directory = directories[i] as (typeof directories)[number];
    for (const { name } of readdir(from, directory.source)) {
      const path = `${directory.source}/${name}`;
      const copy = `${directory.target}/${name}`;
      const stat = lstat(from, path);
      const earlier = stat.linkCount > 1 ? copied.get(stat.inodeNumber) : undefined;
      if (earlier !== undefined && !isDirectory(stat.mode)) {
        link(to, earlier, copy);
        continue;
      }
      await copyOne(from, path, to, copy, stat);
      copied.set(stat.inodeNumber, copy);
      if (isDirectory(stat.mode)) directories.push({ source: path, target: copy });
    }
  }
  // Times of directories last: what is put into them changes these.
  for (const { source: path, target: copy } of directories.reverse()) takeAttributes(to, copy, lstat(from, path));
}

async function copyOne(from: Process, path: string, to: Process, copy: string, stat: Stat): Promise<void> {
  if (isDirectory(stat.mode)) mkdir(to, copy, stat.mode & PERMISSION_BITS);
  else if (isSymlink(stat.mode)) symlink(to, readlink(from, path), copy);
  else if (isRegular(stat.mode)) await writeFile(to, copy, await readFile(from, path, Number.MAX_SAFE_INTEGER), 0o600);
  else mknod(to, copy, stat.mode, stat.device);
  takeAttributes(to, copy, stat);
}

function takeAttributes(to: Process, copy: string, stat: Stat): void {
  lchown(to, copy, stat.uid, stat.gid);
  if (!isSymlink(stat.mode)) chmod(to, copy, stat.mode & PERMISSION_BITS);
  lutimes(to, copy, stat.atime, stat.mtime);
}
