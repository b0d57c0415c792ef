import { blockCost } from './blockCost.ts';
import type { DriverHost, DriverLayout, StorageDriver, Volume } from './driver.ts';
import { graftUnion } from './graft.ts';
import { checkHost } from './hostLayers.ts';
import { HostViews } from './hostViews.ts';
import { addLayerDb } from './layerDb.ts';
import { randomHexId, type RandomSource } from './randomSource.ts';
import { allocatedBytes, ZFS_RECORD_BYTES } from './spaceTally.ts';
import { TreeMaker } from './treeMaker.ts';
import { hiddenTrees, usageOf } from './usage.ts';

/** Each layer is a dataset, a clone of a snapshot of its parent's; `zfs/graph/` holds the mount points of running
 *  containers, nothing else. Records of 128 KiB. Compression, which a pool may have on, is not reckoned. From Docker's
 *  documentation ("ZFS storage driver"), moby daemon/graphdriver/zfs and zfsprops(7). */
export const zfs: StorageDriver = {
  name: 'zfs',
  evidence: { layout: 'documentation', cost: 'documentation' },
  copyUnit: { unit: 'block', sizeBytes: ZFS_RECORD_BYTES },
  dataRoot: '/var/lib/docker',
  layOut,
  usage: (measure) =>
    usageOf(measure, hiddenTrees(measure, 'init'), {
      rounding: 'zfs',
      directories: { fixed: 2, base: 0, layer: 0, emptyContainer: 0, container: 0 },
    }),
  cost: (operation, target) =>
    blockCost(operation, target, {
      firstBlockBytes: (fileBytes) => Math.min(ZFS_RECORD_BYTES, allocatedBytes(fileBytes, 'zfs')),
      blockBytes: ZFS_RECORD_BYTES,
      ownBlocks: 'copied',
    }),
};

/** The dataset that docker is given, by default the one at its data directory. */
const POOL = 'zpool-docker';
/** Mount points are named by so much of an ID, with its suffix. */
const MOUNT_NAME_LENGTH = 12;

function layOut(host: DriverHost, random: RandomSource): DriverLayout {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o710 });
  const views = new HostViews(host, maker);
  const root = maker.directory(maker.root, 'zfs', { mode: 0o710 });
  const graph = maker.directory(root, 'graph', { mode: 0o710 });
  const volumes: Volume[] = [];
  const addDataset = (id: string, parent: string | undefined, path?: string): void => {
    let origin: string | undefined;
    if (parent !== undefined) {
      // A snapshot is named by the nanoseconds of the clock.
      origin = `${POOL}/${parent}@${random.next(1_000_000_000)}`;
      volumes.push({ name: origin, parent: `${POOL}/${parent}`, path: undefined });
    }
    volumes.push({ name: `${POOL}/${id}`, parent: origin, path });
  };
  const cacheIds: string[] = [];
  for (const { parent } of host.layers) {
    const id = randomHexId(random);
    addDataset(id, parent === undefined ? undefined : cacheIds[parent]);
    cacheIds.push(id);
  }
  const mountIds = host.containers.map(({ parent, isMounted }, position) => {
    const id = randomHexId(random);
    const name = id.slice(0, MOUNT_NAME_LENGTH);
    addDataset(`${id}-init`, parent === undefined ? undefined : cacheIds[parent]);
    addDataset(id, `${id}-init`, isMounted ? `zfs/graph/${name}` : undefined);
    if (isMounted) {
      const { merged } = views.container(position, 'init');
      graftUnion(maker, maker.directory(graph, name, { mode: 0o755 }), merged.union, merged.sources);
    }
    return id;
  });
  addLayerDb(maker, { name: 'zfs', sizes: 'inHeaders' }, host, { cacheIds, mountIds });
  return { ...maker.finish(), volumes };
}
