import type { BiographyEvent } from '../analysis/biography.ts';
import type { Comparison } from '../analysis/compareImages.ts';
import type { HistoryRow } from '../analysis/historyTable.ts';
import type { Leftover } from '../analysis/leftovers.ts';
import type { SearchHit, SearchQuery } from '../analysis/search.ts';
import type { TreemapNode } from '../analysis/treemap.ts';
import type { TreeRowsQuery, TreeView } from '../analysis/treeView.ts';
import type { WasteReport } from '../analysis/waste.ts';
import type { ArchiveFormat, Finding, LayerPresence } from '../archive/archive.ts';
import type { Compression } from '../codec/sniff.ts';
import type { ImageConfig } from '../image/config.ts';
import type { Platform } from '../image/descriptor.ts';

export type { BiographyDeed, BiographyEvent } from '../analysis/biography.ts';
export { CHANGES, type Change } from '../analysis/changes.ts';
export type { ConfigDifference } from '../analysis/compareConfigs.ts';
export type { ComparisonEntry, ComparisonStatus } from '../analysis/compareImages.ts';
export type { DiveFigures, DiveInefficiency } from '../analysis/dive.ts';
export type { HistoryRow } from '../analysis/historyTable.ts';
export type { LeftoverKind } from '../analysis/leftoverNames.ts';
export type { Leftover } from '../analysis/leftovers.ts';
export type { SearchHit, SearchQuery } from '../analysis/search.ts';
export type { TreemapNode } from '../analysis/treemap.ts';
export { FATES, ROW_FLAGS, type TreeFilter, type TreeView } from '../analysis/treeView.ts';
export type { Remedy, WasteCause, WastedEntry, WasteReport } from '../analysis/waste.ts';
export type { ArchiveFormat, Finding, LayerPresence } from '../archive/archive.ts';
export { decodeName, encodeName, printableName } from '../bytes/byteName.ts';
export type { Compression } from '../codec/sniff.ts';
export type { ContainerConfig, HistoryEntry, ImageConfig } from '../image/config.ts';
export type { Platform } from '../image/descriptor.ts';
export { EntryKind } from '../vfs/layerTree.ts';
export type { EntryFate } from '../vfs/unionTree.ts';

/** What the page may ask of the worker, and what it is told. Everything that crosses is plain data or
 *  transferable; digests are strings. Ids of archives are made by the worker and survive a reload. */
export interface ExplorerService {
  /** Opens files that were dropped or picked. Resolves when the images are known; layers are indexed in the
   *  background (`layerIndexed`). Several parts of one folder (an OCI layout) come as one call with `folder`. */
  open(input: OpenInput, callId: string): Promise<ArchiveSummary>;
  /** What was open when the page was last here, indexes included; contents may need `reopen`. */
  restore(): Promise<readonly ArchiveSummary[]>;
  /** Gives a restored archive its contents again. Throws `changed` when the file is not the one that was open;
   *  what was restored stays. */
  reopen(archiveId: string, input: OpenInput, callId: string): Promise<ArchiveSummary>;
  /** The handle that was dropped or picked, so that the page can ask for permission within a user's gesture
   *  (workers cannot), then call `reopen` with `await handle.getFile()`. */
  fileHandle(archiveId: string): Promise<FileSystemFileHandle | undefined>;
  close(archiveId: string): Promise<void>;
  /** Copies the archive's bytes into IndexedDB, so that it opens without the file. Throws `quota` when full. */
  keep(archiveId: string): Promise<ArchiveSummary>;
  /** Removes the kept bytes; the archive stays open. */
  forget(archiveId: string): Promise<ArchiveSummary>;
  /** Ends the work of a call: open, verify, compareContents, save, search, pull. */
  cancel(callId: string): Promise<void>;

  /** Waits until a layer's tree is there (or has failed). `layer` is a position in `ArchiveSummary.layers`. */
  layer(archiveId: string, layer: number): Promise<LayerSummary>;
  treeView(query: TreeQuery): Promise<TreeView>;
  /** Everything about one path of an image. */
  entryDetail(archiveId: string, image: number, path: string, upToLayer: number): Promise<EntryDetail>;
  /** Bytes of a file, from an offset; at most 16 MiB a call, shorter only at the end of the file. */
  readFile(file: FileRef, offset: number, length: number): Promise<Uint8Array>;
  /** A whole file as a Blob, for download and image preview. */
  fileBlob(file: FileRef, callId: string): Promise<Blob>;
  /** sha256 of a file's content, `sha256:hex`. */
  fileDigest(file: FileRef, callId: string): Promise<string>;
  search(archiveId: string, image: number, query: SearchQuery, callId: string): Promise<readonly SearchHit[]>;
  /** The table history, diffID, blob, chainID. */
  historyTable(archiveId: string, image: number): Promise<readonly HistoryRow[]>;
  documents(archiveId: string, image: number): Promise<ImageDocuments>;
  treemap(archiveId: string, image: number, upToLayer: number | 'all'): Promise<TreemapNode>;
  /** Compares contents where that is needed (progress, cancellable) when `compareContents`. */
  waste(archiveId: string, image: number, compareContents: boolean, callId: string): Promise<WasteReport>;
  leftovers(archiveId: string, image: number, callId: string): Promise<readonly Leftover[]>;
  /** Reads files of equal size where both archives' contents are at hand (progress, cancellable); else their times
   *  decide, and such entries say `assumed`. */
  compare(left: ImageRef, right: ImageRef, callId?: string): Promise<ComparisonView>;
  /** Recomputes every digest. */
  verify(archiveId: string, callId: string): Promise<readonly VerifyRow[]>;
  /** Writes an archive, a layer, a flattened rootfs, or a subtree as a tar. */
  save(request: SaveRequest, callId: string): Promise<SavedFile>;
  /** Fetches an image from its registry, where that lets pages do so; every digest is checked (progress, cancellable).
   *  Faults of the source `registry`: `crossOrigin` and `hidden` where it does not. */
  pull(request: PullRequest, callId: string): Promise<PulledImage>;
  /** Starts the simulated machine's service at the other end of this port (`lab/labProtocol.ts`). `base`: the page's
   *  address. */
  lab(port: MessagePort, base: string): Promise<void>;
  /** Small values of the page's own (selection, settings), kept beside the archives. */
  saveView(state: unknown): Promise<void>;
  loadView(): Promise<unknown>;
}

export type OpenInput =
  | { readonly kind: 'file'; readonly file: File; readonly handle?: FileSystemFileHandle }
  | {
      readonly kind: 'folder';
      readonly name: string;
      readonly files: readonly { readonly path: string; readonly file: File }[];
    }
  | { readonly kind: 'url'; readonly url: string };

/** One layer's version of a file. `layer` and `entry` as rows, biographies and hits name them: the position in
 *  the image's stack, and the entry in that layer's tree. */
export interface FileRef {
  readonly archiveId: string;
  readonly image: number;
  readonly layer: number;
  readonly entry: number;
}

/** Told as it happens, without being asked. */
export type ExplorerEvent =
  | {
      readonly type: 'progress';
      readonly callId: string;
      readonly phase: string;
      readonly doneBytes: number;
      readonly totalBytes: number | undefined;
    }
  /** Its state is `indexing` now; `layerIndexed` follows with `indexed` or `failed`. */
  | { readonly type: 'layerStarted'; readonly archiveId: string; readonly layer: LayerSummary }
  | { readonly type: 'layerIndexed'; readonly archiveId: string; readonly layer: LayerSummary }
  | { readonly type: 'indexed'; readonly archiveId: string }
  /** Something that was stored cannot be used (of one archive, or all where no name is told); the rest is there. */
  | {
      readonly type: 'storedDiscarded';
      readonly reason: 'version' | 'corrupt' | 'unreadable';
      readonly fileName: string | undefined;
    }
  /** What is open can no longer be stored (quota, a broken database); it stays open in this tab. */
  | { readonly type: 'storeFailed'; readonly fault: ServiceFault }
  /** `verify` found the layers of an image in another order than its config's diff_ids, and put them right; or the
   *  file cannot be had any more (`needsFile`). */
  | { readonly type: 'archiveChanged'; readonly archive: ArchiveSummary }
  | { readonly type: 'layerVerified'; readonly archiveId: string; readonly row: VerifyRow };

/** Every failure that reaches the page. The text is made there from code and params. */
export interface ServiceFault {
  readonly code: FaultCode;
  /** Which family the code is of: `corrupt` of a codec and of an archive are told differently. */
  readonly source?: 'archive' | 'tar' | 'codec' | 'image' | 'analysis' | 'store' | 'machine' | 'file' | 'registry';
  readonly fileName?: string;
  readonly path?: string;
  readonly offset?: number;
  /** For `network`: why; `status` with `http`. */
  readonly reason?: NetworkReason;
  readonly status?: number;
  /** English, for the details fold and for bug reports. */
  readonly message: string;
}

/** `code` of a fault: that of the error named by `source`, or one of the worker's own. */
export type FaultCode = WorkerFaultCode | (string & Record<never, never>);

export type WorkerFaultCode =
  | 'quota' // no room to keep it
  | 'noStorage' // the browser forbids this page to store anything
  | 'cancelled'
  | 'gone' // the contents need the file again, or the archive is not open
  | 'changed' // not the file that was open, or it changed under us
  | 'permission' // the browser must be asked for the file again
  | 'network'
  | 'read' // the device or browser could not read the file
  | 'limit' // beyond a bound of ours
  | 'badRequest' // a layer, entry or path that is not there
  | 'internal';

export type NetworkReason =
  | 'url' // no http(s) address
  | 'offline'
  | 'crossOrigin' // no answer that a page may read: the server forbids it (CORS), or cannot be reached
  | 'http' // an error status
  | 'interrupted'
  | 'tooLarge';

export interface ArchiveSummary {
  readonly id: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly format: ArchiveFormat;
  readonly alsoFormats: readonly ArchiveFormat[];
  readonly outerCompression: readonly Compression[];
  readonly images: readonly ImageSummary[];
  readonly layers: readonly LayerSummary[];
  readonly findings: readonly Finding[];
  readonly kept: boolean;
  /** After a reload: the contents need the file again (`reopen` with its handle or a new pick). */
  readonly needsFile: boolean;
  readonly hasHandle: boolean;
  readonly origin: 'file' | 'folder' | 'url' | 'machine';
  readonly url: string | undefined;
}

export interface ImageSummary {
  readonly index: number;
  readonly imageId: string | undefined;
  readonly v1Id: string | undefined;
  readonly manifestDigest: string | undefined;
  readonly mediaType: string | undefined;
  readonly tags: readonly string[];
  readonly platform: Platform | undefined;
  readonly created: string | undefined;
  readonly isArtifact: boolean;
  readonly describedBy: string;
  readonly config: ImageConfig | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
  /** Positions in `ArchiveSummary.layers`, base first. */
  readonly layers: readonly number[];
}

export interface LayerSummary {
  readonly index: number;
  readonly diffId: string | undefined;
  readonly blobDigest: string | undefined;
  readonly mediaType: string | undefined;
  readonly compression: Compression;
  readonly presence: LayerPresence;
  readonly path: string | undefined;
  readonly storedBytes: number;
  readonly state: 'waiting' | 'indexing' | 'indexed' | 'failed';
  readonly fault: ServiceFault | undefined;
  /** The fields below are 0 until it is indexed. */
  readonly tarBytes: number;
  readonly entryCount: number;
  /** Sum of file sizes in the layer. */
  readonly contentBytes: number;
  readonly addedCount: number;
  readonly whiteoutCount: number;
  readonly opaqueCount: number;
  readonly findings: readonly Finding[];
}

export interface TreeQuery extends TreeRowsQuery {
  readonly archiveId: string;
  readonly image: number;
}

export interface EntryDetail {
  readonly path: string;
  readonly kind: number;
  readonly layer: number;
  readonly entry: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly linkTarget: string | undefined;
  readonly device: { readonly major: number; readonly minor: number } | undefined;
  readonly xattrs: readonly { readonly name: string; readonly value: Uint8Array }[];
  readonly hardLinks: readonly string[];
  readonly visible: boolean;
  readonly biography: readonly BiographyEvent[];
}

export interface ImageDocuments {
  /** As text, byte for byte; the page indents for reading only when asked. */
  readonly config: string | undefined;
  readonly manifest: string | undefined;
  readonly index: string | undefined;
}

export interface ImageRef {
  readonly archiveId: string;
  readonly image: number;
}

export interface ComparisonView extends Comparison {
  /** `bytes`: contents that the merged view shows. */
  readonly left: { readonly layers: number; readonly bytes: number };
  readonly right: { readonly layers: number; readonly bytes: number };
}

export interface VerifyRow {
  /** `layer`: a diffID; `blob`: the digest of a stored layer; `size`: bytes of a blob, config or manifest. */
  readonly what: 'layer' | 'blob' | 'config' | 'manifest' | 'size';
  /** Position in `ArchiveSummary.layers`. */
  readonly layer: number | undefined;
  /** `ImageSummary.index`, for a config or a manifest. */
  readonly image: number | undefined;
  readonly path: string | undefined;
  readonly claimed: string | undefined;
  readonly actual: string | undefined;
  readonly ok: boolean;
  readonly fault: ServiceFault | undefined;
}

export type SaveRequest =
  | {
      readonly kind: 'archive';
      readonly archiveId: string;
      readonly images: readonly number[];
      readonly format: 'docker-archive' | 'docker-legacy' | 'oci-layout';
      /** Default `asStored`, which keeps the blobs' digests. */
      readonly layers?: 'asStored' | 'uncompressed';
    }
  | {
      readonly kind: 'layer';
      readonly archiveId: string;
      /** Position in `ArchiveSummary.layers`. */
      readonly layer: number;
      /** Default `uncompressed`. */
      readonly form?: 'asStored' | 'uncompressed';
    }
  | { readonly kind: 'flatten'; readonly archiveId: string; readonly image: number; readonly upToLayer: number }
  | {
      readonly kind: 'subtree';
      readonly archiveId: string;
      readonly image: number;
      readonly upToLayer: number;
      readonly path: string;
      /** Default `union`; `layer`: only what the layer's own tar holds below the path. */
      readonly from?: 'union' | 'layer';
    };

export interface PullRequest {
  /** As people write it: `alpine:3.20`, `ghcr.io/a/b@sha256:…`. */
  readonly reference: string;
  /** `os/architecture[/variant]`: which image of an index. */
  readonly platform: string;
  /** For that registry alone; it is not kept. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

export interface PulledImage {
  /** An OCI layout in a tar. */
  readonly blob: Blob;
  readonly fileName: string;
  /** Of what the reference names: a manifest, or an index. */
  readonly digest: string;
}

export interface SavedFile {
  readonly blob: Blob;
  /** A name to propose. */
  readonly fileName: string;
}
