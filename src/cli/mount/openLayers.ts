import type { ArchiveLayer } from '../../archive/archive.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import type { OpenLayer } from '../../fuse/layerContent.ts';

/** Layers as sources that read synchronously. A compressed layer is decompressed to a temporary file without a name
 *  when something in it is first read. */
export function openLayers(
  layers: readonly ArchiveLayer[],
  work: Work,
  onExit: (cleanup: () => Promise<void>) => void,
): OpenLayer {
  const opened: (ByteSource | Promise<ByteSource>)[] = [];
  return (position) => {
    const known = opened[position];
    if (known) return known;
    const opening = openOne(layers[position] as ArchiveLayer, work, onExit).then(
      (source) => {
        opened[position] = source;
        return source;
      },
      (error: unknown) => {
        delete opened[position]; // the disk was full, perhaps: it may be tried again
        throw error;
      },
    );
    opened[position] = opening;
    return opening;
  };
}

async function openOne(
  layer: ArchiveLayer,
  work: Work,
  onExit: (cleanup: () => Promise<void>) => void,
): Promise<ByteSource> {
  if (layer.compression === 'none') {
    const content = await layer.content(work);
    if (content.readSync) return content;
  }
  const spool = work.platform.createSpool();
  onExit(() => spool.dispose());
  const { sizeBytes } = await layer.readIndex(work);
  let left = sizeBytes;
  for await (const piece of layer.stream(work)) {
    await spool.write(piece.length <= left ? piece : piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0) break; // behind that, a damaged stream would throw
  }
  return spool.finish();
}
