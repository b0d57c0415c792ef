import { addSnapshots, snapshotterMaker } from './containerdSnapshots.ts';
import type { BackingFilesystem, DriverHost, DriverLayout, StorageDriver } from './driver.ts';
import { fullCopyDriver } from './fullCopy.ts';
import { graftUnion } from './graft.ts';
import { HostViews } from './hostViews.ts';

/** containerd's fallback: `snapshots/N` is a full copy of the parent with the layer applied, a container's too. Seen
 *  with containerd 1.6.20. */
export function containerdNative(backing: BackingFilesystem): StorageDriver {
  return {
    name: 'containerd-native',
    evidence: { layout: 'measured', cost: 'measured' },
    dataRoot: '/var/lib/containerd',
    layOut,
    ...fullCopyDriver(backing, 'plain', { fixed: 2, base: 1, layer: 1, emptyContainer: 1, container: 1 }),
  };
}

function layOut(host: DriverHost): DriverLayout {
  const { maker, root } = snapshotterMaker(host, 'native');
  const views = new HostViews(host, maker);
  const folder = maker.directory(root, 'snapshots', { mode: 0o700 });
  const volumes = addSnapshots(host, 'native', {
    layer: (position, number) => {
      const { union, sources } = views.below(position);
      graftUnion(maker, maker.directory(folder, String(number), { mode: 0o755 }), union, sources);
      return `snapshots/${number}`;
    },
    container: (position, number) => {
      const { union, sources } = views.container(position, 'plain').merged;
      graftUnion(maker, maker.directory(folder, String(number), { mode: 0o755 }), union, sources);
      return `snapshots/${number}`;
    },
  });
  return { ...maker.finish(), volumes };
}
