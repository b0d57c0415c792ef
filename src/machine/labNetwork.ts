import type { Network, NetworkService } from '../shell/kernel/network.ts';
import { VfsError } from '../vfs/vfsError.ts';

const LOOPBACK = '127.0.0.1';
const LOOPBACK_NAMES = new Set(['localhost', LOOPBACK, '::1', '0.0.0.0']);

/** A network of simulated hosts. Nothing of it is reached from outside, and it reaches nothing outside. */
export class LabNetwork implements Network {
  readonly #addresses = new Map<string, string>();
  readonly #services = new Map<string, NetworkService>();
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
    this.#addresses.set(name, LOOPBACK_NAMES.has(host) ? LOOPBACK : this.addHost(host));
  }

  /** Something that answers at a port of a host. Gives the function that ends it. */
  listen(host: string, port: number, service: NetworkService): () => void {
    this.addHost(host);
    const key = `${host}:${port}`;
    this.#services.set(key, service);
    return () => {
      if (this.#services.get(key) === service) this.#services.delete(key);
    };
  }

  resolve(host: string): string | undefined {
    if (LOOPBACK_NAMES.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host)) return LOOPBACK;
    const address = this.#addresses.get(host);
    if (address !== undefined) return address;
    return [...this.#addresses.values()].includes(host) ? host : undefined;
  }

  service(host: string, port: number, from: string): NetworkService {
    const address = this.resolve(host);
    if (address === undefined) throw new VfsError('ENOENT', 'connect', host);
    const name = address === LOOPBACK ? from : this.#nameOf(address);
    const service = this.#services.get(`${name}:${port}`);
    if (!service) throw new VfsError('ECONNREFUSED', 'connect', `${host}:${port}`);
    return service;
  }

  #nameOf(address: string): string {
    for (const [name, known] of this.#addresses) if (known === address) return name;
    return address;
  }
}
