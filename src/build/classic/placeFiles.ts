import type { ByteSource } from '../../bytes/byteSource.ts';
import { sniffCompression } from '../../codec/sniff.ts';
import type { Work } from '../../bytes/platform.ts';
import { CodecError } from '../../codec/codecError.ts';
import { TarError } from '../../tar/tarEntry.ts';
import { S_IFDIR, S_IFLNK, S_ISGID, S_ISUID, S_IXGRP } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { BuildError } from '../buildError.ts';
import { resolveLinks } from '../resolveLinks.ts';
import type { SourceFile } from './contextFiles.ts';
import type { CopySource } from './copySources.ts';
import { isThereDirectory, makeParents, type Owner, remove, removeAll, typeAt, typeOfLink } from './mountFiles.ts';
import { firstBlock, unpackArchive } from './unpackArchive.ts';

export interface Placing {
  readonly mount: OverlayMount;
  /** Absolute, with the slash at its end where one was written. */
  readonly destination: string;
  /** Undefined: each keeps its own. */
  readonly owner: Owner | undefined;
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
  const target = resolved(placing.mount, destination);
  if (source.file.kind === 'directory') {
    await placeDirectory(source, target, placing);
    return;
  }
  if (placing.unpacks && !source.isDownload && (await isArchive(source.file.content, placing.work))) {
    if (isFile(placing.mount, target)) throw notDirectory(placing, target);
    makeParents({ mount: placing.mount, owner: undefined }, `${target}/x`);
    await unpacked(source.file.content, target, placing);
    return;
  }
  const intoDirectory = destination.endsWith('/') || isThereDirectory(placing.mount, target);
  const path = intoDirectory ? `${target === '/' ? '' : target}/${source.name}` : target;
  refuseFileAbove(placing, path, { hasSlash: destination.endsWith('/') });
  makeParents(placing, path);
  await placeFile(source.file, path, placing);
}

/** Where a destination leads, links followed within the image, whether there is anything or not. */
function resolved(mount: OverlayMount, destination: string): string {
  const linkAt = (path: string) => {
    const isLink = typeOfLink(mount, `/${path}`) === S_IFLNK;
    return isLink ? mount.readlink(`/${path}`) : undefined;
  };
  const path = resolveLinks(destination, linkAt);
  if (path === undefined) throw new BuildError('context', `failed to copy files: ${destination}: too many links`);
  return `/${path}`;
}

async function unpacked(content: ByteSource, target: string, { mount, work }: Placing): Promise<void> {
  try {
    await unpackArchive(content, mount, target, work);
  } catch (error) {
    if (!(error instanceof CodecError || error instanceof TarError)) throw error;
    const why = error.code === 'truncated' ? 'unexpected EOF' : error.message;
    throw new BuildError('context', `failed to copy files: Error processing tar file(exit status 1): ${why}`);
  }
}

/** The kernel takes these bits away where an owner is set (chown(2)). */
function withoutIds(mode: number): number {
  return mode & ~S_ISUID & (mode & S_IXGRP ? ~S_ISGID : ~0);
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
      const { uid, gid } = owner ?? file;
      mount.lchown(path, uid, gid);
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
  const { uid, gid } = owner ?? file;
  mount.lchown(path, uid, gid);
  if (file.kind === 'file') mount.chmod(path, owner ? withoutIds(file.mode) : file.mode);
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
