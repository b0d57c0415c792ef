import { isDirectory, S_IFMT, S_IFREG } from './fileMode.ts';
import { copyUp } from './copyUp.ts';
import { register } from './inodeCache.ts';
import { keepLookup } from './lookup.ts';
import { endLinkChange, startLinkChange } from './linkChange.ts';
import { NO_INODE } from './layer.ts';
import { markImpure, markOpaque, noteModified, requireAlive } from './marks.ts';
import type { MountState } from './mountState.ts';
import { nodePath } from './nodePath.ts';
import { InodeFlag, NodeFlag, type OverlayInode, type OverlayNode } from './overlayNode.ts';
import { upperOnlyInode } from './passingNode.ts';
import { setRedirect } from './redirect.ts';
import type { NewInode } from './upper.ts';

/** Makes an object under a name that has none. A node that is apart (`lookupTarget`) stays so. */
export function createObject(mount: MountState, node: OverlayNode, fields: NewInode): void {
  const upper = mount.writable();
  const parent = node.parent as OverlayNode;
  const directory = parent.inode as OverlayInode;
  copyUp(mount, parent);
  requireAlive(mount, directory);
  const isOverWhiteout = removeWhiteout(mount, node);
  const made = upper.create(directory.upper, node.name, fields, node.hash);
  if (isDirectory(fields.mode) && (isOverWhiteout || (mount.isMerged(directory) && keepsOffline(mount))))
    markOpaque(mount, node, made);
  noteModified(mount, directory);
  if (node.has(NodeFlag.apart)) node.flags |= NodeFlag.upperAlias;
  else {
    mount.setFlag(node, NodeFlag.upperAlias);
    mount.log.note(node, 'inode', node.inode);
    mount.missCount--;
  }
  node.inode = upperOnlyInode(fields.mode & S_IFMT, made);
  mount.listener?.({ type: 'create', path: nodePath(node), mode: fields.mode });
}

/** Whether the mount's options forbid changing lower layers behind its back: then a new directory is marked opaque at
 *  once, so that nothing that may appear below shows through. */
function keepsOffline(mount: MountState): boolean {
  const { index, metacopy, redirectDir, xino } = mount.options;
  return index || metacopy || redirectDir === 'on' || xino === 'on';
}

/** What is made over a whiteout takes its place. Throws ESTALE where there is none after all. */
function removeWhiteout(mount: MountState, node: OverlayNode): boolean {
  if (!mount.isWhiteoutNode(node)) return false;
  const upper = mount.writable();
  const directory = ((node.parent as OverlayNode).inode as OverlayInode).upper;
  const whiteout = upper.lookup(directory, node.name);
  if (whiteout === NO_INODE || !mount.xattrs.isWhiteout(upper, whiteout)) throw mount.fail('ESTALE');
  upper.unlink(directory, node.name);
  upper.discard(whiteout);
  return true;
}

/** link(2): a further name for a file. */
export function linkObject(mount: MountState, from: OverlayNode, to: OverlayNode): void {
  const upper = mount.writable();
  const inode = from.inode as OverlayInode;
  const parent = to.parent as OverlayNode;
  const directory = parent.inode as OverlayInode;
  keepLookup(mount, from);
  copyUp(mount, from);
  copyUp(mount, parent);
  requireAlive(mount, directory);
  startLinkChange(mount, from);
  if (inode.type === S_IFREG && !inode.has(InodeFlag.upperData)) setRedirect(mount, from, 'otherDirectory');
  if (mount.hasOrigin(inode)) markImpure(mount, directory);
  removeWhiteout(mount, to);
  register(mount, inode);
  upper.link(directory.upper, to.name, inode.upper);
  mount.log.assign(inode, 'linkCount', inode.linkCount + 1);
  noteModified(mount, directory);
  // Looked up afresh, it finds what the first name knows.
  mount.drop(to);
  endLinkChange(mount, from);
  mount.listener?.({ type: 'create', path: nodePath(to), mode: upper.mode(inode.upper) });
}
