import type { Work } from '../../bytes/platform.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import type { SourceFile } from '../classic/contextFiles.ts';
import { isThereDirectory, makeParents, type Owner, remove } from '../classic/mountFiles.ts';
import { isArchive, writeContent } from '../classic/placeFiles.ts';
import { unpackArchive } from '../classic/unpackArchive.ts';
import { excluder, type Selected } from './copySelection.ts';

export interface Placement {
  readonly mount: OverlayMount;
  /** Absolute, with the slash at its end where one was written. */
  readonly destination: string;
  /** Undefined: root for files of the context, those of the files otherwise. */
  readonly owner: Owner | undefined;
  /** Permission bits; undefined: as they are. */
  readonly mode: number | undefined;
  readonly excludes: readonly string[];
  /** ADD unpacks archives. */
  readonly unpacks: boolean;
  readonly work: Work;
}

const ROOT = { uid: 0, gid: 0 };

/** Copies what was selected into mounted layers (tonistiigi/fsutil copy): the contents of directories, the contents of
 *  archives, files. What is replaced may be anything but a directory. */
export async function placeSelection(selected: readonly Selected[], placement: Placement): Promise<void> {
  for (const one of selected) await placeOne(one, placement);
}

async function placeOne({ file, files, parents }: Selected, placement: Placement): Promise<void> {
  const { mount, work } = placement;
  const owner = placement.owner ?? ROOT;
  const isFolder = placement.destination.endsWith('/') || parents !== '';
  const top = placement.destination.replace(/\/+$/, '');
  const target = parents === '' ? top : `${top}/${parents}`;
  if (file.kind === 'directory') {
    const isNew = target !== '' && !isThereDirectory(mount, target);
    makeParents({ mount, owner }, `${target}/x`);
    await placeDirectory(file, files, target, { ...placement, isNew });
    return;
  }
  if (placement.unpacks && (await isArchive(file.content, work))) {
    makeParents({ mount, owner }, `${target}/x`);
    await unpackArchive(file.content, mount, target === '' ? '/' : target, work);
    return;
  }
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const path = isFolder || isThereDirectory(mount, target || '/') ? `${target}/${name}` : target;
  makeParents({ mount, owner }, path);
  await placeFile(file, path, placement);
}

async function placeDirectory(
  directory: SourceFile,
  files: Selected['files'],
  target: string,
  placement: Placement & { readonly isNew: boolean },
): Promise<void> {
  const { mount, isNew } = placement;
  const keeps = excluder(placement.excludes);
  const prefix = directory.path === '' ? 0 : directory.path.length + 1;
  const placed: { readonly path: string; readonly file: SourceFile }[] = [];
  for (const file of files.below(directory.path)) {
    const relative = file.path.slice(prefix);
    if (!keeps(relative)) continue;
    const path = `${target}/${relative}`;
    if (file.kind !== 'directory') {
      await placeFile(file, path, placement);
      continue;
    }
    if (!isThereDirectory(mount, path)) {
      remove(mount, path);
      mount.mkdir(path, file.mode);
    }
    mount.chmod(path, placement.mode ?? file.mode);
    own(path, file, placement);
    placed.push({ path, file });
  }
  // What was put into them has moved their times.
  for (const { path, file } of placed) mount.lutimes(path, file.mtime, file.mtime);
  if (isNew && directory.path !== '') {
    mount.chmod(target, placement.mode ?? directory.mode);
    own(target, directory, placement);
    mount.lutimes(target, directory.mtime, directory.mtime);
  }
}

async function placeFile(file: SourceFile, path: string, placement: Placement): Promise<void> {
  const { mount } = placement;
  remove(mount, path);
  if (file.kind === 'symlink') mount.symlink(file.linkTarget, path);
  else {
    const mode = placement.mode ?? file.mode;
    await writeContent(mount, path, file.content, mode);
    mount.chmod(path, mode);
  }
  own(path, file, placement);
  mount.lutimes(path, file.mtime, file.mtime);
}

function own(path: string, file: SourceFile, { mount, owner }: Placement): void {
  const { uid, gid } = owner ?? file;
  mount.lchown(path, uid, gid);
}
