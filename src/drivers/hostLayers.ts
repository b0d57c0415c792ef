import { chainIds } from '../image/chainId.ts';
import type { Digest } from '../image/digest.ts';
import type { Platform } from '../bytes/platform.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import { DriverError, type DriverHost, type HostContainer, type HostLayer } from './driver.ts';

/** A layer of an image, as a host takes it in. */
export interface StackedLayer {
  readonly diffId: Digest;
  readonly tree: LayerTree | undefined;
}

/** The layers of some images as a host holds them: equal chainIDs once. The same diffID over another parent is another
 *  layer. `tops[i]` is the position of image i's top layer, undefined for an image without layers. */
export function hostLayers(
  images: readonly (readonly StackedLayer[])[],
  platform: Platform,
): { layers: readonly HostLayer[]; tops: readonly (number | undefined)[] } {
  const layers: HostLayer[] = [];
  const known = new Map<Digest, number>();
  const tops = images.map((stack) => {
    const chain = chainIds(
      stack.map((layer) => layer.diffId),
      platform,
    );
    let parent: number | undefined;
    stack.forEach(({ diffId, tree }, i) => {
      const chainId = chain[i] as Digest;
      let position = known.get(chainId);
      if (position === undefined) {
        position = layers.push({ chainId, diffId, parent, tree }) - 1;
        known.set(chainId, position);
      }
      parent = position;
    });
    return parent;
  });
  return { layers, tops };
}

/** Positions of a layer and all below it, base first. Empty for undefined. */
export function chainOf(host: Pick<DriverHost, 'layers'>, top: number | undefined): readonly number[] {
  const chain: number[] = [];
  for (let at = top; at !== undefined; at = (host.layers[at] as HostLayer).parent) chain.push(at);
  return chain.reverse();
}

/** Throws DriverError `host` for what no host holds: every walk up the parents ends, every ID is a file name. */
export function checkHost(host: DriverHost): void {
  host.layers.forEach(({ parent }, position) => {
    if (parent !== undefined && !(parent >= 0 && parent < position))
      throw new DriverError('host', `layer ${position} does not follow its parent ${parent}`);
  });
  for (const container of host.containers) checkContainer(container, host.layers.length);
}

function checkContainer({ id, parent }: HostContainer, layerCount: number): void {
  if (!/^[0-9a-f]{64}$/.test(id)) throw new DriverError('host', 'a container ID is 64 hexadecimal digits');
  if (parent !== undefined && !(parent >= 0 && parent < layerCount))
    throw new DriverError('host', `container ${id.slice(0, 12)} stands on layer ${parent}, which is not there`);
}
