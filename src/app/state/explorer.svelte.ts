import type {
  ArchiveSummary,
  EntryDetail,
  ExplorerEvent,
  ExplorerService,
  FileRef,
  HistoryRow,
  ImageSummary,
  LayerSummary,
  TreeFilter,
  TreeQuery,
} from '../../client/protocol.ts';
import { t } from '../../i18n/i18n.svelte.ts';
import type { NamedInput } from '../opening/namedInput.ts';
import { type PanelName, isPathPanel } from '../panels/panelName.ts';
import { parentRows } from '../tree/visibleRows.ts';
import { Calls } from './calls.svelte.ts';
import { type TreeRow, TreeModel } from './treeModel.svelte.ts';

/** 'layer': what one layer's tar holds. 'union': all from the base up to the layer. 'merged': the whole image. */
export type TreeMode = 'layer' | 'union' | 'merged';
export type TreeSort = TreeQuery['sort'];

/** One layer's version of a path: a position in the image's stack and the entry in that layer's tree. */
export interface Version {
  readonly layer: number;
  readonly entry: number;
}

/** Rows from which a new view is worked through in two tasks of the main thread. */
const MANY_ROWS = 200_000;

export const NO_FILTER: TreeFilter = { changes: [], text: '', minBytes: 0 };

/** All that the page shows. Fields are read anywhere and written by the methods only. */
export class ExplorerState {
  readonly service: ExplorerService;
  readonly calls: Calls;
  readonly tree = new TreeModel();

  archives = $state.raw<readonly ArchiveSummary[]>([]);
  archiveId = $state<string | undefined>(undefined);
  /** `ImageSummary.index`. */
  imageIndex = $state(0);
  /** The selected layer: its position in the image's stack, base 0. */
  layer = $state(0);
  mode = $state<TreeMode>('merged');
  xray = $state(false);
  filter = $state.raw<TreeFilter>(NO_FILTER);
  sort = $state<TreeSort>('name');
  panel = $state<PanelName>('history');
  /** Of the selected file, no leading slash; '' is the root, undefined is nothing. */
  path = $state<string | undefined>(undefined);
  /** Which layer's version of the path is meant (also a hidden one). */
  version = $state.raw<Version | undefined>(undefined);
  /** Everything about the selected path; undefined while it is fetched. */
  detail = $state.raw<EntryDetail | undefined>(undefined);
  history = $state.raw<readonly HistoryRow[]>([]);
  /** What was open before has been restored. */
  isReady = $state(false);
  /** Told to screen readers when it changes. */
  announcement = $state('');

  readonly archive = $derived(this.archives.find((one) => one.id === this.archiveId));
  readonly image = $derived<ImageSummary | undefined>(
    this.archive?.images.find((one) => one.index === this.imageIndex) ?? this.archive?.images[0],
  );
  /** Of the image, base first. */
  readonly layers = $derived.by<readonly LayerSummary[]>(() => {
    const all = this.archive?.layers ?? [];
    return (this.image?.layers ?? []).flatMap((index) => all[index] ?? []);
  });
  /** The topmost layer that the view takes in. */
  readonly upToLayer = $derived(this.mode === 'merged' ? Math.max(0, this.layers.length - 1) : this.layer);
  // Layers that have been indexed make the summary anew; these stay equal, and so does the query.
  readonly #layerCount = $derived(this.layers.length);
  readonly #shownArchiveId = $derived(this.archive?.id);
  readonly #shownImage = $derived(this.image?.index);
  /** What the tree is to show; undefined while there is nothing to ask for. */
  readonly query = $derived.by<TreeQuery | undefined>(() => {
    if (this.#shownArchiveId === undefined || this.#shownImage === undefined || this.#layerCount === 0)
      return undefined;
    return {
      archiveId: this.#shownArchiveId,
      image: this.#shownImage,
      layer: this.upToLayer,
      mode: this.mode === 'layer' ? 'layer' : 'union',
      xray: this.xray,
      filter: this.filter,
      sort: this.sort,
    };
  });

  readonly #listeners = new Set<(event: ExplorerEvent) => void>();
  #openTurn = 0;
  /** When each archive was asked for; what was restored came before all of them. */
  readonly #openTurns = new Map<string, number>();
  #treeTurn = 0;
  /** Archive and image that tree and history belong to. */
  #subject = '';
  #detailTurn = 0;
  /** What the rows on show answer. */
  #shownQuery: TreeQuery | undefined;
  /** A path to reveal as soon as a view has it. */
  #wantedPath: string | undefined;

  constructor(service: ExplorerService) {
    this.service = service;
    this.calls = new Calls((callId) => service.cancel(callId));
  }

  /** Hands events on to a panel while it is shown. Returns what ends it. */
  listen(listener: (event: ExplorerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onEvent(event: ExplorerEvent): void {
    this.calls.onEvent(event);
    for (const listener of this.#listeners) listener(event);
    if (event.type === 'layerStarted' || event.type === 'layerIndexed') this.#putLayer(event.archiveId, event.layer);
    if (event.type === 'indexed') this.#onIndexed(event.archiveId);
    if (event.type === 'archiveChanged') this.#onArchiveChanged(event.archive);
    if (event.type === 'storeFailed') this.calls.report('store', '', event.fault);
    if (event.type === 'storedDiscarded') {
      const fileName = event.fileName ?? '';
      this.calls.report('restore', fileName, { code: `stored.${event.reason}`, fileName, message: event.reason });
    }
  }

  #onIndexed(archiveId: string): void {
    const archive = this.archives.find((one) => one.id === archiveId);
    if (archive) this.announce(t('announce.indexed', { file: archive.fileName }));
    if (archiveId === this.archiveId) void this.loadHistory();
  }

  /** Layers that lie in another order: what is selected is followed to its new place, what is shown is fetched anew. */
  #onArchiveChanged(summary: ArchiveSummary): void {
    const before = this.image?.layers ?? [];
    this.replaceArchive(summary);
    const isSameOrder = before.every((layer, position) => this.image?.layers[position] === layer);
    if (summary.id !== this.archiveId || isSameOrder) return;
    const placeOf = (position: number): number =>
      Math.max(0, this.image?.layers.indexOf(before[position] ?? -1) ?? position);
    const { path, version, query } = this;
    this.layer = placeOf(this.layer);
    if (query) void this.loadTree(this.query ?? query);
    void this.loadHistory();
    if (path !== undefined) void this.selectPath(path, version && { ...version, layer: placeOf(version.layer) });
  }

  #putLayer(archiveId: string, layer: LayerSummary): void {
    this.archives = this.archives.map((archive) =>
      archive.id !== archiveId
        ? archive
        : { ...archive, layers: archive.layers.map((one) => (one.index === layer.index ? layer : one)) },
    );
  }

  /** Opens each input; the last that could be opened is selected. They are listed in the order given, however long
   *  each takes. */
  async open(inputs: readonly NamedInput[]): Promise<void> {
    await Promise.all(
      inputs.map(async ({ name, input }) => {
        const turn = ++this.#openTurn;
        const summary = await this.calls.run('open', name, (callId) => this.service.open(input, callId));
        if (!summary) return;
        this.#openTurns.set(summary.id, turn);
        this.addArchive(summary);
      }),
    );
  }

  /** Opens what a picker gives; a picker that fails is a fault like any other. */
  async openPicked(pick: () => Promise<readonly NamedInput[]>): Promise<void> {
    const inputs = await this.calls.run('open', '', pick);
    if (inputs) await this.open(inputs);
  }

  /** What was open when the page was last here. */
  async restore(): Promise<void> {
    const summaries = (await this.calls.run('restore', '', () => this.service.restore())) ?? [];
    const known = new Set(this.archives.map((one) => one.id));
    this.archives = [...this.archives, ...summaries.filter((one) => !known.has(one.id))];
  }

  addArchive(summary: ArchiveSummary): void {
    if (!this.#openTurns.has(summary.id)) this.#openTurns.set(summary.id, ++this.#openTurn);
    const turnOf = ({ id }: ArchiveSummary): number => this.#openTurns.get(id) ?? 0;
    const others = this.archives.filter((one) => one.id !== summary.id);
    this.archives = [...others, summary].sort((a, b) => turnOf(a) - turnOf(b));
    this.selectArchive(summary.id);
    this.announce(t('announce.opened', { file: summary.fileName, count: summary.images.length }));
  }

  /** Puts a newer summary in the place of the one with the same id. */
  replaceArchive(summary: ArchiveSummary): void {
    this.archives = this.archives.map((one) => (one.id === summary.id ? summary : one));
  }

  /** The images of the simulated machine as they are now. What is selected stays, by the image's ID. */
  showMachine(summary: ArchiveSummary, select: boolean): void {
    const known = this.archives.some((one) => one.id === summary.id);
    if (!known) {
      if (summary.images.length === 0) return;
      this.archives = [...this.archives, summary];
      if (select || this.archiveId === undefined) this.selectArchive(summary.id);
      return;
    }
    if (summary.images.length === 0) {
      this.archives = this.archives.filter((one) => one.id !== summary.id);
      if (this.archiveId === summary.id) this.selectArchive(this.archives.at(-1)?.id);
      return;
    }
    this.#replaceMachine(summary);
  }

  #replaceMachine(summary: ArchiveSummary): void {
    const before = summary.id === this.archiveId ? this.image : undefined;
    const layersBefore = this.layers.map(({ diffId }) => diffId).join();
    const idsBefore = new Set(this.archives.find((one) => one.id === summary.id)?.images.map(({ imageId }) => imageId));
    this.replaceArchive(summary);
    if (summary.id !== this.archiveId) return;
    // What has just been made is what one wants to see.
    const made = summary.images.find(({ imageId }) => !idsBefore.has(imageId));
    const same = summary.images.find(({ imageId }) => imageId === before?.imageId);
    const target = made ?? same;
    if (!target || target !== same) {
      this.selectImage(target?.index ?? 0);
      return;
    }
    this.imageIndex = target.index;
    if (this.layers.map(({ diffId }) => diffId).join() === layersBefore) return;
    this.layer = Math.min(this.layer, Math.max(0, this.layers.length - 1));
    const { query } = this;
    if (query) void this.loadTree(query);
    void this.loadHistory();
  }

  /** Copies the archive's bytes into this browser's storage. */
  async keep(archive: ArchiveSummary): Promise<void> {
    const kept = await this.calls.run('keep', archive.fileName, () => this.service.keep(archive.id));
    if (kept) this.replaceArchive(kept);
  }

  async forget(archive: ArchiveSummary): Promise<void> {
    const forgotten = await this.calls.run('keep', archive.fileName, () => this.service.forget(archive.id));
    if (forgotten) this.replaceArchive(forgotten);
  }

  async close(archiveId: string): Promise<void> {
    await this.calls.run('open', archiveId, () => this.service.close(archiveId));
    this.archives = this.archives.filter((one) => one.id !== archiveId);
    if (this.archiveId === archiveId) this.selectArchive(this.archives.at(-1)?.id);
  }

  selectArchive(archiveId: string | undefined): void {
    this.archiveId = archiveId;
    const first = this.archive?.images.find((one) => !one.isArtifact) ?? this.archive?.images[0];
    this.selectImage(first?.index ?? 0);
  }

  selectImage(index: number): void {
    this.imageIndex = index;
    this.layer = Math.max(0, this.layers.length - 1);
    this.clearSelection();
    const subject = `${this.archiveId} ${this.image?.index}`;
    if (subject !== this.#subject) {
      this.#subject = subject;
      this.tree.clear();
      this.#shownQuery = undefined;
      this.#treeTurn++;
      this.history = [];
    }
    void this.loadHistory();
  }

  selectLayer(position: number): void {
    this.layer = Math.min(Math.max(0, position), Math.max(0, this.layers.length - 1));
    if (this.mode === 'merged') this.mode = 'union';
    const count = this.layers.length;
    if (count > 0) this.announce(t('announce.layer', { number: this.layer + 1, count }));
  }

  setMode(mode: TreeMode): void {
    this.mode = mode;
  }

  toggleXray(): void {
    this.xray = !this.xray;
  }

  /** X-ray of the whole image: every hidden entry has a row. */
  showHidden(): void {
    this.xray = true;
    this.filter = NO_FILTER;
    if (this.mode === 'layer') this.mode = 'merged';
  }

  setSort(sort: TreeSort): void {
    this.sort = sort;
  }

  setFilter(change: Partial<TreeFilter>): void {
    this.filter = { ...this.filter, ...change };
    if (this.filter.changes.includes('hidden')) this.xray = true;
  }

  clearFilter(): void {
    this.filter = NO_FILTER;
  }

  clearSelection(): void {
    this.path = undefined;
    this.version = undefined;
    this.detail = undefined;
  }

  /** Selects a path; its version is the given one, else the one that the view shows. */
  async selectPath(path: string, version?: Version): Promise<void> {
    this.path = path;
    this.version = version;
    const turn = ++this.#detailTurn;
    const { archive, image } = this;
    if (!archive || !image) return;
    const detail = await this.calls.run('detail', `/${path}`, () =>
      this.service.entryDetail(archive.id, image.index, path, this.upToLayer),
    );
    if (turn !== this.#detailTurn) return;
    this.detail = detail;
    if (detail && !version) this.version = { layer: detail.layer, entry: detail.entry };
  }

  /** Selects a row of the tree, hidden ones with their own version. A panel of the image gives way to the content. */
  async selectRow(row: TreeRow): Promise<void> {
    if (!isPathPanel(this.panel)) this.panel = 'content';
    await this.selectPath(row.path, { layer: row.layer, entry: row.entry });
  }

  /** Selects a path and brings the tree to it; `version` where another than the visible one is meant. */
  async goTo(path: string, version?: Version): Promise<void> {
    if (!isPathPanel(this.panel)) this.panel = 'content';
    this.#wantedPath = path;
    if (version && version.layer > this.upToLayer) this.mode = 'merged';
    this.#revealWanted();
    await this.selectPath(path, version);
    this.#widenView();
  }

  /** The view on show leaves out the path that is wanted: the next one takes it in. */
  #widenView(): void {
    const { detail, query } = this;
    if (this.#wantedPath === undefined || this.#wantedPath !== this.path || !detail) return;
    // While rows are under way they may still bring it.
    if (JSON.stringify(this.#shownQuery) !== JSON.stringify(query)) return;
    this.filter = NO_FILTER;
    if (this.mode === 'layer') this.mode = 'merged';
    if (!detail.visible) this.xray = true;
  }

  /** Which file a version is, as the service wants it named. */
  fileRef(version: Version): FileRef | undefined {
    const { archive, image } = this;
    return archive && image ? { archiveId: archive.id, image: image.index, ...version } : undefined;
  }

  /** Another version of the selected path, as a biography names it; hidden ones too. */
  showVersion(version: Version): void {
    this.version = version;
  }

  /** Shows a panel; a panel of the path needs a path to be selected. */
  show(panel: PanelName): void {
    this.panel = panel;
  }

  async loadHistory(): Promise<void> {
    const { archive, image } = this;
    if (!archive || !image) return;
    const rows = await this.calls.run('history', archive.fileName, () =>
      this.service.historyTable(archive.id, image.index),
    );
    if (rows && archive.id === this.archiveId && image.index === this.image?.index) this.history = rows;
  }

  /** Fetches the rows of a query. A later call wins over an earlier one that is still under way. */
  async loadTree(query: TreeQuery): Promise<void> {
    const turn = ++this.#treeTurn;
    const view = await this.calls.run('tree', '', () => this.service.treeView(query));
    if (turn !== this.#treeTurn || !view) return;
    const parents = parentRows(view.depth, view.count);
    if (view.count > MANY_ROWS) await nextTask();
    if (turn !== this.#treeTurn) return;
    this.tree.setView(view, isFiltered(query.filter) ? 'matches' : 'kept', parents);
    this.#shownQuery = query;
    if (isFiltered(query.filter)) this.announce(t('announce.rows', { matched: view.matched, total: view.total }));
    this.#revealWanted();
  }

  #revealWanted(): void {
    if (this.#wantedPath !== undefined && this.tree.reveal(this.#wantedPath)) this.#wantedPath = undefined;
  }

  announce(text: string): void {
    this.announcement = text;
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

export function isFiltered(filter: TreeFilter): boolean {
  return filter.text !== '' || filter.changes.length > 0 || filter.minBytes > 0;
}
