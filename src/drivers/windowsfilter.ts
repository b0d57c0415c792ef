import type { DriverHost, DriverLayout, HostLayer, StorageDriver } from './driver.ts';
import { graftChangeset } from './graft.ts';
import { checkHost } from './hostLayers.ts';
import { HostViews } from './hostViews.ts';
import { addLayerDb } from './layerDb.ts';
import { randomHexId, type RandomSource } from './randomSource.ts';
import { TreeMaker } from './treeMaker.ts';
import { changesets, usageOf } from './usage.ts';

const DRIVER_FOLDER = 'C:\\ProgramData\\docker\\windowsfilter';

/** Windows: `windowsfilter\ID` holds a layer's own files and `layerchain.json`, the folders of all layers below, nearest
 *  first; a container has `sandbox.vhdx`, a disk that takes its changes. What a layer deletes stands in
 *  `tombstones.txt`. From moby daemon/graphdriver/windows and Microsoft's "Container storage overview", which do not
 *  tell what a write copies: costs are not given, a container's changes are not seen. */
export const windowsfilter: StorageDriver = {
  name: 'windowsfilter',
  evidence: { layout: 'documentation', cost: 'documentation' },
  copyUnit: { unit: 'unknown' },
  dataRoot: 'C:\\ProgramData\\docker',
  layOut,
  usage: (measure) => {
    const { layers, containers } = changesets(measure, 'plain');
    const parts = { layers, containers, visibleContainers: containers.map(() => []) };
    return usageOf(measure, parts, {
      rounding: 'ext4',
      directories: { fixed: 1, base: 1, layer: 1, emptyContainer: 1, container: 1 },
    });
  },
  cost: () => undefined,
};

const FOLDER = { mode: 0o755 };
const FILE = { mode: 0o644 };

function layOut(host: DriverHost, random: RandomSource): DriverLayout {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o755 });
  const views = new HostViews(host, maker);
  const root = maker.directory(maker.root, 'windowsfilter', FOLDER);
  const cacheIds: string[] = [];
  host.layers.forEach(({ parent, tree }, position) => {
    const id = randomHexId(random);
    const at = maker.directory(root, id, FOLDER);
    const source = views.layer(position);
    if (source) graftChangeset(maker, at, source, 'none');
    addOwnFile(maker, at, 'layerchain.json', layerChain(host, cacheIds, parent));
    if (tree && hidesSomething(tree) && maker.find(at, 'tombstones.txt') < 0)
      maker.unmodelledFile(at, 'tombstones.txt', FILE);
    cacheIds.push(id);
  });
  const mountIds = host.containers.map(({ parent }) => {
    const id = randomHexId(random);
    const at = maker.directory(root, id, FOLDER);
    maker.file(at, 'layerchain.json', FILE, layerChain(host, cacheIds, parent));
    maker.unmodelledFile(at, 'sandbox.vhdx', FILE);
    return id;
  });
  addLayerDb(maker, { name: 'windowsfilter', sizes: 'inHeaders' }, host, { cacheIds, mountIds });
  return { ...maker.finish(), volumes: [] };
}

/** Layers of Windows hold `Files` and `Hives`; others may hold any name. */
function addOwnFile(maker: TreeMaker, at: number, name: string, content: string): void {
  if (maker.find(at, name) < 0) maker.file(at, name, FILE, content);
}

/** JSON of Go: a nil list is null. */
function layerChain(host: DriverHost, ids: readonly string[], top: number | undefined): string {
  const folders: string[] = [];
  for (let at = top; at !== undefined; at = (host.layers[at] as HostLayer).parent)
    folders.push(`${DRIVER_FOLDER}\\${ids[at]}`);
  return JSON.stringify(folders.length > 0 ? folders : null);
}

function hidesSomething(tree: NonNullable<HostLayer['tree']>): boolean {
  for (let entry = 1; entry < tree.length; entry++) if (tree.isWhiteout(entry) || tree.isOpaque(entry)) return true;
  return false;
}
