import { isDirectory, S_IFDIR, S_IFMT } from './fileMode.ts';
import { decodeName } from '../../bytes/byteName.ts';
import { NO_INODE } from './layer.ts';
import type { MountState } from './mountState.ts';
import { InodeFlag, type LowerEntry, OverlayInode } from './overlayNode.ts';

export interface InodeParts {
  readonly upper: number;
  readonly lower: readonly LowerEntry[];
  /** The upper was found through the index. */
  readonly indexed: boolean;
  readonly redirect: string | undefined;
  readonly dataRedirect: string | undefined;
}

/** The inode that stands for these parts: the one that is known already, so that hard links share it and stay
 *  together over copy-up. Throws ESTALE when a known one leads elsewhere. */
export function inodeFor(mount: MountState, parts: InodeParts): OverlayInode {
  const origin = parts.lower[0];
  const byLower = origin !== undefined && isKeyedByLower(mount, parts, origin);
  const keyLayer = byLower ? origin.layer : 0;
  const keyInode = byLower ? origin.inode : upperKey(mount, parts);
  const known = keyInode === NO_INODE ? undefined : mount.inodesOf(keyLayer).get(keyInode);
  if (known) {
    if (!leadsThere(known, parts)) throw mount.fail('ESTALE');
    return known;
  }
  const inode = new OverlayInode(realMode(mount, parts) & S_IFMT, parts.upper, parts.lower);
  if (parts.redirect !== undefined) inode.redirect = parts.redirect;
  if (parts.dataRedirect !== undefined) inode.dataRedirect = parts.dataRedirect;
  inode.keyInode = keyInode;
  inode.keyLayer = keyLayer;
  initialise(mount, inode, parts, byLower);
  if (keyInode !== NO_INODE) mount.log.addEntry(mount.inodesOf(keyLayer), keyInode, inode);
  return inode;
}

function realMode(mount: MountState, parts: InodeParts): number {
  if (parts.upper !== NO_INODE) return mount.layer(0).mode(parts.upper);
  const { layer, inode } = parts.lower[0] as LowerEntry;
  return mount.layer(layer).mode(inode);
}

function initialise(mount: MountState, inode: OverlayInode, parts: InodeParts, byLower: boolean): void {
  const layer = mount.realLayer(inode);
  const real = mount.realInode(inode);
  if (byLower) inode.flags |= InodeFlag.lowerNumber;
  if (parts.indexed) inode.flags |= InodeFlag.indexed;
  if (inode.type !== S_IFDIR) {
    if (inode.keyInode !== NO_INODE || parts.upper !== NO_INODE)
      inode.linkCount = unionLinkCount(mount, parts, layer.linkCount(real));
    return;
  }
  if (parts.upper !== NO_INODE && mount.xattrs.get(layer, real, 'impure')) inode.flags |= InodeFlag.impure;
  const isMerged = (parts.upper !== NO_INODE && parts.lower.length > 0) || parts.lower.length > 1;
  if (isMerged || mount.xattrs.get(layer, real, 'origin')) inode.flags |= InodeFlag.whiteouts;
}

/** An upper object with one name is found by it: only those that may be met under another are kept by number. */
function upperKey(mount: MountState, parts: InodeParts): number {
  if (parts.upper === NO_INODE) return NO_INODE;
  const hasOneName = parts.lower.length === 0 && mount.layer(0).linkCount(parts.upper) === 1;
  return hasOneName && !mount.inodesOf(0).has(parts.upper) ? NO_INODE : parts.upper;
}

/** Keeps an inode by its upper, for the further names that it is to have. */
export function register(mount: MountState, inode: OverlayInode): void {
  if (inode.keyInode !== NO_INODE) return;
  mount.log.note(inode, 'keyInode', inode.keyInode);
  inode.keyInode = inode.upper;
  mount.log.setEntry(mount.inodesOf(0), inode.upper, inode);
}

function isKeyedByLower(mount: MountState, parts: InodeParts, origin: LowerEntry): boolean {
  if (parts.indexed || !mount.upper) return true;
  const layer = mount.layer(origin.layer);
  const isBroken = (parts.upper !== NO_INODE || !mount.options.index) && layer.linkCount(origin.inode) > 1;
  return isDirectory(layer.mode(origin.inode)) || !isBroken;
}

function leadsThere(known: OverlayInode, parts: InodeParts): boolean {
  const origin = parts.lower[0];
  const knownOrigin = known.lower[0];
  if (known.type === S_IFDIR) {
    if (!origin && knownOrigin) return false;
    if (parts.upper === NO_INODE && known.upper !== NO_INODE) return false;
  }
  if (origin && (knownOrigin?.layer !== origin.layer || knownOrigin.inode !== origin.inode)) return false;
  return parts.upper === NO_INODE || known.upper === parts.upper;
}

/** Names of an indexed inode in upper and lower together, from the mark that is kept relative to either
 *  ("U+1", "L-2"). `fallback` where there is none. */
function unionLinkCount(mount: MountState, parts: InodeParts, fallback: number): number {
  const origin = parts.lower[0];
  if (!origin || parts.upper === NO_INODE) return fallback;
  const lowerLayer = mount.layer(origin.layer);
  if (lowerLayer.linkCount(origin.inode) === 1) return fallback;
  return markedLinkCount(mount, origin, parts.upper) ?? fallback;
}

/** Undefined for a mark that is missing, malformed, or leaves no name. */
export function markedLinkCount(mount: MountState, origin: LowerEntry, upper: number): number | undefined {
  const mark = mount.xattrs.get(mount.layer(0), upper, 'nlink');
  const match = mark && /^([UL])([+-]\d{1,9})$/.exec(decodeName(mark));
  if (!match) return undefined;
  const base = match[1] === 'L' ? mount.layer(origin.layer).linkCount(origin.inode) : mount.layer(0).linkCount(upper);
  const count = base + Number(match[2]);
  return count > 0 ? count : undefined;
}
