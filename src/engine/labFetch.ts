import { VfsError } from '../vfs/vfsError.ts';
import type { HttpResponse } from '../shell/kernel/network.ts';
import type { EngineCore } from './engineCore.ts';
import { other } from './messages.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** One request of the daemon on the lab network. Throws EngineError `unavailable` with Go's words for what does not
 *  answer. */
export async function labRequest(
  core: EngineCore,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
  body?: AsyncIterable<Uint8Array>,
): Promise<HttpResponse> {
  const { network } = core.kernel;
  const { host } = core.host.network;
  const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 80) : Number(url.port);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const verb = method[0] + method.slice(1).toLowerCase();
  const fail = (why: string, cause?: unknown) =>
    other('unavailable', `${verb} ${JSON.stringify(url.href)}: ${why}`, cause);
  let service: ReturnType<typeof network.service>;
  try {
    service = network.service(name, port, host);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const address = network.resolve(name, host);
    if (address === undefined) throw fail(`dial tcp: lookup ${name}: no such host`, error);
    throw fail(`dial tcp ${address}:${port}: connect: connection refused`, error);
  }
  if (!service.http) throw fail('EOF');
  return service.http({ method, url, headers, ...(body && { body }) });
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
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
