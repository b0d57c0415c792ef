import type { DriverHost, HostLayer, Volume } from './driver.ts';
import { checkHost } from './hostLayers.ts';
import { TreeMaker } from './treeMaker.ts';

export type SnapshotterName = 'overlayfs' | 'native' | 'btrfs';

/** A tree of containerd's data directory with one snapshotter's folder and its database. */
export function snapshotterMaker(host: DriverHost, name: SnapshotterName): { maker: TreeMaker; root: number } {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o711 });
  const root = maker.directory(maker.root, folderOf(name), { mode: 0o700 });
  maker.unmodelledFile(root, 'metadata.db', { mode: 0o600 });
  return { maker, root };
}

/** Numbers snapshots as containerd does, from 1 in the order of making, and gives the keys under which `metadata.db`
 *  has them: a layer's chainID, a container's own. The callbacks make the snapshots and return their paths in the
 *  snapshotter's folder. */
export function addSnapshots(
  host: DriverHost,
  name: SnapshotterName,
  add: {
    readonly layer: (position: number, number: number) => string;
    readonly container: (position: number, number: number) => string;
  },
): readonly Volume[] {
  const volumes: Volume[] = [];
  const chainId = (position: number | undefined): string | undefined =>
    position === undefined ? undefined : (host.layers[position] as HostLayer).chainId;
  const within = (path: string): string => `${folderOf(name)}/${path}`;
  host.layers.forEach((layer, position) => {
    const path = within(add.layer(position, position + 1));
    volumes.push({ name: layer.chainId, parent: chainId(layer.parent), path });
  });
  host.containers.forEach(({ id, parent }, position) => {
    const path = within(add.container(position, host.layers.length + position + 1));
    volumes.push({ name: id, parent: chainId(parent), path });
  });
  return volumes;
}

function folderOf(name: SnapshotterName): string {
  return `io.containerd.snapshotter.v1.${name}`;
}
