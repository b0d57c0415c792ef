import type { OpenFile } from './openFile.ts';

/** A lab network: hosts by name, and what answers there. Nothing of it leaves the page; what lies outside is reached
 *  only through `outside`, which is a companion's, where one is connected. */
export interface Network {
  /** The address of a host: `127.0.0.1`, or one of the lab's. Undefined where the name is unknown. */
  resolve(host: string, from: string): string | undefined;
  /** What listens at a host's port as seen from host `from`. Throws VfsError ENOENT for an unknown name, EHOSTUNREACH for
   *  an address that nobody has, ECONNREFUSED where nothing listens. */
  service(host: string, port: number, from: string): NetworkService;
  /** From now on something answers at a port of a host. Gives the function that ends it. Absent where the network is
   *  what it is. */
  listen?(host: string, port: number, service: NetworkService, place?: ListenPlace): () => void;
  /** Whether bind(2) would give EADDRINUSE there. */
  isBound?(host: string, port: number, address?: string): boolean;
  /** Whether somebody has an address, as seen from a host. */
  isReachable?(address: string, from: string): boolean;
  /** From now on a host sees the network this way. Gives the function that takes it off the network. */
  attach?(host: string, view: NetworkView): () => void;
}

/** Where something listens. */
export interface ListenPlace {
  /** The only address at which it answers; absent: at all of its host. */
  readonly address?: string;
  /** Its port counts as free: it answers while nobody else listens there. */
  readonly yields?: boolean;
}

/** How a host behind an engine's bridges sees the network: the names and addresses that only it and its like know. */
export interface NetworkView {
  /** Its own; undefined in no network. */
  readonly address: string | undefined;
  /** Nothing beyond the bridges is reached. */
  readonly isCutOff: boolean;
  /** The address that the engine's resolver gives. */
  lookUp(name: string): string | undefined;
  /** The host that has an address; `null`: nobody, undefined: the lab knows. */
  hostAt(address: string): string | null | undefined;
}
