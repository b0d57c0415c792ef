import type { Archive, ArchiveImage, IndexedLayer } from '../archive/archive.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';
import { CliError } from './cliError.ts';
import type { CommandContext } from './command.ts';
import { describeFinding } from './describeFinding.ts';
import { layerLabel } from './selectLayer.ts';

/** An image whose layers have been indexed, from the base up to some layer. */
export interface ImageStack {
  readonly archive: Archive;
  readonly image: ArchiveImage;
  /** Base first; undefined for a layer that the archive does not hold. */
  readonly indexed: readonly (IndexedLayer | undefined)[];
  readonly trees: readonly (LayerTree | undefined)[];
  readonly union: LayerUnion;
}

/** Indexes the layers at positions 0 to `upTo` and merges them. What a person must know of them goes to standard error. */
export async function readStack(
  archive: Archive,
  image: ArchiveImage,
  upTo: number,
  context: CommandContext,
): Promise<ImageStack> {
  const [{ LayerUnion }, { indexLayers }] = await Promise.all([
    import('../vfs/layerUnion.ts'),
    import('../archive/indexLayers.ts'),
  ]);
  await indexLayers(image.layers.slice(0, upTo + 1), await context.work());
  const indexed: (IndexedLayer | undefined)[] = [];
  for (let position = 0; position <= upTo; position++) indexed.push(await readLayer(image, position, context));
  const trees = indexed.map((layer) => layer?.tree);
  return { archive, image, indexed, trees, union: new LayerUnion(trees) };
}

/** Indexes one layer; a missing, foreign or encrypted one gives undefined and a note. */
export async function readLayer(
  image: ArchiveImage,
  position: number,
  context: CommandContext,
): Promise<IndexedLayer | undefined> {
  const layer = image.layers[position];
  if (!layer) throw new Error(`position ${position} is beyond the stack`);
  const label = layerLabel(position, layer);
  if (layer.presence !== 'present') {
    await context.errors.line(`note: ${label} is ${PRESENCE_TEXTS[layer.presence]}`);
    return undefined;
  }
  try {
    const indexed = await layer.readIndex(await context.work());
    for (const finding of indexed.findings) {
      if (finding.severity !== 'info') await context.errors.line(`note: ${label}: ${describeFinding(finding)}`);
    }
    return indexed;
  } catch (error) {
    throw new CliError('layer', label, error);
  }
}

const PRESENCE_TEXTS = {
  missing: 'not in the archive',
  foreign: 'not in the archive, only at a URL (a foreign layer)',
  encrypted: 'encrypted',
  notTar: 'no tar',
} as const;
