import { toHex } from '../bytes/hex.ts';
import type { IncrementalHash, Work } from '../bytes/platform.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { ArchiveError, type ArchiveLayer } from './archive.ts';

/** Zeros that one sparse file may make us hash. */
const MAX_HOLE_BYTES = 16 * 2 ** 30;

/** SHA-256 of the contents of files of one layer, by inode, in hex: one pass over the layer, nothing is kept.
 *  `entries` undefined: all files. Throws ArchiveError `limit` for a sparse file of absurd size, and what reading the
 *  layer throws; files behind the place where a layer breaks off are left out. */
export async function digestFiles(
  layer: ArchiveLayer,
  tree: LayerTree,
  entries: Iterable<number> | undefined,
  work: Work,
): Promise<Map<number, string>> {
  const files = wantedFiles(tree, entries);
  const digests = new Map<number, string>();
  const reader = new SequentialReader(layer.stream(work));
  try {
    for (const inode of files) {
      work.signal?.throwIfAborted();
      const hash = work.platform.createHash('sha256');
      if (await hashFile(tree, inode, reader, hash)) digests.set(inode, toHex(hash.digest()));
    }
  } finally {
    await reader.close();
  }
  return digests;
}

/** Inodes in the order of their content. */
function wantedFiles(tree: LayerTree, entries: Iterable<number> | undefined): number[] {
  const inodes = new Set<number>();
  for (const entry of entries ?? Array.from({ length: tree.length }, (_, i) => i)) {
    const inode = tree.inode(entry);
    if (tree.kind(inode) === EntryKind.file) inodes.add(inode);
  }
  return [...inodes].sort((a, b) => tree.contentOffset(a) - tree.contentOffset(b));
}

async function hashFile(
  tree: LayerTree,
  inode: number,
  reader: SequentialReader,
  hash: IncrementalHash,
): Promise<boolean> {
  const sizeBytes = tree.sizeBytes(inode);
  const extents = tree.sparse(inode) ?? [{ offset: 0, length: sizeBytes }];
  const storedBytes = extents.reduce((sum, { length }) => sum + length, 0);
  if (sizeBytes - storedBytes > MAX_HOLE_BYTES) {
    const path = tree.path(inode);
    throw new ArchiveError('limit', path, undefined, `${path}: ${sizeBytes - storedBytes} bytes of holes`);
  }
  let stored = tree.contentOffset(inode);
  let at = 0;
  for (const { offset, length } of extents) {
    hashZeros(hash, offset - at);
    if (!(await reader.read(stored, length, (chunk) => hash.update(chunk)))) return false;
    stored += length;
    at = offset + length;
  }
  hashZeros(hash, sizeBytes - at);
  return true;
}

const ZEROS = new Uint8Array(64 * 1024);

function hashZeros(hash: IncrementalHash, count: number): void {
  for (let left = count; left > 0; left -= ZEROS.length) hash.update(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
}

/** Ranges of a stream, asked for in ascending order. */
class SequentialReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #chunkStart = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]();
  }

  /** False when the stream ends before the range does. */
  async read(offset: number, length: number, take: (bytes: Uint8Array) => void): Promise<boolean> {
    const end = offset + length;
    let at = Math.max(offset, this.#chunkStart);
    while (at < end) {
      const chunkEnd = this.#chunkStart + this.#chunk.length;
      if (at >= chunkEnd) {
        const next = await this.#iterator.next();
        if (next.done) return false;
        this.#chunkStart = chunkEnd;
        this.#chunk = next.value;
        continue;
      }
      const stop = Math.min(end, chunkEnd);
      take(this.#chunk.subarray(at - this.#chunkStart, stop - this.#chunkStart));
      at = stop;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
