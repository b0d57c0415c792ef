import { encodeName } from '../../bytes/byteName.ts';
import { type GitFilesystem, type GitStat, wantsText } from '../../git/gitFilesystem.ts';
import { isDirectory, isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, mkdir, readdir, readFile, readlink, rmdir, stat, symlink, unlink, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';

/** Files as a process sees them, in the form that isomorphic-git takes. Calls reject with VfsError, and as the process's
 *  own do when it is killed. */
export function processFilesystem(process: Process): GitFilesystem {
  const given = async <T>(call: () => T): Promise<T> => {
    if (process.isDue) await process.pause();
    return call();
  };
  return {
    promises: {
      readFile: async (path, options) => {
        const bytes = await readFile(process, path);
        return wantsText(options) ? new TextDecoder().decode(bytes) : Buffer.from(bytes);
      },
      writeFile: async (path, data, options) => {
        const mode = typeof options === 'object' ? options.mode : undefined;
        const bytes = typeof data === 'string' ? encodeName(data) : data.slice();
        await writeFile(process, path, bytes, mode ?? 0o666);
      },
      unlink: (path) => given(() => unlink(process, path)),
      readdir: (path) => given(() => readdir(process, path).map(({ name }) => name)),
      mkdir: (path) => given(() => mkdir(process, path)),
      rmdir: (path) => given(() => rmdir(process, path)),
      stat: (path) => given(() => gitStat(stat(process, path))),
      lstat: (path) => given(() => gitStat(lstat(process, path))),
      readlink: (path) => given(() => Buffer.from(encodeName(readlink(process, path)))),
      symlink: (target, path) => given(() => symlink(process, target, path)),
    },
  };
}

function gitStat(found: Stat): GitStat {
  return {
    mode: found.mode,
    size: found.sizeBytes,
    ino: found.inodeNumber,
    dev: 0,
    uid: found.uid,
    gid: found.gid,
    mtimeMs: found.mtime.sec * 1000 + Math.floor(found.mtime.nsec / 1e6),
    ctimeMs: found.ctime.sec * 1000 + Math.floor(found.ctime.nsec / 1e6),
    isFile: () => isRegular(found.mode),
    isDirectory: () => isDirectory(found.mode),
    isSymbolicLink: () => isSymlink(found.mode),
  };
}
