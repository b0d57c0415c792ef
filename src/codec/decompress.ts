import type { Platform } from '../bytes/platform.ts';
import { bunzip2 } from './bzip2.ts';
import { InputWindow } from './inputWindow.ts';
import type { Compression } from './sniff.ts';
import type { OnTrailing } from './trailing.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd.ts';

/** The content of a compressed stream, in order. A piece is valid only until the next is asked for. Memory is
 *  bounded by the format (window, block or dictionary), however much comes out: who reads decides when to stop.
 *  The input is read to its end, also past the last member. Throws CodecError, after the content before the fault. */
export function decompress(
  compression: Compression,
  chunks: AsyncIterable<Uint8Array>,
  platform: Platform,
  onTrailing?: OnTrailing,
): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'none':
      return chunks;
    case 'gzip':
      return platform.gunzip(chunks, onTrailing);
    case 'bzip2':
      return bunzip2(new InputWindow(chunks), onTrailing);
    case 'xz':
      return unxz(new InputWindow(chunks), onTrailing);
    case 'zstd':
      return unzstd(new InputWindow(chunks), onTrailing);
  }
}
