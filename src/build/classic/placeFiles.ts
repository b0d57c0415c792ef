import type { ByteSource } from '../../bytes/byteSource.ts';
import { sniffCompression } from '../../codec/sniff.ts';
import type { Work } from '../../bytes/platform.ts';
import { S_IFDIR, S_IFLNK } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { BuildError } from '../buildError.ts';
import type { SourceFile } from './contextFiles.ts';
import type { CopySource } from './copySources.ts';
import { isThereDirectory, makeParents, type Owner, remove, removeAll, typeAt } from './mountFiles.ts';
import { firstBlock, unpackArchive } from './unpackArchive.ts';

export interface Placing {
  readonly mount: OverlayMount;
  /** Absolute, with the slash at its end where one was written. */
  readonly destination: string;
  readonly owner: Owner;
  /** ADD unpacks local archives. */
  readonly unpacks: boolean;
  /** Where the daemon would have mounted the layer: its errors name it. */
  readonly shownRoot: string;
  readonly work: Work;
}

const CHUNK_BYTES = 1 << 20;

/** Copies a source into a mounted image (moby builder/dockerfile/copy.go, performCopyForInfo): what is in a directory,
 *  what an archive holds, or a file. */
export async function placeSource(source: CopySource, placing: Placing): Promise<void> {
  const { destination } = placing;
  const target = destination.length > 1 ? destination.replace(/\/+$/, '') || '/' : destination;
  if (source.file.kind === 'directory') {
    await placeDirectory(source, target, placing);
    return;
  }
  if (placing.unpacks && !source.isDownload && (await isArchive(source.file.content, placing.work))) {
    if (isFile(placing.mount, target)) throw notDirectory(placing, target);
    makeParents(placing, `${target}/x`);
    await unpackArchive(source.file.content, placing.mount, target, placing.work);
    return;
  }
  const intoDirectory = destination.endsWith('/') || isThereDirectory(placing.mount, target);
  const path = intoDirectory ? `${target === '/' ? '' : target}/${source.name}` : target;
  refuseFileAbove(placing, path, { hasSlash: destination.endsWith('/') });
  makeParents(placing, path);
  await placeFile(source.file, path, placing);
}

async function placeDirectory(source: CopySource, target: string, placing: Placing): Promise<void> {
  const { mount, owner } = placing;
  if (isFile(mount, target)) {
    const shown = `${placing.shownRoot}${target}`;
    throw new BuildError('context', `failed to copy files: failed to copy directory: mkdir ${shown}: not a directory`);
  }
  makeParents(placing, `${target}/x`);
  const prefix = source.file.path === '' ? '' : `${source.file.path}/`;
  const directories: { readonly path: string; readonly file: SourceFile }[] = [];
  for (const file of source.files.below(source.file.path)) {
    const path = `${target === '/' ? '' : target}/${file.path.slice(prefix.length)}`;
    if (file.kind === 'directory') {
      if (!isThereDirectory(mount, path)) {
        remove(mount, path);
        mount.mkdir(path, file.mode);
      }
      mount.chmod(path, file.mode);
      mount.lchown(path, owner.uid, owner.gid);
      directories.push({ path, file });
    } else await placeFile(file, path, placing);
  }
  for (const { path, file } of directories.reverse()) mount.lutimes(path, file.mtime, file.mtime);
}

async function placeFile(file: SourceFile, path: string, { mount, owner }: Placing): Promise<void> {
  // A directory goes with all that is in it (moby pkg/archive, Unpack).
  removeAll(mount, path);
  if (file.kind === 'symlink') mount.symlink(file.linkTarget, path);
  else await writeContent(mount, path, file.content, file.mode);
  mount.lchown(path, owner.uid, owner.gid);
  if (file.kind === 'file') mount.chmod(path, file.mode);
  mount.lutimes(path, file.mtime, file.mtime);
}

export async function writeContent(
  mount: OverlayMount,
  path: string,
  content: ByteSource,
  mode: number,
): Promise<void> {
  const fd = mount.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  try {
    for (let at = 0; at < content.sizeBytes; at += CHUNK_BYTES) {
      mount.pwrite(fd, at, (await content.read(at, CHUNK_BYTES)).slice());
    }
  } finally {
    mount.close(fd);
  }
}

function isFile(mount: OverlayMount, path: string): boolean {
  const type = typeAt(mount, path);
  return type !== undefined && type !== S_IFDIR && type !== S_IFLNK;
}

/** A path that leads through a file (moby builder/dockerfile/copy.go, copyFile and its look at the destination). */
function refuseFileAbove(
  { mount, shownRoot }: Placing,
  path: string,
  { hasSlash }: { readonly hasSlash: boolean },
): void {
  const parent = path.slice(0, path.lastIndexOf('/'));
  for (let at = parent; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    if (!isFile(mount, at)) continue;
    const why = hasSlash
      ? `failed to create new directory: mkdir ${shownRoot}${parent}: not a directory`
      : `lstat ${shownRoot}${path}: not a directory`;
    throw new BuildError('context', `failed to copy files: ${why}`);
  }
}

function notDirectory({ shownRoot }: Placing, target: string): BuildError {
  const pivot = `${shownRoot}${target}/.pivot_root${String(target.length * 7919).padStart(9, '1')}`;
  return new BuildError(
    'context',
    `failed to copy files: Error processing tar file(exit status 1): Error setting up pivot dir: mkdir ${pivot}: not a directory`,
  );
}

const TAR_MAGIC_AT = 257;
const HEADER_BYTES = 512;

/** A tar, plain or compressed (moby pkg/archive, IsArchivePath). */
export async function isArchive(content: ByteSource, { platform }: Work): Promise<boolean> {
  const head = await content.read(0, HEADER_BYTES);
  const block = sniffCompression(head) === 'none' ? head : await firstBlock(content, platform);
  if (!block || block.length < HEADER_BYTES) return false;
  return String.fromCharCode(...block.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + 5)) === 'ustar';
}
