import type { Reference } from '../image/reference.ts';

/** Where a registry is reached. */
export interface Endpoint {
  /** As references name it: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** `https://registry-1.docker.io`, without a slash at the end. */
  readonly origin: string;
}

/** Docker Hub answers elsewhere than its name says (moby registry/config.go, `DefaultRegistryHost`). */
const HUB_DOMAIN = 'docker.io';
const HUB_HOST = 'registry-1.docker.io';

/** The endpoint of a reference's domain. Plain http only for domains named in `plainHttp`. */
export function endpointOf(domain: string, plainHttp: ReadonlySet<string>): Endpoint {
  const host = domain === HUB_DOMAIN ? HUB_HOST : domain;
  const scheme = plainHttp.has(domain) ? 'http' : 'https';
  return { domain, origin: new URL(`${scheme}://${host}`).origin };
}

/** What a manifest is asked for by: the digest where the reference has one, its tag, or `latest`. */
export function manifestName(reference: Reference): string {
  return reference.digest ?? reference.tag ?? 'latest';
}
