import { S_IFLNK, S_IFMT, S_IFREG } from './fileMode.ts';
import { KeptNames } from './keptNames.ts';
import { NO_INODE, NO_XATTRS } from './layer.ts';
import { isTooLong } from './layerLookup.ts';
import { lowerBits } from './lowerIndex.ts';
import type { MountState } from './mountState.ts';
import { InodeFlag, type LowerEntry, NodeFlag, OverlayInode, OverlayNode } from './overlayNode.ts';
import { inodeOf, nameOf, type NameRows, rowOf } from './nameRows.ts';
import { hashPart } from './textHash.ts';
import type { Upper } from './upper.ts';
import type { UpperInode } from './upperInode.ts';

const NO_LOWER: readonly LowerEntry[] = [];

/** The node of a name (the text from `start` on) that lies in the upper alone, or nowhere, for one call
 *  (`NodeFlag.apart`): files that were made here need no node besides, which would be a second entry in a second table for
 *  each. Undefined where more than a look at the upper is needed to tell, and while somebody listens to what is looked up. */
export function passingNode(mount: MountState, parent: OverlayNode, text: string, start = 0): OverlayNode | undefined {
  const { upper } = mount;
  if (!upper || mount.listener || isTooLong(text, start)) return undefined;
  const hash = hashPart(text, start, text.length);
  const kept = keptNames(mount, parent);
  if (!kept || kept.mayHave(hash)) return undefined;
  const rows = rowsOf(mount, upper, parent, kept);
  const row = rows ? rowOf(rows, text, start, hash) : undefined;
  let name: string | undefined;
  let inode: number;
  if (!rows || row === undefined) {
    name = text.slice(start);
    inode = upper.inode((parent.inode as OverlayInode).upper).names.get(name, hash) ?? NO_INODE;
  } else if (row < 0) inode = NO_INODE;
  else {
    name = nameOf(rows, row);
    inode = inodeOf(rows, row);
  }
  const node = new OverlayNode(parent, name ?? text.slice(start), hash);
  node.flags = NodeFlag.nothingBelow | NodeFlag.apart;
  if (inode !== NO_INODE) {
    const found = upper.inode(inode);
    if (!isPlain(found) || isShared(mount, inode)) return undefined;
    node.flags |= NodeFlag.upperAlias;
    node.inode = upperOnlyInode(found.mode & S_IFMT, inode);
  }
  mount.counters.lookups++;
  mount.counters.layersSearched += inode === NO_INODE ? (kept.lowerCount as number) + 1 : 1;
  return node;
}

/** Which of `kept.rows` `passingNode` would give, for calls that need no node; -1 where nothing has the name. Undefined also
 *  for directories of no names or of many, and for those that no `passingNode` was asked for since the last snapshot.
 *  `hash`: of the name. */
export function passingRow(
  mount: MountState,
  kept: KeptNames,
  text: string,
  start: number,
  hash: number,
): number | undefined {
  const { upper } = mount;
  const { rows } = kept;
  if (!upper || kept.stamp !== upper.stamp || rows.length === 0) return undefined;
  if (kept.mayHave(hash) || mount.listener || isTooLong(text, start)) return undefined;
  const row = rowOf(rows, text, start, hash);
  if (row < 0) return row;
  const inode = inodeOf(rows, row);
  return isPlain(upper.inode(inode)) && !isShared(mount, inode) ? row : undefined;
}

/** Whether the mount knows it by several names, or did. */
function isShared(mount: MountState, upper: number): boolean {
  const shared = mount.inodesOf(0);
  return shared.size > 0 && shared.has(upper);
}

/** The upper's names in a directory; undefined where there are none, or many. */
function rowsOf(mount: MountState, upper: Upper, parent: OverlayNode, kept: KeptNames): NameRows | undefined {
  if (kept.stamp === upper.stamp && kept.rows.length > 0) return kept.rows;
  const { names } = upper.inode((parent.inode as OverlayInode).upper);
  if (names.rows.length === 0) return undefined;
  if (names.stamp === upper.stamp) {
    mount.log.keep(kept);
    kept.rows = names.rows;
    kept.stamp = names.stamp;
  }
  return names.rows;
}

/** What lies in the upper alone, held by its node. */
export function upperOnlyInode(type: number, upper: number): OverlayInode {
  const inode = new OverlayInode(type, upper, NO_LOWER);
  inode.flags = InodeFlag.upperData;
  inode.references = 1;
  return inode;
}

/** Without marks, and under one name. */
function isPlain({ mode, linkCount, xattrs }: UpperInode): boolean {
  const type = mode & S_IFMT;
  return (type === S_IFREG || type === S_IFLNK) && linkCount === 1 && xattrs === NO_XATTRS;
}

/** What tells whether the mount may have a node of a name, or a lower layer something under it. Undefined for a directory
 *  that the upper does not have, and for one of many parts that has no index yet. */
function keptNames(mount: MountState, parent: OverlayNode): KeptNames | undefined {
  if (parent.children?.stamp) return parent.children;
  const directory = parent.inode as OverlayInode;
  if (directory.upper === NO_INODE) return undefined;
  // Nothing that a call changes: there is nothing to take back.
  parent.children ??= new KeptNames(parent);
  const kept = parent.children;
  if (kept.lowerCount === undefined) {
    const bits = lowerBits(mount, directory);
    if (!bits) return undefined;
    kept.addLower(bits, directory.lower.length);
  }
  return kept;
}
