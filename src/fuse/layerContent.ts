import type { ByteSource } from '../bytes/byteSource.ts';
import type { SparseExtent } from '../tar/tarEntry.ts';
import type { LayerTree } from '../vfs/layerTree.ts';

/** Fills `target` with a file's content from `offset` on, holes as zeros. Returns the bytes: fewer only at the end. */
export function readFileSync(
  tree: LayerTree,
  entry: number,
  content: ByteSource,
  offset: number,
  target: Uint8Array,
): number {
  const sizeBytes = Math.max(0, Math.min(target.length, tree.sizeBytes(entry) - offset));
  if (sizeBytes === 0) return 0;
  const wanted = target.subarray(0, sizeBytes);
  const start = tree.contentOffset(entry);
  const sparse = tree.sparse(entry);
  if (!sparse) return readInto(content, start + offset, wanted);
  wanted.fill(0);
  let stored = start;
  for (const extent of sparse) {
    const from = Math.max(extent.offset, offset);
    const to = Math.min(extent.offset + extent.length, offset + sizeBytes);
    if (from < to) {
      readInto(content, stored + from - extent.offset, wanted.subarray(from - offset, to - offset));
    }
    stored += extent.length;
  }
  return sizeBytes;
}

/** Fills `target` from `offset` on, which must lie within the content. */
export function readInto(content: ByteSource, offset: number, target: Uint8Array): number {
  if (content.readIntoSync) return content.readIntoSync(target, offset);
  if (!content.readSync) throw new Error('the layer cannot be read synchronously');
  const bytes = content.readSync(offset, target.length);
  target.set(bytes);
  return bytes.length;
}

/** SEEK_DATA and SEEK_HOLE (lseek(2)) over a file's extents; undefined extents: data throughout. Undefined at or
 *  after the end, or where no data follows. */
export function seekExtents(
  sizeBytes: number,
  extents: readonly SparseExtent[] | undefined,
  offset: number,
  what: 'data' | 'hole',
): number | undefined {
  if (offset >= sizeBytes) return undefined;
  if (!extents) return what === 'data' ? offset : sizeBytes;
  let at = offset;
  for (const extent of extents) {
    const end = extent.offset + extent.length;
    if (end <= at || extent.length === 0) continue;
    if (what === 'data') return Math.max(at, extent.offset);
    if (extent.offset > at) return at;
    at = end;
  }
  return what === 'data' ? undefined : Math.min(at, sizeBytes);
}
