import { joinBytes } from '../../bytes/joinBytes.ts';
import { BuildError } from '../../build/buildError.ts';
import type { DownloadedFile } from '../../build/classic/classicOptions.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';

const MAX_BYTES = 512 * 1024 * 1024;
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** An answer that is no file. */
class BadStatus extends Error {
  override readonly name = 'BadStatus';
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** GETs a file over the machine's network. Throws Error with the words of Go's client and of the daemon. */
export async function fetchFile(process: Process, address: string): Promise<DownloadedFile> {
  const url = parsedUrl(address);
  const port = Number(url.port) || (url.protocol === 'https:' ? HTTPS_PORT : HTTP_PORT);
  const { network } = process.kernel;
  const { host } = process.namespaces.network;
  const service = (() => {
    try {
      return network.service(url.hostname, port, host);
    } catch (error) {
      throw new Error(
        `Get "${address}": ${dialFault(error, network.resolve(url.hostname, host) ?? url.hostname, port)}`,
      );
    }
  })();
  if (!service.http) throw new Error(`Get "${address}": malformed HTTP response`);
  const response = await process.waitFor(service.http({ method: 'GET', url, headers: { host: url.host } }));
  const bytes = await gather(response.body);
  if (response.status < 200 || response.status >= 300) {
    const status = `${response.status} ${response.statusText}`;
    const words = `failed to GET ${address} with status ${status}: ${new TextDecoder().decode(bytes).trim()}`;
    throw new BadStatus(words, response.status);
  }
  const modified = response.headers['last-modified'];
  const modifiedMs = modified === undefined ? Number.NaN : Date.parse(modified);
  return {
    name: decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1)),
    bytes,
    modifiedSec: Number.isNaN(modifiedMs) ? undefined : modifiedMs / 1000,
  };
}

function parsedUrl(address: string): URL {
  try {
    return new URL(address);
  } catch {
    throw new Error(`Get "${address.replace(/\/+$/, '')}": http: no Host in request URL`);
  }
}

/** For the classic builder's ADD. Throws BuildError with the same words. */
export async function downloadForBuild(process: Process, url: string): Promise<DownloadedFile> {
  try {
    return await fetchFile(process, url);
  } catch (error) {
    throw error instanceof Error ? new BuildError('context', error.message) : error;
  }
}

/** For BuildKit's ADD. Throws BuildError with the words of its source (source/http). */
export async function downloadForBuildkit(process: Process, url: string): Promise<DownloadedFile> {
  try {
    return await fetchFile(process, url);
  } catch (error) {
    if (error instanceof BadStatus) throw new BuildError('context', `invalid response status ${error.status}`);
    throw error instanceof Error ? new BuildError('context', error.message) : error;
  }
}

function dialFault(error: unknown, address: string, port: number): string {
  if (!(error instanceof VfsError)) throw error;
  if (error.code === 'ENOENT') return `dial tcp: lookup ${address}: no such host`;
  return `dial tcp ${address}:${port}: connect: connection refused`;
}

async function gather(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BYTES) throw new Error(`the file is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk.slice());
  }
  return joinBytes(chunks);
}
