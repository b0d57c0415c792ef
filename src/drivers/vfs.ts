import type { BackingFilesystem, DriverHost, DriverLayout, StorageDriver } from './driver.ts';
import { fullCopyDriver } from './fullCopy.ts';
import { graftUnion } from './graft.ts';
import { checkHost } from './hostLayers.ts';
import { HostViews, type View } from './hostViews.ts';
import { addLayerDb } from './layerDb.ts';
import { randomHexId, type RandomSource } from './randomSource.ts';
import { TreeMaker } from './treeMaker.ts';

/** No union at all: `vfs/dir/ID` is a full copy of the parent with the layer applied, `ID-init` and `ID` of a container
 *  too. So all costs are paid when a layer or container is made, none later. Seen with dockerd 20.10.24; the device node
 *  `backingFsBlockDev`, which quotas need, is left out. */
export function vfs(backing: BackingFilesystem): StorageDriver {
  return {
    name: 'vfs',
    evidence: { layout: 'measured', cost: 'measured' },
    dataRoot: '/var/lib/docker',
    layOut,
    ...fullCopyDriver(backing, 'init', { fixed: 2, base: 1, layer: 1, emptyContainer: 2, container: 2 }),
  };
}

function layOut(host: DriverHost, random: RandomSource): DriverLayout {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o710 });
  const views = new HostViews(host, maker);
  const root = maker.directory(maker.root, 'vfs', { mode: 0o710 });
  const folder = maker.directory(root, 'dir', { mode: 0o710 });
  const addCopy = (id: string, { union, sources }: View): void => {
    graftUnion(maker, maker.directory(folder, id, { mode: 0o755 }), union, sources);
  };
  const cacheIds = host.layers.map((_, position) => {
    const id = randomHexId(random);
    addCopy(id, views.below(position));
    return id;
  });
  const mountIds = host.containers.map((_, position) => {
    const id = randomHexId(random);
    const { withInit, merged } = views.container(position, 'init');
    addCopy(`${id}-init`, withInit);
    addCopy(id, merged);
    return id;
  });
  addLayerDb(maker, { name: 'vfs', sizes: 'inHeaders' }, host, { cacheIds, mountIds });
  return { ...maker.finish(), volumes: [] };
}
