import { decodeName, encodeName } from '../../bytes/byteName.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { toHex } from '../../bytes/hex.ts';
import { MemorySource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import { decompress } from '../../codec/decompress.ts';
import { SNIFF_BYTES, sniffCompression } from '../../codec/sniff.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { writeTar } from '../../tar/writeTar.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, ClientError, fileErrorText } from '../client.ts';
import { humanSize } from '../humanUnits.ts';
import type { ContextFiles } from '../../build/classic/contextFiles.ts';
import { gitContext } from './fetchGit.ts';
import { treeMembers } from './buildOutput.ts';
import { absolutePath } from '../../shell/absolutePath.ts';
import { fetchFile } from './fetchFile.ts';
import { type AddedFile, folderContext } from './folderContext.ts';

/** A build context on its way to the daemon. */
export interface SentContext {
  /** Uncompressed. */
  readonly tar: ByteSource;
  /** What `Sending build context` says; undefined where the daemon fetches it itself. */
  readonly sentBytes: number | undefined;
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string;
}

const DEFAULT_DOCKERFILE = 'Dockerfile';
const CANNOT = 'unable to prepare context: ';

/** Finds and packs what is to be sent: a folder, standard input, or what a URL gives. Throws ClientError. */
export async function readContext(client: Client, source: string, file: string, work: Work): Promise<SentContext> {
  if (source === '-') return fromInput(client, file, work);
  const repository = await gitContext(client, source, work);
  if (repository) return fromRepository(repository, file, work);
  if (/^https?:\/\//.test(source)) return fromUrl(client, source, file, work);
  return fromFolder(client, source, file, work);
}

async function fromRepository(files: ContextFiles, file: string, work: Work): Promise<SentContext> {
  const tar = await spooled(writeTar(treeMembers(files.below(''))), work);
  return { tar, sentBytes: tar.sizeBytes, dockerfile: file || DEFAULT_DOCKERFILE };
}

async function fromFolder(client: Client, source: string, file: string, work: Work): Promise<SentContext> {
  const { process } = client;
  if (source === '') throw new ClientError(`${CANNOT}path "" not found`);
  const folder = absolutePath(process.cwd, source);
  const stat = calls.statIfThere(process, folder);
  if (!stat) throw new ClientError(`${CANNOT}path "${source}" not found`);
  if (!isDirectory(stat.mode)) throw new ClientError(`${CANNOT}context must be a directory: ${folder}`);
  const { dockerfile, added } = await locateDockerfile(client, folder, file);
  const tar = await spooled(writeTar(folderContext(process, { folder, dockerfile, added })), work);
  return { tar, sentBytes: tar.sizeBytes - (added.length > 0 ? unfinishedBytes(added) : 0), dockerfile };
}

const END_BYTES = 1024;
const BLOCK_BYTES = 512;

/** A tar that the client wrote anew ends without its last padding and its end blocks. */
function unfinishedBytes(added: readonly AddedFile[]): number {
  const last = added.at(-1)?.bytes.length ?? 0;
  return END_BYTES + ((BLOCK_BYTES - (last % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** `-f`: inside the folder, outside of it (then it is sent along under a name of its own), or standard input. */
async function locateDockerfile(
  client: Client,
  folder: string,
  file: string,
): Promise<{ readonly dockerfile: string; readonly added: readonly AddedFile[] }> {
  const { process } = client;
  if (file === '-') {
    const bytes = await process.readAll(0);
    const name = hiddenName(client);
    return { dockerfile: name, added: [{ path: name, bytes }, ...(await ignoring(client, folder, name))] };
  }
  const path = file === '' ? `${folder}/${DEFAULT_DOCKERFILE}` : absolutePath(process.cwd, file);
  const found = lowerCaseToo(client, path, file === '');
  try {
    calls.lstat(process, found);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const text = fileErrorText(new VfsError(error.code, 'lstat', firstMissing(process, path)));
    throw new ClientError(`${CANNOT}unable to evaluate symlinks in Dockerfile path: ${text}`);
  }
  const real = calls.realpath(process, folder);
  const target = calls.realpath(process, found);
  if (target.startsWith(`${real}/`)) return { dockerfile: target.slice(real.length + 1), added: [] };
  const bytes = await calls.readFile(process, found);
  const name = hiddenName(client);
  return { dockerfile: name, added: [{ path: name, bytes }, ...(await ignoring(client, folder, name))] };
}

/** Of a path that leads nowhere, as far as the first name that is not there (filepath.EvalSymlinks). */
function firstMissing(process: Client['process'], path: string): string {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
    if (!calls.lstatIfThere(process, path.slice(0, slash))) return path.slice(0, slash);
  return path;
}

/** What is sent along is not to be copied by `COPY .`: the ignore file says so. */
async function ignoring(client: Client, folder: string, name: string): Promise<readonly AddedFile[]> {
  const path = `${folder}/.dockerignore`;
  const isThere = calls.statIfThere(client.process, path) !== undefined;
  const before = isThere ? decodeName(await calls.readFile(client.process, path)) : '.dockerignore';
  return [
    {
      path: '.dockerignore',
      bytes: encodeName(`${before}\n${name}\n`),
    },
  ];
}

function hiddenName({ process }: Client): string {
  return `.dockerfile.${toHex(process.kernel.random(10))}`;
}

/** `dockerfile` serves where there is no `Dockerfile`. */
function lowerCaseToo({ process }: Client, path: string, isDefault: boolean): string {
  if (!isDefault || calls.lstatIfThere(process, path)) return path;
  const lower = path.replace(/Dockerfile$/, 'dockerfile');
  return calls.lstatIfThere(process, lower) ? lower : path;
}

async function fromInput(client: Client, file: string, work: Work): Promise<SentContext> {
  const { process } = client;
  if (file === '-') throw new ClientError("invalid argument: can't use stdin for both build context and dockerfile");
  const bytes = await process.readAll(0);
  return fromBytes(bytes, file, work);
}

async function fromBytes(bytes: Uint8Array, file: string, work: Work): Promise<SentContext> {
  const compression = sniffCompression(bytes.subarray(0, SNIFF_BYTES));
  const source = new MemorySource(bytes);
  const isTar = compression !== 'none' || isTarHeader(bytes);
  if (!isTar) {
    const members = [{ member: plainMember(bytes.length), content: [bytes] }];
    const tar = await spooled(writeTar(members), work);
    return { tar, sentBytes: tar.sizeBytes, dockerfile: DEFAULT_DOCKERFILE };
  }
  const tar = await spooled(decompress(compression, source.stream(), work.platform), work);
  return { tar, sentBytes: bytes.length, dockerfile: file || DEFAULT_DOCKERFILE };
}

function plainMember(sizeBytes: number) {
  const name = new TextEncoder().encode(DEFAULT_DOCKERFILE);
  return { name, type: 'file' as const, mode: 0o600, uid: 0, gid: 0, sizeBytes, mtimeSec: 0 };
}

export function isTarHeader(bytes: Uint8Array): boolean {
  return bytes.length >= 512 && String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar';
}

async function fromUrl(client: Client, url: string, file: string, work: Work): Promise<SentContext> {
  const { process } = client;
  let bytes: Uint8Array;
  try {
    ({ bytes } = await fetchFile(process, url));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ClientError(`${CANNOT}unable to download remote context ${url}: ${error.message}`);
  }
  const context = await fromBytes(bytes, file, work);
  const size = humanSize(bytes.length, 4);
  const bar = `[${'='.repeat(50)}>]`;
  await client.print(`Downloading build context from remote url: ${url} ${bar} ${size.padStart(8)}/${size}\r`);
  const isArchive = sniffCompression(bytes.subarray(0, SNIFF_BYTES)) !== 'none' || isTarHeader(bytes);
  // A short archive was read to its end to find out that it is one.
  if (isArchive && bytes.length > BLOCK_BYTES) return { ...context, sentBytes: undefined };
  await client.print('\r\n');
  return context;
}

export async function spooled(chunks: AsyncIterable<Uint8Array>, { platform }: Work): Promise<ByteSource> {
  const spool = platform.createSpool();
  for await (const chunk of chunks) await spool.write(chunk);
  return spool.finish();
}
