import { copyUp } from './copyUp.ts';
import { isDirectory, S_IFDIR } from './fileMode.ts';
import { endLinkChange, startLinkChange } from './linkChange.ts';
import { NO_INODE } from './layer.ts';
import { isLowerPositive } from './lookup.ts';
import { markOpaque, noteModified } from './marks.ts';
import { whiteoutsOfEmpty } from './mergedNames.ts';
import type { MountState } from './mountState.ts';
import { nodePath } from './nodePath.ts';
import { InodeFlag, NodeFlag, type OverlayInode, type OverlayNode } from './overlayNode.ts';

/** unlink(2) and rmdir(2). A name that lower layers still have is hidden by a whiteout. Throws ENOTEMPTY. */
export function removeObject(mount: MountState, node: OverlayNode): void {
  const inode = node.inode as OverlayInode;
  const parent = node.parent as OverlayNode;
  const isDirectoryNode = inode.type === S_IFDIR;
  const isHiding = isLowerPositive(mount, node);
  const whiteouts = isDirectoryNode && (isHiding || !isPureUpper(inode)) ? whiteoutsOfEmpty(mount, node) : [];
  copyUp(mount, parent);
  startLinkChange(mount, node);
  if (whiteouts.length > 0) clearWhiteouts(mount, node, whiteouts);
  if (isHiding) hide(mount, node);
  else removeUpper(mount, node);
  if (isDirectoryNode) mount.setFlag(inode, InodeFlag.dead);
  else dropLinkCount(mount, node);
  mount.release(inode);
  endLinkChange(mount, node);
  mount.listener?.({ type: 'remove', path: nodePath(node) });
}

/** An upper directory without anything below it or whiteouts in it. */
export function isPureUpper(inode: OverlayInode): boolean {
  return inode.lower.length === 0 && !inode.has(InodeFlag.whiteouts);
}

/** Puts an empty opaque directory in the place of one that holds whiteouts, so that it can go (or be replaced) in
 *  one step. */
export function clearWhiteouts(mount: MountState, node: OverlayNode, whiteouts: readonly string[]): void {
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  const directory = ((node.parent as OverlayNode).inode as OverlayInode).upper;
  const old = inode.upper;
  const { atime, mtime } = upper.times(old);
  const made = upper.allocate({ mode: upper.mode(old), uid: upper.uid(old), gid: upper.gid(old) });
  for (const [name, value] of upper.xattrs(old)) if (!mount.xattrs.isPrivate(name)) upper.setXattr(made, name, value);
  markOpaque(mount, node, made);
  upper.setTimes(made, atime, mtime);
  upper.unlink(directory, node.name);
  upper.link(directory, node.name, made);
  for (const name of whiteouts) {
    const whiteout = upper.lookup(old, name);
    upper.unlink(old, name);
    upper.discard(whiteout);
  }
  mount.discard(old);
  // The node's upper is no longer the one that stands there: whoever looks it up again finds the new one.
  mount.drop(node);
}

function hide(mount: MountState, node: OverlayNode): void {
  const upper = mount.writable();
  const directory = (node.parent as OverlayNode).inode as OverlayInode;
  const existing = upper.lookup(directory.upper, node.name);
  requireSame(mount, node, existing);
  upper.putWhiteout(directory.upper, node.name);
  mount.discard(existing);
  noteModified(mount, directory);
  mount.drop(node);
  mount.counters.whiteouts++;
  mount.listener?.({ type: 'whiteout', path: nodePath(node) });
}

function removeUpper(mount: MountState, node: OverlayNode): void {
  const upper = mount.writable();
  const directory = (node.parent as OverlayNode).inode as OverlayInode;
  const existing = upper.lookup(directory.upper, node.name);
  requireSame(mount, node, existing);
  if (isDirectory(upper.mode(existing)) && upper.inode(existing).names.size > 0) throw mount.fail('ENOTEMPTY');
  upper.unlink(directory.upper, node.name);
  mount.discard(existing);
  noteModified(mount, directory);
  mount.drop(node);
}

/** Throws ESTALE when the upper has something else under the name than the mount knows of. */
function requireSame(mount: MountState, node: OverlayNode, existing: number): void {
  const { upper } = node.inode as OverlayInode;
  if (node.has(NodeFlag.unhashed) || upper === NO_INODE || !node.has(NodeFlag.upperAlias)) return;
  if (existing !== upper) throw mount.fail('ESTALE');
}

/** Link counts of the union do not fall to 0 while another name is known. */
export function dropLinkCount(mount: MountState, node: OverlayNode): void {
  const inode = node.inode as OverlayInode;
  const others = inode.references - inode.openCount - 1;
  if (inode.linkCount > (others > 0 ? 1 : 0)) mount.log.assign(inode, 'linkCount', inode.linkCount - 1);
}
