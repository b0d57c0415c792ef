import { copyUp } from './copyUp.ts';
import { isDirectory, S_IFDIR } from './fileMode.ts';
import { endLinkChange, startLinkChange } from './linkChange.ts';
import { NO_INODE } from './layer.ts';
import { KeptNames } from './keptNames.ts';
import { isLowerPositive, keepLookup } from './lookup.ts';
import { markImpure, markOpaque, noteModified, requireAlive } from './marks.ts';
import { whiteoutsOfEmpty } from './mergedNames.ts';
import type { MountState } from './mountState.ts';
import { nodePath } from './nodePath.ts';
import { InodeFlag, NodeFlag, type OverlayInode, type OverlayNode } from './overlayNode.ts';
import type { Upper } from './upper.ts';
import { setRedirect } from './redirect.ts';
import { clearWhiteouts, dropLinkCount, isPureUpper } from './removeEntry.ts';

/** rename(2): `to` is replaced. A directory that lies in lower layers moves only with redirect_dir. Throws EXDEV,
 *  ENOTEMPTY. */
export function moveObject(mount: MountState, from: OverlayNode, to: OverlayNode): void {
  const target = to.inode;
  const isOverDirectory = target?.type === S_IFDIR;
  requireMovable(mount, from);
  const whiteouts = target && isOverDirectory && !isPureUpper(target) ? whiteoutsOfEmpty(mount, to) : [];
  const leavesWhiteout = isLowerPositive(mount, from);
  copyUp(mount, from);
  copyUp(mount, to.parent as OverlayNode);
  requireAlive(mount, (to.parent as OverlayNode).inode as OverlayInode);
  if (target) startLinkChange(mount, to);
  if (whiteouts.length > 0) clearWhiteouts(mount, to, whiteouts);
  if (from.parent !== to.parent && mount.hasOrigin(from.inode as OverlayInode))
    markImpure(mount, (to.parent as OverlayNode).inode as OverlayInode);
  try {
    const replaced = requireUnchanged(mount, from, to, whiteouts.length > 0);
    keepBelow(mount, from, to.parent as OverlayNode);
    moveUpper(mount, from, to, { replaced, leavesWhiteout });
  } catch (error) {
    // The cleared directory is looked up afresh: this node stands for nothing any more.
    if (target && whiteouts.length > 0) mount.release(target);
    throw error;
  }
  finishMove(mount, from, to);
  if (target) endLinkChange(mount, to);
}

/** renameat2(2) with RENAME_EXCHANGE. */
export function exchangeObjects(mount: MountState, a: OverlayNode, b: OverlayNode): void {
  const upper = mount.writable();
  requireMovable(mount, a);
  requireMovable(mount, b);
  keepLookup(mount, a);
  keepLookup(mount, b);
  copyUp(mount, a);
  copyUp(mount, b.parent as OverlayNode);
  copyUp(mount, b);
  const aDirectory = (a.parent as OverlayNode).inode as OverlayInode;
  const bDirectory = (b.parent as OverlayNode).inode as OverlayInode;
  if (a.parent !== b.parent) {
    if (mount.hasOrigin(a.inode as OverlayInode)) markImpure(mount, bDirectory);
    if (mount.hasOrigin(b.inode as OverlayInode)) markImpure(mount, aDirectory);
  }
  requireUnchanged(mount, a, b, false);
  keepBelow(mount, a, b.parent as OverlayNode);
  keepBelow(mount, b, a.parent as OverlayNode);
  upper.exchange(aDirectory.upper, a.name, bDirectory.upper, b.name);
  noteModified(mount, aDirectory);
  noteModified(mount, bDirectory);
  const paths = mount.listener ? { from: nodePath(a), to: nodePath(b) } : undefined;
  const [aPlace, bPlace] = [placeOf(a), placeOf(b)];
  putAt(mount, a, bPlace);
  putAt(mount, b, aPlace);
  if (paths) mount.listener?.({ type: 'rename', ...paths, exchange: true });
}

function requireMovable(mount: MountState, node: OverlayNode): void {
  const inode = node.inode as OverlayInode;
  if (mount.options.redirectDir === 'on' || inode.type !== S_IFDIR) return;
  if (isMergedOrLower(mount, inode)) throw mount.fail('EXDEV');
}

function isMergedOrLower(mount: MountState, inode: OverlayInode): boolean {
  return inode.upper === NO_INODE || mount.isMerged(inode);
}

/** What lies below an object that moves stays with it through a redirect; what lies below its new name is kept from
 *  showing through a directory that had nothing below. */
function keepBelow(mount: MountState, node: OverlayNode, newParent: OverlayNode): void {
  const inode = node.inode as OverlayInode;
  if (isMergedOrLower(mount, inode))
    setRedirect(mount, node, node.parent === newParent ? 'sameDirectory' : 'otherDirectory');
  else if (inode.type === S_IFDIR && !node.has(NodeFlag.opaque) && mount.isMerged(newParent.inode as OverlayInode))
    markOpaque(mount, node, inode.upper);
}

/** Gives what the upper has under the new name. Throws ESTALE when it has something else under the names than the
 *  mount knows of. */
function requireUnchanged(mount: MountState, from: OverlayNode, to: OverlayNode, isCleared: boolean): number {
  const upper = mount.writable();
  const source = standingAt(upper, from);
  const target = standingAt(upper, to);
  if (source !== (from.inode as OverlayInode).upper) throw mount.fail('ESTALE');
  if (to.inode && to.inode.upper !== NO_INODE) {
    if (!isCleared && target !== to.inode.upper) throw mount.fail('ESTALE');
  } else if (target !== NO_INODE && !(to.has(NodeFlag.opaque) && mount.xattrs.isWhiteout(upper, target)))
    throw mount.fail('ESTALE');
  if (source === target) throw mount.fail('ESTALE');
  return target;
}

/** What the upper has under a node's name. A node of this very call has just been told. */
function standingAt(upper: Upper, node: OverlayNode): number {
  if (node.has(NodeFlag.apart)) return node.inode?.upper ?? NO_INODE;
  return upper.lookup(((node.parent as OverlayNode).inode as OverlayInode).upper, node.name);
}

function moveUpper(
  mount: MountState,
  from: OverlayNode,
  to: OverlayNode,
  { replaced, leavesWhiteout }: { readonly replaced: number; readonly leavesWhiteout: boolean },
): void {
  const upper = mount.writable();
  const fromDirectory = ((from.parent as OverlayNode).inode as OverlayInode).upper;
  const toDirectory = ((to.parent as OverlayNode).inode as OverlayInode).upper;
  if (replaced !== NO_INODE && isDirectory(upper.mode(replaced)) && upper.inode(replaced).names.size > 0) {
    // A disk filesystem (ext4) notices this when the whiteout stands already, and takes it back.
    if (leavesWhiteout) upper.setModified(fromDirectory);
    throw mount.fail('ENOTEMPTY');
  }
  upper.rename(fromDirectory, from, toDirectory, to, {
    inode: (from.inode as OverlayInode).upper,
    replaced,
  });
  if (leavesWhiteout) {
    upper.putWhiteout(fromDirectory, from.name);
    mount.counters.whiteouts++;
    mount.listener?.({ type: 'whiteout', path: nodePath(from) });
  }
  mount.discard(replaced);
}

function finishMove(mount: MountState, from: OverlayNode, to: OverlayNode): void {
  const target = to.inode;
  const fromDirectory = (from.parent as OverlayNode).inode as OverlayInode;
  const toParent = to.parent as OverlayNode;
  if (target) {
    if (target.type === S_IFDIR) mount.setFlag(target, InodeFlag.dead);
    else dropLinkCount(mount, to);
    mount.release(target);
  }
  noteModified(mount, fromDirectory);
  noteModified(mount, toParent.inode as OverlayInode);
  const paths = mount.listener ? { from: nodePath(from), to: nodePath(to) } : undefined;
  if (from.has(NodeFlag.apart)) mount.drop(to);
  else {
    const place = placeOf(to);
    if (!to.has(NodeFlag.apart)) {
      if (!to.inode) mount.missCount--;
      mount.setFlag(to, NodeFlag.unhashed);
    }
    const oldParent = from.parent as OverlayNode;
    if (oldParent.children?.get(from.name) === from) mount.log.removeEntry(oldParent.children, from.name, from);
    putAt(mount, from, place);
  }
  if (paths) mount.listener?.({ type: 'rename', ...paths, exchange: false });
}

/** Where a node can stand. */
interface Place {
  readonly parent: OverlayNode;
  readonly name: string;
  readonly hash: number;
  /** As of `NodeFlag.nothingBelow`. */
  readonly isBare: boolean;
}

function placeOf(node: OverlayNode): Place {
  const { parent, name, hash } = node;
  return { parent: parent as OverlayNode, name, hash, isBare: node.has(NodeFlag.nothingBelow) };
}

function putAt(mount: MountState, node: OverlayNode, { parent, name, hash, isBare }: Place): void {
  if (node.parent !== parent) mount.log.assign(node, 'parent', parent);
  mount.log.note(node, 'name', node.name);
  node.name = name;
  mount.log.note(node, 'hash', node.hash);
  node.hash = hash;
  mount.log.note(node, 'flags', node.flags);
  node.flags = (node.flags & ~NodeFlag.nothingBelow) | NodeFlag.moved | (isBare ? NodeFlag.nothingBelow : 0);
  if ((node.inode as OverlayInode).type === S_IFDIR) mount.keptPaths.forget();
  if (!parent.children) mount.log.assign(parent, 'children', new KeptNames(parent));
  mount.log.setEntry(parent.children as KeptNames, name, node);
}
