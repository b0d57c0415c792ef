import { S_IFLNK, S_IFMT, S_IFREG } from './fileMode.ts';
import { KeptNames } from './keptNames.ts';
import { NO_INODE, NO_XATTRS } from './layer.ts';
import { isTooLong } from './layerLookup.ts';
import { lowerBits } from './lowerIndex.ts';
import type { MountState } from './mountState.ts';
import { InodeFlag, type LowerEntry, NodeFlag, OverlayInode, OverlayNode } from './overlayNode.ts';
import type { NameTable } from './nameTable.ts';
import { hashText } from './textHash.ts';
import type { Upper } from './upper.ts';
import type { UpperInode } from './upperInode.ts';

const NO_LOWER: readonly LowerEntry[] = [];

/** The node of a name that lies in the upper alone, or nowhere, for one call (`NodeFlag.apart`): files that were made here
 *  need no node besides, which would be a second entry in a second table for each. Undefined where more than a look at the
 *  upper is needed to tell, and while somebody listens to what is looked up. */
export function passingNode(mount: MountState, parent: OverlayNode, name: string): OverlayNode | undefined {
  const directory = parent.inode as OverlayInode;
  const { upper } = mount;
  if (!upper || directory.upper === NO_INODE || mount.listener || isTooLong(name)) return undefined;
  const hash = hashText(name);
  if (mayBeElsewhere(mount, parent, hash)) return undefined;
  const inode = namesOf(mount, upper, directory).get(name, hash) ?? NO_INODE;
  const node = new OverlayNode(parent, name, hash);
  node.flags = NodeFlag.nothingBelow | NodeFlag.apart;
  if (inode !== NO_INODE) {
    const found = upper.inode(inode);
    if (!isPlain(found) || isShared(mount, inode)) return undefined;
    node.flags |= NodeFlag.upperAlias;
    node.inode = upperOnlyInode(found.mode & S_IFMT, inode);
  }
  mount.counters.lookups++;
  mount.counters.layersSearched += inode === NO_INODE ? directory.lower.length + 1 : 1;
  return node;
}

/** Whether the mount knows it by several names, or did. */
function isShared(mount: MountState, upper: number): boolean {
  const shared = mount.inodesOf(0);
  return shared.size > 0 && shared.has(upper);
}

/** The upper's names in a directory. */
function namesOf(mount: MountState, upper: Upper, directory: OverlayInode): NameTable {
  const kept = directory.names;
  if (kept && upper.isCurrent(kept)) return kept;
  const { names } = upper.inode(directory.upper);
  if (upper.isCurrent(names)) mount.log.assign(directory, 'names', names);
  return names;
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

/** Whether the mount may have a node of that name, or a lower layer something under it. */
function mayBeElsewhere(mount: MountState, parent: OverlayNode, hash: number): boolean {
  const { lower } = parent.inode as OverlayInode;
  if (!parent.children) {
    if (lower.length === 0) return false;
    // Nothing that a call changes: there is nothing to take back.
    parent.children = new KeptNames();
  }
  const kept = parent.children;
  if (!kept.hasLower) {
    const bits = lowerBits(mount, parent.inode as OverlayInode);
    if (!bits) return true;
    kept.addLower(bits);
  }
  return kept.mayHave(hash);
}
