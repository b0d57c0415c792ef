import { S_IFCHR, S_IFMT, S_IFREG } from './fileMode.ts';
import { entriesOf, NO_INODE } from './layer.ts';
import { lookupTarget } from './lookup.ts';
import { type LowerIndex, lowerIndex, type Places } from './lowerIndex.ts';
import type { MountState } from './mountState.ts';
import { nodePath } from './nodePath.ts';
import {
  InodeFlag,
  type LowerEntry,
  type ListedName,
  NodeFlag,
  type OverlayInode,
  type OverlayNode,
} from './overlayNode.ts';

/** Names of a directory. Merged ones show the lowest layer's names first, then the upper's, then those between, as
 *  the kernel does; whiteouts are left out, but for those in a directory that has nothing to merge. Kept until the
 *  directory changes. Cost when it is not kept: a look at each name of each layer. */
export function listNames(mount: MountState, node: OverlayNode): readonly ListedName[] {
  const inode = node.inode as OverlayInode;
  if (inode.has(InodeFlag.dead)) throw mount.fail('ENOENT');
  if (inode.listing) return inode.listing;
  const names = inode.has(InodeFlag.whiteouts) ? mergedList(mount, node) : plainList(mount, node);
  mount.log.assign(inode, 'listing', names);
  return names;
}

function plainList(mount: MountState, node: OverlayNode): readonly ListedName[] {
  const inode = node.inode as OverlayInode;
  const layer = mount.realLayer(inode);
  const real = mount.realInode(inode);
  const names: ListedName[] = [];
  for (const [name, child] of entriesOf(layer, real)) names.push({ name, type: layer.mode(child) & S_IFMT });
  if (inode.upper !== NO_INODE && inode.has(InodeFlag.impure)) forgetImpurity(mount, node, names);
  return names;
}

/** The mark of an upper directory that holds nothing copied up any more is taken off when it is listed. */
function forgetImpurity(mount: MountState, node: OverlayNode, names: readonly ListedName[]): void {
  for (const { name } of names) {
    const inode = lookupTarget(mount, node, name).inode;
    if (inode && keepsLowerNumber(mount, inode)) return;
  }
  const inode = node.inode as OverlayInode;
  mount.writable().removeXattr(inode.upper, mount.xattrs.name('impure'));
  mount.clearFlag(inode, InodeFlag.impure);
}

/** Whether a copied-up object shows the inode number of its origin: not the broken hard link. */
export function keepsLowerNumber(mount: MountState, inode: OverlayInode): boolean {
  if (!mount.hasOrigin(inode)) return false;
  const origin = inode.lower[0] as LowerEntry;
  const layer = mount.layer(origin.layer);
  return (
    inode.has(InodeFlag.indexed) ||
    (layer.mode(origin.inode) & S_IFMT) === 0o040000 ||
    layer.linkCount(origin.inode) === 1
  );
}

/** A name met while merging. */
interface MergedName extends ListedName {
  readonly isUpper: boolean;
  readonly isWhiteout: boolean;
  /** May be a whiteout in the form of a file. */
  readonly isDoubtful: boolean;
}

function mergedList(mount: MountState, node: OverlayNode): readonly ListedName[] {
  const names: ListedName[] = [];
  const isImpure = (node.inode as OverlayInode).has(InodeFlag.impure);
  for (const merged of mergeLayers(mount, node)) {
    if (merged.isWhiteout) continue;
    // A name that was looked up in vain stays hidden, even where an open file has come back under it.
    const isDoubtful = merged.isDoubtful || (merged.isUpper && isImpure);
    if (isDoubtful && !lookupTarget(mount, node, merged.name).inode) continue;
    names.push({ name: merged.name, type: merged.type });
  }
  mount.counters.mergedDirectories++;
  if (mount.listener) {
    const layers = partsOf(node.inode as OverlayInode).map((part) => part.layer);
    mount.listener({ type: 'merge', path: nodePath(node), layers, names: names.length });
  }
  return names;
}

/** The topmost entry of each name, those of the lowest layer first. */
function mergeLayers(mount: MountState, node: OverlayNode): Iterable<MergedName> {
  const inode = node.inode as OverlayInode;
  if (inode.upper !== NO_INODE && mount.layer(0).linkCount(inode.upper) === 0) throw mount.fail('ENOENT');
  const index = lowerIndex(mount, inode);
  return index ? mergeIndexed(mount, node, index) : mergeParts(mount, node);
}

function mergeParts(mount: MountState, node: OverlayNode): Iterable<MergedName> {
  const parts = partsOf(node.inode as OverlayInode);
  const above = new Map<string, MergedName>();
  const lowest = new Map<string, MergedName>();
  for (const [i, part] of parts.entries()) {
    const isLowest = i === parts.length - 1;
    for (const [name, inode] of entriesOf(mount.layer(part.layer), part.inode)) {
      const known = above.get(name);
      const merged = known ?? mergedName(mount, node, name, { layer: part.layer, inode });
      if (!isLowest) {
        if (!known) above.set(name, merged);
      } else {
        lowest.set(name, merged);
        above.delete(name);
      }
    }
  }
  return [...lowest.values(), ...above.values()];
}

/** The same for many lower parts, whose names have been brought together. */
function mergeIndexed(mount: MountState, node: OverlayNode, { places, lowest }: LowerIndex): Iterable<MergedName> {
  const { upper, lower } = node.inode as OverlayInode;
  const upperLayer = mount.layer(0);
  const topmost = (name: string, of: Places): MergedName => {
    const inUpper = upper === NO_INODE ? NO_INODE : upperLayer.lookup(upper, name);
    if (inUpper !== NO_INODE) return mergedName(mount, node, name, { layer: 0, inode: inUpper });
    return mergedName(mount, node, name, of[0] as LowerEntry);
  };
  const lowestLayer = lower[lower.length - 1]?.layer;
  const isLowest = (of: Places | undefined) => of !== undefined && of[of.length - 1]?.layer === lowestLayer;
  const merged = lowest.map((name) => topmost(name, places.get(name) as Places));
  if (upper !== NO_INODE) {
    for (const [name, inode] of entriesOf(upperLayer, upper))
      if (!isLowest(places.get(name))) merged.push(mergedName(mount, node, name, { layer: 0, inode }));
  }
  for (const [name, of] of places) {
    const isListed = isLowest(of) || (upper !== NO_INODE && upperLayer.lookup(upper, name) !== NO_INODE);
    if (!isListed) merged.push(topmost(name, of));
  }
  return merged;
}

function partsOf(inode: OverlayInode): readonly LowerEntry[] {
  return inode.upper === NO_INODE ? inode.lower : [{ layer: 0, inode: inode.upper }, ...inode.lower];
}

function mergedName(mount: MountState, node: OverlayNode, name: string, place: LowerEntry): MergedName {
  const layer = mount.layer(place.layer);
  const type = layer.type?.(place.inode) ?? layer.mode(place.inode) & S_IFMT;
  const mayBeFiles = node.has(NodeFlag.fileWhiteouts) && mount.fileWhiteoutLayers.has(place.layer);
  return {
    name,
    type,
    isUpper: place.layer === 0,
    isWhiteout: type === S_IFCHR && layer.device(place.inode) === 0,
    isDoubtful: mayBeFiles && type === S_IFREG,
  };
}

/** Whether a directory is empty for its users; then gives the upper's whiteouts, which must go with it. Throws
 *  ENOTEMPTY. */
export function whiteoutsOfEmpty(mount: MountState, node: OverlayNode): readonly string[] {
  const whiteouts: string[] = [];
  for (const merged of mergeLayers(mount, node)) {
    if (!merged.isWhiteout) throw mount.fail('ENOTEMPTY');
    if (merged.isUpper) whiteouts.push(merged.name);
  }
  return whiteouts;
}
