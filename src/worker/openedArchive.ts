import type { Archive, IndexedLayer, LayerThreads } from '../archive/archive.ts';
import { type ArchiveRecord, type LayerRecord, type StateStore, STORE_VERSION } from '../persistence/stateStore.ts';
import { LayerTree } from '../vfs/layerTree.ts';
import type { Contents, ContentsIdentity } from './contents.ts';
import { isCancelled, toFault, WorkerError } from './faults.ts';
import { LayerIndexer } from './layerIndexer.ts';
import type { Calls } from './calls.ts';
import type { ArchiveSummary, ExplorerEvent, ImageSummary, LayerSummary } from './protocol.ts';
import { indexedLayer, type StoredDocuments } from './summaries.ts';

/** What is known of an archive without its layers; plain data, stored as it is. */
export interface ArchiveFacts extends Pick<
  ArchiveSummary,
  'fileName' | 'sizeBytes' | 'format' | 'alsoFormats' | 'outerCompression' | 'images' | 'findings' | 'origin' | 'url'
> {
  readonly identity: ContentsIdentity;
  /** One for each image. */
  readonly documents: readonly StoredDocuments[];
  /** index.json, manifest.json or repositories: what names the images. */
  readonly indexDocument: Uint8Array | undefined;
}

/** The worker's part of a stored record. */
export interface StoredBody {
  readonly facts: ArchiveFacts;
  readonly layers: readonly LayerSummary[];
  readonly kept: boolean;
}

export interface OpenedArchiveParts {
  readonly id: string;
  readonly openedAtMs: number;
  readonly body: StoredBody;
  readonly handle: FileSystemFileHandle | undefined;
  /** Of layers that are known already, by their position. */
  readonly trees?: readonly LayerTree[];
}

/** An archive that can be read, and the bytes it was opened from. */
export interface LiveContents {
  readonly archive: Archive;
  readonly contents: Contents;
}

/** Gives the contents of an archive whose file is not open now; see `reviving.ts`. */
export type ContentsSource = (opened: OpenedArchive) => Promise<LiveContents>;

const ABSENCE_CODES = { missing: 'missing', foreign: 'missing', encrypted: 'unsupported', notTar: 'notTar' } as const;

/** What an archive needs of the session it is open in. */
export interface ArchiveHome {
  readonly calls: Calls;
  emit(event: ExplorerEvent): void;
  store(): Promise<StateStore>;
  persist(write: (store: StateStore) => Promise<void>): Promise<void>;
}

/** An archive in the page: its summary, its layers' trees, and, while they can be had, its contents. */
export class OpenedArchive {
  readonly id: string;
  readonly openedAtMs: number;
  readonly handle: FileSystemFileHandle | undefined;
  kept: boolean;
  /** The contents cannot be had without the user. */
  needsFile = false;
  /** Aborted when the archive is closed. */
  readonly lifetime = new AbortController();
  /** The call that pays for indexing and hears of its progress. */
  indexingCallId = '';
  readonly #home: ArchiveHome;
  #facts: ArchiveFacts;
  readonly #layers: LayerSummary[];
  readonly #trees: readonly LayerTree[] | undefined;
  readonly #indexer = new LayerIndexer((layer) => this.#index(layer));
  readonly #revive: ContentsSource;
  #live: Promise<LiveContents> | undefined;
  readonly #unsaved: (readonly [number, LayerRecord])[] = [];
  #threads: LayerThreads | undefined;
  /** Stored bytes that are done of the layers being indexed. */
  readonly #doneBytes = new Map<number, number>();
  #isSaved = true;
  #saving: Promise<void> | undefined;

  constructor(home: ArchiveHome, parts: OpenedArchiveParts, revive: ContentsSource) {
    this.#home = home;
    this.#revive = revive;
    this.id = parts.id;
    this.openedAtMs = parts.openedAtMs;
    this.#facts = parts.body.facts;
    this.kept = parts.body.kept;
    this.handle = parts.handle;
    this.#layers = [...parts.body.layers];
    this.#trees = parts.trees;
  }

  get facts(): ArchiveFacts {
    return this.#facts;
  }

  summary(): ArchiveSummary {
    const { identity: _identity, documents: _documents, indexDocument: _index, ...told } = this.facts;
    return {
      ...told,
      id: this.id,
      layers: [...this.#layers],
      kept: this.kept,
      needsFile: this.needsFile,
      hasHandle: this.handle !== undefined,
    };
  }

  record(): ArchiveRecord {
    const layers = this.#layers.map((layer) => (layer.state === 'indexing' ? waitingAgain(layer) : layer));
    const body: StoredBody = { facts: this.facts, layers, kept: this.kept };
    return {
      version: STORE_VERSION,
      id: this.id,
      fileName: this.facts.fileName,
      openedAtMs: this.openedAtMs,
      ...(this.handle ? { handle: this.handle } : {}),
      body,
    };
  }

  /** Throws WorkerError `badRequest`. */
  image(index: number): ImageSummary {
    const image = this.facts.images[index];
    if (!image) throw new WorkerError('badRequest', `there is no image ${index} in ${this.facts.fileName}`);
    return image;
  }

  /** A layer by its position in `ArchiveSummary.layers`. Throws WorkerError `badRequest`. */
  layer(index: number): LayerSummary {
    const layer = this.#layers[index];
    if (!layer) throw new WorkerError('badRequest', `there is no layer ${index} in ${this.facts.fileName}`);
    return layer;
  }

  get layerCount(): number {
    return this.#layers.length;
  }

  /** The position in `ArchiveSummary.layers` of a layer of an image's stack. Throws WorkerError `badRequest`. */
  layerOfImage(image: number, position: number): number {
    const layer = this.image(image).layers[position];
    if (layer === undefined) throw new WorkerError('badRequest', `image ${image} has no layer ${position}`);
    return layer;
  }

  /** Waits for a layer's tree; undefined when the layer cannot be read (its summary says why). */
  tree(layer: number): Promise<LayerTree | undefined> {
    this.layer(layer);
    return this.#indexer.tree(layer);
  }

  /** While `task` runs, layers are indexed `lanes` at a time, on these threads or, without, on this one. */
  async indexOn(threads: LayerThreads | undefined, lanes: number, task: () => Promise<unknown>): Promise<void> {
    this.#threads = threads;
    this.#indexer.lanes = lanes;
    try {
      await task();
    } finally {
      this.#threads = undefined;
      this.#indexer.lanes = 1;
    }
  }

  /** The trees of an image's stack, base first, up to and with `upToLayer`. */
  async trees(image: number, upToLayer = Number.MAX_SAFE_INTEGER): Promise<readonly (LayerTree | undefined)[]> {
    const trees: (LayerTree | undefined)[] = [];
    for (const layer of this.image(image).layers.slice(0, upToLayer + 1)) trees.push(await this.tree(layer));
    return trees;
  }

  /** The archive itself, opened again where that needs no user. Throws WorkerError `gone`, `permission` or
   *  `changed`, or what opening throws. */
  async contents(): Promise<Archive> {
    return (await this.live()).archive;
  }

  /** As `contents`, with the bytes behind it. */
  live(): Promise<LiveContents> {
    this.#live ??= this.#revive(this).catch((error: unknown) => {
      this.#live = undefined;
      if (!this.needsFile && ['gone', 'changed', 'permission'].includes(toFault(error).code)) {
        this.needsFile = true;
        this.#home.emit({ type: 'archiveChanged', archive: this.summary() });
      }
      throw error;
    });
    return this.#live;
  }

  setContents(live: LiveContents): void {
    this.#live = Promise.resolve(live);
    this.needsFile = false;
  }

  /** Images whose layers turned out to lie in another order, and the real diffIDs by which that was told. */
  setOrder(images: readonly ImageSummary[], diffIds: ReadonlyMap<number, string | undefined>): void {
    this.#facts = { ...this.#facts, images };
    for (const layer of [...this.#layers]) {
      this.#layers[layer.index] = { ...layer, diffId: diffIds.get(layer.index) ?? layer.diffId };
    }
  }

  /** Waits until all layers that are indexed are stored, or could not be. */
  async saved(): Promise<void> {
    await this.#saving;
  }

  async close(): Promise<void> {
    this.lifetime.abort();
    const live = await this.#live?.catch(() => undefined);
    await live?.archive.close();
  }

  async #index(layer: number): Promise<LayerTree | undefined> {
    const summary = this.layer(layer);
    const given = this.#trees?.[layer];
    if (given) return given;
    if (summary.state === 'indexed') {
      const stored = await this.#storedTree(layer);
      if (stored) return stored;
    }
    // Broken bytes stay broken; a file that could not be read may be readable now.
    if (summary.state === 'failed' && summary.fault?.source !== 'file') return undefined;
    if (summary.presence !== 'present') {
      const message = `the layer is ${summary.presence}`;
      this.#fail({ ...summary, fault: { code: ABSENCE_CODES[summary.presence], source: 'archive', message } });
      return undefined;
    }
    const archive = await this.contents();
    const started: LayerSummary = { ...summary, state: 'indexing' };
    this.#layers[layer] = started;
    this.#home.emit({ type: 'layerStarted', archiveId: this.id, layer: started });
    return this.#read(archive, summary);
  }

  async #read(archive: Archive, summary: LayerSummary): Promise<LayerTree | undefined> {
    let indexed: IndexedLayer | undefined;
    try {
      indexed = await archive.layers[summary.index]?.readIndex(await this.#indexingWork(summary.index));
      this.lifetime.signal.throwIfAborted();
    } catch (error) {
      if (isCancelled(error)) {
        this.#layers[summary.index] = waitingAgain(summary);
        throw error;
      }
      this.#fail({ ...summary, fault: toFault(error, this.facts.fileName) });
      return undefined;
    }
    if (!indexed) throw new WorkerError('internal', `layer ${summary.index} is not in the archive any more`);
    this.#setLayer(indexedLayer(summary, indexed));
    this.#save([summary.index, { version: STORE_VERSION, columns: indexed.tree.columns }]);
    return indexed.tree;
  }

  async #storedTree(layer: number): Promise<LayerTree | undefined> {
    try {
      const stored = await (await this.#home.store()).layer(this.id, layer);
      if (stored) return new LayerTree(stored.columns);
    } catch {
      this.#home.emit({ type: 'storedDiscarded', reason: 'corrupt', fileName: this.facts.fileName });
    }
    this.#layers[layer] = waitingAgain(this.layer(layer));
    return undefined;
  }

  /** One count for all layers: the stored bytes of those that are done, and what is done of those under way. */
  async #indexingWork(layer: number) {
    const work = await this.#home.calls.work(this.indexingCallId, this.lifetime.signal);
    const present = this.#layers.filter((other) => other.presence === 'present');
    const totalBytes = present.reduce((sum, other) => sum + other.storedBytes, 0);
    const storedBytes = this.layer(layer).storedBytes;
    return {
      ...work,
      threads: this.#threads,
      onProgress: (progress: { readonly doneBytes: number; readonly totalBytes: number | undefined }) => {
        const fraction = progress.totalBytes ? Math.min(1, progress.doneBytes / progress.totalBytes) : 0;
        this.#doneBytes.set(layer, fraction * storedBytes);
        let doneBytes = 0;
        for (const other of this.#layers) {
          if (other.state === 'indexed') doneBytes += other.storedBytes;
          else doneBytes += this.#doneBytes.get(other.index) ?? 0;
        }
        work.onProgress({ phase: 'index', doneBytes, totalBytes });
      },
    };
  }

  /** Stores the record, and a layer's tree with it. What comes while a write is under way goes into the next one. */
  #save(layer?: readonly [number, LayerRecord]): void {
    if (layer) this.#unsaved.push(layer);
    this.#isSaved = false;
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = undefined;
    });
  }

  async #saveAll(): Promise<void> {
    while (!this.#isSaved) {
      this.#isSaved = true;
      const layers = this.#unsaved.splice(0);
      const record = this.record();
      await this.#home.persist((store) => store.putLayers(record, layers));
    }
  }

  #fail(summary: LayerSummary): void {
    this.#setLayer({ ...summary, state: 'failed' });
    this.#save();
  }

  #setLayer(summary: LayerSummary): void {
    this.#layers[summary.index] = summary;
    this.#home.emit({ type: 'layerIndexed', archiveId: this.id, layer: summary });
  }
}

function waitingAgain(layer: LayerSummary): LayerSummary {
  return { ...layer, state: 'waiting' };
}
