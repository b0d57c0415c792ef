import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { BuildError } from '../../build/buildError.ts';
import { contextError, ContextFilter, DEFAULT_IGNORE_FILE, withBuildFiles } from '../../build/context/contextFilter.ts';
import { readIgnoreFile } from '../../build/context/ignoreFile.ts';
import { type ContextTree, selectEntries } from '../../build/context/selectEntries.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { TarMemberWithContent } from '../../tar/writeTar.ts';
import { isDirectory, isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { ClientError, fileErrorText } from '../client.ts';

/** A file that goes into the context beside what lies in its folder. */
export interface AddedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface FolderContext {
  /** The folder, absolute. */
  readonly folder: string;
  /** Relative to the folder: sent even where the ignore file leaves it out. */
  readonly dockerfile: string;
  readonly added: readonly AddedFile[];
  /** What BuildKit's client leaves out; where they are given, no ignore file is read. */
  readonly patterns?: readonly string[];
  /** Which BuildKit's, where patterns are given. */
  readonly packer?: 'buildkit' | 'buildkit 0.8';
}

const READ_BYTES = 1 << 18;
const SMALL_BYTES = 1 << 15;

/** What is sent of a folder, as members of a tar (docker cli, build/context.go): everybody's files are root's. Throws
 *  BuildError `pattern` in the client's words. */
export async function* folderContext(
  process: Process,
  { folder, dockerfile, added, patterns, packer = 'buildkit' }: FolderContext,
): AsyncGenerator<TarMemberWithContent> {
  const filter = patterns
    ? new ContextFilter(patterns, packer)
    : new ContextFilter(await ignorePatterns(process, folder, dockerfile), 'classic');
  const tree: ContextTree = {
    list: (path) => {
      const directory = path === '' ? folder : `${folder}/${path}`;
      return calls
        .readdir(process, directory)
        .map(({ name }) => ({ name, isDirectory: isDirectory(calls.lstat(process, `${directory}/${name}`).mode) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
  /** First names of files with several. */
  const links = new Map<number, string>();
  const left = new Set(added);
  for await (const { path, sent } of selectEntries(tree, filter)) {
    if (process.isDue) await process.pause();
    if (!sent) continue;
    const found = await memberOf(process, folder, path, links);
    const replaced = added.find((one) => one.path === path);
    if (found && replaced) {
      yield { member: { ...found.member, sizeBytes: replaced.bytes.length }, content: [replaced.bytes] };
      left.delete(replaced);
    } else if (found) yield found;
  }
  for (const { path, bytes } of left) yield addedMember(process, path, bytes);
}

async function ignorePatterns(process: Process, folder: string, dockerfile: string): Promise<readonly string[]> {
  const path = `${folder}/${DEFAULT_IGNORE_FILE}`;
  if (!calls.statIfThere(process, path)) return [];
  try {
    const lines = readIgnoreFile(decodeName(await calls.readFile(process, path)));
    return withBuildFiles(
      lines.map(({ pattern }) => pattern),
      dockerfile,
    );
  } catch (error) {
    if (error instanceof VfsError)
      throw new ClientError(`error reading .dockerignore: ${fileErrorText(error, 'read')}`);
    throw error instanceof BuildError ? contextError(error) : error;
  }
}

async function memberOf(
  process: Process,
  folder: string,
  path: string,
  links: Map<number, string>,
): Promise<TarMemberWithContent | undefined> {
  const stat = calls.lstat(process, `${folder}/${path}`);
  const common = {
    mode: stat.mode & 0o7777,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    mtimeSec: stat.mtime.sec,
  };
  if (isDirectory(stat.mode)) return { member: { ...common, type: 'directory', name: encodeName(`${path}/`) } };
  const name = encodeName(path);
  if (isSymlink(stat.mode)) {
    const target = calls.readlink(process, `${folder}/${path}`);
    return { member: { ...common, type: 'symlink', name, linkName: encodeName(target) } };
  }
  // Sockets and devices are nothing to build with.
  if (!isRegular(stat.mode)) return undefined;
  const first = stat.linkCount > 1 ? links.get(stat.inodeNumber) : undefined;
  if (first !== undefined) return { member: { ...common, type: 'hardlink', name, linkName: encodeName(first) } };
  if (stat.linkCount > 1) links.set(stat.inodeNumber, path);
  const content = await contentOf(process, `${folder}/${path}`, stat);
  return { member: { ...common, type: 'file', name, sizeBytes: stat.sizeBytes }, content };
}

/** A small file whole: to have it in pieces would cost more than to read it. */
async function contentOf(process: Process, path: string, stat: Stat): Promise<TarMemberWithContent['content']> {
  if (stat.sizeBytes > SMALL_BYTES) return fileChunks(process, path, stat);
  const chunks: Uint8Array[] = [];
  for await (const chunk of fileChunks(process, path, stat)) chunks.push(chunk);
  return chunks;
}

/** The file as long as it was when its header was written. */
async function* fileChunks(process: Process, path: string, { sizeBytes }: Stat): AsyncGenerator<Uint8Array> {
  const file = await calls.open(process, path, O_RDONLY);
  try {
    for (let left = sizeBytes; left > 0;) {
      const reading = file.read(Math.min(READ_BYTES, left));
      const chunk = reading instanceof Promise ? await process.waitFor(reading) : reading;
      if (chunk.length === 0) return;
      left -= chunk.length;
      yield chunk;
      if (process.isDue) await process.pause();
    }
  } finally {
    file.close();
  }
}

function addedMember(process: Process, path: string, bytes: Uint8Array): TarMemberWithContent {
  return {
    member: {
      name: encodeName(path),
      type: 'file',
      mode: 0o600,
      uid: 0,
      gid: 0,
      sizeBytes: bytes.length,
      mtimeSec: process.kernel.clock.now().sec,
    },
    content: [bytes],
  };
}
