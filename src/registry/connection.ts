import { Authorizer } from './authorizer.ts';
import type { Credentials } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { dropBody, fetchWithRetries, type Repeat } from './fetchWithRetries.ts';
import type { Network } from './network.ts';
import { RegistryError } from './registryError.ts';
import { responseFault } from './responseFault.ts';

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, or a path at the registry. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** What a token must allow, as `repository:library/alpine:pull`. */
  readonly scopes: readonly string[];
  readonly repeat: Repeat;
}

/** An answer and where it came from, after redirects. */
export interface RegistryAnswer {
  readonly response: Response;
  readonly url: string;
}

export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  readonly network: Network;
  readonly credentials?: (() => Promise<Credentials | undefined>) | undefined;
  /** Hosts (or `host:port`) of token services that may have the credentials though they are elsewhere. */
  readonly namedHosts?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_REDIRECTS = 8;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Redirects that keep the method and the body (RFC 9110, 15.4). */
const KEEPING_REDIRECTS: ReadonlySet<number> = new Set([307, 308]);

/** Requests to one registry: logged in, repeated where they may be, redirected with each hop checked. Authorization
 *  goes to the registry's own origin and nowhere else. */
export class RegistryConnection {
  readonly endpoint: Endpoint;
  readonly network: Network;
  readonly signal: AbortSignal | undefined;
  readonly #authorizer: Authorizer;

  constructor({ endpoint, network, credentials, namedHosts, signal }: ConnectionOptions) {
    this.endpoint = endpoint;
    this.network = network;
    this.signal = signal;
    const load = credentials ?? (async () => undefined);
    this.#authorizer = new Authorizer(endpoint.origin, network, load, namedHosts ?? new Set());
  }

  /** The answer, whatever its status but 401 after a login. Throws RegistryError. */
  async send(request: RegistryRequest): Promise<RegistryAnswer> {
    const { scopes } = request;
    let authorization = await this.#authorizer.header(scopes);
    // A second round renews a token that has run out, a third serves a challenge that then names more scopes.
    for (let round = 1; ; round++) {
      const answer = await this.#follow(request, authorization);
      const isOurs = new URL(answer.url).origin === this.endpoint.origin;
      if (answer.response.status !== 401 || !isOurs || round === 3) return answer;
      const next = await this.#authorizer.answer(answer.response, answer.url, scopes, authorization, this.signal);
      if (next === undefined && (round > 1 || authorization === undefined || !authorization.startsWith('Bearer '))) {
        return answer;
      }
      await dropBody(answer.response);
      authorization = next;
    }
  }

  /** As `send`; any status but those is an error. */
  async expect(request: RegistryRequest, statuses: readonly number[]): Promise<RegistryAnswer> {
    const answer = await this.send(request);
    if (!statuses.includes(answer.response.status)) throw await this.fault(answer);
    return answer;
  }

  fault({ response, url }: RegistryAnswer): Promise<RegistryError> {
    return responseFault(response, url, this.network.idleTimeoutMs, this.#authorizer.secrets);
  }

  async #follow(request: RegistryRequest, authorization: string | undefined): Promise<RegistryAnswer> {
    let url = new URL(request.url, this.endpoint.origin).href;
    for (let hop = 0; ; hop++) {
      const response = await this.#fetch(request, url, authorization);
      if (!REDIRECTS.has(response.status)) return { response, url: finalUrl(response, url) };
      const location = response.headers.get('location');
      const { status } = response;
      await dropBody(response);
      if (hop === MAX_REDIRECTS) throw new RegistryError('redirect', 'redirects without end', { status, url });
      url = nextUrl(location, url, request.method, status);
    }
  }

  #fetch(request: RegistryRequest, url: string, authorization: string | undefined): Promise<Response> {
    const { method, body, repeat } = request;
    const headers: Record<string, string> = { ...request.headers };
    if (authorization !== undefined && new URL(url).origin === this.endpoint.origin) {
      headers.authorization = authorization;
    }
    const init: RequestInit = { method, headers, ...(body === undefined ? {} : { body: body as BodyInit }) };
    return fetchWithRetries(this.network, url, init, repeat, this.signal);
  }
}

/** Where the platform follows redirects by itself it tells the end of them. */
function finalUrl(response: Response, url: string): string {
  return response.url === '' ? url : response.url;
}

function nextUrl(location: string | null, from: string, method: string, status: number): string {
  const fail = (detail: string): never => {
    throw new RegistryError('redirect', detail, { status, url: from });
  };
  if (location === null) return fail('redirects to nowhere');
  if (method !== 'GET' && method !== 'HEAD' && !KEEPING_REDIRECTS.has(status)) return fail(`redirects a ${method}`);
  let next: URL;
  try {
    next = new URL(location, from);
  } catch {
    return fail('redirects to no URL');
  }
  if (next.protocol !== 'https:' && next.protocol !== 'http:') return fail(`redirects to ${next.protocol}`);
  if (next.protocol === 'http:' && from.startsWith('https:')) return fail(`redirects to plain http (${next.host})`);
  if (next.origin !== new URL(from).origin && method !== 'GET' && method !== 'HEAD') {
    return fail(`redirects a ${method} to another host (${next.host})`);
  }
  return next.href;
}
