import { CodecError } from '../codec/codecError.ts';
import type { Work } from '../bytes/platform.ts';
import type { ArchiveLayer } from './archive.ts';

/** A decompressed stream that ends quietly where decoding fails, so that what came before can be used. */
export async function* untilFault(
  chunks: AsyncIterable<Uint8Array>,
  onFault: (error: CodecError) => void,
): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    onFault(error);
  }
}

/** The uncompressed tar of a layer as far as it can be read. The layer's index tells the fault. */
export function readablePart(layer: ArchiveLayer, work: Work): AsyncIterable<Uint8Array> {
  return untilFault(layer.stream(work), () => undefined);
}
