import type { ByteSource } from '../bytes/byteSource.ts';
import type { ImageConfig } from '../image/config.ts';
import type { Digest } from '../image/digest.ts';
import type { JsonObject } from '../image/json.ts';
import type { LayerTree } from '../vfs/layerTree.ts';

/** A layer of the store on top of those below it. */
export interface LayerRecord {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** The layer below; undefined for a base. */
  readonly parent: LayerRecord | undefined;
  readonly tree: LayerTree;
  /** The uncompressed tar. */
  readonly tar: ByteSource;
  /** As `docker history` counts: regular files once an inode, and the text of symlinks. */
  readonly sizeBytes: number;
  /** Random: names the layer's directory in /var/lib/docker/overlay2. */
  readonly cacheId: string;
}

/** An image of the store. Immutable. */
export interface ImageRecord {
  readonly id: Digest;
  readonly configBytes: Uint8Array;
  readonly config: ImageConfig;
  /** The config as JSON, for fields that `config` does not have. */
  readonly document: JsonObject;
  /** Set by `commit` and the classic builder alone: layers that are loaded or pulled know no parent. */
  readonly parent: Digest | undefined;
  /** Base first. */
  readonly layers: readonly LayerRecord[];
  readonly sizeBytes: number;
  readonly createdSec: number;
  /** RFC 3339, when it was tagged last; undefined: never here. */
  readonly lastTaggedAt: string | undefined;
}
