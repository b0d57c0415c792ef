import { S_IFDIR } from './fileMode.ts';
import { NO_INODE, type Timestamp } from './layer.ts';
import { keepsLowerNumber } from './mergedNames.ts';
import type { MountState } from './mountState.ts';
import { InodeFlag, type LowerEntry, type OverlayInode } from './overlayNode.ts';
import { NO_ROW } from './statRows.ts';
import type { UpperInode } from './upperInode.ts';
import { UpperView } from './upperView.ts';

/** As stat(2). */
export interface Stat {
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkCount: number;
  /** As of `deviceNumber`, for devices. */
  readonly device: number;
  readonly sizeBytes: number;
  readonly atime: Timestamp;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
  /** Stays the same over copy-up and remount, but for broken hard links (overlayfs.rst, "Inode properties"):
   *  place of the layer, counted from the bottom, times 2^32, and the inode there. */
  readonly inodeNumber: number;
}

export function statInode(mount: MountState, inode: OverlayInode): Stat {
  if (inode.upper !== NO_INODE) return statReal(mount, inode);
  if (inode.statRow !== NO_ROW) return mount.statRows.get(inode.statRow);
  const stat = statReal(mount, inode);
  // Nothing that a call changes: there is nothing to take back.
  inode.statRow = mount.statRows.add(stat);
  return stat;
}

function statReal(mount: MountState, inode: OverlayInode): Stat {
  const layer = mount.realLayer(inode);
  const real = mount.realInode(inode);
  if (layer instanceof UpperView) return statUpper(mount, inode, layer.inode(real));
  const { atime, mtime, ctime } = layer.times(real);
  return {
    mode: layer.mode(real),
    uid: layer.uid(real),
    gid: layer.gid(real),
    linkCount: linkCountOf(mount, inode, layer.linkCount(real)),
    device: layer.device(real),
    sizeBytes: layer.sizeBytes(real),
    atime,
    mtime,
    ctime,
    inodeNumber: inodeNumberOf(mount, inode),
  };
}

/** As above, for what lies in an upper or a frozen one: its inode is looked up once. */
function statUpper(mount: MountState, inode: OverlayInode, of: UpperInode): Stat {
  return {
    mode: of.mode,
    uid: of.uid,
    gid: of.gid,
    linkCount: linkCountOf(mount, inode, of.linkCount),
    device: of.device,
    sizeBytes: of.sizeBytes,
    atime: of.atime,
    mtime: of.mtime,
    ctime: of.ctime,
    inodeNumber: inodeNumberOf(mount, inode),
  };
}

/** A merged directory does not count its subdirectories. */
function linkCountOf(mount: MountState, inode: OverlayInode, real: number): number {
  if (inode.type === S_IFDIR) return mount.isMerged(inode) ? 1 : real;
  return inode.has(InodeFlag.indexed) ? inode.linkCount : real;
}

function inodeNumberOf(mount: MountState, inode: OverlayInode): number {
  const isUpper = inode.upper !== NO_INODE && !keepsLowerNumber(mount, inode);
  const place = isUpper ? { layer: 0, inode: inode.upper } : (inode.lower[0] as LowerEntry);
  return numberAt(mount, place.layer, place.inode);
}

function numberAt(mount: MountState, layer: number, inode: number): number {
  return (mount.layers.length - layer) * 2 ** 32 + inode;
}

/** The inode number of a name that a listing has, as a file or a link of lower layers, without looking it up: what is
 *  looked up is kept. Undefined where the upper has the name. */
export function lowerNumberOf(mount: MountState, directory: OverlayInode, name: string): number | undefined {
  const { upper, lower } = directory;
  if (upper !== NO_INODE && mount.layer(0).lookup(upper, name) !== NO_INODE) return undefined;
  for (const part of lower) {
    const inode = mount.layer(part.layer).lookup(part.inode, name);
    if (inode !== NO_INODE) return numberAt(mount, part.layer, inode);
  }
  return undefined;
}
