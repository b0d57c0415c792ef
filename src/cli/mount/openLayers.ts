import type { ArchiveLayer, IndexedLayer } from '../../archive/archive.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import { PreparedSource } from '../../fuse/preparedSource.ts';

/** The tars of layers as sources that read synchronously; undefined where there is no layer. A compressed one is
 *  decompressed to a temporary file without a name when something in it is first read. */
export async function openLayers(
  layers: readonly ArchiveLayer[],
  indexed: readonly (IndexedLayer | undefined)[],
  work: Work,
  onExit: (cleanup: () => Promise<void>) => void,
): Promise<readonly (ByteSource | undefined)[]> {
  const sources: (ByteSource | undefined)[] = [];
  for (const [position, index] of indexed.entries()) {
    const layer = layers[position] as ArchiveLayer;
    sources.push(index && (await openLayer(layer, index.sizeBytes, work, onExit)));
  }
  return sources;
}

async function openLayer(
  layer: ArchiveLayer,
  sizeBytes: number,
  work: Work,
  onExit: (cleanup: () => Promise<void>) => void,
): Promise<ByteSource> {
  if (layer.compression === 'none') {
    const content = await layer.content(work);
    if (content.readSync) return content;
  }
  return new PreparedSource(sizeBytes, () => decompressed(layer, sizeBytes, work, onExit));
}

async function decompressed(
  layer: ArchiveLayer,
  sizeBytes: number,
  work: Work,
  onExit: (cleanup: () => Promise<void>) => void,
): Promise<ByteSource> {
  const spool = work.platform.createSpool();
  onExit(() => spool.dispose());
  let left = sizeBytes;
  for await (const piece of layer.stream(work)) {
    await spool.write(piece.length <= left ? piece : piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0) break; // behind that, a damaged stream would throw
  }
  return spool.finish();
}
