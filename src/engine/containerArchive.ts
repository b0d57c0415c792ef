import { writeTar, type TarMemberWithContent } from '../tar/writeTar.ts';
import { lstat, lstatIfThere, realpath, statIfThere } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { isDirectory, isSymlink } from '../vfs/overlay/fileMode.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { PathStat } from './containerCalls.ts';
import { noSuchPath } from './containerMessages.ts';
import { logContainerEvent } from './containerEvents.ts';
import { copyNamespace } from './containerNamespace.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { resolveUser } from './containerUser.ts';
import { daemonTarStream } from './decompressStream.ts';
import type { EngineCore } from './engineCore.ts';
import { extractTar } from './extractTar.ts';
import { helperProcess } from './helperProcess.ts';
import { containerOwners, oldStyle } from './layerTar.ts';
import { other } from './messages.ts';
import { treeMembers } from './treeTar.ts';

/** A process that sees the container's files, volumes included, whether it runs or not. */
export function containerFiles(core: EngineCore, runtimes: ContainerRuntimes, record: ContainerRecord): Process {
  return helperProcess(core.kernel, copyNamespace(core, record, runtimes.of(record)));
}

/** An absolute path in the container, with a trailing `/` or `/.` kept: these ask for a directory. */
function absolute(path: string): string {
  const ending = /(^|\/)\.$/.test(path) ? '/.' : path.endsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.length === 0 ? '/' : `/${parts.join('/')}${ending}`;
}

function baseName(path: string): string {
  if (path === '/') return '/';
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** What a path is: a link at its end is not followed, unless a slash comes after. */
export function statPath(files: Process, record: ContainerRecord, path: string, typed: string): PathStat {
  if (path === '') throw other('invalidParameter', 'bad parameter: pathcannot be empty');
  const wanted = absolute(path);
  const stat = lstatIfThere(files, wanted);
  if (!stat) {
    // Through a file: the daemon tells where it looked.
    if (leadsThroughFile(files, wanted))
      throw other('system', `lstat /var/lib/docker/overlay2/${record.id}/merged${wanted}: not a directory`);
    throw noSuchPath(path, typed);
  }
  return {
    name: baseName(wanted),
    sizeBytes: stat.sizeBytes,
    mode: stat.mode,
    mtimeSec: stat.mtime.sec,
    linkTarget: isSymlink(stat.mode) ? linkTarget(files, wanted) : '',
    stat,
  };
}

function leadsThroughFile(files: Process, path: string): boolean {
  try {
    lstat(files, path);
    return false;
  } catch (error) {
    return error instanceof VfsError && error.code === 'ENOTDIR';
  }
}

/** Where a link leads in the end; its own target where that is not there. */
function linkTarget(files: Process, path: string): string {
  try {
    return realpath(files, path);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const place = files.mounts.resolve(files, path, 'noFollow');
    const target = place.mount.filesystem.readlink(place.inner);
    return target.startsWith('/') ? target : absolute(`${path.slice(0, path.lastIndexOf('/'))}/${target}`);
  }
}

/** `docker cp CONTAINER:PATH -`: a tar of what is there, its top called by the path's base name. */
export function readContainerArchive(
  core: EngineCore,
  record: ContainerRecord,
  files: Process,
  path: string,
  typed: string,
): { readonly stat: PathStat; readonly tar: AsyncIterable<Uint8Array> } {
  const stat = statPath(files, record, path, typed);
  logContainerEvent(core, record, 'archive-path', { path });
  const place = files.mounts.resolve(files, absolute(path), 'noFollow');
  const members = treeMembers(place.mount.filesystem, place.inner, stat.name);
  return { stat, tar: daemonTar(core, files, members) };
}

/** A tar with headers as the daemon's version writes them: its helper looks owners up in the container, `files`. */
export async function* daemonTar(
  core: EngineCore,
  files: Process,
  members: Iterable<TarMemberWithContent>,
): AsyncIterable<Uint8Array> {
  yield* writeTar(core.vintage === '20.10' ? oldStyle(members, await containerOwners(files)) : members);
}

export interface WriteArchiveOptions {
  readonly refusesDirectoryOverwrite?: boolean;
  readonly copiesOwners?: boolean;
}

/** `docker cp - CONTAINER:PATH`: unpacks a tar, compressed or not, into a directory (moby daemon,
 *  containerExtractToDir). */
export async function writeContainerArchive(
  core: EngineCore,
  record: ContainerRecord,
  files: Process,
  path: string,
  typed: string,
  tar: AsyncIterable<Uint8Array>,
  options: WriteArchiveOptions,
): Promise<void> {
  const directory = absolute(path);
  const stat = statIfThere(files, directory);
  if (!stat) throw noSuchPath(path, typed);
  if (!isDirectory(stat.mode)) throw other('invalidParameter', 'extraction point is not a directory');
  const place = files.mounts.resolve(files, directory, 'follow');
  if (record.hostConfig.ReadonlyRootfs && place.mount.path === '/')
    throw other('invalidParameter', 'container rootfs is marked read-only');
  if (place.mount.isReadOnly) throw other('invalidParameter', 'mounted volume is marked read-only');
  const owner = options.copiesOwners ? (await resolveUser(files, record.config.User)).credentials : undefined;
  await extractTar(core, files, place.path, daemonTarStream(core, tar), {
    refusesKindChange: options.refusesDirectoryOverwrite === true,
    owner,
  });
  logContainerEvent(core, record, 'extract-to-dir', { path });
}
