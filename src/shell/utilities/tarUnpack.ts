import { decodeName } from '../../bytes/byteName.ts';
import type { TarEntry } from '../../tar/tarEntry.ts';
import { deviceNumber, isDirectory, S_IFBLK, S_IFCHR, S_IFIFO } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import {
  chmod,
  lchown,
  link,
  lstatIfThere,
  lutimes,
  mkdir,
  mknod,
  open,
  rmdir,
  setXattr,
  statIfThere,
  symlink,
  unlink,
} from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf, isErrno } from './failure.ts';
import { changedMode } from './modeChange.ts';
import { directoryOf, joinPath, withoutTrailingSlashes } from './paths.ts';
import { removeTree } from './removeTree.ts';
import type { Report } from './report.ts';
import { TarFailure } from './tarFailure.ts';
import { escapedName } from './tarListing.ts';
import type { TarSetup } from './tarOptions.ts';

/** Puts members into the filesystem, one after the other: begin, content, end. Directories get their modes and times
 *  when all is done, and links that could lead outside stand only then. */
export class TarUnpacker {
  readonly #process: Process;
  readonly #setup: TarSetup;
  readonly #report: Report;
  readonly #told = new Set<string>();
  readonly #directories: { readonly path: string; readonly entry: TarEntry; readonly isNew: boolean }[] = [];
  readonly #links = new Map<string, TarEntry>();
  readonly #keepsOwner: boolean;
  readonly #keepsMode: boolean;
  readonly #base: string | undefined;
  #entry: TarEntry | undefined;
  #path = '';
  #file: OpenFile | undefined;
  #takenBytes = 0;

  constructor(process: Process, setup: TarSetup, report: Report) {
    this.#process = process;
    this.#setup = setup;
    this.#report = report;
    const isRoot = process.credentials.uid === 0;
    const { options } = setup;
    const owner = options.last('sameOwner', 'noSameOwner');
    this.#keepsOwner = owner === undefined ? isRoot : owner === 'sameOwner';
    const mode = options.last('permissions', 'noPermissions');
    this.#keepsMode = mode === undefined ? isRoot : mode === 'permissions';
    let base: string | undefined;
    for (const { path } of setup.directories)
      base = base === undefined || path.startsWith('/') ? path : joinPath(base, path);
    this.#base = base;
    if (setup.operation === 'extract' && base !== undefined && !statIfThere(process, base)) {
      const isGnu = process.flavour === 'gnu';
      throw new TarFailure(
        isGnu
          ? `${base}: Cannot open: No such file or directory`
          : `can't change directory to '${base}': No such file or directory`,
      );
    }
  }

  /** The name under which it goes to the disk; undefined for what is left out. */
  async begin(entry: TarEntry, name: string): Promise<string | undefined> {
    const target = await this.#targetName(name);
    this.#entry = undefined;
    this.#file = undefined;
    this.#takenBytes = 0;
    if (target === undefined) return undefined;
    const path = this.#base === undefined || target.startsWith('/') ? target : joinPath(this.#base, target);
    this.#path = withoutTrailingSlashes(path);
    this.#entry = entry;
    if (this.#setup.options.has('toStdout')) return target;
    try {
      const isReady = await this.#make(entry);
      if (!isReady) this.#entry = undefined;
    } catch (error) {
      await this.#fail(error);
      this.#entry = undefined;
    }
    return target;
  }

  async content(piece: Uint8Array): Promise<void> {
    const entry = this.#entry;
    if (entry?.type !== 'file') return;
    if (this.#setup.options.has('toStdout')) {
      await this.#process.print(piece.slice());
      return;
    }
    const file = this.#file;
    if (!file) return;
    try {
      if (entry.sparse) this.#writeSparse(file, entry, piece);
      else {
        const writing = file.write(piece);
        if (writing) await this.#process.waitFor(writing);
      }
      this.#takenBytes += piece.length;
    } catch (error) {
      await this.#report.fail(`${escapedName(this.#path)}: Cannot write: ${causeOf(error)}`, 2);
      file.close();
      this.#file = undefined;
    }
  }

  /** Stored bytes lie one after the other; extents say where each run belongs. */
  #writeSparse(file: OpenFile, entry: TarEntry, piece: Uint8Array): void {
    let storedAt = 0;
    const pieceEnd = this.#takenBytes + piece.length;
    for (const { offset, length } of entry.sparse ?? []) {
      const start = Math.max(storedAt, this.#takenBytes);
      const end = Math.min(storedAt + length, pieceEnd);
      if (end > start) {
        file.seek(offset + start - storedAt, 'set');
        void file.write(piece.slice(start - this.#takenBytes, end - this.#takenBytes));
      }
      storedAt += length;
    }
  }

  async end(): Promise<void> {
    const entry = this.#entry;
    if (!entry || this.#setup.options.has('toStdout')) return;
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file) {
        if (entry.sparse) file.truncate(entry.sizeBytes);
        file.close();
      }
      if (entry.type !== 'directory' && entry.type !== 'hardlink' && !this.#links.has(this.#path))
        this.#dress(this.#path, entry);
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** Delayed links, then the attributes of directories, the deepest first. */
  async finish(): Promise<void> {
    for (const [path, entry] of this.#links) {
      this.#path = path;
      try {
        if (lstatIfThere(this.#process, path)) unlink(this.#process, path);
        symlink(this.#process, decodeName(entry.linkName), path);
        this.#dress(path, entry);
      } catch (error) {
        await this.#fail(error);
      }
    }
    const keepsOld = this.#setup.options.has('noOverwriteDir');
    for (const { path, entry, isNew } of this.#directories.reverse()) {
      if (keepsOld && !isNew) continue;
      this.#path = path;
      try {
        this.#dress(path, entry);
      } catch (error) {
        await this.#fail(error);
      }
    }
  }

  async #targetName(name: string): Promise<string | undefined> {
    const { stripComponents, transforms, options } = this.#setup;
    let target = name;
    if (stripComponents > 0) {
      const parts = target.split('/').filter((part) => part !== '');
      if (parts.length <= stripComponents) return undefined;
      target = parts.slice(stripComponents).join('/') + (name.endsWith('/') ? '/' : '');
    }
    for (const transform of transforms) target = transform(target);
    if (target === '') return undefined;
    if (options.has('absoluteNames')) return target;
    if (target.split('/').includes('..')) {
      const isGnu = this.#process.flavour === 'gnu';
      if (isGnu) await this.#report.fail(`${escapedName(name)}: Member name contains '..'`, 2);
      else throw new TarFailure(`name with '..' is skipped: '${name}'`);
      return undefined;
    }
    const slashes = /^\/+/.exec(target)?.[0];
    if (slashes !== undefined) {
      await this.#tellOnce(
        this.#process.flavour === 'gnu'
          ? "Removing leading `/' from member names"
          : "removing leading '/' from member names",
      );
      target = target.slice(slashes.length) || '.';
    }
    return target;
  }

  async #tellOnce(message: string): Promise<void> {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    await this.#process.complain(message);
  }

  /** Makes the thing itself; a file stays open for its content. False where an old one is kept. */
  async #make(entry: TarEntry): Promise<boolean> {
    const process = this.#process;
    const path = this.#path;
    const found = lstatIfThere(process, path);
    if (entry.type === 'directory' && found && isDirectory(statIfThere(process, path)?.mode ?? found.mode)) {
      this.#directories.push({ path, entry, isNew: false });
      return true;
    }
    if (found && !(await this.#makeRoom(entry, found))) return false;
    try {
      this.#create(entry);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      this.#makeParents(path);
      this.#create(entry);
    }
    if (entry.type === 'file') await this.#openFile();
    return true;
  }

  async #makeRoom(entry: TarEntry, found: Stat): Promise<boolean> {
    const process = this.#process;
    const { options } = this.#setup;
    const path = this.#path;
    if (options.has('skipOld')) return false;
    if (options.has('keepOld')) {
      await this.#report.fail(`${escapedName(path)}: Cannot open: File exists`, 2);
      return false;
    }
    if (options.has('keepNewer') && found.mtime.sec >= entry.mtimeSec && !isDirectory(found.mode)) {
      await this.#process.complain(`Current ${`'${path}'`} is newer or same age`);
      return false;
    }
    this.#links.delete(path);
    if (isDirectory(found.mode)) {
      if (options.has('recursiveUnlink')) return removeTree(process, path, this.#report);
      rmdir(process, path);
    } else if (!(options.has('overwrite') && entry.type === 'file')) unlink(process, path);
    return true;
  }

  #create(entry: TarEntry): void {
    const process = this.#process;
    const path = this.#path;
    switch (entry.type) {
      case 'directory':
        // Writable until everything is in it.
        mkdir(process, path, (entry.mode & 0o777) | 0o700);
        this.#directories.push({ path, entry, isNew: true });
        return;
      case 'symlink': {
        const target = decodeName(entry.linkName);
        const isSafe = !target.startsWith('/') && !target.split('/').includes('..');
        if (isSafe || this.#setup.options.has('absoluteNames')) {
          symlink(process, target, path);
          return;
        }
        // An empty file holds the place: nothing is written through the link before all is done.
        mknod(process, path, 0o100000, 0);
        this.#links.set(path, entry);
        return;
      }
      case 'hardlink':
        this.#link(entry);
        return;
      case 'charDevice':
      case 'blockDevice':
        mknod(
          process,
          path,
          (entry.type === 'charDevice' ? S_IFCHR : S_IFBLK) | 0o600,
          deviceNumber(entry.deviceMajor, entry.deviceMinor),
        );
        return;
      case 'fifo':
        mknod(process, path, S_IFIFO | 0o600);
        return;
      default:
        // Asks for the directory before the file is opened.
        if (!statIfThere(process, directoryOf(path))) this.#makeParents(path);
    }
  }

  #link(entry: TarEntry): void {
    let target = decodeName(entry.linkName);
    if (!this.#setup.options.has('absoluteNames')) target = target.replace(/^\/+/, '');
    const { stripComponents } = this.#setup;
    if (stripComponents > 0) target = target.split('/').slice(stripComponents).join('/');
    for (const transform of this.#setup.transforms) target = transform(target);
    const from = this.#base === undefined || target.startsWith('/') ? target : joinPath(this.#base, target);
    const delayed = this.#links.get(from);
    if (delayed) this.#links.set(this.#path, delayed);
    link(this.#process, from, this.#path);
  }

  async #openFile(): Promise<void> {
    const process = this.#process;
    const flags = this.#setup.options.has('overwrite') ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY | O_CREAT | O_EXCL;
    this.#file = await open(process, this.#path, flags, 0o600);
  }

  #makeParents(path: string): void {
    const missing: string[] = [];
    for (let at = directoryOf(path); !statIfThere(this.#process, at); at = directoryOf(at)) missing.push(at);
    for (const directory of missing.reverse()) mkdir(this.#process, directory);
  }

  #dress(path: string, entry: TarEntry): void {
    const process = this.#process;
    const { options, mode: change } = this.#setup;
    if (this.#keepsOwner) {
      const { uid, gid } = this.#owner(entry);
      lchown(process, path, uid, gid);
    }
    if (entry.type !== 'symlink') {
      const { umask } = process.credentials;
      const whole = change ? changedMode(change, entry.mode, umask) : entry.mode & 0o7777;
      chmod(process, path, this.#keepsMode ? whole : whole & 0o777 & ~umask);
    }
    if (options.last('xattrs', 'noXattrs') === 'xattrs')
      for (const { name, value } of entry.xattrs ?? []) setXattr(process, path, decodeName(name), value);
    if (options.has('touch')) return;
    const mtime = { sec: entry.mtimeSec, nsec: entry.mtimeNsec };
    lutimes(process, path, undefined, mtime);
  }

  /** By their names where the system knows them. */
  #owner(entry: TarEntry): { readonly uid: number; readonly gid: number } {
    const { accounts, options } = this.#setup;
    if (options.has('numericOwner')) return { uid: entry.uid, gid: entry.gid };
    const user = decodeName(entry.userName);
    const group = decodeName(entry.groupName);
    return {
      uid: (user === '' ? undefined : accounts.user(user)?.uid) ?? entry.uid,
      gid: (group === '' ? undefined : accounts.group(group)?.gid) ?? entry.gid,
    };
  }

  async #fail(error: unknown): Promise<void> {
    const cause = causeOf(error);
    const entry = this.#entry;
    const name = escapedName(this.#path);
    if (this.#process.flavour === 'busybox') {
      throw new TarFailure(`can't ${entry?.type === 'directory' ? 'make dir' : 'open'} '${this.#path}': ${cause}`);
    }
    const verbs: Record<string, string> = {
      directory: 'Cannot mkdir',
      symlink: `Cannot create symlink to '${entry ? decodeName(entry.linkName) : ''}'`,
      hardlink: `Cannot hard link to '${entry ? decodeName(entry.linkName) : ''}'`,
      charDevice: 'Cannot mknod',
      blockDevice: 'Cannot mknod',
      fifo: 'Cannot mkfifo',
    };
    await this.#report.fail(`${name}: ${verbs[entry?.type ?? ''] ?? 'Cannot open'}: ${cause}`, 2);
  }
}
