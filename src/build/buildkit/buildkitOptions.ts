import type { ByteSource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import type { EngineApi } from '../../engine/engineApi.ts';
import type { RegistryLogin } from '../../engine/systemCalls.ts';
import type { LayerWriter } from '../../engine/imageMount.ts';
import type { FileSet } from '../classic/contextFiles.ts';
import type { DownloadedFile } from '../classic/classicOptions.ts';
import type { Dialect } from '../plan/dialect.ts';
import type { GitFetch } from '../context/gitFiles.ts';
import type { OwnerNames } from '../classic/imageFiles.ts';
import type { ProgressDisplay } from './progress.ts';
import type { PortableCache } from './portableCache.ts';
import type { StepListener } from '../stepEvent.ts';
import type { StepDecision } from './stepCache.ts';

/** Which BuildKit: the one inside dockerd 20.10 (0.8), or one of today. */
export type BuildkitVintage = Dialect;

/** What a build is asked for. */
export interface BuildkitOptions {
  readonly vintage: BuildkitVintage;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly target: string;
  /** As typed. */
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly usesCache: boolean;
  readonly pulls: boolean;
  /** `os[/arch[/variant]]`; the host's where it is not said. */
  readonly platform?: string;
  /** Of every RUN that says nothing else. */
  readonly network?: 'none' | 'host' | undefined;
  /** `NAME:ADDRESS`, for /etc/hosts of every RUN. */
  readonly extraHosts?: readonly string[];
  /** Secrets by ID. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly output: BuildOutput;
  /** `--build-context`: what names of `--from` and FROM stand for. */
  readonly namedContexts?: ReadonlyMap<string, NamedContext>;
  /** Caches of other places. */
  readonly cache?: CacheTransfer;
  /** Stages whose steps are not taken from the cache. */
  readonly uncachedStages?: readonly string[];
  /** Whose layers: those of the BuildKit inside dockerd where it is not said. */
  readonly layerWriter?: LayerWriter;
}

/** An image by another name, or files. */
export type NamedContext =
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'files'; readonly read: () => Promise<FileSet> };

/** Where steps come from besides the store, and where they go. */
export interface CacheTransfer {
  readonly imports: readonly CacheImport[];
  readonly exports: readonly CacheExport[];
  /** The image's config tells of the steps that made its layers. */
  readonly isInline: boolean;
}

export interface CacheImport {
  /** As progress names it: `importing cache manifest from NAME`. */
  readonly name: string;
  /** Undefined for a place that has none. Throws BuildError, EngineError: the build goes on without. */
  readonly read: () => Promise<OpenCache | undefined>;
}

export interface OpenCache {
  readonly cache: PortableCache;
  /** The uncompressed tar of a layer of the cache's list. */
  readonly open: (place: number) => Promise<AsyncIterable<Uint8Array>>;
}

export interface CacheExport {
  readonly name: string;
  /** The steps of the target and of what it stands on, or of all stages that were needed. */
  readonly mode: 'min' | 'max';
  /** `tell` takes lines of progress. */
  readonly write: (
    cache: PortableCache,
    tars: readonly ByteSource[],
    tell: (line: string) => undefined | Promise<void>,
  ) => Promise<void>;
}

export type BuildOutput =
  | {
      readonly kind: 'image';
      /** Sends a tag to its registry when it is there; told are lines of progress. Throws EngineError. */
      readonly push?: (tag: string, tell: (line: string) => undefined | Promise<void>) => Promise<void>;
    }
  /** The tree of the last stage, written by whoever asked: `write` is told of each layer stack's files. */
  | {
      readonly kind: 'tree';
      readonly message: (files: FileSet) => string;
      readonly write: (tree: BuiltTree) => Promise<void>;
    }
  /** An archive of the image, which the store is not given. */
  | {
      readonly kind: 'archive';
      readonly format: 'oci' | 'docker';
      readonly write: (chunks: AsyncIterable<Uint8Array>) => Promise<void>;
    }
  /** The steps are carried out, for the cache alone. */
  | { readonly kind: 'nothing' };

/** The layers that a build ended with, as files. */
export interface BuiltTree {
  readonly files: FileSet;
}

/** What was transferred, and how many bytes that took. */
export interface Transferred<T> {
  readonly value: T;
  readonly bytes: number;
  /** Of the files themselves; `bytes` where it is not said. */
  readonly fileBytes?: number;
}

/** The client's side of a build: what BuildKit asks it for. */
export interface BuildSource {
  /** Name of the Dockerfile as progress shows it. */
  readonly dockerfileName: string;
  /** A context that came as one archive: nothing is asked of the client. */
  readonly isRemote: boolean;
  /** Where the context lies, so that what is sent again is known again. */
  readonly place?: string;
  /** Undefined where there is none. */
  dockerfile(): Promise<Transferred<ByteSource | undefined>>;
  ignoreFile(): Promise<Transferred<readonly string[]>>;
  /** `isSent`: of what is there, whether the build reads a path; all is where it is not said. */
  context(isSent?: (path: string) => boolean): Promise<Transferred<FileSet>>;
}

/** What the builder works with. */
export interface BuildkitSurroundings {
  readonly engine: EngineApi;
  readonly work: Work;
  readonly display: ProgressDisplay;
  /** Reads a URL for ADD. Throws BuildError. */
  readonly download: (url: string) => Promise<DownloadedFile>;
  /** Fetches a repository for ADD; undefined where there is no way to one. */
  readonly fetchGit?: GitFetch | undefined;
  /** What the client knows of the registry of an image that is pulled. */
  readonly loginFor?: (image: string) => RegistryLogin | undefined;
  readonly owners: OwnerNames;
  readonly random: (length: number) => Uint8Array;
  readonly nowMs: () => number;
  /** RFC 3339. */
  readonly now: () => string;
  /** Told of each step's look into the cache. */
  readonly onCache?: (name: string, decision: StepDecision) => void;
  readonly onStep?: StepListener;
  /** Shows of each step why it was taken from the cache or was not. */
  readonly tellsWhy?: boolean;
}
