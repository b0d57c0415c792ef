import { Deflater, type DeflateLevel } from './deflater.ts';

/** Deflate without a frame (RFC 1951), as zip archives hold it. All of it in memory. */
export function deflateRaw(content: Uint8Array, level: DeflateLevel): Uint8Array {
  const deflater = new Deflater(level);
  deflater.push(content);
  deflater.finish();
  return deflater.take();
}
