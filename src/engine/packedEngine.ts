import type { BuildCacheRecord } from './buildCacheRecord.ts';
import type { CacheMountRecord } from './cacheMounts.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import type { Digest } from '../image/digest.ts';
import type { LayerColumns } from '../vfs/layerTree.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { KnownBlob } from './engineState.ts';
import type { OutputChunk } from './containerCalls.ts';
import type { NetworkRecord } from './networkRecord.ts';
import type { VolumeRecord } from './volumeRecord.ts';

/** Of the form below: what was kept by another is not read. */
export const PACKED_VERSION = 1;

/** An engine as plain data, which a structured clone carries, and blobs beside it by name. What has the same name is
 *  the same: blobs that are kept already need not be written again, and those that no engine names can go. */
export interface PackedEngine {
  readonly plain: PackedState;
  /** To be read when asked for: most of them are kept already. */
  readonly blobs: ReadonlyMap<string, PackedBlob>;
}

export interface PackedBlob {
  readonly open: () => Promise<ByteSource>;
}

export interface PackedState {
  readonly version: number;
  readonly images: readonly {
    readonly configBytes: Uint8Array;
    readonly parent: Digest | undefined;
    readonly lastTaggedAt: string | undefined;
  }[];
  readonly references: readonly (readonly [reference: string, id: Digest])[];
  /** Each after the one below it. */
  readonly layers: readonly PackedLayer[];
  readonly containers: readonly PackedContainer[];
  readonly volumes: readonly VolumeRecord[];
  readonly networks: readonly NetworkRecord[];
  readonly knownBlobs: readonly (readonly [diffId: Digest, blobs: readonly KnownBlob[]])[];
  /** Absent in what was packed before there was one. */
  readonly buildCache?: readonly BuildCacheRecord[];
  /** Absent in what was packed before there were any. */
  readonly cacheMounts?: readonly CacheMountRecord[];
}

export interface PackedLayer {
  readonly diffId: Digest;
  /** ChainID of the one below. */
  readonly parent: Digest | undefined;
  readonly cacheId: string;
  /** The layer's tree as it lies, so that nothing is parsed. */
  readonly columns: LayerColumns;
  /** As whoever made it counts. Absent in what was packed before it was kept. */
  readonly sizeBytes?: number;
  /** The blob with its tar. */
  readonly tar: string;
}

export interface PackedContainer {
  readonly record: Omit<ContainerRecord, 'layers'>;
  /** ChainID of its uppermost layer; undefined for an empty image. */
  readonly top: Digest | undefined;
  /** Blobs: tars that hold everything, for mounting again. */
  readonly initLayer: string;
  readonly upper: string;
  readonly log: readonly (OutputChunk & { readonly at: { readonly sec: number; readonly nsec: number } })[];
}
