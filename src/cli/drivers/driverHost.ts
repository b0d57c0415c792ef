import type { Archive, ArchiveImage, ArchiveLayer } from '../../archive/archive.ts';
import { DriverError, type DriverHost } from '../../drivers/driver.ts';
import { hostLayers, type StackedLayer } from '../../drivers/hostLayers.ts';
import { randomHexId, type RandomSource, seededRandom } from '../../drivers/randomSource.ts';
import { emptyChangeset } from '../../drivers/treeMaker.ts';
import type { Digest } from '../../image/digest.ts';
import type { LayerUnion } from '../../vfs/layerUnion.ts';
import type { CommandContext } from '../command.ts';
import { readStack } from '../imageStack.ts';
import { layerLabel } from '../selectLayer.ts';

/** A host that has loaded one image and made one container, which has changed nothing yet. */
export interface LoadedHost {
  readonly host: DriverHost;
  readonly union: LayerUnion;
  /** Seeded by the image, so that the same archive gives the same names. */
  readonly random: RandomSource;
}

export async function loadHost(
  archive: Archive,
  image: ArchiveImage,
  container: 'stopped' | 'mounted',
  context: CommandContext,
): Promise<LoadedHost> {
  const stack = await readStack(archive, image, image.layers.length - 1, context);
  const stacked: StackedLayer[] = [];
  for (const [position, layer] of image.layers.entries())
    stacked.push({ diffId: await knownDiffId(layer, position, context), tree: stack.trees[position] });
  const { layers, tops } = hostLayers([stacked], (await context.work()).platform);
  const random = seededRandom(layers.at(-1)?.chainId ?? '');
  const isMounted = container === 'mounted';
  return {
    host: { layers, containers: [{ id: randomHexId(random), parent: tops[0], upper: emptyChangeset(), isMounted }] },
    union: stack.union,
    random,
  };
}

/** A rootfs or an image of before 1.10 names no diffIDs: they are computed. */
async function knownDiffId(layer: ArchiveLayer, position: number, context: CommandContext): Promise<Digest> {
  if (layer.diffId !== undefined) return layer.diffId;
  if (layer.presence !== 'present')
    throw new DriverError('noDiffId', `${layerLabel(position, layer)} is not there and has no diffID to name it by`);
  return (await layer.verify(await context.work())).diffId;
}
