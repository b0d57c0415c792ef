import type { Work } from '../../bytes/platform.ts';
import { isDirectory, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { BuildError } from '../buildError.ts';
import type { SourceFile } from '../classic/contextFiles.ts';
import { isThereDirectory, type Owner } from '../classic/mountFiles.ts';
import { isArchive, writeContent } from '../classic/placeFiles.ts';
import { unpackArchive } from '../classic/unpackArchive.ts';
import { resolveLinks } from '../resolveLinks.ts';
import { visitBelow } from '../context/copyFilter.ts';
import { type CopyMode, folderMode, modeOfCopy } from './copyMode.ts';
import type { Selected } from './copySelection.ts';

export interface Placement {
  readonly mount: OverlayMount;
  /** Absolute, with the slash at its end where one was written. */
  readonly destination: string;
  /** Undefined: as the files have them; directories that are made on the way are root's. */
  readonly owner: Owner | undefined;
  /** Undefined: as the files have them. */
  readonly mode: CopyMode | undefined;
  /** ADD unpacks archives. */
  readonly unpacks: boolean;
  /** Whose what an archive holds becomes; undefined: as it says. */
  readonly unpackedOwner?: Owner | undefined;
  /** Where errors of 0.8 say that the layers are mounted. */
  readonly shownRoot?: string;
  readonly work: Work;
}

const ROOT = { uid: 0, gid: 0 };
const UNPACKED_FOLDER_MODE = 0o755;

/** Copies what was selected into mounted layers (tonistiigi/fsutil copy): the contents of directories, the contents of
 *  archives, files. A file takes the place of anything but a directory, a directory that of nothing else. Throws
 *  BuildError `context`. */
export async function placeSelection(selected: readonly Selected[], placement: Placement): Promise<void> {
  for (const one of selected) {
    placement.work.signal?.throwIfAborted();
    await placeOne(one, placement);
  }
}

async function placeOne(one: Selected, placement: Placement): Promise<void> {
  const { mount, destination, unpacks, work } = placement;
  const { file } = one;
  if (unpacks && file.kind === 'file' && !file.special && (await isArchive(file.content, work))) {
    const folder = pathInRoot(mount, destination);
    makeFolders(folder, UNPACKED_FOLDER_MODE, placement);
    await unpackArchive(file.content, mount, folder === '' ? '/' : folder, work, placement.unpackedOwner);
    return;
  }
  const slash = destination.lastIndexOf('/');
  const above = destination.endsWith('/.') ? destination : destination.slice(0, slash + 1);
  makeFolders(pathInRoot(mount, above), folderMode(placement.mode), placement);
  const found = pathInRoot(mount, destination);
  const isFolder = isThereDirectory(mount, found === '' ? '/' : found);
  const copying = new Copying(placement);
  if (file.kind === 'directory') {
    if (placement.shownRoot !== undefined) refuseFile(found, placement);
    makeFolders(found, folderMode(placement.mode), placement);
    await copying.directory(one, found);
  } else {
    const target = isFolder ? `${found}/${one.name}` : found;
    makeFolders(target.slice(0, target.lastIndexOf('/')), folderMode(placement.mode), placement);
    await copying.file(file, target);
  }
}

/** What 0.8 said first of a directory's contents that are to go into a file. */
function refuseFile(path: string, { mount, shownRoot = '' }: Placement): void {
  const there = path === '' ? undefined : statOf(mount, path);
  if (there && !isDirectory(there.mode) && !isSymlink(there.mode))
    throw new BuildError('context', `cannot copy to non-directory: ${shownRoot}${path}`);
}

/** Absolute, '' for the root. Throws BuildError for links in a circle. */
function pathInRoot(mount: OverlayMount, path: string): string {
  const resolved = resolveLinks(path, (at) => {
    const stat = statOf(mount, `/${at}`);
    return stat && isSymlink(stat.mode) ? mount.readlink(`/${at}`) : undefined;
  });
  if (resolved === undefined) throw new BuildError('context', `too many links on the way to ${path}`);
  return resolved === '' ? '' : `/${resolved}`;
}

/** Makes a directory and those above it; those that are made are the owner's. */
export function makeFolders(
  path: string,
  mode: number,
  { mount, owner = ROOT, shownRoot = '' }: Pick<Placement, 'mount' | 'owner' | 'shownRoot'>,
): void {
  for (let slash = path.indexOf('/', 1); path !== ''; slash = path.indexOf('/', slash + 1)) {
    const part = slash < 0 ? path : path.slice(0, slash);
    if (!isThereDirectory(mount, part)) {
      if (statOf(mount, part)) throw new BuildError('context', `mkdir ${shownRoot}${part}: not a directory`);
      mount.mkdir(part, mode);
      mount.chmod(part, mode);
      mount.lchown(part, owner.uid, owner.gid);
    }
    if (slash < 0) return;
  }
}

/** One call of the copier: hard links among what it copies stay links. */
class Copying {
  readonly #placement: Placement;
  readonly #links = new Map<string, string>();

  constructor(placement: Placement) {
    this.#placement = placement;
  }

  /** The contents of a directory into one that is there; what is there of them takes their modes and owners. */
  async directory(one: Selected, target: string): Promise<void> {
    const { mount } = this.#placement;
    /** Directories above what is copied that patterns left open, by their path below the source. */
    const waiting = new Map<string, SourceFile>();
    const finished: { readonly path: string; readonly file: SourceFile }[] = [];
    for (const { file, relative, isTaken } of visitBelow(one.files, one.file, one)) {
      if (!isTaken) {
        if (file.kind === 'directory') waiting.set(relative, file);
        continue;
      }
      this.#makeWaiting(relative, target, waiting);
      const path = `${target}/${relative}`;
      if (file.kind !== 'directory') {
        await this.file(file, path);
        continue;
      }
      this.#makeDirectory(file, path);
      finished.push({ path, file });
    }
    // What was put into them has moved their times.
    for (const { path, file } of finished.reverse()) this.#takeFacts(file, path);
    if (one.file.path !== '') mount.lutimes(target === '' ? '/' : target, one.file.mtime, one.file.mtime);
  }

  #makeWaiting(relative: string, target: string, waiting: Map<string, SourceFile>): void {
    if (waiting.size === 0) return;
    for (let slash = relative.indexOf('/'); slash > 0; slash = relative.indexOf('/', slash + 1)) {
      const above = relative.slice(0, slash);
      const file = waiting.get(above);
      if (!file) continue;
      waiting.delete(above);
      const path = `${target}/${above}`;
      if (this.#makeDirectory(file, path)) this.#takeFacts(file, path);
    }
  }

  /** Whether it was made. */
  #makeDirectory(file: SourceFile, path: string): boolean {
    const { mount, shownRoot = '' } = this.#placement;
    const there = statOf(mount, path);
    if (there && !isDirectory(there.mode))
      throw new BuildError('context', `cannot copy to non-directory: ${shownRoot}${path}`);
    if (!there) mount.mkdir(path, file.mode);
    mount.chmod(path, file.mode);
    return !there;
  }

  async file(file: SourceFile, path: string): Promise<void> {
    const { mount, shownRoot = '' } = this.#placement;
    const there = statOf(mount, path);
    if (there && isDirectory(there.mode))
      throw new BuildError('context', `cannot replace to directory ${shownRoot}${path} with file`);
    if (there) mount.unlink(path);
    const first = file.linkGroup === undefined ? undefined : this.#links.get(file.linkGroup);
    if (file.kind === 'symlink') mount.symlink(file.linkTarget, path);
    else if (first !== undefined) mount.link(first, path);
    else if (file.special) mount.mknod(path, file.special.mode, file.special.device);
    else await writeContent(mount, path, file.content, file.mode);
    if (file.linkGroup !== undefined && first === undefined) this.#links.set(file.linkGroup, path);
    this.#takeFacts(file, path);
    for (const [name, value] of file.xattrs?.() ?? []) mount.setXattr(path, name, value);
  }

  /** Owner, mode and time of the source, as far as nothing else is asked for. */
  #takeFacts(file: SourceFile, path: string): void {
    const { mount, owner, mode } = this.#placement;
    const { uid, gid } = owner ?? file;
    mount.lchown(path, uid, gid);
    if (file.kind !== 'symlink') mount.chmod(path, modeOfCopy(mode, file));
    mount.lutimes(path, file.mtime, file.mtime);
  }
}

function statOf(mount: OverlayMount, path: string): Stat | undefined {
  try {
    return mount.lstat(path);
  } catch (error) {
    if (error instanceof VfsError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}
