import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { IDLE_TIMEOUT_MS, waitByTimer, type Network } from '../registry/network.ts';
import { RegistryError } from '../registry/registryError.ts';
import type { HostPolicy } from '../registry/guard/hostPolicy.ts';

/** Finds the addresses of a name, all of them. Node's own by default. */
export type AddressLookup = (name: string) => Promise<readonly LookupAddress[]>;

export interface GuardedNetwork extends Network {
  /** Ends connections that are kept for the next request. */
  close(): void;
}

const MAX_CONNECTIONS_PER_HOST = 16;

/** A network for Node that reaches only what a policy allows: literals are judged as they are spelt, names by every
 *  address they lead to, at the moment of connecting (so that no second lookup can say otherwise), and each hop of a
 *  redirect anew, as it comes back to the caller. Nothing is unpacked on the way: bytes are those of the wire. */
export function guardedNetwork(policy: HostPolicy, lookup: AddressLookup = lookupAll): GuardedNetwork {
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS_PER_HOST, scheduling: 'lifo' } as const;
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
  const guardedFetch = async (text: string, init: RequestInit): Promise<Response> => {
    const url = new URL(text);
    const refusal = policy.refusal(url);
    if (refusal !== undefined) throw refused(refusal, url);
    if (init.redirect !== 'manual') throw new TypeError('redirects are for the caller to follow');
    const isPlain = url.protocol === 'http:';
    const start = isPlain ? httpRequest : httpsRequest;
    const request = start(url, {
      agent: isPlain ? agents['http:'] : agents['https:'],
      method: init.method ?? 'GET',
      headers: { 'accept-encoding': 'identity', ...headersOf(init) },
      lookup: guardedLookup(url, policy, lookup),
      ...(init.signal ? { signal: init.signal } : {}),
    });
    request.once('socket', (socket) => checkPeer(socket, request, url, policy));
    return answerTo(request, bodyOf(init), init.method ?? 'GET');
  };
  return {
    fetch: guardedFetch,
    redirects: 'shown',
    wait: waitByTimer,
    nowMs: () => Date.now(),
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

function lookupAll(name: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(name, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });
}

/** Called by Node for names only. One bad address among good ones is reason enough: a host of the world has none. */
function guardedLookup(url: URL, policy: HostPolicy, lookup: AddressLookup): LookupFunction {
  return (name, options, done) => {
    lookup(name).then(
      (found) => {
        for (const { address } of found) {
          const refusal = policy.addressRefusal(url, address);
          if (refusal !== undefined) return done(refused(refusal, url), []);
        }
        const usable = found.filter(({ family }) => !options.family || family === options.family);
        const [first] = usable;
        if (!first) return done(new Error(`${name} has no address`), []);
        return options.all ? done(null, [...usable]) : done(null, first.address, first.family);
      },
      (error: Error) => done(error, []),
    );
  };
}

/** What was connected to in the end: the last word, also for literals and for connections that were kept. */
function checkPeer(socket: Socket, request: ClientRequest, url: URL, policy: HostPolicy): void {
  const check = (): void => {
    const address = socket.remoteAddress;
    const refusal = address === undefined ? undefined : policy.addressRefusal(url, address);
    if (refusal !== undefined) request.destroy(refused(refusal, url));
  };
  if (socket.connecting) socket.once('connect', check);
  else check();
}

function answerTo(request: ClientRequest, body: Uint8Array | undefined, method: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (message) => {
      try {
        resolve(responseOf(message, method));
      } catch (error) {
        message.destroy();
        reject(error);
      }
    });
    request.end(body);
  });
}

/** Statuses that have no body (Fetch, "null body status"). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

function responseOf(message: IncomingMessage, method: string): Response {
  const status = message.statusCode ?? 0;
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i] ?? '', message.rawHeaders[i + 1] ?? '');
  }
  if (status < 200 || status > 599) throw new Error(`answered with the status ${status}`);
  if (method === 'HEAD' || BODILESS.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(message) as ReadableStream<Uint8Array>, { status, headers });
}

function headersOf(init: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(init.headers).entries());
}

function bodyOf({ body }: RequestInit): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError('a body is text or bytes here');
}

function refused(why: string, url: URL): RegistryError {
  return new RegistryError('address', why, { url });
}
