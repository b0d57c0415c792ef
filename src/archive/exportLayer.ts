import type { Work } from '../bytes/platform.ts';
import { ArchiveError, type ArchiveLayer } from './archive.ts';
import { placeOf } from './layerSpec.ts';

/** One layer as a file: the uncompressed tar, or its bytes as stored. The size is undefined where it shows only when
 *  all is read. Throws ArchiveError `missing`. */
export function exportLayer(
  layer: ArchiveLayer,
  form: 'asStored' | 'uncompressed',
  work: Work,
): { readonly sizeBytes: number | undefined; readonly chunks: AsyncIterable<Uint8Array> } {
  const blob = layer.blob;
  if (!blob) {
    const path = placeOf(layer);
    throw new ArchiveError('missing', path, undefined, `${path} is not in the archive`);
  }
  if (form === 'asStored' || layer.compression === 'none') return { sizeBytes: blob.sizeBytes, chunks: blob.stream() };
  return { sizeBytes: undefined, chunks: layer.stream(work) };
}
