import type { ByteSource } from '../../bytes/byteSource.ts';
import type { Digest } from '../../image/digest.ts';

export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A repository at one moment. */
export interface StoredRepository {
  readonly tags: ReadonlyMap<string, Digest>;
  readonly manifests: ReadonlyMap<Digest, StoredManifest>;
  /** Blobs that were pushed to it or mounted into it. */
  readonly blobs: ReadonlySet<Digest>;
}

export type RegistryState = ReadonlyMap<string, StoredRepository>;

export const EMPTY_REPOSITORY: StoredRepository = { tags: new Map(), manifests: new Map(), blobs: new Set() };

/** What a registry holds: repositories as one value that is never changed, and blobs beside it, which are only added. */
export class RegistryStore {
  #state: RegistryState = new Map();
  readonly #blobs = new Map<Digest, ByteSource>();

  snapshot(): RegistryState {
    return this.#state;
  }

  restore(state: RegistryState): void {
    this.#state = state;
  }

  /** All blobs, for keeping. */
  get blobs(): ReadonlyMap<Digest, ByteSource> {
    return this.#blobs;
  }

  repository(name: string): StoredRepository | undefined {
    return this.#state.get(name);
  }

  names(): readonly string[] {
    return [...this.#state.keys()].sort();
  }

  /** A blob that the repository has. */
  blob(name: string, digest: Digest): ByteSource | undefined {
    return this.#state.get(name)?.blobs.has(digest) ? this.#blobs.get(digest) : undefined;
  }

  /** A blob that repositories of a state to be restored have. */
  holdBlob(digest: Digest, source: ByteSource): void {
    if (!this.#blobs.has(digest)) this.#blobs.set(digest, source);
  }

  addBlob(name: string, digest: Digest, source: ByteSource): void {
    this.holdBlob(digest, source);
    const repository = this.#state.get(name) ?? EMPTY_REPOSITORY;
    this.#put(name, { ...repository, blobs: new Set(repository.blobs).add(digest) });
  }

  /** Whether the other repository had it. */
  mountBlob(name: string, digest: Digest, from: string): boolean {
    const source = this.blob(from, digest);
    if (source) this.addBlob(name, digest, source);
    return source !== undefined;
  }

  putManifest(name: string, manifest: StoredManifest, tag: string | undefined): void {
    const repository = this.#state.get(name) ?? EMPTY_REPOSITORY;
    this.#put(name, {
      ...repository,
      manifests: new Map(repository.manifests).set(manifest.digest, manifest),
      tags: tag === undefined ? repository.tags : new Map(repository.tags).set(tag, manifest.digest),
    });
  }

  /** By tag or digest. */
  manifest(name: string, reference: string): StoredManifest | undefined {
    const repository = this.#state.get(name);
    return repository?.manifests.get(repository.tags.get(reference) ?? (reference as Digest));
  }

  deleteManifest(name: string, digest: Digest): boolean {
    const repository = this.#state.get(name);
    if (!repository?.manifests.has(digest)) return false;
    const manifests = new Map(repository.manifests);
    manifests.delete(digest);
    const tags = new Map([...repository.tags].filter(([, target]) => target !== digest));
    this.#put(name, { ...repository, manifests, tags });
    return true;
  }

  #put(name: string, repository: StoredRepository): void {
    this.#state = new Map(this.#state).set(name, repository);
  }
}
