import { CHANGES, type Change, type TreeFilter } from '../../client/protocol.ts';
import { type Route, formatRoute, parseRoute } from '../route.ts';
import type { ExplorerState } from './explorer.svelte.ts';
import type { FoldState } from './treeModel.svelte.ts';

/** What is shown, as a route. Reactive. */
export function currentRoute(explorer: ExplorerState): Route {
  const { archive, image, layer, mode, panel, path, version, detail } = explorer;
  const isHidden =
    version !== undefined &&
    detail !== undefined &&
    (version.layer !== detail.layer || version.entry !== detail.entry || !detail.visible);
  if (!archive) return {};
  return {
    archiveId: archive.id,
    ...(image ? { image: image.index, layer, mode } : {}),
    panel,
    ...(isHidden ? { version } : {}),
    ...(path === undefined ? {} : { path }),
  };
}

/** Shows what a route names, as far as it is there. */
export function followRoute(explorer: ExplorerState, route: Route): void {
  if (route.archiveId === undefined || !explorer.archives.some((one) => one.id === route.archiveId)) return;
  if (route.archiveId !== explorer.archiveId) explorer.selectArchive(route.archiveId);
  if (route.image !== undefined && route.image !== explorer.image?.index) explorer.selectImage(route.image);
  if (route.layer !== undefined) explorer.selectLayer(route.layer);
  if (route.mode !== undefined) explorer.setMode(route.mode);
  if (route.panel !== undefined) explorer.show(route.panel);
  if (route.path === undefined) explorer.clearSelection();
  else if (route.path !== explorer.path)
    void explorer.goTo(route.path, route.version).then(() => route.panel && explorer.show(route.panel));
}

/** Keeps the address in step with what is shown: another archive, image, layer or path is a step of the history;
 *  the rest replaces the step. Call in an effect. */
export function writeRoute(explorer: ExplorerState): void {
  const next = formatRoute(currentRoute(explorer));
  const now = location.hash || '#/';
  if (next === now) return;
  const before = parseRoute(now);
  const after = parseRoute(next);
  const isStep =
    before.archiveId !== undefined &&
    (before.archiveId !== after.archiveId ||
      before.image !== after.image ||
      before.layer !== after.layer ||
      before.path !== after.path);
  if (isStep) history.pushState(null, '', next);
  else history.replaceState(null, '', next);
}

/** The part of the view that a reload restores beside the address. */
export interface StoredView {
  readonly version: 1;
  readonly hash: string;
  readonly xray: boolean;
  readonly sort: 'name' | 'size' | 'layer';
  readonly filter: TreeFilter;
  readonly folds: FoldState;
}

/** Directories opened one by one, above which the rest is not stored. */
const MAX_EXCEPTIONS = 5000;

export function viewToStore(explorer: ExplorerState): StoredView {
  const { xray, sort, filter } = explorer;
  const { everything, exceptions } = explorer.tree.foldState;
  const folds = { everything, exceptions: exceptions.slice(0, MAX_EXCEPTIONS) };
  return { version: 1, hash: formatRoute(currentRoute(explorer)), xray, sort, filter, folds };
}

/** Takes only what it knows from a stored view. */
export function followStoredView(explorer: ExplorerState, stored: unknown, hash: string): void {
  const view = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  if (view.xray === true) explorer.toggleXray();
  if (view.sort === 'name' || view.sort === 'size' || view.sort === 'layer') explorer.setSort(view.sort);
  const filter = storedFilter(view.filter);
  if (filter) explorer.setFilter(filter);
  const folds = storedFolds(view.folds);
  if (folds) explorer.tree.foldState = folds;
  const route = parseRoute(hash);
  const isKnown = explorer.archives.some((one) => one.id === route.archiveId);
  if (isKnown) followRoute(explorer, route);
  else if (typeof view.hash === 'string') followRoute(explorer, parseRoute(view.hash));
  if (explorer.archiveId === undefined) explorer.selectArchive(explorer.archives.at(-1)?.id);
}

function storedFilter(stored: unknown): TreeFilter | undefined {
  const { changes, text, minBytes } = (stored ?? {}) as Partial<Record<keyof TreeFilter, unknown>>;
  if (!Array.isArray(changes) || typeof text !== 'string' || typeof minBytes !== 'number') return undefined;
  const known = changes.filter((one): one is Change | 'hidden' => one === 'hidden' || CHANGES.includes(one));
  return { changes: known, text, minBytes };
}

function storedFolds(stored: unknown): FoldState | undefined {
  const { everything, exceptions } = (stored ?? {}) as Partial<Record<keyof FoldState, unknown>>;
  if ((everything !== 'open' && everything !== 'folded') || !Array.isArray(exceptions)) return undefined;
  return { everything, exceptions: exceptions.filter((path) => typeof path === 'string') };
}
