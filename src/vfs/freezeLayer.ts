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
  nodes.dropChildLists();
  const { pool, nameStart, nameLength } = nameColumns(nodes, order);
  moveLinkTargets(nodes, inodes, order, pool);
  nodes.dropNames();
  const { parent, inode, flags, rare } = nodeColumns(nodes, inodes, order, firstChild, childCount);
  // From here on `order` names inodes.
  for (let entry = 0; entry < order.length; entry++) order[entry] = nodes.inode[order[entry] as number] as number;
  nodes.dropInodes();
  const length = order.length;
  const kind = pick(inodes.kind, order, new Uint8Array(length));
  const position = pick(inodes.take('position'), order, new Float64Array(length));
  const size = pick(inodes.take('size'), order, new Float64Array(length));
  clipContents({ kind, position, size, inode, rare }, tarBytes);
  const columns: LayerColumns = {
    parent,
    nameStart,
    nameLength,
    firstChild,
    childCount,
    kind,
    flags,
    mode: pick(inodes.take('mode'), order, new Uint16Array(length)),
    uid: pick(inodes.take('uid'), order, new Uint32Array(length)),
    gid: pick(inodes.take('gid'), order, new Uint32Array(length)),
    mtimeSec: pick(inodes.take('mtimeSec'), order, new Float64Array(length)),
    mtimeNsec: pick(inodes.take('mtimeNsec'), order, new Uint32Array(length)),
    size,
    position,
    inode,
    pool: pool.bytes.slice(0, pool.length),
    rare,
  };
  return new LayerTree(columns);
}

/** Names in the order of entries, so that those of siblings lie side by side. */
function nameColumns(nodes: NodeTable, order: Uint32Array) {
  const pool = new BytePool();
  const nameStart = new Uint32Array(order.length);
  const nameLength = new Uint16Array(order.length);
  for (let entry = 0; entry < order.length; entry++) {
    const node = order[entry] as number;
    const start = nodes.nameStart[node] as number;
    const size = nodes.nameLength[node] as number;
    nameLength[entry] = size;
    nameStart[entry] = pool.append(nodes.pool.bytes, start, start + size);
  }
  return { pool, nameStart, nameLength };
}

/** Link targets follow the names in the final pool, once each. */
function moveLinkTargets(nodes: NodeTable, inodes: InodeTable, order: Uint32Array, pool: BytePool): void {
  const moved = new Set<number>();
  for (const node of order) {
    const inode = nodes.inode[node] as number;
    if (inodes.kind[inode] !== EntryKind.symlink || moved.has(inode)) continue;
    const start = inodes.position[inode] as number;
    inodes.position[inode] = pool.append(nodes.pool.bytes, start, start + (inodes.size[inode] as number));
    if ((inodes.linkCount[inode] as number) > 1) moved.add(inode);
  }
}

function nodeColumns(
  nodes: NodeTable,
  inodes: InodeTable,
  order: Uint32Array,
  firstChild: Uint32Array,
  childCount: Uint32Array,
) {
  const parent = new Uint32Array(order.length);
  const inode = new Uint32Array(order.length);
  const flags = new Uint8Array(order.length);
  const rare = new Map<number, RareAttributes>();
  const entryOfInode = new Uint32Array(inodes.length).fill(NONE);
  for (let entry = 0; entry < order.length; entry++) {
    const node = order[entry] as number;
    const first = firstChild[entry] as number;
    parent.fill(entry, first, first + (childCount[entry] as number));
    const buildInode = nodes.inode[node] as number;
    if (entryOfInode[buildInode] === NONE) entryOfInode[buildInode] = entry;
    inode[entry] = entryOfInode[buildInode] as number;
    const attributes = inodes.rare.get(buildInode);
    if (attributes && inode[entry] === entry) rare.set(entry, attributes);
    flags[entry] = entryFlags(nodes.flags[node] as number, inodes.kind[buildInode] as number, attributes !== undefined);
  }
  return { parent, inode, flags, rare };
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

/** A file's content that the tar ends in is as long as what there is of it. */
function clipContents(
  columns: Pick<LayerColumns, 'kind' | 'position' | 'size' | 'inode' | 'rare'>,
  tarBytes: number,
): void {
  const { kind, position, size, inode, rare } = columns;
  for (let entry = 0; entry < kind.length; entry++) {
    if (kind[entry] !== EntryKind.file) continue;
    const start = position[entry] as number;
    if (start + (size[entry] as number) <= tarBytes || rare.get(inode[entry] as number)?.sparse) continue;
    size[entry] = Math.max(0, tarBytes - start);
  }
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
