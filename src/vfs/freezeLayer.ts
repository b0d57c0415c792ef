import { compareBytes } from '../bytes/byteName.ts';
import { BytePool } from './growable.ts';
import type { InodeTable } from './inodeTable.ts';
import { EntryFlag, EntryKind, type LayerColumns, LayerTree, type RareAttributes } from './layerTree.ts';
import { NodeFlag, type NodeTable } from './nodeTable.ts';

/** Not yet given to an entry. */
const NONE = 0xffff_ffff;

/** Lays a built layer out in its final order: a directory's children lie together, sorted by name bytes, and what
 *  lies below a directory lies together too, from its first child on. Columns are made one after the other and the
 *  building ones let go, so that memory does not double. */
export function freezeLayer(nodes: NodeTable, inodes: InodeTable, tarBytes: number): LayerTree {
  nodes.dropLookup();
  const { order, firstChild, childCount } = orderNodes(nodes);
  const length = order.length;
  const pool = new BytePool();
  const nameStart = new Uint32Array(length);
  const nameLength = new Uint16Array(length);
  for (let entry = 0; entry < length; entry++) {
    const node = order[entry] as number;
    const start = nodes.nameStart[node] as number;
    const size = nodes.nameLength[node] as number;
    nameLength[entry] = size;
    nameStart[entry] = pool.append(nodes.pool.bytes, start, start + size);
  }
  const parent = new Uint32Array(length);
  const inode = new Uint32Array(length);
  const flags = new Uint8Array(length);
  const entryOfInode = new Uint32Array(inodes.length).fill(NONE);
  const rare = new Map<number, RareAttributes>();
  for (let entry = 0; entry < length; entry++) {
    const node = order[entry] as number;
    const count = childCount[entry] as number;
    const first = firstChild[entry] as number;
    for (let child = first; child < first + count; child++) parent[child] = entry;
    const buildInode = nodes.inode[node] as number;
    if (entryOfInode[buildInode] === NONE) entryOfInode[buildInode] = entry;
    inode[entry] = entryOfInode[buildInode] as number;
    const attributes = inodes.rare.get(buildInode);
    if (attributes && inode[entry] === entry) rare.set(entry, attributes);
    flags[entry] = entryFlags(nodes.flags[node] as number, inodes.kind[buildInode] as number, attributes !== undefined);
  }
  // From here on `order` names inodes.
  for (let entry = 0; entry < length; entry++) order[entry] = nodes.inode[order[entry] as number] as number;
  const kind = pick(inodes.kind, order, new Uint8Array(length));
  const { size, position } = contentColumns(inodes, order, kind, nodes, pool, tarBytes);
  const columns: LayerColumns = {
    parent,
    nameStart,
    nameLength,
    firstChild,
    childCount,
    kind,
    flags,
    mode: pick(inodes.mode, order, new Uint16Array(length)),
    uid: pick(inodes.uid, order, new Uint32Array(length)),
    gid: pick(inodes.gid, order, new Uint32Array(length)),
    mtimeSec: pick(inodes.mtimeSec, order, new Float64Array(length)),
    mtimeNsec: pick(inodes.mtimeNsec, order, new Uint32Array(length)),
    size,
    position,
    inode,
    pool: pool.bytes.slice(0, pool.length),
    rare,
  };
  return new LayerTree(columns);
}

function pick<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(from: T, order: Uint32Array, to: T): T {
  for (let i = 0; i < order.length; i++) to[i] = from[order[i] as number] as number;
  return to;
}

function entryFlags(nodeFlags: number, kind: number, isRare: boolean): number {
  let flags = isRare ? EntryFlag.rare : 0;
  if ((nodeFlags & NodeFlag.opaque) !== 0) flags |= EntryFlag.opaque;
  if ((nodeFlags & NodeFlag.nativeWhiteout) !== 0) flags |= EntryFlag.nativeWhiteout;
  if ((nodeFlags & NodeFlag.unresolved) !== 0) flags |= EntryFlag.unresolvedLink;
  if (kind === EntryKind.directory && (nodeFlags & NodeFlag.listed) === 0) flags |= EntryFlag.implicit;
  return flags;
}

/** Sizes and positions; link targets move to the final pool, once each. */
function contentColumns(
  inodes: InodeTable,
  inodeOf: Uint32Array,
  kind: Uint8Array,
  nodes: NodeTable,
  pool: BytePool,
  tarBytes: number,
): { size: Float64Array; position: Float64Array } {
  const size = pick(inodes.size, inodeOf, new Float64Array(inodeOf.length));
  const position = pick(inodes.position, inodeOf, new Float64Array(inodeOf.length));
  const moved = new Set<number>();
  for (let entry = 0; entry < inodeOf.length; entry++) {
    const inode = inodeOf[entry] as number;
    if (kind[entry] === EntryKind.symlink) {
      if (!moved.has(inode)) {
        const start = inodes.position[inode] as number;
        inodes.position[inode] = pool.append(nodes.pool.bytes, start, start + (inodes.size[inode] as number));
        if ((inodes.linkCount[inode] as number) > 1) moved.add(inode);
      }
      position[entry] = inodes.position[inode] as number;
    } else if (kind[entry] === EntryKind.file && (position[entry] as number) + (size[entry] as number) > tarBytes)
      clipContent(entry, inodes.rare.get(inode)?.sparse !== undefined, size, position, tarBytes);
  }
  return { size, position };
}

function clipContent(
  entry: number,
  isSparse: boolean,
  size: Float64Array,
  position: Float64Array,
  tarBytes: number,
): void {
  if (!isSparse) size[entry] = Math.max(0, tarBytes - (position[entry] as number));
}

interface Order {
  /** The node of each entry. */
  readonly order: Uint32Array;
  readonly firstChild: Uint32Array;
  readonly childCount: Uint32Array;
}

function orderNodes(nodes: NodeTable): Order {
  const length = countAlive(nodes);
  const order = new Uint32Array(length);
  const firstChild = new Uint32Array(length);
  const childCount = new Uint32Array(length);
  const waiting = [0];
  let used = 1;
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    const children = sortedChildren(nodes, order[entry] as number);
    firstChild[entry] = used;
    childCount[entry] = children.length;
    for (const child of children) order[used++] = child;
    for (let i = used - 1; i >= used - children.length; i--) {
      if (nodes.firstChild[order[i] as number] !== 0) waiting.push(i);
      else firstChild[i] = 0;
    }
  }
  return { order, firstChild, childCount };
}

function countAlive(nodes: NodeTable): number {
  let alive = 0;
  for (let node = 0; node < nodes.length; node++) if (nodes.isAlive(node)) alive++;
  return alive;
}

/** Lists were built from their head: turned round, they are in archive order, which mostly is sorted already. */
function sortedChildren(nodes: NodeTable, directory: number): number[] {
  const children: number[] = [];
  for (let child = nodes.firstChild[directory] as number; child !== 0; child = nodes.nextSibling[child] as number)
    children.push(child);
  children.reverse();
  const pool = nodes.pool.bytes;
  const name = (node: number) => {
    const start = nodes.nameStart[node] as number;
    return pool.subarray(start, start + (nodes.nameLength[node] as number));
  };
  let isSorted = true;
  for (let i = 1; i < children.length && isSorted; i++)
    isSorted = compareBytes(name(children[i - 1] as number), name(children[i] as number)) < 0;
  if (!isSorted) children.sort((a, b) => compareBytes(name(a), name(b)));
  return children;
}
