import { encodeHandle } from './fileHandle.ts';
import { isDirectory, isRegular, isSymlink, S_IFDIR, S_IFREG } from './fileMode.ts';
import { indexName, markLinkCount, needsIndex } from './linkIndex.ts';
import { type Layer, NO_INODE } from './layer.ts';
import { dataEntry } from './lookup.ts';
import { markImpure } from './marks.ts';
import type { MountState } from './mountState.ts';
import { nodePath } from './nodePath.ts';
import { InodeFlag, type LowerEntry, NodeFlag, type OverlayInode, type OverlayNode } from './overlayNode.ts';
import type { Upper } from './upper.ts';
import { register } from './inodeCache.ts';

/** What the copy is for: with `metacopy` only a change of data copies data. */
export type CopyUpPurpose = 'metadata' | 'data' | 'truncate';

/** Copies an object into the upper before its first change (overlayfs.rst, "Non-directories"), after the directories
 *  above it. Cost: nothing is read; the copy refers to the lower's bytes. Throws EEXIST or ENOENT for an open file
 *  whose name has been removed. */
export function copyUp(mount: MountState, node: OverlayNode, purpose: CopyUpPurpose = 'metadata'): void {
  const inode = node.inode as OverlayInode;
  if (inode.upper === NO_INODE && inode.dataRedirect !== undefined) dataEntry(mount, inode);
  while (!isCopiedUp(node, purpose)) {
    let next = node;
    while (next.parent && (next.parent.inode as OverlayInode).upper === NO_INODE) next = next.parent;
    copyUpOne(mount, next, purpose);
  }
}

function isCopiedUp(node: OverlayNode, purpose: CopyUpPurpose): boolean {
  const inode = node.inode as OverlayInode;
  return inode.upper !== NO_INODE && node.has(NodeFlag.upperAlias) && !lacksData(inode, purpose);
}

function lacksData(inode: OverlayInode, purpose: CopyUpPurpose): boolean {
  return purpose !== 'metadata' && inode.type === S_IFREG && !inode.has(InodeFlag.upperData);
}

function copyUpOne(mount: MountState, node: OverlayNode, purpose: CopyUpPurpose): void {
  const upper = mount.writable();
  const inode = node.inode as OverlayInode;
  const parent = (node.parent as OverlayNode).inode as OverlayInode;
  // An open file may outlive the directory that its name was in: files are linked there, all else is renamed.
  if (!upper.has(parent.upper) || upper.linkCount(parent.upper) === 0)
    throw mount.fail(inode.type === S_IFREG ? 'ENOENT' : 'EIO');
  const { atime, mtime } = upper.times(parent.upper);
  if (inode.upper === NO_INODE) copyInode(mount, upper, node, purpose);
  if (!node.has(NodeFlag.upperAlias)) linkCopy(mount, upper, node);
  if (lacksData(inode, purpose)) copyData(mount, upper, node, purpose);
  upper.setTimes(parent.upper, atime, mtime);
}

function copyInode(mount: MountState, upper: Upper, node: OverlayNode, purpose: CopyUpPurpose): void {
  const inode = node.inode as OverlayInode;
  const parent = (node.parent as OverlayNode).inode as OverlayInode;
  const from = inode.lower[0] as LowerEntry;
  const layer = mount.layer(from.layer);
  const mode = layer.mode(from.inode);
  const toIndex = needsIndex(mount, inode);
  const isMetadataOnly = mount.options.metacopy && isRegular(mode) && purpose === 'metadata';
  if (!toIndex) markImpure(mount, parent);
  const copy = copyAttributes(mount, upper, layer, from.inode);
  if (isRegular(mode)) {
    const sizeBytes = purpose === 'truncate' ? 0 : layer.sizeBytes(from.inode);
    if (isMetadataOnly) upper.resize(copy, sizeBytes);
    else copyContent(mount, upper, inode, copy, sizeBytes);
  }
  // The copy of one name of a hard link is an object of its own, unless the index keeps them together.
  if (isDirectory(mode) || layer.linkCount(from.inode) === 1 || toIndex)
    setOriginMark(mount, upper, copy, mode, encodeHandle(layer.id, from.inode));
  if (isMetadataOnly) upper.setXattr(copy, mount.xattrs.name('metacopy'), new Uint8Array(0));
  const { atime, mtime } = layer.times(from.inode);
  upper.setTimes(copy, atime, mtime);
  if (toIndex) upper.link(upper.indexDirectory(), indexName(mount, from), copy);
  else placeCopy(mount, upper, parent.upper, node.name, copy, mode);
  adoptCopy(mount, node, copy, isMetadataOnly, toIndex);
  if (toIndex) markLinkCount(mount, inode, 'upper');
  else mount.setFlag(node, NodeFlag.upperAlias);
  tell(mount, node, from.layer, isMetadataOnly || !isRegular(mode) ? 'metadata' : 'data');
}

/** Files are linked into place, which fails where something has come to stand since the object was opened; all else
 *  is renamed there, which replaces what rename(2) may replace. */
function placeCopy(mount: MountState, upper: Upper, directory: number, name: string, copy: number, mode: number): void {
  const existing = upper.lookup(directory, name);
  if (existing !== NO_INODE) {
    if (isRegular(mode)) throw mount.fail('EEXIST');
    const isOverDirectory = isDirectory(upper.mode(existing));
    if (isOverDirectory !== isDirectory(mode)) throw mount.fail(isOverDirectory ? 'EISDIR' : 'ENOTDIR');
    if (isOverDirectory && upper.inode(existing).names.size > 0) throw mount.fail('ENOTEMPTY');
    // What is replaced stays, nameless: its own node still leads to it.
    upper.unlink(directory, name);
  }
  upper.link(directory, name, copy);
}

function copyAttributes(mount: MountState, upper: Upper, layer: Layer, inode: number): number {
  const mode = layer.mode(inode);
  const copy = upper.allocate({
    mode,
    uid: layer.uid(inode),
    gid: layer.gid(inode),
    device: layer.device(inode),
    ...(isSymlink(mode) ? { target: layer.linkTarget(inode) } : {}),
  });
  for (const [name, value] of layer.xattrs(inode)) if (!mount.xattrs.isPrivate(name)) upper.setXattr(copy, name, value);
  return copy;
}

/** `user.` xattrs fit files and directories alone: under userxattr other objects get no origin mark. */
function setOriginMark(mount: MountState, upper: Upper, copy: number, mode: number, handle: Uint8Array): void {
  if (mount.options.userXattr && !isRegular(mode) && !isDirectory(mode)) return;
  upper.setXattr(copy, mount.xattrs.name('origin'), handle);
}

function copyContent(mount: MountState, upper: Upper, inode: OverlayInode, copy: number, sizeBytes: number): void {
  const data = dataEntry(mount, inode);
  upper.setContent(copy, mount.layer(data.layer).content(data.inode), sizeBytes);
  mount.counters.copiedUpBytes += sizeBytes;
}

function adoptCopy(
  mount: MountState,
  node: OverlayNode,
  copy: number,
  isMetadataOnly: boolean,
  toIndex: boolean,
): void {
  const inode = node.inode as OverlayInode;
  if (!isMetadataOnly) mount.setFlag(inode, InodeFlag.upperData);
  mount.setUpper(inode, copy);
  if (inode.type === S_IFDIR) {
    mount.setFlag(inode, InodeFlag.whiteouts);
    mount.log.assign(inode, 'listing', undefined);
  }
  register(mount, inode);
  if (toIndex) mount.setFlag(inode, InodeFlag.indexed);
  mount.counters.copiedUpObjects++;
}

/** Gives an upper that another name's copy-up made this name, too. */
function linkCopy(mount: MountState, upper: Upper, node: OverlayNode): void {
  const inode = node.inode as OverlayInode;
  const parent = (node.parent as OverlayNode).inode as OverlayInode;
  markImpure(mount, parent);
  markLinkCount(mount, inode, 'lower');
  if (upper.lookup(parent.upper, node.name) !== NO_INODE) throw mount.fail('EEXIST');
  upper.link(parent.upper, node.name, inode.upper);
  mount.setFlag(node, NodeFlag.upperAlias);
  markLinkCount(mount, inode, 'upper');
  tell(mount, node, (inode.lower[0] as LowerEntry).layer, 'link');
}

/** The data of a copy that had only the metadata. */
function copyData(mount: MountState, upper: Upper, node: OverlayNode, purpose: CopyUpPurpose): void {
  const inode = node.inode as OverlayInode;
  const sizeBytes = purpose === 'truncate' ? 0 : upper.sizeBytes(inode.upper);
  copyContent(mount, upper, inode, inode.upper, sizeBytes);
  // The data is written to the copy that stands there already: that is a change of it.
  if (sizeBytes > 0) upper.setModified(inode.upper);
  upper.removeXattr(inode.upper, mount.xattrs.name('metacopy'));
  mount.setFlag(inode, InodeFlag.upperData);
  tell(mount, node, (inode.lower[inode.lower.length - 1] as LowerEntry).layer, 'data');
}

function tell(mount: MountState, node: OverlayNode, fromLayer: number, copied: 'data' | 'metadata' | 'link'): void {
  if (!mount.listener) return;
  const inode = node.inode as OverlayInode;
  const sizeBytes = copied === 'data' ? mount.layer(0).sizeBytes(inode.upper) : 0;
  mount.listener({ type: 'copyUp', path: nodePath(node), fromLayer, copied, sizeBytes });
}
