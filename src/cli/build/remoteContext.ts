import { BuildError } from '../../build/buildError.ts';
import type { DownloadedFile } from '../../build/classic/classicOptions.ts';
import type { ContextFiles } from '../../build/classic/contextFiles.ts';
import { checkOut, type GitFetch } from '../../build/context/gitFiles.ts';
import { readGitReference } from '../../build/context/gitReference.ts';
import type { Work } from '../../bytes/platform.ts';
import { fetchTree } from '../../git/fetchTree.ts';
import type { GitTransport } from '../../git/gitTransport.ts';
import { CliError } from '../cliError.ts';

const MAX_BYTES = 2 ** 30;

/** Whether a word names a context elsewhere. */
export function isRemoteContext(source: string): boolean {
  return /^(https?|git|ssh):\/\/|^git@|^github\.com\//.test(source);
}

/** GETs a file, redirects followed. Throws BuildError `context`. */
export async function download(url: string, signal: AbortSignal | undefined): Promise<DownloadedFile> {
  const fault = (why: string) => new BuildError('context', `Get ${JSON.stringify(url)}: ${why}`);
  const response = await fetch(url, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw fault(causeOf(error));
  });
  if (!response.ok) throw fault(`${response.status} ${response.statusText}`);
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of response.body ?? []) {
    sizeBytes += piece.length;
    if (sizeBytes > MAX_BYTES) throw fault(`more than ${MAX_BYTES} bytes`);
    pieces.push(piece);
  }
  const modifiedMs = Date.parse(response.headers.get('last-modified') ?? '');
  const { pathname } = new URL(url);
  return {
    name: decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1)),
    bytes: new Uint8Array(Buffer.concat(pieces)),
    modifiedSec: Number.isNaN(modifiedMs) ? undefined : Math.floor(modifiedMs / 1000),
  };
}

function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

/** Fetches repositories by this computer's network. */
export function gitFetch(signal: AbortSignal | undefined): GitFetch {
  const transport: GitTransport = async ({ method, url, headers, body }) => {
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      ...(body && { body: new Uint8Array(body) }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new BuildError('context', `failed to fetch remote ${url}: ${causeOf(error)}`);
    });
    return {
      status: response.status,
      statusText: response.statusText,
      headers: Object.fromEntries(response.headers),
      body: response.body ?? noBody(),
    };
  };
  return (source) => fetchTree(source, transport);
}

async function* noBody(): AsyncGenerator<Uint8Array> {
  yield* [];
}

/** A repository as a context; undefined for a URL of something else. Throws CliError. */
export async function repositoryContext(source: string, work: Work, nowSec: number): Promise<ContextFiles | undefined> {
  try {
    const reference = readGitReference(source);
    if (!reference) return undefined;
    const form = { keepsGitDir: reference.keepsGitDir ?? false, nowSec, work };
    return (await checkOut(reference, gitFetch(work.signal), form)).files;
  } catch (error) {
    throw error instanceof BuildError ? new CliError('build', error.message) : error;
  }
}
