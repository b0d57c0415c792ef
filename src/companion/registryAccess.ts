import type { Credentials } from '../registry/credentials.ts';
import { RegistryConnection } from '../registry/connection.ts';
import { endpointOf } from '../registry/endpoint.ts';
import { HostPolicy } from '../registry/guard/hostPolicy.ts';
import { guardedNetwork } from './guardedFetch.ts';
import type { OpenConnection } from './connectRegistry.ts';

/** Registries as pages may reach them through the companion: public ones, and those that it was told of by name. */
export interface RegistryAccess {
  readonly allowedHosts: readonly string[];
  readonly plainHttp: readonly string[];
}

/** A connection for a page's request. That the page names a host allows nothing. */
export function openForPage(
  { allowedHosts, plainHttp }: RegistryAccess,
  domain: string,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): OpenConnection {
  const endpoint = endpointOf(domain, new Set(plainHttp));
  const network = guardedNetwork(new HostPolicy(allowedHosts));
  const connection = new RegistryConnection({
    endpoint,
    network,
    credentials: credentials && (async () => credentials),
    namedHosts: new Set(allowedHosts),
    signal,
  });
  return { connection, close: () => network.close() };
}
