import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { MemorySource } from '../../bytes/byteSource.ts';
import type { Platform, Work } from '../../bytes/platform.ts';
import type { BuildSource } from '../../build/buildkit/buildkitOptions.ts';
import { fetchedSource } from '../../build/buildkit/fetchedSource.ts';
import { ContextFiles } from '../../build/classic/contextFiles.ts';
import { ContextFilter } from '../../build/context/contextFilter.ts';
import { selectEntries } from '../../build/context/selectEntries.ts';
import { decompress } from '../../codec/decompress.ts';
import { SNIFF_BYTES, sniffCompression } from '../../codec/sniff.ts';
import { type TarMemberWithContent, writeTar } from '../../tar/writeTar.ts';
import { CliError } from '../cliError.ts';
import { findIgnoreFile } from '../dockerfile/contextReport.ts';
import type { ReadingContext } from '../dockerfile/readDockerfile.ts';

const DEFAULT_DOCKERFILE = 'Dockerfile';
const MAX_INPUT_BYTES = 2 ** 31 - 1;

/** A folder of this computer as BuildKit reads it: everybody's files are root's, links are sent as they are. */
export function folderSource(
  folder: string,
  dockerfile: string | undefined,
  work: Work,
  context: ReadingContext,
): BuildSource {
  const path = dockerfile ?? join(folder, DEFAULT_DOCKERFILE);
  let patterns: Promise<readonly string[]> | undefined;
  const ignored = () => {
    patterns ??= findIgnoreFile(path, folder, 'buildkit', context).then(({ lines }) =>
      lines.map(({ pattern }) => pattern),
    );
    return patterns;
  };
  return {
    dockerfileName: basename(path),
    isRemote: false,
    dockerfile: async () => {
      context.noteFile(path);
      const bytes = await readFile(path);
      return { value: new MemorySource(bytes), bytes: bytes.length };
    },
    ignoreFile: async () => ({ value: await ignored(), bytes: 0 }),
    context: async () => {
      const tar = await spooled(writeTar(members(resolve(folder), await ignored(), work)), work.platform);
      return { value: await ContextFiles.read(tar, work, 'plain'), bytes: tar.sizeBytes };
    },
  };
}

async function* members(folder: string, patterns: readonly string[], work: Work): AsyncGenerator<TarMemberWithContent> {
  const real = (path: string) => Buffer.from(encodeName(path === '' ? folder : `${folder}/${path}`));
  const list = async (path: string) => {
    const found = await readdir(real(path), { withFileTypes: true, encoding: 'buffer' });
    return found
      .map((entry) => ({
        name: decodeName(entry.name as unknown as Uint8Array),
        isDirectory: entry.isDirectory(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  /** First names of files with several. */
  const links = new Map<string, string>();
  for await (const { path, sent } of selectEntries({ list }, new ContextFilter(patterns, 'buildkit'))) {
    work.signal?.throwIfAborted();
    if (!sent) continue;
    const stat = await lstat(real(path));
    const common = {
      mode: stat.mode & 0o7777,
      uid: 0,
      gid: 0,
      sizeBytes: 0,
      mtimeSec: Math.floor(stat.mtimeMs / 1000),
    };
    if (stat.isDirectory()) yield { member: { ...common, type: 'directory', name: encodeName(`${path}/`) } };
    else if (stat.isSymbolicLink()) {
      const linkName = await readlink(real(path), { encoding: 'buffer' });
      yield { member: { ...common, type: 'symlink', name: encodeName(path), linkName } };
    } else if (stat.isFile()) {
      const inode = `${stat.dev} ${stat.ino}`;
      const first = stat.nlink > 1 ? links.get(inode) : undefined;
      if (first !== undefined) {
        yield { member: { ...common, type: 'hardlink', name: encodeName(path), linkName: encodeName(first) } };
        continue;
      }
      if (stat.nlink > 1) links.set(inode, path);
      // As long as it was when its header was written: a file that grows is cut.
      const content = stat.size === 0 ? [] : createReadStream(real(path), { end: stat.size - 1 });
      yield { member: { ...common, type: 'file', name: encodeName(path), sizeBytes: stat.size }, content };
    }
  }
}

/** Standard input: a Dockerfile alone, or an archive with everything. */
export async function inputSource(
  input: NodeJS.ReadableStream,
  name: string | undefined,
  work: Work,
): Promise<BuildSource> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of input) {
    sizeBytes += (chunk as Uint8Array).length;
    if (sizeBytes > MAX_INPUT_BYTES) throw new CliError('build', `a context of more than ${MAX_INPUT_BYTES} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return bytesSource(new Uint8Array(Buffer.concat(chunks)), name, work);
}

/** The same of bytes that are at hand. */
export async function bytesSource(bytes: Uint8Array, name: string | undefined, work: Work): Promise<BuildSource> {
  const compression = sniffCompression(bytes.subarray(0, SNIFF_BYTES));
  const isTar = compression !== 'none' || String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar';
  if (!isTar) {
    return {
      dockerfileName: DEFAULT_DOCKERFILE,
      isRemote: false,
      dockerfile: async () => ({ value: new MemorySource(bytes), bytes: bytes.length }),
      ignoreFile: async () => ({ value: [], bytes: 0 }),
      context: async () => ({ value: new ContextFiles(new Map()), bytes: 0 }),
    };
  }
  const tar = await spooled(decompress(compression, new MemorySource(bytes).stream(), work.platform), work.platform);
  return fetchedSource(await ContextFiles.read(tar, work, 'plain'), name);
}

async function spooled(chunks: AsyncIterable<Uint8Array>, platform: Platform) {
  const spool = platform.createSpool();
  for await (const chunk of chunks) await spool.write(chunk.slice());
  return spool.finish();
}
