import { joinBytes } from '../bytes/joinBytes.ts';
import { once } from '../bytes/once.ts';
import { bodyChunks, withinTime } from '../registry/responseBody.ts';
import type { Network } from '../registry/network.ts';
import { RegistryError } from '../registry/registryError.ts';

/** Carries the two requests of a clone, and nothing else, to git servers that a page cannot reach by itself
 *  (gitprotocol-http): `GET /HOST/PATH/info/refs?service=git-upload-pack` and `POST /HOST/PATH/git-upload-pack`. No
 *  push, no other address, no header of the caller's but those of the protocol: neither cookies nor logins. */
export interface GitProxyRequest {
  readonly method: string;
  /** Path and query below where the proxy is mounted, beginning with the host. */
  readonly url: string;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GitProxyResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Throws RegistryError when the server is cut off or sends too much. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface GitProxyOptions {
  /** With a guard: it decides which hosts are reached. */
  readonly network: Network;
  /** Hosts (`host` or `host:port`) that are spoken to without TLS. */
  readonly plainHttp?: ReadonlySet<string>;
  readonly maxRequestBytes?: number;
  readonly maxResponseBytes?: number;
}

type Service = 'refs' | 'pack';

interface Target {
  readonly service: Service;
  readonly url: URL;
}

/** What a client wants and has: some 50 bytes for each branch and commit it names. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 4 * 1024 ** 3;
const MAX_REDIRECTS = 5;
const REFS_SUFFIX = '/info/refs';
const PACK_SUFFIX = '/git-upload-pack';
const QUERY = '?service=git-upload-pack';
const REQUEST_TYPE = 'application/x-git-upload-pack-request';
const RESPONSE_TYPES: Readonly<Record<Service, string>> = {
  refs: 'application/x-git-upload-pack-advertisement',
  pack: 'application/x-git-upload-pack-result',
};
/** Servers serve the smart protocol to those that call themselves git. */
const USER_AGENT = 'git/palimpsest';

/** Handles requests of a clone. Never rejects: a refusal is an answer with its status and a line of text. */
export function gitProxy(options: GitProxyOptions): (request: GitProxyRequest) => Promise<GitProxyResponse> {
  return async (request) => {
    try {
      return await handle(request, options);
    } catch (error) {
      if (error instanceof ProxyRefusal) return refusal(error.status, error.message);
      if (error instanceof RegistryError) return refusal(error.code === 'address' ? 403 : 502, error.message);
      return refusal(502, 'the git server cannot be reached');
    }
  };
}

class ProxyRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function handle(request: GitProxyRequest, options: GitProxyOptions): Promise<GitProxyResponse> {
  const { network, maxRequestBytes = MAX_REQUEST_BYTES, maxResponseBytes = MAX_RESPONSE_BYTES } = options;
  const { service, url } = targetOf(request, options.plainHttp ?? new Set());
  if (service === 'pack' && mediaType(request.headers.get('content-type')) !== REQUEST_TYPE) {
    throw new ProxyRefusal(415, `the body must be ${REQUEST_TYPE}`);
  }
  const body = service === 'pack' ? await wholeBody(request.body, maxRequestBytes) : undefined;
  const response = await follow(network, service, url, requestHeaders(request.headers, service), body, request.signal);
  const type = mediaType(response.headers.get('content-type'));
  if (response.status !== 200 || type !== RESPONSE_TYPES[service]) {
    await response.body?.cancel().catch(() => undefined);
    // What a server that is no git server says is no business of the page's.
    if (response.status === 200) throw new ProxyRefusal(502, 'the answer is not that of a git server');
    throw new ProxyRefusal(passedStatus(response.status), `the git server answers ${response.status}`);
  }
  const chunks = bodyChunks(response, url.href, network.idleTimeoutMs, request.signal);
  const headers = { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  return { status: 200, headers, body: bounded(chunks, maxResponseBytes, url) };
}

/** The one place that decides what is let through. */
function targetOf({ method, url }: GitProxyRequest, plainHttp: ReadonlySet<string>): Target {
  const [, host = '', path = '', query = ''] = /^\/([^/?#]+)(\/[^?#]*)(\?[^#]*)?$/.exec(url) ?? [];
  const isRefs = method === 'GET' && path.endsWith(REFS_SUFFIX) && query === QUERY;
  const isPack = method === 'POST' && path.endsWith(PACK_SUFFIX) && query === '';
  if (!isRefs && !isPack) throw new ProxyRefusal(403, 'only clones and fetches are let through');
  const service = isRefs ? 'refs' : 'pack';
  let target: URL;
  try {
    target = new URL(`${plainHttp.has(host) ? 'http' : 'https'}://${host}${path}${query}`);
  } catch {
    throw new ProxyRefusal(400, 'that is no address of a repository');
  }
  // The parser takes dots, escapes and backslashes for something else than what was looked at above.
  const isAsWritten = target.username === '' && target.pathname === path && !/%2e|%2f|%5c|\/\//i.test(path);
  if (!isAsWritten || !isOf(target, service)) throw new ProxyRefusal(400, 'that is no address of a repository');
  return { service, url: target };
}

function isOf({ pathname, search, hash }: URL, service: Service): boolean {
  if (hash !== '') return false;
  const isRefs = pathname.endsWith(REFS_SUFFIX) && search === QUERY && pathname.length > REFS_SUFFIX.length;
  const isPack = pathname.endsWith(PACK_SUFFIX) && search === '' && pathname.length > PACK_SUFFIX.length;
  return service === 'refs' ? isRefs : isPack;
}

function requestHeaders(from: Headers, service: Service): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT, accept: RESPONSE_TYPES[service] };
  const protocol = from.get('git-protocol');
  if (protocol !== null && /^[a-z0-9=:.-]{1,64}$/.test(protocol)) headers['git-protocol'] = protocol;
  if (service === 'pack') {
    headers['content-type'] = REQUEST_TYPE;
    if (from.get('content-encoding') === 'gzip') headers['content-encoding'] = 'gzip';
  }
  return headers;
}

/** Repositories move: the servers redirect to the same request elsewhere, and each hop is judged anew. */
async function follow(
  network: Network,
  service: Service,
  start: URL,
  headers: Record<string, string>,
  body: Uint8Array | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const init: RequestInit = {
      method: service === 'refs' ? 'GET' : 'POST',
      headers,
      redirect: 'manual',
      ...(body ? { body: body as BodyInit } : {}),
      ...(signal ? { signal } : {}),
    };
    const response = await withinTime(network.fetch(url.href, init), network.idleTimeoutMs, url.href, signal);
    if (![301, 302, 303, 307, 308].includes(response.status)) return response;
    await response.body?.cancel().catch(() => undefined);
    const next = redirectTarget(response.headers.get('location'), url);
    if (!next || !isOf(next, service)) throw new ProxyRefusal(502, 'the git server redirects to something else');
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new ProxyRefusal(502, 'the git server redirects to plain http');
    }
    url = next;
  }
  throw new ProxyRefusal(502, 'the git server redirects without end');
}

function redirectTarget(location: string | null, from: URL): URL | undefined {
  try {
    return location === null ? undefined : new URL(location, from);
  } catch {
    return undefined;
  }
}

async function wholeBody(body: AsyncIterable<Uint8Array> | undefined, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body ?? []) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw new ProxyRefusal(413, `the body is longer than ${maxBytes} bytes`);
    pieces.push(piece.slice());
  }
  return joinBytes(pieces);
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, maxBytes: number, url: URL): AsyncIterable<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new RegistryError('limit', `more than ${maxBytes} bytes of git data`, { url });
    yield chunk;
  }
}

function mediaType(header: string | null): string {
  return header?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** A missing or closed repository is told as such; all else is the server's trouble. */
function passedStatus(status: number): number {
  return [401, 403, 404, 410, 429].includes(status) ? status : 502;
}

function refusal(status: number, message: string): GitProxyResponse {
  const bytes = new TextEncoder().encode(`${message}\n`);
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  return { status, headers, body: once(bytes) };
}
