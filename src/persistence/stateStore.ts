import type { LayerColumns } from '../vfs/layerTree.ts';
import type { PersistenceErrorCode } from './persistenceError.ts';

/** Where what is open outlives the page. Each method is one transaction: it happens whole or not at all.
 *  Rejects with PersistenceError, or with the browser's own DOMException (QuotaExceededError, …). Two tabs may
 *  use one store: of two writers of one archive the last wins. */
export interface StateStore {
  /** Every archive that can be used, in the order in which they were opened. What cannot is removed. */
  archives(): Promise<StoredArchives>;
  putArchive(record: ArchiveRecord): Promise<void>;
  /** Replaces the record, unless another tab has removed it since. */
  updateArchive(record: ArchiveRecord): Promise<void>;
  /** The record with its layers and kept contents. */
  removeArchive(id: string): Promise<void>;

  /** Layers' trees together with the record that tells of them; nothing when another tab has removed it. */
  putLayers(record: ArchiveRecord, layers: readonly (readonly [layer: number, value: LayerRecord])[]): Promise<void>;
  /** Undefined where none is stored. Throws PersistenceError `corrupt` or `version`. */
  layer(id: string, layer: number): Promise<LayerRecord | undefined>;

  /** The archive's own bytes together with the record that tells of them. */
  putContents(record: ArchiveRecord, files: readonly StoredFile[]): Promise<void>;
  contents(id: string): Promise<readonly StoredFile[] | undefined>;
  removeContents(record: ArchiveRecord): Promise<void>;

  putView(state: unknown): Promise<void>;
  view(): Promise<unknown>;
}

/** Raised whenever the shape of a record changes; records of other versions are discarded. */
export const STORE_VERSION = 1;

export interface ArchiveRecord {
  readonly version: typeof STORE_VERSION;
  readonly id: string;
  readonly fileName: string;
  readonly openedAtMs: number;
  /** Where the file lies; its permission does not survive a restart of the browser. */
  readonly handle?: FileSystemFileHandle;
  /** Plain data of the worker's. */
  readonly body: unknown;
}

/** One value a layer: its columns as they lie. */
export interface LayerRecord {
  readonly version: typeof STORE_VERSION;
  readonly columns: LayerColumns;
}

/** A file of a folder with its path, or the one file of an archive with its name. */
export interface StoredFile {
  readonly path: string;
  readonly blob: Blob;
}

export interface StoredArchives {
  readonly records: readonly ArchiveRecord[];
  readonly discarded: readonly Discarded[];
}

export interface Discarded {
  readonly reason: PersistenceErrorCode;
  readonly fileName: string | undefined;
}
