import { archiveContents, type LayerContents } from '../analysis/layerContents.ts';
import type { CallWork } from './calls.ts';
import type { OpenedArchive } from './openedArchive.ts';

/** The contents of an image's layers, asked for only when one is read: what needs none works without the file. */
export function imageContents(opened: OpenedArchive, image: number, work: CallWork): LayerContents {
  const open = async (): Promise<LayerContents> => {
    const archive = await opened.contents();
    const layers = opened.image(image).layers.flatMap((index) => archive.layers[index] ?? []);
    return archiveContents(layers, work);
  };
  return {
    random: async (layer) => (await open()).random(layer),
    async *stream(layer) {
      yield* (await open()).stream(layer);
    },
  };
}
