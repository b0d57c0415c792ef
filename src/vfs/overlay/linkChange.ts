import { copyUp } from './copyUp.ts';
import { indexName, markLinkCount, needsIndex } from './linkIndex.ts';
import { NO_INODE } from './layer.ts';
import type { MountState } from './mountState.ts';
import { InodeFlag, type LowerEntry, NodeFlag, type OverlayInode, type OverlayNode } from './overlayNode.ts';
import { S_IFDIR } from './fileMode.ts';

/** Before a name of the inode is made, removed or replaced. */
export function startLinkChange(mount: MountState, node: OverlayNode): void {
  const inode = node.inode as OverlayInode;
  if (needsIndex(mount, inode) && !node.has(NodeFlag.upperAlias)) copyUp(mount, node);
  if (inode.type === S_IFDIR || !inode.has(InodeFlag.indexed)) return;
  markLinkCount(mount, inode, 'upper');
}

/** After it: an inode without names leaves the index. */
export function endLinkChange(mount: MountState, node: OverlayNode): void {
  const inode = node.inode as OverlayInode;
  if (!inode.has(InodeFlag.indexed) || inode.linkCount !== 0) return;
  const upper = mount.writable();
  if (inode.type !== S_IFDIR && upper.linkCount(inode.upper) !== 1) {
    mount.log.assign(inode, 'linkCount', upper.linkCount(inode.upper) - 1);
    markLinkCount(mount, inode, 'upper');
    return;
  }
  const name = indexName(mount, inode.lower[0] as LowerEntry);
  if (upper.lookup(upper.indexDirectory(), name) === NO_INODE) return;
  upper.unlink(upper.indexDirectory(), name);
  mount.discard(inode.upper);
}
