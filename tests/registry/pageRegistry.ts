import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { MediaType } from '../../src/image/mediaTypes.ts';
import { configOf, sampleLayers, sha256 } from '../archive/buildTar.ts';

export interface PageRegistryOptions {
  /** What it says to pages (Fetch, "CORS protocol"): all that a pull needs, all but the challenge of a login, or nothing. */
  readonly sharing?: 'all' | 'noChallenge' | 'none';
  readonly login?: 'basic' | 'bearer';
  /** Where tokens are given, by the address that it has for its clients. */
  readonly realm?: string;
  /** The upper layer's bytes are not those of its digest. */
  readonly isDamaged?: boolean;
  /** Blobs lie there: an origin that they are redirected to. */
  readonly storage?: string;
  /** Of each blob only the beginning comes, and then nothing. */
  readonly stands?: boolean;
}

export const USER = { user: 'ann', password: 'opensesame' } as const;
const BASIC = `Basic ${Buffer.from('ann:opensesame').toString('base64')}`;
const TOKEN = 'a-token';
export const REPOSITORY = 'team/app';
export const TAG = '1';

/** A registry on this machine with one image, `team/app:1`, for two platforms. */
export class PageRegistry {
  readonly host: string;
  /** `METHOD path`, in order. */
  readonly seen: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** Layers as they are stored, of linux/amd64. */
  readonly layers: readonly Uint8Array[];
  readonly #server;
  readonly #options: PageRegistryOptions;
  readonly #documents = new Map<string, { readonly type: string; readonly bytes: Uint8Array }>();

  private constructor(server: ReturnType<typeof createServer>, layers: Uint8Array[], options: PageRegistryOptions) {
    this.#server = server;
    this.#options = options;
    this.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.layers = layers.map((layer) => new Uint8Array(gzipSync(layer)));
    server.on('request', (request, response) => this.#answer(request, response));
    const manifests = ['amd64', 'arm64'].map((architecture) => {
      const config = Buffer.from(configOf(layers.map(sha256), { architecture }));
      const manifest = {
        schemaVersion: 2,
        mediaType: MediaType.ociManifest,
        config: this.#put(MediaType.ociConfig, config),
        layers: this.layers.map((layer) => this.#put(MediaType.ociLayerGzip, layer)),
      };
      const stored = this.#put(MediaType.ociManifest, Buffer.from(JSON.stringify(manifest)));
      return { ...stored, platform: { os: 'linux', architecture } };
    });
    const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests };
    const root = this.#put(MediaType.ociIndex, Buffer.from(JSON.stringify(index)));
    this.#documents.set(TAG, this.#documents.get(root.digest) as { type: string; bytes: Uint8Array });
  }

  static async start(options: PageRegistryOptions = {}): Promise<PageRegistry> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new PageRegistry(server, await sampleLayers(), options);
  }

  get reference(): string {
    return `${this.host}/${REPOSITORY}:${TAG}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #put(type: string, bytes: Uint8Array) {
    const digest = sha256(bytes);
    this.#documents.set(digest, { type, bytes });
    return { mediaType: type, digest, size: bytes.length };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    this.seen.push(`${method} ${url}`);
    this.#share(request, response);
    if (method === 'OPTIONS') return void response.writeHead(204).end();
    this.authorizations.push(request.headers.authorization);
    if (url.startsWith('/token')) {
      const isKnown = [undefined, BASIC].includes(request.headers.authorization);
      return void response.writeHead(isKnown ? 200 : 401).end(JSON.stringify({ token: TOKEN }));
    }
    if (!this.#isLoggedIn(request)) return void this.#challenge(response);
    if (url === '/v2/') return void response.writeHead(200).end('{}');
    const [, kind, name = ''] = /^\/v2\/team\/app\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    const found = this.#documents.get(name);
    if (!found || kind === undefined) {
      const error = { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' };
      return void response.writeHead(404).end(JSON.stringify({ errors: [error] }));
    }
    const { storage } = this.#options;
    if (storage !== undefined && kind === 'blobs')
      return void response.writeHead(307, { location: storage + url }).end();
    this.#send(response, found, kind === 'blobs' && method === 'GET');
  }

  #send(response: ServerResponse, { type, bytes }: { type: string; bytes: Uint8Array }, isBlob: boolean): void {
    const { isDamaged, stands } = this.#options;
    const sent = Uint8Array.from(bytes);
    if (isBlob && isDamaged && type === MediaType.ociLayerGzip) sent[sent.length - 9] = (sent.at(-9) ?? 0) ^ 1;
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
    if (isBlob && stands && type === MediaType.ociLayerGzip) response.write(sent.subarray(0, 20));
    else response.end(sent);
  }

  #share({ headers }: IncomingMessage, response: ServerResponse): void {
    const { sharing = 'all' } = this.#options;
    if (sharing === 'none' || headers.origin === undefined) return;
    response.setHeader('access-control-allow-origin', headers.origin);
    response.setHeader('access-control-allow-methods', 'GET, HEAD, OPTIONS');
    response.setHeader('access-control-allow-headers', 'accept, authorization, range');
    if (sharing === 'all') response.setHeader('access-control-expose-headers', 'www-authenticate');
  }

  #isLoggedIn({ headers }: IncomingMessage): boolean {
    const { login } = this.#options;
    if (login === undefined) return true;
    return headers.authorization === (login === 'basic' ? BASIC : `Bearer ${TOKEN}`);
  }

  #challenge(response: ServerResponse): void {
    const { realm = `http://${this.host}/token` } = this.#options;
    const bearer = `Bearer realm="${realm}",service="test",scope="repository:${REPOSITORY}:pull"`;
    const challenge = this.#options.login === 'basic' ? 'Basic realm="test"' : bearer;
    response.writeHead(401, { 'www-authenticate': challenge }).end('{}');
  }
}
