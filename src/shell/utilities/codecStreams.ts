import { InputWindow } from '../../codec/inputWindow.ts';
import type { GzipLevel } from '../../codec/gzipWriter.ts';
import type { Compression } from '../../codec/sniff.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';

const CHUNK_BYTES = 256 * 1024;

/** What is left of an open file, in pieces; gives way as it goes. */
export async function* chunksOf(process: Process, file: OpenFile): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const reading = file.read(CHUNK_BYTES);
    const chunk = reading instanceof Promise ? await process.waitFor(reading) : reading;
    if (chunk.length === 0) return;
    yield chunk;
    if (process.isDue) await process.pause();
  }
}

/** The content of a compressed stream. A piece is valid until the next is asked for. Throws CodecError. Decoders are
 *  loaded when they are first needed. */
export async function* decoded(
  compression: Compression,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  switch (compression) {
    case 'none':
      yield* chunks;
      return;
    case 'gzip': {
      const { GunzipReader } = await import('../../codec/gunzip.ts');
      const reader = new GunzipReader(new InputWindow(chunks));
      for (let piece = await reader.next(); piece; piece = await reader.next()) yield piece;
      return;
    }
    case 'bzip2':
      yield* (await import('../../codec/bzip2.ts')).bunzip2(new InputWindow(chunks));
      return;
    case 'xz':
      yield* (await import('../../codec/xz.ts')).unxz(new InputWindow(chunks));
      return;
    case 'zstd':
      yield* (await import('../../codec/zstd.ts')).unzstd(new InputWindow(chunks));
  }
}

/** A stream compressed. zstd stores what it is given: its streams are valid, and no shorter. */
export async function* encoded(
  compression: Exclude<Compression, 'none'>,
  chunks: AsyncIterable<Uint8Array>,
  level: GzipLevel,
): AsyncGenerator<Uint8Array, void, undefined> {
  switch (compression) {
    case 'gzip':
      yield* (await import('../../codec/gzipWriter.ts')).gzip(chunks, level);
      return;
    case 'bzip2':
      yield* (await import('../../codec/bzip2Writer.ts')).bzip2(chunks, level);
      return;
    case 'xz':
      yield* (await import('../../codec/xzWriter.ts')).xzCompressed(chunks);
      return;
    case 'zstd':
      yield* (await import('../../codec/zstdWriter.ts')).zstdStored(chunks);
  }
}
