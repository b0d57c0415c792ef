import { isDirectory, isSymlink, S_IFCHR, S_IFIFO, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW } from '../../vfs/overlay/openFlags.ts';
import { searchesAll } from '../../vfs/overlay/permission.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { openDevice } from './devices.ts';
import type { Filesystem } from './filesystem.ts';
import { openFifo } from './fifo.ts';
import { KnownFacts, nameChanges, rightsChange, watchedChanges } from './foundPrograms.ts';
import type { OpenFile } from './openFile.ts';
import type { Process } from './process.ts';
import type { ProgramFile } from './findProgram.ts';
import { RegularFile } from './regularFile.ts';
import type { FoundFile } from './searchPath.ts';

/** As Linux (path_resolution(7), limits.h). */
const MAX_SYMLINKS = 40;
const PATH_MAX_CHARACTERS = 4096;
/** Directories whose place is remembered, at most. */
const MAX_KNOWN = 20_000;

/** A filesystem, or a directory of one, at a place of the tree. */
export interface Mount {
  /** Absolute, without links: `/`, `/proc`. */
  readonly path: string;
  readonly filesystem: Filesystem;
  /** Directory of the filesystem that shows there: '' for its root, else `/a/b` (a bind mount). */
  readonly root: string;
  /** As in /proc/mounts. */
  readonly type: string;
  readonly source: string;
  readonly isReadOnly: boolean;
  /** What /proc/mounts tells besides `ro` or `rw`; `relatime` unless given. */
  readonly options?: string | undefined;
}

/** As in /proc/mounts: `rw,relatime`. */
export function mountOptions({ isReadOnly, options = 'relatime' }: Pick<Mount, 'isReadOnly' | 'options'>): string {
  return `${isReadOnly ? 'ro' : 'rw'},${options}`;
}

/** Where a path leads. */
export interface Place {
  readonly mount: Mount;
  /** In the filesystem. */
  readonly inner: string;
  /** In the namespace: absolute, without links, `.` or `..` (but a link may stand at the end). */
  readonly path: string;
  /** What was found there, where the way to it has already looked; null for nothing. */
  found?: Stat | null;
}

/** Renames, new links and mounts since the start, anywhere: what known directories depend on. */
let topologyEpoch = 0;
let linkEpoch = 0;

/** To be told after a filesystem was changed other than through a namespace: restored, or written by the engine. */
export function topologyChanged(): void {
  topologyEpoch++;
}

/** The tree that processes see: filesystems mounted over each other. Links are resolved here, across mounts; each
 *  filesystem is asked for paths without links. */
export class MountNamespace {
  /** The last mounted first. */
  #mounts: Mount[] = [];
  /** Directory as it was named, to its place; only what was found by who may search all. */
  readonly #known = new Map<string, string>();
  readonly #knownByLinks = new Map<string, string>();
  /** What searches of PATH found. */
  readonly searches = new KnownFacts<{ readonly found: FoundFile | undefined }>();
  /** What files are that were executed. */
  readonly programFiles = new KnownFacts<ProgramFile>();
  #epoch = topologyEpoch;
  #linkEpoch = linkEpoch;

  constructor(root: Filesystem, type = 'overlay', source = 'overlay') {
    this.#mounts = [{ path: '/', filesystem: root, root: '', type, source, isReadOnly: false }];
  }

  /** Grows with whatever may let another program be found. */
  get programEpoch(): number {
    return topologyEpoch + watchedChanges();
  }

  /** In the order in which they were mounted. */
  get mounts(): readonly Mount[] {
    return [...this.#mounts].reverse();
  }

  get root(): Filesystem {
    return (this.#mounts.at(-1) as Mount).filesystem;
  }

  /** Mounts over a directory, which should exist. `path` absolute, without links. */
  mount(path: string, filesystem: Filesystem, options: Partial<Omit<Mount, 'path' | 'filesystem'>> = {}): void {
    const { root = '', type = 'tmpfs', source = type, isReadOnly = false, options: told } = options;
    this.#mounts.unshift({ path, filesystem, root: root === '/' ? '' : root, type, source, isReadOnly, options: told });
    topologyEpoch++;
  }

  /** Takes the topmost mount at that place away. Throws EINVAL where nothing is mounted. */
  unmount(path: string): void {
    const at = this.#mounts.findIndex((mount) => mount.path === path);
    if (at < 0 || path === '/') throw new VfsError('EINVAL', 'umount', path);
    this.#mounts.splice(at, 1);
    topologyEpoch++;
  }

  /** A namespace of its own with the same mounts (unshare(2)). */
  copy(): MountNamespace {
    const copied = new MountNamespace(this.root);
    copied.#mounts = [...this.#mounts];
    return copied;
  }

  /** chroot(2): the tree below a directory as a tree of its own. */
  rootedAt(path: string): MountNamespace {
    if (path === '/') return this.copy();
    const inside = this.#mounts.filter((mount) => mount.path.startsWith(`${path}/`));
    const top = this.placeOf(path);
    const rooted = new MountNamespace(top.mount.filesystem);
    rooted.#mounts = [
      ...inside.map((mount) => ({ ...mount, path: mount.path.slice(path.length) })),
      { ...top.mount, path: '/', root: top.inner === '/' ? '' : top.inner },
    ];
    return rooted;
  }

  /** Where an absolute path without links lies. */
  placeOf(path: string): Place {
    const mounts = this.#mounts;
    for (const mount of mounts) {
      const at = mount.path;
      if (at === '/')
        return { mount, inner: mount.root === '' ? path : path === '/' ? mount.root : mount.root + path, path };
      if (path === at) return { mount, inner: mount.root || '/', path };
      if (path.length > at.length && path.charCodeAt(at.length) === SLASH && path.startsWith(at))
        return { mount, inner: mount.root + path.slice(at.length), path };
    }
    throw new VfsError('ENOENT', 'lookup', path);
  }

  /** Where a path leads; `rule` says whether a link at its end is followed. What the end names need not exist.
   *  Throws ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG. */
  resolve(process: Process, path: string, rule: 'follow' | 'noFollow', syscall = 'lookup'): Place {
    if (path === '') throw new VfsError('ENOENT', syscall, path);
    if (path.length >= PATH_MAX_CHARACTERS) throw new VfsError('ENAMETOOLONG', syscall, path);
    let links = 0;
    let rest = path.charCodeAt(0) === SLASH ? path : `${process.cwd === '/' ? '' : process.cwd}/${path}`;
    for (;;) {
      const end = endWithoutSlashes(rest);
      if (end === 0) return this.placeOf('/');
      const slash = rest.lastIndexOf('/', end - 1);
      const name = rest.slice(slash + 1, end);
      const hasTrailingSlash = end < rest.length;
      const directory = this.#directory(process, rest.slice(0, slash), path, syscall);
      if (name === '.') return this.placeOf(directory);
      if (name === '..') return this.placeOf(parentOf(directory));
      const place = this.placeOf(directory === '/' ? `/${name}` : `${directory}/${name}`);
      if ((rule === 'noFollow' && !hasTrailingSlash) || DESCRIPTOR.test(place.path)) return place;
      const target = this.#linkAt(process, place, hasTrailingSlash, path, syscall);
      if (typeof target !== 'string') {
        if (target !== undefined) place.found = target;
        return place;
      }
      if (++links > MAX_SYMLINKS) throw new VfsError('ELOOP', syscall, path);
      const slashes = hasTrailingSlash ? '/' : '';
      rest = (target.charCodeAt(0) === SLASH ? target : `${directory === '/' ? '' : directory}/${target}`) + slashes;
    }
  }

  /** The target of the link that stands there, or what else does; null for nothing, undefined for the root of a mount. */
  #linkAt(
    process: Process,
    place: Place,
    mustBeDirectory: boolean,
    path: string,
    syscall: string,
  ): string | Place['found'] {
    if (place.inner === (place.mount.root || '/')) return undefined;
    const { filesystem } = place.mount;
    let stat: Stat;
    try {
      stat = this.as(process, place.mount).lstat(place.inner);
    } catch (error) {
      if (error instanceof VfsError && error.code === 'ENOENT') return null;
      throw renamed(error, syscall, path);
    }
    if (isSymlink(stat.mode)) return filesystem.readlink(place.inner);
    if (mustBeDirectory && !isDirectory(stat.mode)) throw new VfsError('ENOTDIR', syscall, path);
    return stat;
  }

  /** The place of a directory, links resolved. */
  #directory(process: Process, text: string, path: string, syscall: string): string {
    if (text === '') return '/';
    const isUnasked = searchesAll(process.credentials);
    if (isUnasked) {
      if (this.#epoch !== topologyEpoch) {
        this.#epoch = topologyEpoch;
        this.#known.clear();
        this.#knownByLinks.clear();
      }
      if (this.#linkEpoch !== linkEpoch) {
        this.#linkEpoch = linkEpoch;
        this.#knownByLinks.clear();
      }
      const known = this.#known.get(text) ?? this.#knownByLinks.get(text);
      if (known !== undefined) return known;
    }
    const found = this.#walk(process, text, path, syscall);
    // What /proc shows depends on who looks.
    if (isUnasked && !found.startsWith('/proc/')) {
      const known = found === text ? this.#known : this.#knownByLinks;
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(text, found);
    }
    return found;
  }

  #walk(process: Process, text: string, path: string, syscall: string): string {
    const isUnasked = searchesAll(process.credentials);
    const parts = text.split('/').reverse();
    let current = '/';
    let links = 0;
    for (let name = parts.pop(); name !== undefined; name = parts.pop()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        current = parentOf(current);
        continue;
      }
      const place = this.placeOf(current === '/' ? `/${name}` : `${current}/${name}`);
      let stat: Stat;
      try {
        stat = this.as(process, place.mount).lstat(place.inner);
      } catch (error) {
        throw renamed(error, syscall, path);
      }
      if (isSymlink(stat.mode)) {
        if (++links > MAX_SYMLINKS) throw new VfsError('ELOOP', syscall, path);
        const target = place.mount.filesystem.readlink(place.inner);
        if (target.charCodeAt(0) === SLASH) current = '/';
        parts.push(...target.split('/').reverse());
        continue;
      }
      if (!isDirectory(stat.mode)) throw new VfsError('ENOTDIR', syscall, path);
      if (!isUnasked && !maySearch(process, stat)) throw new VfsError('EACCES', syscall, path);
      current = place.path;
    }
    return current;
  }

  /** The filesystem, ready for a call by that process. Directories on the way were asked for permission already. */
  as(process: Process, mount: Mount): Filesystem {
    const { filesystem } = mount;
    const { credentials } = process;
    filesystem.credentials =
      mount.root === '' || searchesAll(credentials) ? credentials : { ...credentials, maySearch: true };
    if ('caller' in filesystem) filesystem.caller = process;
    return filesystem;
  }

  /** As above, for a call that changes something. */
  asWriter(process: Process, place: Place, syscall: string, path: string): Filesystem {
    if (place.mount.isReadOnly) throw new VfsError('EROFS', syscall, path);
    nameChanges(place.mount.filesystem, place.inner);
    return this.as(process, place.mount);
  }

  /** open(2). Waits where a fifo has no other end yet. */
  open(process: Process, path: string, flags: number, mode = 0o666): OpenFile | Promise<OpenFile> {
    const isExclusive = (flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL);
    const rule = isExclusive || (flags & O_NOFOLLOW) !== 0 ? 'noFollow' : 'follow';
    const place = this.resolve(process, path, rule, 'open');
    if ((flags & O_CREAT) !== 0 && path.endsWith('/')) throw new VfsError('EISDIR', 'open', path);
    const descriptor = descriptorAt(process, place.path);
    if (descriptor) return descriptor.retain();
    const isWriting = (flags & (3 | O_CREAT | 0o1000)) !== 0;
    const filesystem = this.as(process, place.mount);
    if (isWriting && place.mount.isReadOnly) this.#refuseChange(filesystem, place, flags, path);
    if (isWriting) nameChanges(filesystem, place.inner);
    try {
      const special = this.#special(filesystem, place);
      if (special && (flags & O_DIRECTORY) === 0 && !isExclusive) {
        filesystem.access(place.inner, accessMask(flags));
        if ((special.mode & S_IFMT) === S_IFIFO) return openFifo(process, filesystem, special, flags, path);
        return openDevice(process, special.device, place.path);
      }
      const sizeBefore = (flags & 0o1000) !== 0 ? sizeOf(filesystem, place.inner) : 0;
      const fd = filesystem.open(place.inner, flags, mode & 0o7777);
      if (sizeBefore > 0) process.kernel.disk.free(sizeBefore);
      const { cgroup } = process.namespaces;
      const isInMemory = cgroup !== undefined && place.mount.type === 'tmpfs';
      return new RegularFile(filesystem, fd, place.path, flags, process.credentials, (grownBytes) => {
        if (isInMemory) cgroup.holdPages(filesystem, grownBytes);
        process.kernel.disk.take(grownBytes, path);
      });
    } catch (error) {
      throw renamed(error, 'open', path);
    }
  }

  #refuseChange(filesystem: Filesystem, place: Place, flags: number, path: string): void {
    let stat: Stat | undefined;
    try {
      stat = filesystem.lstat(place.inner);
    } catch {
      if ((flags & O_CREAT) === 0) return;
    }
    const type = stat && stat.mode & S_IFMT;
    if (type !== S_IFCHR && type !== S_IFIFO) throw new VfsError('EROFS', 'open', path);
  }

  /** The stat of a device or fifo at that place. */
  #special(filesystem: Filesystem, place: Place): Stat | undefined {
    if (place.inner === '/' || place.found === null) return undefined;
    try {
      const stat = place.found ?? filesystem.lstat(place.inner);
      const type = stat.mode & S_IFMT;
      return type === S_IFCHR || type === S_IFIFO ? stat : undefined;
    } catch {
      return undefined;
    }
  }

  stat(process: Process, path: string): Stat {
    const place = this.resolve(process, path, 'follow', 'stat');
    const descriptor = descriptorAt(process, place.path);
    if (descriptor) return descriptor.stat();
    return this.#statAt(process, place, path);
  }

  lstat(process: Process, path: string): Stat {
    const place = this.resolve(process, path, 'noFollow', 'lstat');
    return this.#statAt(process, place, path);
  }

  /** As `stat` and `lstat`; undefined where there is nothing, or no way there. */
  find(process: Process, path: string, rule: 'follow' | 'noFollow'): Stat | undefined {
    try {
      const place = this.resolve(process, path, rule, 'stat');
      if (place.found === null) return undefined;
      if (rule === 'noFollow') return this.as(process, place.mount).lstat(place.inner);
      return descriptorAt(process, place.path)?.stat() ?? this.#statAt(process, place, path);
    } catch (error) {
      if (error instanceof VfsError) return undefined;
      throw error;
    }
  }

  #statAt(process: Process, place: Place, path: string): Stat {
    if (place.found === null) throw new VfsError('ENOENT', 'stat', path);
    if (place.found) return place.found;
    try {
      return this.as(process, place.mount).lstat(place.inner);
    } catch (error) {
      throw renamed(error, 'stat', path);
    }
  }

  /** A call that reads or changes what stands at a place. */
  call<T>(
    process: Process,
    path: string,
    rule: 'follow' | 'noFollow',
    syscall: string,
    kind: 'read' | 'write',
    body: (filesystem: Filesystem, inner: string) => T,
  ): T {
    const place = this.resolve(process, path, rule, syscall);
    // A name is removed from the directory above, which need not be read-only as what is mounted there is.
    if (kind === 'write' && REMOVES.has(syscall) && this.isMountPoint(place.path))
      throw new VfsError('EBUSY', syscall, path);
    const filesystem = kind === 'read' ? this.as(process, place.mount) : this.asWriter(process, place, syscall, path);
    if (kind === 'write' && CHANGES_TOPOLOGY.has(syscall)) topologyEpoch++;
    if (syscall === 'unlink') linkEpoch++;
    if (CHANGES_RIGHTS.has(syscall)) rightsChange();
    try {
      return body(filesystem, place.inner);
    } catch (error) {
      throw renamed(error, syscall, path);
    }
  }

  isMountPoint(path: string): boolean {
    return this.#mounts.some((mount) => mount.path === path);
  }

  /** rename(2) and link(2). Throws EXDEV between mounts. */
  between(
    process: Process,
    from: string,
    to: string,
    syscall: 'rename' | 'link',
    body: (filesystem: Filesystem, from: string, to: string) => void,
  ): void {
    const source = this.resolve(process, from, 'noFollow', syscall);
    const target = this.resolve(process, to, 'noFollow', syscall);
    if (source.mount !== target.mount) throw new VfsError('EXDEV', syscall, from);
    if (syscall === 'rename' && (this.isMountPoint(source.path) || this.isMountPoint(target.path)))
      throw new VfsError('EBUSY', syscall, from);
    const filesystem = this.asWriter(process, source, syscall, from);
    topologyEpoch++;
    try {
      // A slash at the end asks for a directory.
      body(filesystem, source.inner + slashOf(from), target.inner + slashOf(to));
    } catch (error) {
      throw renamed(error, syscall, from);
    }
  }
}

const SLASH = 0x2f;
/** A link there is the open file itself, not a way to it. */
const DESCRIPTOR = /^\/proc\/(\d+)\/fd\/(\d+)$/;
const CHANGES_TOPOLOGY = new Set(['symlink', 'rmdir']);
const CHANGES_RIGHTS = new Set(['chmod', 'chown', 'lchown', 'setxattr', 'removexattr']);
const REMOVES = new Set(['unlink', 'rmdir']);

function descriptorAt(process: Process, path: string): OpenFile | undefined {
  if (!path.startsWith('/proc/')) return undefined;
  const match = DESCRIPTOR.exec(path);
  const owner = match && process.namespaces.pids.processes.get(Number(match[1]));
  return owner?.files.get(Number(match?.[2]));
}

function slashOf(path: string): string {
  return path.length > 1 && path.endsWith('/') && !/^\/+$/.test(path) ? '/' : '';
}

function endWithoutSlashes(path: string): number {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === SLASH) end--;
  return end;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function maySearch(process: Process, stat: Stat): boolean {
  const { uid, gid, groups } = process.credentials;
  if (stat.uid === uid) return (stat.mode & 0o100) !== 0;
  if (stat.gid === gid || groups.includes(stat.gid)) return (stat.mode & 0o010) !== 0;
  return (stat.mode & 0o001) !== 0;
}

function accessMask(flags: number): number {
  return [4, 2, 6, 6][flags & 3] as number;
}

function sizeOf(filesystem: Filesystem, inner: string): number {
  try {
    return filesystem.lstat(inner).sizeBytes;
  } catch {
    return 0;
  }
}

/** The same failure with the path as the caller gave it. */
export function renamed(error: unknown, syscall: string, path: string): unknown {
  return error instanceof VfsError ? new VfsError(error.code, syscall, path) : error;
}
