import type { AddressKind } from './addressRules.ts';
import { judgeHost, kindOfAddressText } from './hostRules.ts';

/** Which hosts may be reached. */
export class HostPolicy {
  readonly #named: ReadonlySet<string>;

  /** `named`: hosts, or hosts with their port, that may be reached whatever they are, as a URL spells them. */
  constructor(named: Iterable<string> = []) {
    this.#named = new Set([...named].map((host) => host.toLowerCase()));
  }

  /** Why a URL may not be fetched, or undefined when it may; a name's addresses are then still to be judged. */
  refusal(url: URL): string | undefined {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return `${url.protocol} is not fetched`;
    if (url.username !== '' || url.password !== '') return 'a URL with a login is not fetched';
    if (this.isNamed(url)) return undefined;
    const judged = judgeHost(url.hostname);
    return judged.kind === 'refused' ? `${url.host} ${WHY[judged.why]}` : undefined;
  }

  /** The same for an address that a name led to. */
  addressRefusal(url: URL, address: string): string | undefined {
    if (this.isNamed(url)) return undefined;
    const kind = kindOfAddressText(address);
    if (kind === 'public') return undefined;
    return `${url.host} leads to an address that ${WHY[kind ?? 'malformed']}`;
  }

  isNamed(url: URL): boolean {
    if (this.#named.has(url.host) || this.#named.has(url.hostname)) return true;
    // URL leaves out the port that a scheme has by itself.
    const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
    return this.#named.has(`${url.hostname}:${port}`);
  }
}

const WHY: Readonly<Record<AddressKind | 'localName' | 'malformed', string>> = {
  public: 'is public',
  unspecified: 'stands for this machine',
  loopback: 'is this machine',
  localName: 'is this machine',
  private: 'is in a private network',
  linkLocal: 'is link-local',
  multicast: 'is a multicast address',
  reserved: 'is reserved',
  malformed: 'is no proper host',
};
