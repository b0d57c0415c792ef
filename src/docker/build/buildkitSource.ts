import { decodeName } from '../../bytes/byteName.ts';
import { MemorySource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import type { BuildSource } from '../../build/buildkit/buildkitOptions.ts';
import { fetchedSource } from '../../build/buildkit/fetchedSource.ts';
import { ContextFiles } from '../../build/classic/contextFiles.ts';
import { ignoreFileNames } from '../../build/context/contextFilter.ts';
import { readIgnoreFile } from '../../build/context/ignoreFile.ts';
import { decompress } from '../../codec/decompress.ts';
import { SNIFF_BYTES, sniffCompression } from '../../codec/sniff.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { writeTar } from '../../tar/writeTar.ts';
import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { type Client, ClientError } from '../client.ts';
import { fetchFile } from './fetchFile.ts';
import { gitContext } from './fetchGit.ts';
import { folderContext } from './folderContext.ts';
import { absolutePath } from '../../shell/absolutePath.ts';
import { isTarHeader, spooled } from './readContext.ts';
import { transferSize } from './transferSize.ts';

const DEFAULT_DOCKERFILE = 'Dockerfile';
const CANNOT = 'unable to prepare context: ';
/** The daemon fetches such a context itself. */
const NOT_READ =
  'failed to solve with frontend dockerfile.v0: failed to read downloaded context: failed to load cache key: ';

/** What BuildKit reads of the client: nothing is packed before it asks. Throws ClientError. */
export async function buildkitSource(client: Client, source: string, file: string, work: Work): Promise<BuildSource> {
  const { process, engine } = client;
  if (source === '-') {
    if (file === '-') throw new ClientError("invalid argument: can't use stdin for both build context and dockerfile");
    return archiveSource(await process.readAll(0), file, work);
  }
  const repository = await gitContext(client, source, work);
  if (repository) return fetchedSource(repository, file || DEFAULT_DOCKERFILE);
  if (/^https?:\/\//.test(source)) {
    try {
      return archiveSource((await fetchFile(process, source)).bytes, file, work);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof ClientError) throw error;
      throw new ClientError(`${engine.vintage === '20.10' ? NOT_READ : ''}${error.message}`);
    }
  }
  const folder = absolutePath(process.cwd, source);
  const stat = calls.statIfThere(process, folder);
  if (!stat) throw new ClientError(`${CANNOT}path "${source}" not found`);
  if (!isDirectory(stat.mode)) throw new ClientError(`${CANNOT}context must be a directory: ${folder}`);
  const given = file === '-' ? await process.readAll(0) : undefined;
  return folderSource(client, folder, file, given, work);
}

function folderSource(
  client: Client,
  folder: string,
  file: string,
  given: Uint8Array | undefined,
  work: Work,
): BuildSource {
  const { process, engine } = client;
  const path = file === '' || file === '-' ? `${folder}/${DEFAULT_DOCKERFILE}` : absolutePath(process.cwd, file);
  const name = path.slice(path.lastIndexOf('/') + 1);
  let patterns: ReturnType<typeof readPatterns> | undefined;
  const ignored = () => {
    patterns ??= readPatterns(client, folder, given ? undefined : path);
    return patterns;
  };
  return {
    dockerfileName: name,
    isRemote: false,
    place: folder,
    dockerfile: async () => {
      const bytes = given ?? (await readIfThere(client, path));
      const place = `dockerfile ${path.slice(0, path.lastIndexOf('/'))}`;
      if (!bytes) return { value: undefined, bytes: transferSize(engine, place, []) };
      const stat = given ? undefined : calls.statIfThere(process, path);
      const sent = { path: name, kind: 'file', mode: 0, mtime: stat?.mtime ?? { sec: 0, nsec: 0 } } as const;
      const size = transferSize(engine, place, [{ ...NO_FILE, ...sent, sizeBytes: bytes.length }]);
      return { value: new MemorySource(bytes), bytes: size };
    },
    ignoreFile: async () => {
      const { patterns: value, bytes, fileBytes } = await ignored();
      return { value, bytes, fileBytes };
    },
    context: async (isSent = () => true) => {
      const { patterns: left } = await ignored();
      const packer = engine.vintage === '20.10' ? 'buildkit 0.8' : 'buildkit';
      const members = folderContext(process, { folder, dockerfile: '', added: [], patterns: left, packer });
      const value = await ContextFiles.read(await spooled(writeTar(members), work), work, 'plain');
      const files = [...value.below('')].filter(({ path }) => isSent(path));
      const fileBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { value, bytes: transferSize(engine, `context ${folder}`, files), fileBytes };
    },
  };
}

const NO_FILE = { uid: 0, gid: 0, linkTarget: '', content: new MemorySource(new Uint8Array()), sum: async () => '' };

async function readPatterns(client: Client, folder: string, dockerfile: string | undefined) {
  const { process } = client;
  const places = [
    ...(dockerfile === undefined ? [] : ignoreFileNames(dockerfile, 'buildkit').slice(0, 1)),
    `${folder}/.dockerignore`,
  ];
  const found = places.find((place) => calls.statIfThere(process, place));
  // Of a folder by that name nothing is sent.
  if (found === undefined || isDirectory(calls.stat(process, found).mode))
    return { patterns: [], bytes: 2, fileBytes: 0 };
  const bytes = await calls.readFile(process, found);
  const name = found.slice(found.lastIndexOf('/') + 1);
  const patterns = readIgnoreFile(decodeName(bytes)).map(({ pattern }) => pattern);
  const stat = calls.stat(process, found);
  const file = { ...NO_FILE, path: name, kind: 'file', mode: 0, mtime: stat.mtime, sizeBytes: bytes.length } as const;
  return { patterns, bytes: transferSize(client.engine, `ignored ${folder}`, [file]), fileBytes: bytes.length };
}

async function readIfThere({ process }: Client, path: string): Promise<Uint8Array | undefined> {
  const stat = calls.statIfThere(process, path);
  return stat && isRegular(stat.mode) ? calls.readFile(process, path) : undefined;
}

/** Standard input or a download: a Dockerfile alone, or an archive with everything. */
async function archiveSource(bytes: Uint8Array, file: string, work: Work): Promise<BuildSource> {
  const compression = sniffCompression(bytes.subarray(0, SNIFF_BYTES));
  if (compression === 'none' && !isTarHeader(bytes)) {
    const size = bytes.length + DEFAULT_DOCKERFILE.length + 27;
    return {
      dockerfileName: DEFAULT_DOCKERFILE,
      isRemote: false,
      dockerfile: async () => ({ value: new MemorySource(bytes), bytes: size }),
      ignoreFile: async () => ({ value: [], bytes: 2 }),
      context: async () => ({ value: new ContextFiles(new Map()), bytes: 2 }),
    };
  }
  const tar = await spooled(decompress(compression, new MemorySource(bytes).stream(), work.platform), work);
  return fetchedSource(await ContextFiles.read(tar, work, 'plain'), file || DEFAULT_DOCKERFILE);
}
