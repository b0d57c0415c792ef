import { clipRange, streamByReads, type ByteSource } from '../bytes/byteSource.ts';
import { SlicedSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import type { SparseExtent } from '../tar/tarEntry.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { ArchiveError, type ArchiveLayer } from './archive.ts';

/** A file's content as a reader sees it: hard links resolved, the holes of a sparse file filled with zeros. No bytes
 *  are read yet. Throws ArchiveError `malformed` for what is no file. */
export async function readFileContent(
  layer: ArchiveLayer,
  tree: LayerTree,
  entry: number,
  work: Work,
): Promise<ByteSource> {
  const inode = tree.inode(entry);
  if (tree.kind(inode) !== EntryKind.file) {
    const path = tree.path(entry);
    throw new ArchiveError('malformed', path, undefined, `${path} is no regular file`);
  }
  const content = await layer.content(work);
  const sizeBytes = tree.sizeBytes(inode);
  const sparse = tree.sparse(inode);
  if (sparse) return new SparseSource(content.slice(tree.contentOffset(inode)), sparse, sizeBytes);
  return content.slice(tree.contentOffset(inode), sizeBytes);
}

/** A sparse file: its stored pieces lie end to end in `stored`; between them are zeros. */
export class SparseSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #stored: ByteSource;
  readonly #extents: readonly SparseExtent[];
  /** Position in `stored` of each extent. */
  readonly #starts: readonly number[];

  constructor(stored: ByteSource, extents: readonly SparseExtent[], sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.#stored = stored;
    this.#extents = extents;
    let start = 0;
    this.#starts = extents.map(({ length }) => {
      start += length;
      return start - length;
    });
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    if (range.length > MAX_READ_BYTES)
      throw new RangeError(`a read of ${range.length} bytes: stream a file of that size`);
    const result = new Uint8Array(range.length);
    const end = range.offset + range.length;
    for (let i = this.#firstAfter(range.offset); i < this.#extents.length; i++) {
      const extent = this.#extents[i] as SparseExtent;
      if (extent.offset >= end) break;
      const from = Math.max(extent.offset, range.offset);
      const to = Math.min(extent.offset + extent.length, end);
      const bytes = await this.#stored.read((this.#starts[i] as number) + from - extent.offset, to - from);
      result.set(bytes, from - range.offset);
    }
    return result;
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this, range.offset, range.length);
  }

  stream(): AsyncIterable<Uint8Array> {
    return streamByReads(this);
  }

  /** The first extent that ends after `offset`. */
  #firstAfter(offset: number): number {
    let low = 0;
    let high = this.#extents.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const extent = this.#extents[middle] as SparseExtent;
      if (extent.offset + extent.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A sparse file of many gigabytes costs its archive nothing, so one read must not make it real. */
const MAX_READ_BYTES = 2 ** 30;
