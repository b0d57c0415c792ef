import type { Work } from '../../bytes/platform.ts';
import { MemorySource } from '../../bytes/byteSource.ts';
import { isDirectory, isRegular, isSymlink, S_IFBLK, S_IFCHR, S_IFIFO, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { resolveLinks } from '../resolveLinks.ts';
import { cleanPath, type FileSet, type SourceFile, tarSum } from './contextFiles.ts';
import { CAPABILITY_XATTR } from '../../vfs/capability.ts';

/** Names of the daemon's own accounts: they count in the sums of files that come from images. */
export interface OwnerNames {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

const SPECIAL = new Set([S_IFBLK, S_IFCHR, S_IFIFO]);
const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();
const NO_BYTES = new MemorySource(new Uint8Array(0));

/** The files of an image or stage, for `COPY --from`. */
export class ImageFiles implements FileSet {
  readonly #mount: OverlayMount;
  readonly #work: Work;
  readonly #owners: OwnerNames;
  readonly #specials: 'shown' | 'left';

  /** `specials`: whether devices and fifos are among the files: BuildKit copies them. */
  constructor(mount: OverlayMount, owners: OwnerNames, work: Work, specials: 'shown' | 'left' = 'left') {
    this.#specials = specials;
    this.#mount = mount;
    this.#owners = owners;
    this.#work = work;
  }

  find(path: string): SourceFile | undefined {
    return this.#file(cleanPath(path));
  }

  resolve(path: string): SourceFile | undefined {
    const resolved = resolveLinks(path, (at) => {
      const file = this.#file(at);
      return file?.kind === 'symlink' ? file.linkTarget : undefined;
    });
    return resolved === undefined ? undefined : this.#file(resolved);
  }

  *below(path: string): Iterable<SourceFile> {
    const clean = cleanPath(path);
    const names = this.#mount
      .readdir(`/${clean}`)
      .map(({ name }) => name)
      .sort();
    for (const name of names) {
      const file = this.#file(clean === '' ? name : `${clean}/${name}`);
      if (!file) continue;
      yield file;
      if (file.kind === 'directory') yield* this.below(file.path);
    }
  }

  #file(path: string): SourceFile | undefined {
    const mount = this.#mount;
    let stat: ReturnType<OverlayMount['lstat']>;
    try {
      stat = mount.lstat(`/${path}`);
    } catch (error) {
      if (error instanceof VfsError) return undefined;
      throw error;
    }
    const { mode, uid, gid, mtime } = stat;
    const isSpecial = SPECIAL.has(mode & S_IFMT);
    if (isSpecial && this.#specials === 'left') return undefined;
    if (!isSpecial && !isRegular(mode) && !isDirectory(mode) && !isSymlink(mode)) return undefined;
    const kind = isDirectory(mode) ? 'directory' : isSymlink(mode) ? 'symlink' : 'file';
    const content = kind === 'file' && !isSpecial ? this.#content(path) : NO_BYTES;
    const header = {
      name: kind === 'directory' ? `${path}/` : path,
      mode: (mode & S_IFMT) | (mode & 0o7777),
      uid,
      gid,
      sizeBytes: kind === 'file' && !isSpecial ? stat.sizeBytes : 0,
      typeflag: kind === 'directory' ? '5' : '0',
      linkName: '',
      userName: this.#owners.users.get(uid) ?? '',
      groupName: this.#owners.groups.get(gid) ?? '',
    };
    return {
      path,
      kind,
      mode: mode & 0o7777,
      uid,
      gid,
      mtime,
      sizeBytes: isSpecial ? 0 : stat.sizeBytes,
      linkTarget: kind === 'symlink' ? mount.readlink(`/${path}`) : '',
      content,
      linkGroup: kind === 'file' && stat.linkCount > 1 ? String(stat.inodeNumber) : undefined,
      xattrs: () => this.#xattrs(path),
      special: isSpecial ? { mode, device: stat.device } : undefined,
      sum: async () => {
        const sum = await tarSum(header, content, this.#work);
        return isSpecial ? `${mode} ${stat.device} ${sum}` : sum;
      },
    };
  }

  /** Of all that there may be, a layer keeps this alone. */
  #xattrs(path: string): ReadonlyMap<string, Uint8Array> {
    try {
      return new Map([[CAPABILITY_XATTR, this.#mount.getXattr(`/${path}`, CAPABILITY_XATTR)]]);
    } catch (error) {
      if (error instanceof VfsError) return NO_XATTRS;
      throw error;
    }
  }

  #content(path: string) {
    const fd = this.#mount.open(`/${path}`, O_RDONLY);
    try {
      return this.#mount.content(fd);
    } finally {
      this.#mount.close(fd);
    }
  }
}
