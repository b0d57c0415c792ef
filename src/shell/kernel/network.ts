import type { OpenFile } from './openFile.ts';

/** A lab network: hosts by name, and what answers there. Nothing of it leaves the page; what lies outside is reached
 *  only through `outside`, which is a companion's, where one is connected. */
export interface Network {
  /** The address of a host: `127.0.0.1`, or one of the lab's. Undefined where the name is unknown. */
  resolve(host: string, from: string): string | undefined;
  /** What listens at a host's port as seen from host `from`. Throws VfsError ENOENT for an unknown name, ECONNREFUSED
   *  where nothing listens. */
  service(host: string, port: number, from: string): NetworkService;
  /** From now on something answers at a port of a host. Gives the function that ends it. Absent where the network is
   *  what it is. */
  listen?(host: string, port: number, service: NetworkService): () => void;
}

export interface NetworkService {
  http?(request: HttpRequest): Promise<HttpResponse>;
  ssh?(request: SshRequest): Promise<number>;
  /** One request of another protocol and its answer, in that protocol's bytes. */
  message?(request: Uint8Array): Promise<Uint8Array>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
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
