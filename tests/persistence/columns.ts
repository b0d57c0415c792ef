import { EntryKind, type LayerColumns } from '../../src/vfs/layerTree.ts';

const FILE_BYTES = 7;

/** Columns of a root with `fileCount` files of 7 bytes, named 0000, 0001, … */
export function flatColumns(fileCount: number): LayerColumns {
  const count = fileCount + 1;
  const names = Array.from({ length: fileCount }, (_, i) => String(i).padStart(4, '0')).join('');
  const fill = (first: number, others: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => (i === 0 ? first : others(i - 1)));
  return {
    parent: new Uint32Array(count),
    nameStart: Uint32Array.from(fill(0, (i) => i * 4)),
    nameLength: Uint16Array.from(fill(0, () => 4)),
    firstChild: Uint32Array.from(fill(1, () => 0)),
    childCount: Uint32Array.from(fill(fileCount, () => 0)),
    kind: Uint8Array.from(fill(EntryKind.directory, () => EntryKind.file)),
    flags: new Uint8Array(count),
    mode: Uint16Array.from(fill(0o755, () => 0o644)),
    uid: new Uint32Array(count),
    gid: new Uint32Array(count),
    mtimeSec: new Float64Array(count),
    mtimeNsec: new Uint32Array(count),
    size: Float64Array.from(fill(0, () => FILE_BYTES)),
    position: Float64Array.from(fill(0, (i) => 512 + i * 1024)),
    inode: Uint32Array.from(fill(0, (i) => i + 1)),
    pool: new TextEncoder().encode(names),
    rare: new Map(),
  };
}
