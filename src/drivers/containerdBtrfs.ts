import { blockCost } from './blockCost.ts';
import { BTRFS_RULE } from './btrfs.ts';
import { addSnapshots, snapshotterMaker } from './containerdSnapshots.ts';
import type { DriverHost, DriverLayout, StorageDriver } from './driver.ts';
import { graftUnion } from './graft.ts';
import { HostViews } from './hostViews.ts';
import { BLOCK_BYTES } from './spaceTally.ts';
import { sharedTrees, usageOf } from './usage.ts';

/** btrfs under containerd: layers are read-only snapshots in `snapshots/N`, containers writable ones in `active/N`,
 *  mounted by their subvolid. Seen with containerd 1.6.20. */
export const containerdBtrfs: StorageDriver = {
  name: 'containerd-btrfs',
  evidence: { layout: 'measured', cost: 'measured' },
  copyUnit: { unit: 'block', sizeBytes: BLOCK_BYTES },
  dataRoot: '/var/lib/containerd',
  layOut,
  usage: (measure) =>
    usageOf(measure, sharedTrees(measure, 'plain'), {
      rounding: 'btrfs',
      directories: { fixed: 4, base: 1, layer: 1, emptyContainer: 1, container: 1 },
    }),
  cost: (operation, target) => blockCost(operation, target, BTRFS_RULE),
};

function layOut(host: DriverHost): DriverLayout {
  const { maker, root } = snapshotterMaker(host, 'btrfs');
  const views = new HostViews(host, maker);
  const active = maker.directory(root, 'active', { mode: 0o755 });
  const committed = maker.directory(root, 'snapshots', { mode: 0o755 });
  maker.directory(root, 'view', { mode: 0o755 });
  const volumes = addSnapshots(host, 'btrfs', {
    layer: (position, number) => {
      const { union, sources } = views.below(position);
      graftUnion(maker, maker.directory(committed, String(number), { mode: 0o755 }), union, sources);
      return `snapshots/${number}`;
    },
    container: (position, number) => {
      const { union, sources } = views.container(position, 'plain').merged;
      graftUnion(maker, maker.directory(active, String(number), { mode: 0o755 }), union, sources);
      return `active/${number}`;
    },
  });
  return { ...maker.finish(), volumes };
}
