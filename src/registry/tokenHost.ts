import { parseIpv4 } from './guard/ipv4.ts';

/** Whether a registry's credentials may be sent to the token service at `realm`, which the registry itself names: the
 *  registry's own host, a host below it, one beside it or below its parent (`registry-1.docker.io` and
 *  `auth.docker.io`), or one that the user named. Never from https to plain http. */
export function isTrustedRealm(realm: URL, registryOrigin: string, namedHosts: ReadonlySet<string>): boolean {
  const registry = new URL(registryOrigin);
  if (realm.protocol !== 'https:' && registry.protocol === 'https:') return false;
  if (namedHosts.has(realm.host) || namedHosts.has(realm.hostname)) return true;
  const host = registry.hostname;
  if (realm.hostname === host) return true;
  if (host.startsWith('[') || parseIpv4(host) !== undefined) return false;
  if (realm.hostname.endsWith(`.${host}`)) return true;
  const parent = host.slice(host.indexOf('.') + 1);
  if (!host.includes('.') || !parent.includes('.')) return false;
  return realm.hostname === parent || realm.hostname.endsWith(`.${parent}`);
}
