import { copyUpCost } from './copyUpCost.ts';
import type { DriverHost, DriverLayout, HostLayer, StorageDriver } from './driver.ts';
import { addMarker, graftChangeset, graftUnion } from './graft.ts';
import { checkHost } from './hostLayers.ts';
import { HostViews } from './hostViews.ts';
import { addLayerDb } from './layerDb.ts';
import { randomHexId, type RandomSource } from './randomSource.ts';
import { TreeMaker } from './treeMaker.ts';
import { changesets, usageOf } from './usage.ts';

/** AUFS under dockerd up to 23: `aufs/diff/ID` holds each changeset with `.wh.` files, `aufs/layers/ID` the IDs below
 *  it, top first, a line each, `aufs/mnt/ID` is where it is mounted. From Docker's documentation ("Use the AUFS storage
 *  driver"), moby daemon/graphdriver/aufs and aufs(5); no kernel at hand has it. */
export const aufs: StorageDriver = {
  name: 'aufs',
  evidence: { layout: 'documentation', cost: 'documentation' },
  copyUnit: { unit: 'file' },
  dataRoot: '/var/lib/docker',
  layOut,
  usage: (measure) =>
    usageOf(measure, changesets(measure, 'init'), {
      rounding: 'ext4',
      // aufs, diff, layers, mnt; of each layer diff and mnt; of a container both twice and the two work directories.
      directories: { fixed: 4, base: 2, layer: 2, emptyContainer: 8, container: 8 },
    }),
  cost: (operation, target) => copyUpCost(operation, target, { backing: 'ext4', directoryRename: 'childless' }),
};

interface AufsFolders {
  readonly diff: number;
  readonly layers: number;
  readonly mnt: number;
}

function layOut(host: DriverHost, random: RandomSource): DriverLayout {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o710 });
  const views = new HostViews(host, maker);
  const root = maker.directory(maker.root, 'aufs', { mode: 0o700 });
  const folders: AufsFolders = {
    diff: maker.directory(root, 'diff', { mode: 0o700 }),
    layers: maker.directory(root, 'layers', { mode: 0o700 }),
    mnt: maker.directory(root, 'mnt', { mode: 0o700 }),
  };
  const cacheIds: string[] = [];
  host.layers.forEach((layer, position) => {
    const id = randomHexId(random);
    cacheIds.push(id);
    const { diff } = addBranch(maker, folders, id, idsBelow(host, cacheIds, layer.parent));
    const source = views.layer(position);
    if (source) graftChangeset(maker, diff, source, 'dotFiles');
  });
  const mountIds = host.containers.map((container, position) => {
    const id = randomHexId(random);
    const below = idsBelow(host, cacheIds, container.parent);
    const { init, own, merged } = views.container(position, 'init');
    const initBranch = addBranch(maker, folders, `${id}-init`, below);
    if (init) graftChangeset(maker, initBranch.diff, init, 'dotFiles');
    addWorkFiles(maker, initBranch.diff);
    const branch = addBranch(maker, folders, id, [`${id}-init`, ...below]);
    graftChangeset(maker, branch.diff, own, 'dotFiles');
    addWorkFiles(maker, branch.diff);
    if (container.isMounted) graftUnion(maker, branch.mnt, merged.union, merged.sources);
    return id;
  });
  addLayerDb(maker, { name: 'aufs', sizes: 'onDisk' }, host, { cacheIds, mountIds });
  return { ...maker.finish(), volumes: [] };
}

function addBranch(
  maker: TreeMaker,
  folders: AufsFolders,
  id: string,
  below: readonly string[],
): { diff: number; mnt: number } {
  maker.file(folders.layers, id, { mode: 0o644 }, below.map((lower) => `${lower}\n`).join(''));
  return {
    diff: maker.directory(folders.diff, id, { mode: 0o755 }),
    mnt: maker.directory(folders.mnt, id, { mode: 0o755 }),
  };
}

/** What aufs makes in a writable branch: the inode of all whiteouts, orphans, pseudo-links (aufs(5)). */
function addWorkFiles(maker: TreeMaker, diff: number): void {
  addMarker(maker, diff, '.wh..wh.aufs', 0o444);
  for (const name of ['.wh..wh.orph', '.wh..wh.plnk'])
    if (maker.find(diff, name) < 0) maker.directory(diff, name, { mode: 0o700 });
}

function idsBelow(host: DriverHost, ids: readonly string[], top: number | undefined): readonly string[] {
  const below: string[] = [];
  for (let at = top; at !== undefined; at = (host.layers[at] as HostLayer).parent) below.push(ids[at] as string);
  return below;
}
