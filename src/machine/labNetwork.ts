import type { CompanionEngine } from '../docker/companion/realEngine.ts';
import type { ListenPlace, Network, NetworkService, NetworkView, Outside } from '../shell/kernel/network.ts';
import { VfsError } from '../vfs/vfsError.ts';

const LOOPBACK = '127.0.0.1';
const LOOPBACK_NAMES = new Set(['localhost', LOOPBACK, '::1', '0.0.0.0']);

interface Listener {
  readonly service: NetworkService;
  readonly place: ListenPlace;
}

/** A network of simulated hosts. Nothing of it is reached from outside, and it reaches nothing outside but by what is
 *  put into `outside`. */
export class LabNetwork implements Network {
  outside: Outside | undefined;
  /** Whose engine `docker` reaches in the context of that name. */
  companion: CompanionEngine | undefined;
  readonly #addresses = new Map<string, string>();
  /** By host and port, the latest first. */
  readonly #listeners = new Map<string, readonly Listener[]>();
  readonly #views = new Map<string, NetworkView>();
  #next = 2;

  /** A host by name; gives its address in the lab. */
  addHost(name: string): string {
    const known = this.#addresses.get(name);
    if (known !== undefined) return known;
    const address = `10.0.0.${this.#next++}`;
    this.#addresses.set(name, address);
    return address;
  }

  /** Another name for a host's address, or for the loopback of whoever asks. */
  addName(name: string, host: string): void {
    this.#addresses.set(name, isLoopback(host) ? LOOPBACK : this.addHost(host));
  }

  /** Something that answers at a port of a host. Gives the function that ends it. */
  listen(host: string, port: number, service: NetworkService, place: ListenPlace = {}): () => void {
    if (!this.#views.has(host)) this.addHost(host);
    const key = `${host}:${port}`;
    const listener: Listener = { service, place };
    this.#listeners.set(key, [listener, ...(this.#listeners.get(key) ?? [])]);
    return () => {
      const left = (this.#listeners.get(key) ?? []).filter((one) => one !== listener);
      if (left.length > 0) this.#listeners.set(key, left);
      else this.#listeners.delete(key);
    };
  }

  isBound(host: string, port: number, address?: string): boolean {
    const listeners = this.#listeners.get(`${host}:${port}`) ?? [];
    return listeners.some(
      ({ place }) =>
        !place.yields && (place.address === undefined || address === undefined || place.address === address),
    );
  }

  listeners(host: string): { port: number; address: string | undefined }[] {
    const prefix = `${host}:`;
    return [...this.#listeners]
      .flatMap(([key, listeners]) =>
        key.startsWith(prefix)
          ? listeners.map(({ place }) => ({ port: Number(key.slice(prefix.length)), address: place.address }))
          : [],
      )
      .sort((a, b) => a.port - b.port);
  }

  /** A host of the lab keeps its address beside what its view has. */
  attach(host: string, view: NetworkView): () => void {
    this.#views.set(host, view);
    return () => {
      if (this.#views.get(host) === view) this.#views.delete(host);
    };
  }

  resolve(host: string, from: string): string | undefined {
    if (isLoopback(host)) return LOOPBACK;
    const view = this.#views.get(from);
    if (view) {
      const address = host === from ? view.address : view.lookUp(host);
      if (address !== undefined) return address;
      const owner = view.hostAt(host);
      if (owner !== undefined) return host;
      if (view.isCutOff) return undefined;
    }
    const address = this.#addresses.get(host);
    if (address !== undefined) return address;
    return [...this.#addresses.values()].includes(host) ? host : undefined;
  }

  isReachable(address: string, from: string): boolean {
    return isLoopback(address) || this.#hostAt(address, from) !== undefined;
  }

  service(host: string, port: number, from: string): NetworkService {
    const address = host === from ? LOOPBACK : this.resolve(host, from);
    if (address === undefined) throw new VfsError('ENOENT', 'connect', host);
    const owner = this.#hostAt(address, from);
    if (owner === undefined) throw new VfsError('EHOSTUNREACH', 'connect', `${host}:${port}`);
    const listeners = (this.#listeners.get(`${owner}:${port}`) ?? []).filter(
      ({ place }) => place.address === undefined || place.address === address,
    );
    const listener = listeners.find(({ place }) => !place.yields) ?? listeners[0];
    if (!listener) throw new VfsError('ECONNREFUSED', 'connect', `${host}:${port}`);
    return listener.service;
  }

  #hostAt(address: string, from: string): string | undefined {
    if (isLoopback(address)) return from;
    const view = this.#views.get(from);
    const owner = view?.hostAt(address);
    if (owner !== undefined) return owner ?? undefined;
    if (view?.isCutOff) return undefined;
    for (const [name, known] of this.#addresses) if (known === address) return name;
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}
