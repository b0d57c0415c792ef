import { blockCost, type BlockRule } from './blockCost.ts';
import type { DriverHost, DriverLayout, StorageDriver, Volume } from './driver.ts';
import { graftUnion } from './graft.ts';
import { checkHost } from './hostLayers.ts';
import { HostViews, type View } from './hostViews.ts';
import { addLayerDb } from './layerDb.ts';
import { randomHexId, type RandomSource } from './randomSource.ts';
import { BLOCK_BYTES, BTRFS_INLINE_BYTES } from './spaceTally.ts';
import { TreeMaker } from './treeMaker.ts';
import { sharedTrees, usageOf } from './usage.ts';

/** A write takes a new sector for what it changes; small files lie in metadata. Seen on Linux 6.18. */
export const BTRFS_RULE: BlockRule = {
  firstBlockBytes: (fileBytes) => (fileBytes <= BTRFS_INLINE_BYTES ? 0 : BLOCK_BYTES),
  blockBytes: BLOCK_BYTES,
  ownBlocks: 'copied',
};

/** `btrfs/subvolumes/ID`: each layer is a subvolume, a snapshot of its parent's with the layer applied; a container's
 *  `ID-init` and `ID` are snapshots again. Seen with dockerd 20.10.24. */
export const btrfs: StorageDriver = {
  name: 'btrfs',
  evidence: { layout: 'measured', cost: 'measured' },
  copyUnit: { unit: 'block', sizeBytes: BLOCK_BYTES },
  dataRoot: '/var/lib/docker',
  layOut,
  usage: (measure) =>
    usageOf(measure, sharedTrees(measure, 'init'), {
      rounding: 'btrfs',
      directories: { fixed: 2, base: 1, layer: 1, emptyContainer: 2, container: 2 },
    }),
  cost: (operation, target) => blockCost(operation, target, BTRFS_RULE),
};

function layOut(host: DriverHost, random: RandomSource): DriverLayout {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o710 });
  const views = new HostViews(host, maker);
  const root = maker.directory(maker.root, 'btrfs', { mode: 0o710 });
  const folder = maker.directory(root, 'subvolumes', { mode: 0o710 });
  const volumes: Volume[] = [];
  const addSubvolume = (name: string, parent: string | undefined, { union, sources }: View): void => {
    graftUnion(maker, maker.directory(folder, name, { mode: 0o755 }), union, sources);
    volumes.push({ name, parent, path: `btrfs/subvolumes/${name}` });
  };
  const cacheIds: string[] = [];
  host.layers.forEach(({ parent }, position) => {
    const id = randomHexId(random);
    addSubvolume(id, parent === undefined ? undefined : cacheIds[parent], views.below(position));
    cacheIds.push(id);
  });
  const mountIds = host.containers.map(({ parent }, position) => {
    const id = randomHexId(random);
    const { withInit, merged } = views.container(position, 'init');
    addSubvolume(`${id}-init`, parent === undefined ? undefined : cacheIds[parent], withInit);
    addSubvolume(id, `${id}-init`, merged);
    return id;
  });
  addLayerDb(maker, { name: 'btrfs', sizes: 'inHeaders' }, host, { cacheIds, mountIds });
  return { ...maker.finish(), volumes };
}
