import { BytePool } from './growable.ts';
import type { InodeTable } from './inodeTable.ts';
import { EntryFlag, EntryKind, type LayerColumns, LayerTree, type RareAttributes } from './layerTree.ts';
import { NodeFlag, type NodeTable } from './nodeTable.ts';

/** Not yet given to an entry. */
const NONE = 0xffff_ffff;

/** Lays a built layer out in its final order: a directory's children lie together, sorted by name bytes, and what
 *  lies below a directory lies together too, from its first child on. Columns are made one after the other and the
 *  building ones let go, so that memory does not double.
 *
 *  Each loop over all entries has a function of its own: one that is compiled while it runs is thrown away when code
 *  follows that has never run yet, and a few layers are all that most processes ever see. */
export function freezeLayer(nodes: NodeTable, inodes: InodeTable, tarBytes: number): LayerTree {
  nodes.dropLookup();
  const { order, firstChild, childCount } = orderNodes(nodes);
  nodes.dropChildLists();
  const length = order.length;
  const pool = new BytePool(nodes.pool.length);
  const nameStart = new Uint32Array(length);
  const nameLength = new Uint16Array(length);
  putNames(nodes, order, pool, nameStart, nameLength);
  moveLinkTargets(nodes, inodes, order, pool);
  nodes.dropNames();
  const parent = new Uint32Array(length);
  putParents(firstChild, childCount, parent);
  const flags = new Uint8Array(length);
  putFlags(nodes, inodes, order, flags);
  const inode = new Uint32Array(length);
  // From here on `order` names inodes.
  putInodes(nodes.inode, new Uint32Array(inodes.length).fill(NONE), order, inode);
  nodes.dropInodes();
  const rare = rareOfEntries(inodes, order, inode);
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
    pool: pool.length === pool.bytes.length ? pool.bytes : pool.bytes.slice(0, pool.length),
    rare,
  };
  return new LayerTree(columns);
}

/** Names in the order of entries, so that those of siblings lie side by side. */
function putNames(
  nodes: NodeTable,
  order: Uint32Array,
  pool: BytePool,
  nameStart: Uint32Array,
  nameLength: Uint16Array,
): void {
  const { bytes } = nodes.pool;
  for (let entry = 0; entry < order.length; entry++) {
    const node = order[entry] as number;
    const start = nodes.nameStart[node] as number;
    const size = nodes.nameLength[node] as number;
    nameLength[entry] = size;
    nameStart[entry] = pool.append(bytes, start, start + size);
  }
}

/** Link targets follow the names in the final pool, once each. */
function moveLinkTargets(nodes: NodeTable, inodes: InodeTable, order: Uint32Array, pool: BytePool): void {
  const moved = new Set<number>();
  for (let entry = 0; entry < order.length; entry++) {
    const inode = nodes.inode[order[entry] as number] as number;
    if (inodes.kind[inode] !== EntryKind.symlink || moved.has(inode)) continue;
    const start = inodes.position[inode] as number;
    inodes.position[inode] = pool.append(nodes.pool.bytes, start, start + (inodes.size[inode] as number));
    if ((inodes.linkCount[inode] as number) > 1) moved.add(inode);
  }
}

function putParents(firstChild: Uint32Array, childCount: Uint32Array, parent: Uint32Array): void {
  for (let entry = 0; entry < parent.length; entry++) {
    const first = firstChild[entry] as number;
    if (first !== 0) parent.fill(entry, first, first + (childCount[entry] as number));
  }
}

function putFlags(nodes: NodeTable, inodes: InodeTable, order: Uint32Array, flags: Uint8Array): void {
  for (let entry = 0; entry < order.length; entry++) {
    const node = order[entry] as number;
    const inode = nodes.inode[node] as number;
    flags[entry] = entryFlags(nodes.flags[node] as number, inodes.kind[inode] as number, inodes.rare.has(inode));
  }
}

/** Puts the entry that stands for each entry's inode: the first one. `order` has nodes and is given inodes. */
function putInodes(nodeInode: Uint32Array, entryOfInode: Uint32Array, order: Uint32Array, inode: Uint32Array): void {
  for (let entry = 0; entry < order.length; entry++) {
    const buildInode = nodeInode[order[entry] as number] as number;
    order[entry] = buildInode;
    if (entryOfInode[buildInode] === NONE) entryOfInode[buildInode] = entry;
    inode[entry] = entryOfInode[buildInode] as number;
  }
}

function rareOfEntries(inodes: InodeTable, order: Uint32Array, inode: Uint32Array): Map<number, RareAttributes> {
  const rare = new Map<number, RareAttributes>();
  if (inodes.rare.size === 0) return rare;
  for (let entry = 0; entry < order.length; entry++) {
    const attributes = inode[entry] === entry ? inodes.rare.get(order[entry] as number) : undefined;
    if (attributes) rare.set(entry, attributes);
  }
  return rare;
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
    const first = used;
    used = putChildren(nodes, order[entry] as number, order, first);
    firstChild[entry] = first;
    childCount[entry] = used - first;
    for (let i = used - 1; i >= first; i--) {
      if (nodes.firstChild[order[i] as number] !== 0) waiting.push(i);
    }
  }
  return { order, firstChild, childCount };
}

function countAlive(nodes: NodeTable): number {
  let alive = 0;
  for (let node = 0; node < nodes.length; node++) if (nodes.isAlive(node)) alive++;
  return alive;
}

/** Puts a directory's children into `order` from `first` on, sorted, and returns where they end. Lists were built
 *  from their head: turned round, they are in archive order, which mostly is sorted already. */
function putChildren(nodes: NodeTable, directory: number, order: Uint32Array, first: number): number {
  let end = first;
  for (let child = nodes.firstChild[directory] as number; child !== 0; child = nodes.nextSibling[child] as number)
    order[end++] = child;
  for (let low = first, high = end - 1; low < high; low++, high--) {
    const node = order[low] as number;
    order[low] = order[high] as number;
    order[high] = node;
  }
  for (let i = first + 1; i < end; i++) {
    if (compareNames(nodes, order[i - 1] as number, order[i] as number) <= 0) continue;
    order.subarray(first, end).sort((a, b) => compareNames(nodes, a, b));
    break;
  }
  return end;
}

/** As `compareBytes` of the names, without views of them. */
function compareNames(nodes: NodeTable, a: number, b: number): number {
  const pool = nodes.pool.bytes;
  const startA = nodes.nameStart[a] as number;
  const startB = nodes.nameStart[b] as number;
  const lengthA = nodes.nameLength[a] as number;
  const lengthB = nodes.nameLength[b] as number;
  const length = Math.min(lengthA, lengthB);
  for (let i = 0; i < length; i++) {
    const difference = (pool[startA + i] as number) - (pool[startB + i] as number);
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}
