import type { ByteSource } from '../bytes/byteSource.ts';
import type { Digest } from '../image/digest.ts';
import type { JsonWritable } from '../image/writeJson.ts';
import type { PruneRules } from './buildCache.ts';
import type { BuildCacheRecord, KeptStep } from './buildCacheRecord.ts';
import type { CacheMount, CacheMountRecord, CacheMountRequest } from './cacheMounts.ts';
import type { ContainerConfig } from './containerConfig.ts';
import type { Filters } from './filters.ts';
import type { OnProgress } from './progress.ts';
import type { ImageMount } from './imageMount.ts';
import type { ImageRecord } from './imageRecord.ts';
import type { RegistryLogin } from './systemCalls.ts';

/** A row of `GET /images/json`. */
export interface ImageSummary {
  readonly id: Digest;
  /** Empty where there is none. */
  readonly parentId: string;
  /** Familiar forms, sorted. Both empty: an untagged image. */
  readonly repoTags: readonly string[];
  /** `NAME@DIGEST`. */
  readonly repoDigests: readonly string[];
  /** 0 or less where the config tells no time: `N/A`. */
  readonly createdSec: number;
  readonly sizeBytes: number;
  /** -1 unless asked for (`system df`). */
  readonly sharedSizeBytes: number;
  /** -1 unless asked for. */
  readonly containers: number;
  readonly labels: Readonly<Record<string, string>> | null;
  /** `os/architecture[/variant]`. */
  readonly platform: string;
}

/** A row of `docker history`, newest first. */
export interface HistoryRow {
  /** `<missing>` for the steps of an image whose parents are not here. */
  readonly id: string;
  readonly createdSec: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly sizeBytes: number;
  readonly tags: readonly string[];
}

/** What a removal did, in order. */
export type DeletedItem = { readonly untagged: string } | { readonly deleted: string };

export interface PruneReport {
  readonly items: readonly DeletedItem[];
  readonly reclaimedBytes: number;
}

export interface ImportOptions {
  /** Undefined: not tagged. As typed. */
  readonly reference?: string | undefined;
  /** `-`, or the URL as it was given. */
  readonly sourceName: string;
  readonly message: string;
  /** Dockerfile instructions. */
  readonly changes: readonly string[];
  /** `os[/arch[/variant]]`. */
  readonly platform?: string | undefined;
}

export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly starCount: number;
  readonly isOfficial: boolean;
  readonly isAutomated: boolean;
}

export interface PullOptions {
  /** As typed: a name with a tag or a digest; `latest` where neither is given. */
  readonly reference: string;
  readonly allTags?: boolean;
  readonly platform?: string | undefined;
  readonly login?: RegistryLogin | undefined;
}

export interface PushOptions {
  readonly reference: string;
  readonly allTags?: boolean;
  readonly login?: RegistryLogin | undefined;
}

/** Images. A `name` is what a person types: an ID, the beginning of one, or a reference. All throw EngineError. */
export interface ImageCalls {
  /** Newest first. `isAll`: with the images between. Filters: dangling, label, before, since, reference, until. */
  list(options: { readonly isAll?: boolean; readonly filters?: Filters }): readonly ImageSummary[];
  /** The document of `docker image inspect`, keys in the API's order. */
  inspect(name: string): Readonly<Record<string, JsonWritable>>;
  history(name: string): readonly HistoryRow[];
  /** `target` as typed. */
  tag(name: string, target: string): void;
  remove(
    name: string,
    options?: { readonly isForced?: boolean; readonly keepsParents?: boolean },
  ): readonly DeletedItem[];
  /** Filters: dangling, label, label!, until. */
  prune(filters: Filters): PruneReport;
  /** Gives the new image's ID. */
  importImage(tar: AsyncIterable<Uint8Array>, options: ImportOptions, signal?: AbortSignal): Promise<Digest>;
  /** `docker import URL`: fetched by the daemon. */
  importUrl(url: string, options: ImportOptions, onProgress: OnProgress, signal?: AbortSignal): Promise<Digest>;
  /** Errors are in the stream. */
  load(archive: AsyncIterable<Uint8Array>, onProgress: OnProgress, signal?: AbortSignal): Promise<void>;
  /** What the names stand for is fixed, and complained of, before the first byte. */
  save(names: readonly string[], signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  search(
    term: string,
    options: { readonly limit: number; readonly filters: Filters },
  ): Promise<readonly SearchResult[]>;
  pull(options: PullOptions, onProgress: OnProgress, signal?: AbortSignal): Promise<Digest>;
  push(options: PushOptions, onProgress: OnProgress, signal?: AbortSignal): Promise<void>;

  // For builders and views: records of the store as they are, nothing formatted.

  /** Throws EngineError `noSuchImage`. */
  find(name: string): ImageRecord;
  /** Every image of the store, in no order. */
  all(): Iterable<ImageRecord>;
  /** Images that were built or committed on this one. */
  childrenOf(id: Digest): readonly ImageRecord[];
  /** An image of the classic builder or of `commit`: the parent's layers, one more where something changed, and the
   *  config made of the parts (ALGORITHMS, "Config JSON written by the daemon"). */
  create(image: NewImage): Promise<ImageRecord>;
  /** An image whose config's bytes are given; its layers must be in the store. */
  createFromConfig(configBytes: Uint8Array, parent?: Digest): Promise<ImageRecord>;
  /** An archive of an image that is not stored: BuildKit's exporters. Its layers must be in the store. */
  saveBuilt(image: BuiltImage, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Layers (diffIDs, base first) to be read and written. */
  mount(layers: readonly Digest[]): ImageMount;
  /** Stores a layer's uncompressed tar on top of others (base first). Gives its diffID. */
  addLayer(below: readonly Digest[], tar: AsyncIterable<Uint8Array>): Promise<Digest>;
  /** Bytes of the uppermost of these layers (diffIDs, base first). Throws EngineError `archive`. */
  layerTar(layers: readonly Digest[]): ByteSource;
  /** Puts layers of the store (base first) on others, their contents shared. */
  restack(below: readonly Digest[], layers: readonly Digest[]): void;
  /** What an earlier build's step of this key made, while its layers are there. */
  cachedStep(key: string): BuildCacheRecord | undefined;
  /** Keeps what a step made, and its layers. */
  keepStep(step: KeptStep): BuildCacheRecord;
  /** Keeps what a build read, or counts that it was read again. */
  noteUse(step: KeptStep): BuildCacheRecord;
  /** The directory that RUN --mount=type=cache keeps under an ID, made where there is none. */
  cacheMount(request: CacheMountRequest): CacheMount;
  /** Every such directory, the oldest first, with the bytes in it. */
  cacheMounts(): readonly (CacheMountRecord & { readonly sizeBytes: number })[];
  /** Forgets what the rules name; cache mounts are never of an image. Told are the sizes of the records, whether their
   *  layers go or images keep them. */
  pruneBuildCache(rules: PruneRules): { readonly ids: readonly string[]; readonly reclaimedBytes: number };
  /** All that is kept, the oldest first. */
  buildCache(): Iterable<BuildCacheRecord>;
}

export interface BuiltImage {
  readonly configBytes: Uint8Array;
  /** As typed. */
  readonly tags: readonly string[];
  /** `docker`: an OCI layout with manifest.json beside it. */
  readonly format: 'oci' | 'docker';
}

export interface NewImage {
  readonly parent: Digest | undefined;
  /** The diffID of a layer that `addLayer` stored on the parent's; undefined: an empty layer. */
  readonly newLayer: Digest | undefined;
  readonly config: ContainerConfig;
  readonly containerConfig: ContainerConfig;
  readonly containerId: string;
  readonly comment: string;
  readonly author: string;
  readonly createdBy: string;
  /** RFC 3339; now, unless given. */
  readonly created?: string;
}
