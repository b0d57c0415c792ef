import { addSnapshots, snapshotterMaker } from './containerdSnapshots.ts';
import { copyUpCost } from './copyUpCost.ts';
import type { BackingFilesystem, DriverHost, DriverLayout, StorageDriver } from './driver.ts';
import { graftChangeset } from './graft.ts';
import { HostViews } from './hostViews.ts';
import { changesets, usageOf } from './usage.ts';

/** The kernel's OverlayFS under containerd: `snapshots/N/{fs,work}`, N counted up, and `metadata.db`, which knows the
 *  chainIDs. No init layer, no links. Seen with containerd 1.6.20 on Linux 6.18. */
export function containerdOverlayfs(backing: BackingFilesystem): StorageDriver {
  return {
    name: 'containerd-overlayfs',
    evidence: { layout: 'measured', cost: 'measured' },
    copyUnit: { unit: 'file' },
    dataRoot: '/var/lib/containerd',
    layOut,
    usage: (measure) =>
      usageOf(measure, changesets(measure, 'plain'), {
        rounding: backing === 'btrfs' ? 'btrfs' : 'ext4',
        directories: { fixed: 2, base: 3, layer: 3, emptyContainer: 3, container: 4 },
      }),
    cost: (operation, target) => copyUpCost(operation, target, { backing, directoryRename: 'never' }),
  };
}

function layOut(host: DriverHost): DriverLayout {
  const { maker, root } = snapshotterMaker(host, 'overlayfs');
  const views = new HostViews(host, maker);
  const folder = maker.directory(root, 'snapshots', { mode: 0o700 });
  const addSnapshot = (number: number): { fs: number; work: number } => {
    const at = maker.directory(folder, String(number), { mode: 0o700 });
    const fs = maker.directory(at, 'fs', { mode: 0o755 });
    return { fs, work: maker.directory(at, 'work', { mode: 0o711 }) };
  };
  const volumes = addSnapshots(host, 'overlayfs', {
    layer: (position, number) => {
      const { fs } = addSnapshot(number);
      const source = views.layer(position);
      if (source) graftChangeset(maker, fs, source, 'overlay');
      return `snapshots/${number}`;
    },
    container: (position, number) => {
      const { fs, work } = addSnapshot(number);
      // On nothing it is a bind mount, which needs no working directory.
      if (host.containers[position]?.parent !== undefined) maker.directory(work, 'work', { mode: 0 });
      graftChangeset(maker, fs, views.container(position, 'plain').own, 'overlay');
      return `snapshots/${number}`;
    },
  });
  return { ...maker.finish(), volumes };
}
