import { encodeName } from '../../bytes/byteName.ts';
import type { IndexEntry } from '../../git/gitIndex.ts';
import { objectIdOf } from '../../git/objectId.ts';
import type { FileMode, TreeFiles } from '../../git/tree.ts';
import { isDirectory, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstatIfThere, readFile, readlink, stat } from '../kernel/calls.ts';
import type { Repository } from './repository.ts';

/** A file on one side of a comparison. */
export interface FileSide {
  readonly path: string;
  readonly mode: FileMode;
  readonly oid: string;
  read(): Promise<Uint8Array>;
}

export type FileSides = ReadonlyMap<string, FileSide>;

const SUBMODULE = 0o160000;

function storedSide(repository: Repository, path: string, mode: FileMode, oid: string): FileSide {
  const read = async () =>
    mode === SUBMODULE ? encodeName(`Subproject commit ${oid}\n`) : repository.store.readAs(oid, 'blob');
  return { path, mode, oid, read };
}

export function sidesOfTree(repository: Repository, files: TreeFiles): Map<string, FileSide> {
  return new Map([...files].map(([path, { mode, oid }]) => [path, storedSide(repository, path, mode, oid)]));
}

export async function sidesOfIndex(repository: Repository): Promise<Map<string, FileSide>> {
  const index = await repository.index();
  return new Map([...index.files()].map(([path, { mode, oid }]) => [path, storedSide(repository, path, mode, oid)]));
}

/** The files of the index as they are in the work tree; those that are gone are left out. */
export async function sidesOfWorkTree(repository: Repository): Promise<Map<string, FileSide>> {
  const sides = new Map<string, FileSide>();
  const cache = await WorkTreeCache.of(repository);
  for (const [path, entry] of (await repository.index()).files()) {
    const side = await cache.side(entry);
    if (side) sides.set(path, side);
    if (repository.process.isDue) await repository.process.pause();
  }
  return sides;
}

/** Looks at files of the index in the work tree, and reads only those that may have changed. */
export class WorkTreeCache {
  readonly #repository: Repository;
  /** Files that are no older than the index may have changed since, within the same tick. */
  readonly #indexSec: number;
  readonly #indexNsec: number;

  private constructor(repository: Repository, indexSec: number, indexNsec: number) {
    this.#repository = repository;
    this.#indexSec = indexSec;
    this.#indexNsec = indexNsec;
  }

  static async of(repository: Repository): Promise<WorkTreeCache> {
    const found = lstatIfThere(repository.process, `${repository.gitDirectory}/index`);
    return new WorkTreeCache(repository, found?.mtime.sec ?? 0, found?.mtime.nsec ?? 0);
  }

  /** Undefined where the file is gone, or a directory is there. */
  async side(entry: IndexEntry): Promise<FileSide | undefined> {
    const { path } = entry;
    if (entry.mode === SUBMODULE) return storedSide(this.#repository, path, entry.mode, entry.oid);
    const found = lstatIfThere(this.#repository.process, this.#repository.absolute(path));
    if (!found || isDirectory(found.mode)) return undefined;
    const mode = fileModeOf(found);
    const read = () => readWorkFile(this.#repository, path, found);
    const oid = this.#isFresh(entry, found) ? entry.oid : objectIdOf('blob', await read());
    return { path, mode, oid, read };
  }

  #isFresh({ stat: known, mode }: IndexEntry, found: Stat): boolean {
    const { mtime, ctime } = found;
    const isOlder = mtime.sec < this.#indexSec || (mtime.sec === this.#indexSec && mtime.nsec < this.#indexNsec);
    return (
      isOlder &&
      mode >> 12 === fileModeOf(found) >> 12 &&
      known.sizeBytes === found.sizeBytes >>> 0 &&
      known.mtimeSec === mtime.sec >>> 0 &&
      known.mtimeNsec === mtime.nsec &&
      known.ctimeSec === ctime.sec >>> 0 &&
      known.ctimeNsec === ctime.nsec &&
      known.inode === found.inodeNumber >>> 0
    );
  }
}

export function fileModeOf({ mode }: Pick<Stat, 'mode'>): FileMode {
  if (isSymlink(mode)) return 0o120000;
  return (mode & 0o100) !== 0 ? 0o100755 : 0o100644;
}

/** A symlink's content is its target. */
export async function readWorkFile(repository: Repository, path: string, found: Stat): Promise<Uint8Array> {
  const { process } = repository;
  const absolute = repository.absolute(path);
  return isSymlink(found.mode) ? encodeName(readlink(process, absolute)) : readFile(process, absolute);
}

/** The entry of a file that is in the work tree with this content. */
export function indexEntryOf(repository: Repository, path: string, oid: string, mode: FileMode): IndexEntry {
  const absolute = repository.absolute(path);
  const found = lstatIfThere(repository.process, absolute) ?? stat(repository.process, absolute);
  return {
    path,
    oid,
    mode,
    stage: 0,
    stat: {
      ctimeSec: found.ctime.sec,
      ctimeNsec: found.ctime.nsec,
      mtimeSec: found.mtime.sec,
      mtimeNsec: found.mtime.nsec,
      inode: found.inodeNumber >>> 0,
      uid: found.uid,
      gid: found.gid,
      sizeBytes: found.sizeBytes,
    },
  };
}
