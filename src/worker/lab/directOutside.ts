import { once } from '../../bytes/once.ts';
import { RegistryConnection } from '../../registry/connection.ts';
import { browserNetwork, type Network } from '../../registry/network.ts';
import { pullRead, RETURNED_HEADERS } from '../../registry/pullRead.ts';
import { RegistryError } from '../../registry/registryError.ts';
import { bodyChunks } from '../../registry/responseBody.ts';
import { requireSharing } from '../../registry/sharing.ts';
import type { HttpRequest, HttpResponse, Outside } from '../../shell/kernel/network.ts';
import { pageEndpoint } from '../pulling.ts';
import { domainOf } from './companionOutside.ts';

/** The way out of the lab to registries that let pages read them: no companion is there. */
export function directOutside(network: Network = browserNetwork()): Outside {
  const connections = new Map<string, Promise<RegistryConnection>>();
  const connect = (domain: string): Promise<RegistryConnection> => {
    const known = connections.get(domain);
    if (known) return known;
    const made = open(domain, network);
    connections.set(domain, made);
    // What could not be reached may be later.
    made.catch(() => connections.delete(domain));
    return made;
  };
  return { prefersRealImages: false, registry: (request) => read(request, connect) };
}

async function open(domain: string, network: Network): Promise<RegistryConnection> {
  const endpoint = pageEndpoint(domain);
  await requireSharing(network, endpoint, undefined);
  return new RegistryConnection({ endpoint, network });
}

async function read(
  { url, method, headers }: HttpRequest,
  connect: (domain: string) => Promise<RegistryConnection>,
): Promise<HttpResponse> {
  const domain = domainOf(url.host);
  try {
    const connection = await connect(domain);
    const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const { request } = pullRead({ domain, method, path: url.pathname.replace(/^\/v2\//, ''), headers: lowerCase });
    const { response, url: from } = await connection.send(request);
    const returned: Record<string, string> = {};
    for (const name of RETURNED_HEADERS) {
      const value = response.headers.get(name);
      if (value !== null) returned[name] = value;
    }
    const { status, statusText } = response;
    const body = bodyChunks(response, from, connection.network.idleTimeoutMs);
    return { status, statusText, headers: returned, body };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return refusal(domain, error);
  }
}

/** In a registry's own form (distribution-spec, "Error Codes"), so that `docker` prints it. */
function refusal(domain: string, { code, detail }: RegistryError): HttpResponse {
  const isKept = code === 'crossOrigin' || code === 'hidden';
  const message = isKept
    ? `${domain} does not let web pages read its images (CORS); a companion can pull them`
    : `${domain}: ${detail}`;
  const body = new TextEncoder().encode(JSON.stringify({ errors: [{ code: 'UNAVAILABLE', message }] }));
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  return { status: 403, statusText: 'Forbidden', headers, body: once(body) };
}
