import { Deflate } from 'pako';
import type { GzipLevel } from './gzipWriter.ts';

/** Deflate without a frame (RFC 1951), as zip archives hold it: zlib's bytes. All of it in memory. */
export function deflateRaw(content: Uint8Array, level: GzipLevel): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const deflate = new Deflate({ raw: true, level });
  deflate.onData = (piece) => {
    length += piece.length;
    pieces.push(piece);
  };
  deflate.push(content, true);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
