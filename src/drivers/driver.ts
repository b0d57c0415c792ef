import type { Digest } from '../image/digest.ts';
import type { EntryKind, LayerTree } from '../vfs/layerTree.ts';
import type { HostMeasure } from './measureHost.ts';
import type { RandomSource } from './randomSource.ts';
import type { SpaceTally } from './spaceTally.ts';

/** How a storage driver lays a stack of layers out, and what changes cost in it: a model, file by file and block by
 *  block, of what real engines do. A driver is one file of this folder and a line in `registry.ts`.
 *
 *  A host holds layers, each once under its chainID, and containers, each a changeset over a layer. */
export interface StorageDriver {
  readonly name: DriverName;
  /** Of the layout and of the costs: seen on a real host, or read in the documentation and source alone. */
  readonly evidence: { readonly layout: Evidence; readonly cost: Evidence };
  /** What is copied when a container first changes content that an image layer holds. */
  readonly copyUnit: CopyUnit;
  /** The engine's data directory below the root: the tree that `layOut` draws. */
  readonly dataRoot: string;
  /** The tree of the data directory. The same host and random source give the same tree. Throws DriverError
   *  `tooLarge` beyond some millions of entries. */
  layOut(host: DriverHost, random: RandomSource): DriverLayout;
  usage(measure: HostMeasure): DiskUsage;
  /** What one operation costs in a fresh container; undefined where no source tells. */
  cost(operation: Operation, target: OperationTarget): OperationCost | undefined;
}

export type DriverName =
  | 'overlay2'
  | 'fuse-overlayfs'
  | 'aufs'
  | 'devicemapper'
  | 'btrfs'
  | 'zfs'
  | 'vfs'
  | 'windowsfilter'
  | 'containerd-overlayfs'
  | 'containerd-native'
  | 'containerd-btrfs';

export type Evidence = 'measured' | 'documentation';

export type CopyUnit =
  | { readonly unit: 'file' }
  /** `sizeBytes` of the block, extent or record that a byte lies in. */
  | { readonly unit: 'block'; readonly sizeBytes: number }
  /** Every file was copied when the container was made. */
  | { readonly unit: 'nothing' }
  /** No source tells. */
  | { readonly unit: 'unknown' };

/** The filesystem that the data directory lies on; it decides what a file's copy costs. */
export type BackingFilesystem = 'ext4' | 'xfs' | 'btrfs';

export interface DriverHost {
  /** Each layer once, whatever number of images share it; a parent precedes its children. */
  readonly layers: readonly HostLayer[];
  readonly containers: readonly HostContainer[];
}

export interface HostLayer {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** Position in `DriverHost.layers`; undefined for a base. */
  readonly parent: number | undefined;
  /** Undefined for a layer that its archive does not hold: it contributes nothing. */
  readonly tree: LayerTree | undefined;
}

export interface HostContainer {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** The image's top layer; undefined for an image without layers. */
  readonly parent: number | undefined;
  /** What the container changed: whiteouts, opaque directories, whole files. */
  readonly upper: LayerTree;
  /** While it runs, its merged view is mounted and can be seen. */
  readonly isMounted?: boolean;
}

export interface DriverLayout extends MadeTree {
  /** What the driver keeps beside files, in the order of making: empty where directories are all. */
  readonly volumes: readonly Volume[];
}

/** A subvolume, dataset, thin device or snapshot. */
export interface Volume {
  readonly name: string;
  /** The volume that it was a snapshot or clone of. */
  readonly parent: string | undefined;
  /** Where it lies in the tree; undefined for one that is not mounted. */
  readonly path: string | undefined;
}

export interface MadeTree {
  /** The data directory as a plain filesystem: whiteouts are what the driver stores (a device, a `.wh.` file). */
  readonly tree: LayerTree;
  /** Where the content of a file comes from; undefined for what is no file. */
  origin(entry: number): ContentOrigin | undefined;
}

export type ContentOrigin =
  | { readonly from: 'layer'; readonly layer: number; readonly entry: number }
  | { readonly from: 'container'; readonly container: number; readonly entry: number }
  | { readonly from: 'generated'; readonly bytes: Uint8Array }
  /** A database, a disk image: real hosts have it, its content is not modelled, its size is not known. */
  | { readonly from: 'unmodelled' };

/** Space that content takes. Metadata (inodes, directory blocks, trees of extents) is counted, not weighed. */
export interface SpaceUse {
  /** Bytes of contents as their readers see them, as often as they are stored. */
  readonly contentBytes: number;
  /** The same, rounded up to what the driver allocates. */
  readonly allocatedBytes: number;
  /** Directories below the driver's own directory, that one included. */
  readonly directoryCount: number;
}

export interface DiskUsage {
  readonly images: SpaceUse;
  readonly containers: SpaceUse;
}

export const OPERATIONS = ['read', 'firstWrite', 'secondWrite', 'chmod', 'rename', 'delete'] as const;

/** In a container that has changed nothing yet; `firstWrite` writes one byte at the start of the file, `secondWrite`
 *  the same once more. `rename` stays in the directory, `delete` of a directory is `rm -r`. */
export type Operation = (typeof OPERATIONS)[number];

/** A visible file or directory of the image. */
export interface OperationTarget {
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  /** Names that a file has in the image. */
  readonly linkCount: number;
  /** Directories between the root and the target. */
  readonly parentCount: number;
  /** Layers that are looked into until the target is found, the container's own and its init layer apart. */
  readonly layersSearched: number;
  /** What lies below a directory. */
  readonly below: SubtreeTally;
}

/** A directory's content: the directory itself is not counted. */
export interface SubtreeTally {
  readonly directoryCount: number;
  /** All that is no directory. */
  readonly otherCount: number;
  readonly space: SpaceTally;
}

export interface OperationCost {
  /** Bytes of existing content that are read and written again. */
  readonly copiedBytes: number;
  /** Growth of the allocated space; negative where space is freed. */
  readonly allocatedBytes: number;
  /** Units of allocation that were taken anew for content. */
  readonly blocks: { readonly count: number; readonly sizeBytes: number };
  /** Metadata operations, in their order. */
  readonly steps: readonly MetadataStep[];
  /** The system call fails so; the rest is what a program pays that goes on by itself (mv copies and deletes). */
  readonly refusal?: 'EXDEV' | 'EISDIR';
}

export interface MetadataStep {
  readonly step: StepName;
  readonly count: number;
}

export type StepName =
  | 'lookup' // a layer's directory is searched
  | 'copyUpDirectory' // a directory is made in the container's layer with the lower one's attributes
  | 'copyUpInode' // a file is made in the container's layer with the lower one's attributes
  | 'whiteout' // a marker that hides a lower name is made
  | 'inodeUpdate' // attributes, times or the map of blocks of an own inode change
  | 'rename' // an own directory entry is renamed
  | 'unlink'; // an own directory entry is removed

export class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly code: DriverErrorCode;
  constructor(code: DriverErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type DriverErrorCode =
  | 'tooLarge' // the layout has more entries than our bound
  | 'noDiffId' // a layer without a digest cannot be named
  | 'host'; // a parent that does not precede its child, an ID that is no file name
