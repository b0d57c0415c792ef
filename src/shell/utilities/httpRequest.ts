import { VfsError } from '../../vfs/vfsError.ts';
import { connectTo } from '../kernel/hostLookup.ts';
import type { HttpResponse } from '../kernel/network.ts';
import type { Process } from '../kernel/process.ts';

/** What is said besides the real message where a name lies outside the lab. */
export const OUTSIDE_NOTE = 'palimpsest: only a companion reaches hosts outside the lab network';

export interface WantedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  readonly code: 'resolve' | 'connect';
  readonly host: string;
  readonly port: number;
  constructor(code: HttpFault['code'], host: string, port: number) {
    super(`${code} ${host}:${port}`);
    this.code = code;
    this.host = host;
    this.port = port;
  }
}

export function portOf(url: URL): number {
  return url.port !== '' ? Number(url.port) : url.protocol === 'https:' ? 443 : 80;
}

/** One request on the lab network; redirects are the caller's. Throws HttpFault. */
export async function request(process: Process, wanted: WantedRequest): Promise<HttpResponse> {
  const { url, body } = wanted;
  const host = url.hostname;
  const port = portOf(url);
  try {
    const { service, address } = await connectTo(process, host, port);
    if (!service.http) throw new VfsError('ECONNREFUSED', 'connect', host);
    const whole = (async function* () {
      if (body) yield body;
    })();
    const remoteAddress = ownAddress(process, address);
    const { method, headers } = wanted;
    return await process.waitFor(service.http({ method, url, headers, remoteAddress, ...(body && { body: whole }) }));
  } catch (error) {
    if (!(error instanceof VfsError) || error.code === 'EINTR') throw error;
    throw new HttpFault(error.code === 'ENOENT' ? 'resolve' : 'connect', host, port);
  }
}

/** What an address sees a process come from; undefined where that is its own loopback. */
function ownAddress(process: Process, address: string): string | undefined {
  const own = process.namespaces.network.host;
  return address.startsWith('127.') ? undefined : process.kernel.network.resolve(own, own);
}

/** The value of a header, whatever its case. */
export function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  const lower = name.toLowerCase();
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === lower) return value;
  return undefined;
}

export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
