import type { ArchiveLayer } from '../archive/archive.ts';
import { readablePart } from '../archive/untilFault.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';

/** Where the contents of a stack's files are read. Layers are positions in the stack, base first. */
export interface LayerContents {
  /** The uncompressed tar with random access, where that costs no more than what is read; else undefined. */
  random(layer: number): Promise<ByteSource | undefined>;
  /** The uncompressed tar in order, once through. A chunk is valid until the next one is asked for. */
  stream(layer: number): AsyncIterable<Uint8Array>;
}

/** The contents of an image's layers in its archive; of a damaged one, what comes before the damage. */
export function archiveContents(layers: readonly ArchiveLayer[], work: Work): LayerContents {
  return {
    async random(layer) {
      const found = layers[layer];
      return found?.compression === 'none' ? found.content(work) : undefined;
    },
    stream(layer) {
      return readablePart(layers[layer] as ArchiveLayer, work);
    },
  };
}
