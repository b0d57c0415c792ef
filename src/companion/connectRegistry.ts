import type { Credentials } from '../registry/credentials.ts';
import { RegistryConnection } from '../registry/connection.ts';
import { endpointOf } from '../registry/endpoint.ts';
import { HostPolicy } from '../registry/guard/hostPolicy.ts';
import { isLoopbackHost } from '../registry/guard/hostRules.ts';
import { parseWantedPlatform, type WantedPlatform } from '../registry/platformChoice.ts';
import { CompanionError } from './companionError.ts';
import { guardedNetwork } from './guardedFetch.ts';

export interface ConnectChoices {
  /** As references name it. Who names a registry allows its host, wherever it is. */
  readonly domain: string;
  /** Domains that are reached over plain http; those of this machine always are, as with docker. */
  readonly plainHttp: readonly string[];
  /** Other hosts that may be reached though they are private, or may have the login though they are another's. */
  readonly allowedHosts: readonly string[];
  readonly credentials: (() => Promise<Credentials | undefined>) | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface OpenConnection {
  readonly connection: RegistryConnection;
  close(): void;
}

/** A connection to a registry that a person at this machine named. */
export function connectRegistry(choices: ConnectChoices): OpenConnection {
  const { domain, allowedHosts, credentials, signal } = choices;
  const isLocal = isLoopbackHost(hostOf(domain));
  const endpoint = endpointOf(domain, new Set([...choices.plainHttp, ...(isLocal ? [domain] : [])]));
  const network = guardedNetwork(new HostPolicy([new URL(endpoint.origin).host, ...allowedHosts]));
  const namedHosts = new Set(allowedHosts);
  const connection = new RegistryConnection({ endpoint, network, credentials, namedHosts, signal });
  return { connection, close: () => network.close() };
}

/** Without the port; an IPv6 address keeps its brackets. */
function hostOf(domain: string): string {
  return domain.replace(/:\d+$/, '');
}

const NODE_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm: 'arm/v7' };

/** The platform of images that this machine would run: Linux, whatever it runs itself. */
export function ownPlatform(): WantedPlatform {
  const architecture = NODE_ARCHITECTURES[process.arch] ?? process.arch;
  return parseWantedPlatform(`linux/${architecture}`) ?? { os: 'linux', architecture, variant: undefined };
}

/** A platform as it is written, or this machine's. Throws CompanionError `platform`. */
export function wantedPlatform(text: string | undefined): WantedPlatform {
  if (text === undefined) return ownPlatform();
  const wanted = parseWantedPlatform(text);
  if (!wanted) throw new CompanionError('platform', `“${text}” is no platform, such as linux/arm64`);
  return wanted;
}
