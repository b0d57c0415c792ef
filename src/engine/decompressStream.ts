import type { Platform } from '../bytes/platform.ts';
import { decompress } from '../codec/decompress.ts';
import { sniffCompression, SNIFF_BYTES } from '../codec/sniff.ts';

/** A stream without its compression, which its first bytes tell. Chunks are valid until the next is asked for. Throws
 *  CodecError. */
export async function* decompressStream(
  chunks: AsyncIterable<Uint8Array>,
  platform: Platform,
): AsyncIterable<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < SNIFF_BYTES) {
    const { done, value } = await iterator.next();
    if (done) break;
    first.push(value.slice());
    length += value.length;
  }
  const head = concatenate(first, length);
  yield* decompress(sniffCompression(head), resumed(head, iterator), platform);
}

async function* resumed(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
