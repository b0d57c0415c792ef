import { blockCost } from './blockCost.ts';
import type { DriverHost, DriverLayout, StorageDriver, Volume } from './driver.ts';
import { graftUnion } from './graft.ts';
import { checkHost } from './hostLayers.ts';
import { HostViews } from './hostViews.ts';
import { addLayerDb } from './layerDb.ts';
import { randomHexId, type RandomSource } from './randomSource.ts';
import { TreeMaker } from './treeMaker.ts';
import { hiddenTrees, usageOf } from './usage.ts';

/** Default block of docker's thin pool (`dm.blocksize`). */
const POOL_BLOCK_BYTES = 64 * 1024;
/** Default size of each device (`dm.basesize`). */
const DEVICE_BYTES = 10 * 1024 ** 3;

/** Each layer is a thin device with an ext4 or xfs of its own, a snapshot of its parent's; bases are snapshots of an
 *  empty one. `devicemapper/metadata/ID` describes a device, `devicemapper/mnt/ID` is where it is mounted. A file's
 *  blocks of 4 KiB share the pool's of 64 KiB with their neighbours: taken to lie side by side, so the real pool takes
 *  somewhat more. From Docker's documentation ("Device Mapper storage driver") and moby daemon/graphdriver/devmapper;
 *  dockerd dropped it in 25. */
export const devicemapper: StorageDriver = {
  name: 'devicemapper',
  evidence: { layout: 'documentation', cost: 'documentation' },
  copyUnit: { unit: 'block', sizeBytes: POOL_BLOCK_BYTES },
  dataRoot: '/var/lib/docker',
  layOut,
  usage: (measure) =>
    usageOf(measure, hiddenTrees(measure, 'init'), {
      rounding: 'ext4',
      poolBlockBytes: POOL_BLOCK_BYTES,
      directories: { fixed: 3, base: 1, layer: 1, emptyContainer: 2, container: 2 },
    }),
  cost: (operation, target) =>
    blockCost(operation, target, {
      firstBlockBytes: () => POOL_BLOCK_BYTES,
      blockBytes: POOL_BLOCK_BYTES,
      ownBlocks: 'inPlace',
    }),
};

function layOut(host: DriverHost, random: RandomSource): DriverLayout {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o710 });
  const views = new HostViews(host, maker);
  const root = maker.directory(maker.root, 'devicemapper', { mode: 0o700 });
  const metadata = maker.directory(root, 'metadata', { mode: 0o700 });
  const mnt = maker.directory(root, 'mnt', { mode: 0o700 });
  const volumes: Volume[] = [];
  const addDevice = (id: string, parent: string | undefined): string => {
    volumes.push({ name: id, parent, path: undefined });
    maker.file(metadata, id, { mode: 0o600 }, deviceJson(volumes.length, parent === undefined));
    return id;
  };
  addDevice('base', undefined);
  maker.unmodelledFile(metadata, 'deviceset-metadata', { mode: 0o600 });
  maker.unmodelledFile(metadata, 'transaction-metadata', { mode: 0o600 });
  const cacheIds: string[] = [];
  const parentDevice = (parent: number | undefined): string =>
    parent === undefined ? 'base' : (cacheIds[parent] as string);
  for (const { parent } of host.layers) {
    const id = addDevice(randomHexId(random), parentDevice(parent));
    maker.directory(mnt, id, { mode: 0o755 });
    cacheIds.push(id);
  }
  const mountIds = host.containers.map(({ parent, isMounted }, position) => {
    const id = randomHexId(random);
    const init = addDevice(`${id}-init`, parentDevice(parent));
    addDevice(id, init);
    maker.directory(mnt, init, { mode: 0o755 });
    const at = maker.directory(mnt, id, { mode: 0o755 });
    if (isMounted) {
      const { merged } = views.container(position, 'init');
      const rootfs = maker.directory(at, 'rootfs', { mode: 0o755 });
      maker.file(at, 'id', { mode: 0o600 }, id);
      graftUnion(maker, rootfs, merged.union, merged.sources);
    }
    return id;
  });
  addLayerDb(maker, { name: 'devicemapper', sizes: 'inHeaders' }, host, { cacheIds, mountIds });
  return { ...maker.finish(), volumes };
}

/** As dockerd keeps a device's number; transactions are counted with it. */
function deviceJson(deviceId: number, isBase: boolean): string {
  const fields = {
    device_id: deviceId,
    size: DEVICE_BYTES,
    transaction_id: deviceId,
    initialized: isBase,
    deleted: false,
  };
  return JSON.stringify(fields);
}
