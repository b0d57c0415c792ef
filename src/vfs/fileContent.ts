import { type ByteSource, STREAM_CHUNK_BYTES, clipRange } from '../bytes/byteSource.ts';
import type { LayerTree } from './layerTree.ts';

const ZERO_CHUNK_BYTES = 64 * 1024;

/** Bytes [offset, offset+length) of a file, clipped to its end; `tar` is its layer's uncompressed tar. Holes of a
 *  sparse file are zeros. Allocates what is asked for, clipped: callers bound `length`. */
export async function readFileContent(
  tar: ByteSource,
  tree: LayerTree,
  entry: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const range = clipRange(tree.sizeBytes(entry), offset, length);
  const sparse = tree.sparse(entry);
  const position = tree.contentOffset(entry);
  if (!sparse) return range.length === 0 ? new Uint8Array(0) : tar.read(position + range.offset, range.length);
  const bytes = new Uint8Array(range.length);
  const end = range.offset + range.length;
  let stored = position;
  for (const extent of sparse) {
    const from = Math.max(extent.offset, range.offset);
    const to = Math.min(extent.offset + extent.length, end);
    if (from < to) {
      const piece = await tar.read(stored + from - extent.offset, to - from);
      bytes.set(piece, from - range.offset);
    }
    stored += extent.length;
  }
  return bytes;
}

/** A file's content in order, holes as zeros. A chunk is valid only until the next one is asked for. */
export async function* streamFileContent(
  tar: ByteSource,
  tree: LayerTree,
  entry: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = tree.sizeBytes(entry);
  const position = tree.contentOffset(entry);
  const sparse = tree.sparse(entry);
  if (!sparse) {
    yield* readInChunks(tar, position, size);
    return;
  }
  let at = 0;
  let stored = position;
  for (const extent of sparse) {
    yield* zeros(extent.offset - at);
    yield* readInChunks(tar, stored, extent.length);
    at = extent.offset + extent.length;
    stored += extent.length;
  }
  yield* zeros(size - at);
}

async function* readInChunks(tar: ByteSource, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length;) {
    const chunk = await tar.read(start + done, Math.min(STREAM_CHUNK_BYTES, length - done));
    if (chunk.length === 0) return;
    yield chunk;
    done += chunk.length;
  }
}

function* zeros(length: number): Generator<Uint8Array> {
  if (length <= 0) return;
  const chunk = new Uint8Array(Math.min(length, ZERO_CHUNK_BYTES));
  for (let left = length; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}
