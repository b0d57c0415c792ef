import { type ByteSource, MemorySource } from '../../bytes/byteSource.ts';
import type { Platform } from '../../bytes/platform.ts';
import { digestOf, type Digest } from '../../image/digest.ts';
import { MediaType } from '../../image/mediaTypes.ts';
import type { RegistryAccess } from './access.ts';
import { respondError, respondJson, type ServerRequest, type ServerResponse } from './http.ts';
import { dockerManifestBytes, manifestListBytes } from '../dockerManifestBytes.ts';
import { RegistryServer } from './registryServer.ts';
import { RegistryStore } from './registryStore.ts';
import { TokenServer } from './tokenServer.ts';

/** What Docker Hub holds, in this world. Asked when somebody pulls. */
export interface HubCatalogue {
  /** Tags of a repository, `library/busybox`; undefined where there is none of that name. */
  tags(repository: string): readonly string[] | undefined | Promise<readonly string[] | undefined>;
  /** The image behind a tag. */
  image(repository: string, tag: string): Promise<HubImage | undefined>;
  /** Repositories, the most liked first. */
  search(term: string): readonly HubListing[] | Promise<readonly HubListing[]>;
}

export interface HubImage {
  readonly configBytes: Uint8Array;
  readonly platform: { readonly architecture: string; readonly os: string; readonly variant?: string };
  /** Base first: layers as they are handed out, and what their tar is. */
  readonly layers: readonly HubLayer[];
}

export interface HubLayer {
  readonly digest: Digest;
  /** `…tar` or `…tar.gzip` of Docker's or OCI's media types. */
  readonly mediaType: string;
  readonly blob: ByteSource;
}

export interface HubListing {
  /** As it is shown: `busybox`, `user/app`. */
  readonly name: string;
  readonly description: string;
  readonly starCount: number;
  readonly isOfficial: boolean;
}

/** Something that answers on a lab network. */
export interface HubService {
  http(request: ServerRequest): Promise<ServerResponse>;
}

/** Services of a hub, by host. */
export interface Hub {
  readonly hosts: Readonly<Record<string, HubService>>;
  /** Behind what was pulled so far. */
  readonly store: RegistryStore;
}

export interface HubSetup {
  readonly platform: Platform;
  readonly random: (length: number) => Uint8Array;
}

const MANIFEST_PATH = /^\/v2\/(.+)\/manifests\/([^/]+)$/;
const MAX_RESULTS = 100;
/** The hub's own page, which old commands name as a registry. */
const HUB_PAGE = 'registry.hub.docker.com';

/** Docker Hub as a lab has it: anybody may pull what is there, and nobody push; the rest needs rights that nobody has. */
export function createHub(catalogue: HubCatalogue, setup: HubSetup): Hub {
  const store = new RegistryStore();
  const tokens = new TokenServer({
    users: new Map(),
    allows: async (_user, repository, action) => action === 'pull' && (await catalogue.tags(repository)) !== undefined,
    random: setup.random,
  });
  const registry = (realm: string) => {
    const access: RegistryAccess = { kind: 'token', service: 'registry.docker.io', realm, tokens };
    return stockedRegistry(catalogue, new RegistryServer({ ...setup, store, access }), store, setup.platform);
  };
  const page = officialNames(registry(`https://${HUB_PAGE}/token`));
  return {
    store,
    hosts: {
      'registry-1.docker.io': registry('https://auth.docker.io/token'),
      'auth.docker.io': tokens,
      'index.docker.io': { http: (request) => search(catalogue, request) },
      [HUB_PAGE]: {
        http: (request) => (request.url.pathname === '/token' ? tokens.http(request) : page.http(request)),
      },
    },
  };
}

/** A registry that anybody may push to, and that has what the catalogue has, official images under their short names. */
export function createMirror(catalogue: HubCatalogue, setup: HubSetup): HubService & { readonly store: RegistryStore } {
  const store = new RegistryStore();
  const server = new RegistryServer({ ...setup, store, access: { kind: 'open' } });
  return { store, http: (request) => mirrorRequest(catalogue, server, store, setup.platform, request) };
}

async function mirrorRequest(
  catalogue: HubCatalogue,
  server: RegistryServer,
  store: RegistryStore,
  platform: Platform,
  request: ServerRequest,
): Promise<ServerResponse> {
  const [, name = '', tag = ''] = MANIFEST_PATH.exec(request.url.pathname) ?? [];
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  if (name !== '' && isReading && !store.manifest(name, tag))
    await fetchTag(catalogue, store, platform, { name, from: name.includes('/') ? name : `library/${name}`, tag });
  return server.http(request);
}

/** Fetches what is asked for out of the catalogue first. */
function stockedRegistry(
  catalogue: HubCatalogue,
  server: RegistryServer,
  store: RegistryStore,
  platform: Platform,
): HubService {
  return {
    http: async (request) => {
      const [, name = '', tag = ''] = MANIFEST_PATH.exec(request.url.pathname) ?? [];
      if (name !== '') await fetchTag(catalogue, store, platform, { name, from: name, tag });
      return server.http(request);
    },
  };
}

/** `ubuntu` for `library/ubuntu`. */
function officialNames(service: HubService): HubService {
  return {
    http: (request) => {
      const url = new URL(request.url);
      url.pathname = url.pathname.replace(/^\/v2\/([^/]+)\/(manifests|blobs|tags)\//, '/v2/library/$1/$2/');
      return service.http({ ...request, url });
    },
  };
}

/** Puts what the catalogue has under a tag into the registry, once. */
async function fetchTag(
  catalogue: HubCatalogue,
  store: RegistryStore,
  platform: Platform,
  { name: repository, from, tag }: { readonly name: string; readonly from: string; readonly tag: string },
): Promise<void> {
  if (store.manifest(repository, tag) || (await catalogue.tags(from))?.includes(tag) !== true) return;
  const image = await catalogue.image(from, tag);
  if (!image) return;
  const { configBytes, layers } = image;
  const configDigest = digestOf(configBytes, platform);
  store.addBlob(repository, configDigest, new MemorySource(configBytes));
  for (const { digest, blob } of layers) store.addBlob(repository, digest, blob);
  const bytes = dockerManifestBytes(
    { mediaType: MediaType.dockerConfig, size: configBytes.length, digest: configDigest },
    layers.map(({ digest, mediaType, blob }) => ({ mediaType, size: blob.sizeBytes, digest })),
  );
  const digest = digestOf(bytes, platform);
  store.putManifest(repository, { digest, mediaType: MediaType.dockerManifest, bytes }, undefined);
  const list = manifestListBytes([
    { mediaType: MediaType.dockerManifest, size: bytes.length, digest, platform: image.platform },
  ]);
  const listDigest = digestOf(list, platform);
  store.putManifest(repository, { digest: listDigest, mediaType: MediaType.dockerIndex, bytes: list }, tag);
}

/** `GET /v1/search?q=TERM&n=LIMIT`. */
async function search(catalogue: HubCatalogue, { url }: ServerRequest): Promise<ServerResponse> {
  if (url.pathname === '/v1/_ping') return respondJson(200, true);
  if (url.pathname !== '/v1/search') return respondError(404, 'UNSUPPORTED', 'no such page');
  const limit = Math.min(Number(url.searchParams.get('n')) || 25, MAX_RESULTS);
  const found = await catalogue.search(url.searchParams.get('q') ?? '');
  return respondJson(200, {
    num_results: found.length,
    query: url.searchParams.get('q') ?? '',
    results: found.slice(0, limit).map(({ name, description, starCount, isOfficial }) => ({
      name,
      description,
      star_count: starCount,
      is_official: isOfficial,
      is_automated: false,
    })),
  });
}
