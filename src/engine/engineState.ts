import type { Digest } from '../image/digest.ts';
import type { BuildCacheRecord } from './buildCacheRecord.ts';
import type { CacheMountRecord } from './cacheMounts.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ImageRecord, LayerRecord } from './imageRecord.ts';
import type { NetworkRecord } from './networkRecord.ts';
import type { VolumeRecord } from './volumeRecord.ts';

/** All that an engine knows, as one value that is never changed: what a change does not touch is shared between the
 *  state before and the state after. */
export interface EngineState {
  readonly images: ReadonlyMap<Digest, ImageRecord>;
  /** Full reference (`docker.io/library/busybox:latest`, or with `@DIGEST`) to image. */
  readonly references: ReadonlyMap<string, Digest>;
  /** By chainID. Those that no image, no container and no build cache needs are gone. */
  readonly layers: ReadonlyMap<Digest, LayerRecord>;
  readonly containers: ReadonlyMap<string, ContainerRecord>;
  readonly volumes: ReadonlyMap<string, VolumeRecord>;
  /** By ID. */
  readonly networks: ReadonlyMap<string, NetworkRecord>;
  /** Layers by diffID as registries hold them: what push and pull have met, the latest last. */
  readonly knownBlobs: ReadonlyMap<Digest, readonly KnownBlob[]>;
  /** By key; their layers stay. */
  readonly buildCache: ReadonlyMap<string, BuildCacheRecord>;
  /** By ID; their files lie on the disk. */
  readonly cacheMounts: ReadonlyMap<string, CacheMountRecord>;
}

/** A layer as a repository has it. */
export interface KnownBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** With its registry: `localhost:5000/app`. */
  readonly repository: string;
}

export const EMPTY_STATE: EngineState = {
  images: new Map(),
  references: new Map(),
  layers: new Map(),
  containers: new Map(),
  volumes: new Map(),
  networks: new Map(),
  knownBlobs: new Map(),
  buildCache: new Map(),
  cacheMounts: new Map(),
};

/** The map with an entry more, or one changed. Cost: the map's length, of references. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
