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
  /** What listens at a host, by port. */
  listeners?(host: string): readonly { readonly port: number; readonly address: string | undefined }[];
  /** Whether somebody has an address, as seen from a host. */
  isReachable?(address: string, from: string): boolean;
  /** From now on a host sees the network this way. Gives the function that takes it off the network. */
  attach?(host: string, view: NetworkView): () => void;
  /** The way out, while there is one. */
  readonly outside?: Outside | undefined;
}

/** What is reached outside the lab, through a companion or by the page itself, and nothing else. `url` is the real one;
 *  both reject where the companion cannot be reached. */
export interface Outside {
  /** One of the two requests of a clone (gitprotocol-http); only a companion has this. */
  git?(request: HttpRequest): Promise<HttpResponse>;
  /** A manifest or a blob, read (distribution-spec, "Pull"); no login is passed on. */
  registry(request: HttpRequest): Promise<HttpResponse>;
  /** Images come from their real registry although the lab's has one of that name. */
  readonly prefersRealImages: boolean;
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

export interface NetworkService {
  readonly http?: ((request: HttpRequest) => Promise<HttpResponse>) | undefined;
  readonly ssh?: ((request: SshRequest) => Promise<number>) | undefined;
  /** One request of another protocol and its answer, in that protocol's bytes. */
  readonly message?: ((request: Uint8Array) => Promise<Uint8Array>) | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
  /** Of who asks, as the one who answers sees it; absent: from its own loopback. */
  readonly remoteAddress?: string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A command that runs on the other host with these files as its own. Without a command: a login shell. */
export interface SshRequest {
  readonly user: string;
  readonly command: string | undefined;
  readonly stdin: OpenFile;
  readonly stdout: OpenFile;
  readonly stderr: OpenFile;
  readonly signal: AbortSignal;
}
