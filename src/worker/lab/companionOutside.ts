import type { CompanionClient } from '../../client/companion/companionClient.ts';
import type { HttpRequest, HttpResponse, Outside } from '../../shell/kernel/network.ts';

/** As references name the registry that answers here. */
const HUB_DOMAIN = 'docker.io';
const HUB_HOST = 'registry-1.docker.io';
/** What a puller and git say that is of use to the other side; the rest stays here. */
const FORWARDED = ['accept', 'range', 'content-type', 'content-encoding', 'git-protocol'];

/** As references name the registry that answers at a host. */
export function domainOf(host: string): string {
  return host === HUB_HOST ? HUB_DOMAIN : host;
}

/** The way out of the lab through a companion. */
export function companionOutside(client: CompanionClient, prefersRealImages: boolean): Outside {
  return {
    prefersRealImages,
    git: (request) =>
      forward(client, `/v1/git/${request.url.host}${request.url.pathname}${request.url.search}`, request),
    registry: (request) => {
      const { host, pathname } = request.url;
      return forward(client, `/v1/registry/v2/${domainOf(host)}${pathname.replace(/^\/v2(?=\/)/, '')}`, request);
    },
  };
}

async function forward(client: CompanionClient, path: string, request: HttpRequest): Promise<HttpResponse> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (FORWARDED.includes(name.toLowerCase())) headers[name] = value;
  const body = request.body && (await blobOf(request.body));
  const response = await client.forward(path, { method: request.method, headers, ...(body && { body }) });
  return {
    status: response.status,
    statusText: response.statusText,
    headers: Object.fromEntries(response.headers),
    body: chunksOf(response),
  };
}

async function blobOf(chunks: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const chunk of chunks) parts.push(chunk.slice());
  return new Blob(parts);
}

async function* chunksOf(response: Response): AsyncIterable<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
