import { joinBytes } from '../bytes/joinBytes.ts';
import { once } from '../bytes/once.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { connectTo, lookUpHost } from '../shell/kernel/hostLookup.ts';
import type { HttpResponse, NetworkService } from '../shell/kernel/network.ts';
import { IDLE_TIMEOUT_MS, type Network as RegistryNetwork } from '../registry/network.ts';
import type { EngineCore } from './engineCore.ts';
import { other } from './messages.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** What listens at an address. Throws EngineError `unavailable` with Go's words for what does not answer. */
async function listener(core: EngineCore, method: string, url: URL): Promise<NetworkService> {
  const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 80) : Number(url.port);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const verb = `${method[0] ?? ''}${method.slice(1).toLowerCase()}`;
  const fail = (why: string, cause?: unknown) =>
    other('unavailable', `${verb} ${JSON.stringify(url.href)}: ${why}`, cause);
  try {
    const { service } = await connectTo(core.daemon, name, port);
    if (!service.http) throw fail('EOF');
    return service;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const address = await lookUpHost(core.daemon, name);
    const { outside } = core.kernel.network;
    if (address === undefined && outside && isRegistry(url)) return { http: (request) => outside.registry(request) };
    if (address === undefined) throw fail(`dial tcp: lookup ${name}: no such host`, error);
    const why = error.code === 'EHOSTUNREACH' ? 'no route to host' : 'connection refused';
    throw fail(`dial tcp ${address}:${port}: connect: ${why}`, error);
  }
}

/** What a companion brings is reached as it should be: never in the clear. */
function isRegistry(url: URL): boolean {
  return url.protocol === 'https:' && url.pathname.startsWith('/v2/');
}

/** Throws EngineError `unavailable` where nobody listens. */
export async function requireListener(core: EngineCore, url: URL): Promise<void> {
  await listener(core, 'GET', url);
}

/** One request of the daemon on the lab network. Throws EngineError `unavailable`. */
export async function labRequest(
  core: EngineCore,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
  body?: AsyncIterable<Uint8Array>,
): Promise<HttpResponse> {
  const service = await listener(core, method, url);
  const answer = service.http?.({ method, url, headers, ...(body && { body }) });
  return answer ?? Promise.reject(other('unavailable', 'EOF'));
}

/** The lab network as the registry client wants one. */
export function labNetwork(core: EngineCore): RegistryNetwork {
  return {
    redirects: 'shown',
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    nowMs: () => core.kernel.clock.now().sec * 1000,
    wait: (durationMs, signal) => core.kernel.clock.sleep(durationMs, signal),
    fetch: async (url, init) => {
      const headers: Record<string, string> = {};
      new Headers(init.headers).forEach((value, name) => {
        headers[name] = value;
      });
      const body = init.body instanceof Uint8Array ? init.body : undefined;
      const answer = await labRequest(core, init.method ?? 'GET', new URL(url), headers, body && once(body));
      const isEmpty = answer.status === 204 || answer.status === 304 || init.method === 'HEAD';
      return new Response(isEmpty ? null : streamOf(answer.body), {
        status: answer.status,
        statusText: answer.statusText,
        headers: answer.headers,
      });
    },
  };
}

function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      // A chunk is valid only until the next is asked for.
      else controller.enqueue(value.slice());
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** All bytes of an answer, at most so many. */
export async function wholeBody(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw other('unavailable', 'the answer is too long');
    chunks.push(chunk.slice());
  }
  return joinBytes(chunks);
}
