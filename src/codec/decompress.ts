import type { Platform } from '../bytes/platform.ts';
import { InputWindow } from './inputWindow.ts';
import type { Compression } from './sniff.ts';
import type { OnTrailing } from './trailing.ts';

/** The content of a compressed stream, in order. A piece is valid only until the next is asked for. Memory is
 *  bounded by the format (window, block or dictionary), however much comes out: who reads decides when to stop.
 *  The input is read to its end, also past the last member. `again` is as for `Platform.gunzip`. Throws CodecError,
 *  after the content before the fault. */
export function decompress(
  compression: Compression,
  chunks: AsyncIterable<Uint8Array>,
  platform: Platform,
  onTrailing?: OnTrailing,
  again?: () => AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'none':
      return chunks;
    case 'gzip':
      return platform.gunzip(chunks, onTrailing, again);
    case 'bzip2':
      return decode(async () => (await import('./bzip2.ts')).bunzip2, chunks, onTrailing);
    case 'xz':
      return decode(async () => (await import('./xz.ts')).unxz, chunks, onTrailing);
    case 'zstd':
      return decode(async () => (await import('./zstd.ts')).unzstd, chunks, onTrailing);
  }
}

type Decoder = (input: InputWindow, onTrailing?: OnTrailing) => AsyncIterable<Uint8Array>;

/** Few archives need any of the decoders: they are loaded when their first bytes are asked for. */
async function* decode(
  load: () => Promise<Decoder>,
  chunks: AsyncIterable<Uint8Array>,
  onTrailing: OnTrailing | undefined,
): AsyncIterable<Uint8Array> {
  const decoder = await load();
  yield* decoder(new InputWindow(chunks), onTrailing);
}
