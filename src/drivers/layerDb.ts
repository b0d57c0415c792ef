import { digestHex } from '../image/digest.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import type { DriverHost, HostContainer, HostLayer } from './driver.ts';
import type { TreeMaker } from './treeMaker.ts';

/** The names under which a driver of dockerd keeps layers and containers. */
export interface DockerIds {
  /** By position in `DriverHost.layers`. */
  readonly cacheIds: readonly string[];
  /** By position in `DriverHost.containers`. */
  readonly mountIds: readonly string[];
}

/** How the engine reckons a layer's size: from what lies on disk, symlinks by the length of their targets, or from the
 *  sizes in the tar's headers, where the driver leaves the unpacking to the engine. */
export type SizeRule = 'onDisk' | 'inHeaders';

/** dockerd's `image/DRIVER/layerdb`, which leads from chainIDs and container IDs to the driver's names (moby
 *  layer/filestore.go; seen with 20.10). */
export function addLayerDb(
  maker: TreeMaker,
  driver: { readonly name: string; readonly sizes: SizeRule },
  host: DriverHost,
  ids: DockerIds,
): void {
  const image = maker.directory(maker.root, 'image', { mode: 0o700 });
  const folder = maker.directory(image, driver.name, { mode: 0o700 });
  const layerDb = maker.directory(folder, 'layerdb', { mode: 0o700 });
  const layers = maker.directory(layerDb, 'sha256', { mode: 0o755 });
  host.layers.forEach((layer, position) => {
    const at = addLayer(maker, layers, host, layer, ids.cacheIds[position] as string);
    maker.file(at, 'size', FILE, String(layer.tree ? layerSize(layer.tree, driver.sizes) : 0));
  });
  const mounts = maker.directory(layerDb, 'mounts', { mode: 0o755 });
  host.containers.forEach((container, position) => {
    addMount(maker, mounts, host, container, ids.mountIds[position] as string);
  });
  maker.directory(layerDb, 'tmp', { mode: 0o755 });
}

const FILE = { mode: 0o644 };

function addLayer(maker: TreeMaker, layers: number, host: DriverHost, layer: HostLayer, cacheId: string): number {
  const at = maker.directory(layers, digestHex(layer.chainId), { mode: 0o700 });
  maker.file(at, 'cache-id', FILE, cacheId);
  maker.file(at, 'diff', FILE, layer.diffId);
  if (layer.parent !== undefined) maker.file(at, 'parent', FILE, (host.layers[layer.parent] as HostLayer).chainId);
  maker.unmodelledFile(at, 'tar-split.json.gz', FILE);
  return at;
}

function addMount(
  maker: TreeMaker,
  mounts: number,
  host: DriverHost,
  { id, parent }: HostContainer,
  mountId: string,
): void {
  const at = maker.directory(mounts, id, { mode: 0o755 });
  maker.file(at, 'init-id', FILE, `${mountId}-init`);
  maker.file(at, 'mount-id', FILE, mountId);
  if (parent !== undefined) maker.file(at, 'parent', FILE, (host.layers[parent] as HostLayer).chainId);
}

function layerSize(tree: LayerTree, rule: SizeRule): number {
  let bytes = 0;
  for (let entry = 1; entry < tree.length; entry++) {
    if (tree.inode(entry) !== entry) continue;
    const kind = tree.kind(entry);
    if (kind === EntryKind.file || (kind === EntryKind.symlink && rule === 'onDisk')) bytes += tree.sizeBytes(entry);
  }
  return bytes;
}
