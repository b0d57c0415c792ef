import { decodeHandle, encodeHandle } from './fileHandle.ts';
import { isDirectory, isRegular, S_IFMT } from './fileMode.ts';
import { inodeFor } from './inodeCache.ts';
import { findIndex } from './linkIndex.ts';
import { NO_INODE } from './layer.ts';
import { lowerPlaces } from './lowerIndex.ts';
import { KeptNames } from './keptNames.ts';
import { countAsked, isTooLong, lookupInLayer, Search } from './layerLookup.ts';
import type { MountState } from './mountState.ts';
import { nodePath } from './nodePath.ts';
import { InodeFlag, type LowerEntry, NodeFlag, type OverlayInode, OverlayNode } from './overlayNode.ts';
import { markImpure } from './marks.ts';
import { passingNode } from './passingNode.ts';

/** The name below a directory, with or without something behind it. Kept until the directory changes there.
 *  Throws ENAMETOOLONG, and what a broken layer deserves (EIO, ESTALE, EPERM for redirects that are not followed). */
export function lookup(mount: MountState, parent: OverlayNode, name: string): OverlayNode {
  const kept = parent.children?.get(name);
  if (kept) return kept;
  const node = missing(mount, parent, name) ?? searchLayers(mount, parent, name);
  keep(mount, node);
  return node;
}

/** As `lookup`, for a name (the text from `start` on) that is to be made or to go: one that no layer has, or only the
 *  upper, is not kept, unless `keepLookup` says so. */
export function lookupTarget(mount: MountState, parent: OverlayNode, text: string, start = 0): OverlayNode {
  const passing = passingNode(mount, parent, text, start);
  if (passing) return passing;
  const name = text.slice(start);
  const kept = parent.children?.get(name);
  if (kept) return kept;
  const free = missing(mount, parent, name);
  if (free) {
    free.flags |= NodeFlag.apart;
    return free;
  }
  const node = searchLayers(mount, parent, name);
  keep(mount, node);
  return node;
}

/** A node outlasts the call after all: it got nothing, or somebody holds it. */
export function keepLookup(mount: MountState, node: OverlayNode): void {
  if (!node.has(NodeFlag.apart)) return;
  mount.clearFlag(node, NodeFlag.apart);
  if (!node.inode) mount.missCount++;
  addChild(mount, node);
}

function keep(mount: MountState, node: OverlayNode): void {
  if (node.inode) mount.hold(node.inode);
  else mount.missCount++;
  addChild(mount, node);
}

function addChild(mount: MountState, node: OverlayNode): void {
  const parent = node.parent as OverlayNode;
  if (!parent.children) mount.log.assign(parent, 'children', new KeptNames(parent));
  mount.log.addEntry(parent.children as KeptNames, node.name, node);
}

/** The node of a name that no layer has at all, whiteouts included: most names that are to be made. */
function missing(mount: MountState, parent: OverlayNode, name: string): OverlayNode | undefined {
  if (isTooLong(name)) throw mount.fail('ENAMETOOLONG');
  const directory = parent.inode as OverlayInode;
  const { upper, lower } = directory;
  if (upper !== NO_INODE && mount.layer(0).lookup(upper, name) !== NO_INODE) return undefined;
  const places = lowerPlaces(mount, directory, name);
  if (places ? places.length > 0 : isInLowers(mount, lower, name)) return undefined;
  const node = new OverlayNode(parent, name);
  node.flags = NodeFlag.nothingBelow;
  mount.counters.lookups++;
  mount.counters.layersSearched += lower.length + (upper === NO_INODE ? 0 : 1);
  if (mount.listener) {
    const layers = lower.map(({ layer }) => layer);
    if (upper !== NO_INODE) layers.unshift(0);
    mount.listener({ type: 'lookup', path: nodePath(node), layers, found: false });
  }
  return node;
}

function isInLowers(mount: MountState, lower: readonly LowerEntry[], name: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const { layer, inode } = lower[i] as LowerEntry;
    if (mount.layer(layer).lookup(inode, name) !== NO_INODE) return true;
  }
  return false;
}

/** One lookup under way: what has been found so far. */
interface Found {
  upper: number;
  lower: LowerEntry[];
  /** The lower inode that the upper's origin mark names. */
  origin: LowerEntry | undefined;
  /** The lower inode that the index is asked for. */
  indexOrigin: LowerEntry | undefined;
  upperIsMetacopy: boolean;
  upperIsOpaque: boolean;
  upperRedirect: string | undefined;
}

function searchLayers(mount: MountState, parent: OverlayNode, name: string): OverlayNode {
  const parentInode = parent.inode as OverlayInode;
  const search = new Search(name, !followsRedirects(mount) && parentInode.lower.length === 0);
  const found: Found = {
    upper: NO_INODE,
    lower: [],
    origin: undefined,
    indexOrigin: undefined,
    upperIsMetacopy: false,
    upperIsOpaque: false,
    upperRedirect: undefined,
  };
  const node = new OverlayNode(parent, name);
  mount.counters.lookups++;
  if (parentInode.upper !== NO_INODE) searchUpper(mount, parentInode, search, found);
  searchLowers(mount, node, search, found);
  const dataRedirect = finishSearch(mount, search, found);
  setNode(mount, node, search, found, dataRedirect);
  if (mount.listener)
    mount.listener({
      type: 'lookup',
      path: nodePath(node),
      layers: search.asked,
      found: node.inode !== undefined,
    });
  return node;
}

/** Data-only layers are reached by redirects, whatever the option says. */
function followsRedirects(mount: MountState): boolean {
  return mount.options.redirectDir !== 'nofollow' || mount.dataLayerCount > 0;
}

function searchUpper(mount: MountState, parent: OverlayInode, search: Search, found: Found): void {
  found.upper = lookupInLayer(mount, 0, parent.upper, search);
  if (found.upper !== NO_INODE && !search.isDirectory) {
    found.origin = originOf(mount, found.upper);
    found.upperIsMetacopy = search.metacopy;
  }
  found.upperRedirect = search.redirect;
  found.upperIsOpaque = search.opaque;
}

/** The lower inode that an upper file was copied from, if it can still be told. */
function originOf(mount: MountState, upper: number): LowerEntry | undefined {
  const mark = mount.xattrs.get(mount.layer(0), upper, 'origin');
  const handle = mark && decodeHandle(mark);
  if (!handle) return undefined;
  const layer = mount.lowerOfId(handle.layerId);
  if (layer === 0 || !mount.layer(layer).has(handle.inode)) return undefined;
  const differs = (mount.layer(layer).mode(handle.inode) ^ mount.layer(0).mode(upper)) & S_IFMT;
  return differs === 0 ? { layer, inode: handle.inode } : undefined;
}

function searchLowers(mount: MountState, node: OverlayNode, search: Search, found: Found): void {
  const roots = (mount.root.inode as OverlayInode).lower;
  const directory = (node.parent as OverlayNode).inode as OverlayInode;
  let stack = directory.lower;
  if (search.redirect?.startsWith('/')) stack = roots;
  const places = stack === directory.lower ? directory.lowerIndex?.places.get(node.name) : undefined;
  if (places && !search.stop && found.upper === NO_INODE && areAllPlain(places)) {
    search.isDirectory = true;
    // Nobody adds to it: what is found of such a directory is all of it.
    found.lower = places as LowerEntry[];
    skipParts(mount, stack, 0, stack.length, search);
    return;
  }
  let place = 0;
  for (let i = 0; !search.stop && i < stack.length; i++) {
    requireFollowing(mount, search);
    let known: LowerEntry | undefined;
    if (places && stack === directory.lower && search.target === node.name) {
      const from = i;
      while (place < places.length && layerOf(places, place) < layerOf(stack, i)) place++;
      known = places[place];
      while (i < stack.length && layerOf(stack, i) !== known?.layer) i++;
      if (i > from) skipParts(mount, stack, from, i, search);
      if (!known) break;
      if (isPlainDirectory(known, search)) {
        countAsked(mount, known.layer, search);
        acceptLower(mount, node, known, search, found);
        continue;
      }
    }
    const below = stack[i] as LowerEntry;
    if (!followsRedirects(mount)) search.last = i === stack.length - 1;
    else if (search.isDirectory || mount.dataLayerCount === 0) search.last = below.layer === roots.length;
    const inode = lookupInLayer(mount, below.layer, below.inode, search, known?.inode);
    if (inode === NO_INODE) continue;
    const entry = known ?? { layer: below.layer, inode };
    acceptLower(mount, node, entry, search, found);
    if (search.redirect?.startsWith('/') && stack !== roots) {
      stack = roots;
      i = below.layer - 1;
    }
  }
}

function layerOf(entries: readonly LowerEntry[], at: number): number {
  return (entries[at] as LowerEntry).layer;
}

/** Parts that are known not to have the name count as asked: the kernel asks them. */
function skipParts(mount: MountState, stack: readonly LowerEntry[], from: number, to: number, search: Search): void {
  if (!mount.listener) mount.counters.layersSearched += to - from;
  else for (let i = from; i < to; i++) countAsked(mount, layerOf(stack, i), search);
}

/** Directories without marks, one below the other: the parts of one directory. */
function areAllPlain(places: readonly LowerEntry[]): boolean {
  for (let i = 0; i < places.length; i++) if (((places[i] as LowerEntry).plainNames ?? -1) < 0) return false;
  return true;
}

/** A part of a directory that bears no marks: all that there is to it is known already. */
function isPlainDirectory({ plainNames = -1 }: LowerEntry, search: Search): boolean {
  if (plainNames < 0 || search.metacopy || search.hasFileWhiteouts) return false;
  search.isDirectory = true;
  return true;
}

/** Puts a lower inode on the stack. With an index, it must be the one that the upper file came from. */
function acceptLower(mount: MountState, node: OverlayNode, entry: LowerEntry, search: Search, found: Found): void {
  const isFirst = found.upper !== NO_INODE && found.lower.length === 0;
  if (isFirst && search.isDirectory) noteOrigin(mount, node, entry, found.upper);
  if (isFirst && !search.isDirectory && mount.options.index && found.origin) {
    const mark = mount.xattrs.get(mount.layer(0), found.upper, 'origin');
    const handle = mark && decodeHandle(mark);
    if (!handle || mount.lowerOfId(handle.layerId) !== entry.layer || handle.inode !== entry.inode)
      throw mount.fail('ESTALE');
    found.indexOrigin = entry;
  }
  // Of metadata-only copies in lower layers only the topmost counts.
  if (!(search.metacopy && found.lower.length > 0)) found.lower.push(entry);
}

/** A merged upper directory that does not say where it comes from, as one that somebody made by hand, is told. */
function noteOrigin(mount: MountState, node: OverlayNode, entry: LowerEntry, upper: number): void {
  const { upper: writable } = mount;
  if (!writable || mount.xattrs.get(writable, upper, 'origin')) return;
  writable.setXattr(upper, mount.xattrs.name('origin'), encodeHandle(mount.layer(entry.layer).id, entry.inode));
  markImpure(mount, (node.parent as OverlayNode).inode as OverlayInode);
}

function requireFollowing(mount: MountState, search: Search): void {
  if (search.metacopy && !mount.options.metacopy) throw mount.fail('EPERM');
  if (search.redirect !== undefined && mount.options.redirectDir === 'nofollow') throw mount.fail('EPERM');
}

/** Ends the search below: data that lies in data-only layers is looked up when it is first read. Gives its path. */
function finishSearch(mount: MountState, search: Search, found: Found): string | undefined {
  let dataRedirect: string | undefined;
  if (search.metacopy && found.lower.length > 0 && mount.dataLayerCount > 0 && search.isAbsoluteRedirect) {
    search.metacopy = false;
    found.lower.push({ layer: mount.lowerCount + 1, inode: NO_INODE });
    dataRedirect = search.redirect;
  } else requireFollowing(mount, search);
  if (search.metacopy || (found.upperIsMetacopy && found.lower.length === 0)) throw mount.fail('EIO');
  if (!search.isDirectory && found.upper !== NO_INODE && found.lower.length === 0 && found.origin) {
    found.lower = [found.origin];
    found.indexOrigin = found.origin;
  }
  if (found.upper === NO_INODE) found.indexOrigin = found.lower[0];
  return dataRedirect;
}

function setNode(
  mount: MountState,
  node: OverlayNode,
  search: Search,
  found: Found,
  dataRedirect: string | undefined,
): void {
  const index =
    found.indexOrigin && mount.options.index && mount.upper && !search.isDirectory
      ? findIndex(mount, found.upper, found.indexOrigin)
      : NO_INODE;
  if (found.upperIsOpaque) node.flags |= NodeFlag.opaque;
  if (search.hasFileWhiteouts) node.flags |= NodeFlag.fileWhiteouts;
  if (found.upper !== NO_INODE) node.flags |= NodeFlag.upperAlias;
  else if (index !== NO_INODE) readIndexed(mount, index, search, found);
  if (found.upper === NO_INODE && found.lower.length === 0) return;
  node.inode = inodeFor(mount, {
    upper: found.upper,
    lower: found.lower,
    indexed: index !== NO_INODE,
    redirect: found.upperRedirect,
    dataRedirect,
  });
  if (found.upper !== NO_INODE && !found.upperIsMetacopy) mount.setFlag(node.inode, InodeFlag.upperData);
}

/** A lower hard link of which another name was copied up: its upper is found through the index. */
function readIndexed(mount: MountState, index: number, search: Search, found: Found): void {
  found.upper = index;
  const redirect = mount.xattrs.redirect(mount.layer(0), index);
  if (redirect === null) throw mount.fail('EINVAL');
  found.upperRedirect = redirect;
  const metacopy = mount.xattrs.metacopy(mount.layer(0), index);
  if (metacopy === undefined) throw mount.fail('EIO');
  found.upperIsMetacopy = metacopy;
  search.metacopy = metacopy;
  if (redirect !== undefined) search.redirect = redirect;
  requireFollowing(mount, search);
}

/** Whether a layer below the upper still has something under a name that the upper has, too: removing it leaves a
 *  whiteout then (overlayfs.rst, "whiteouts"). */
export function isLowerPositive(mount: MountState, node: OverlayNode): boolean {
  if (!node.inode) return node.has(NodeFlag.opaque);
  if (node.inode.upper === NO_INODE) return true;
  if (node.has(NodeFlag.nothingBelow)) return false;
  const directory = (node.parent as OverlayNode).inode as OverlayInode;
  const places = lowerPlaces(mount, directory, node.name);
  if (places) {
    const [top] = places;
    return top !== undefined && !mount.xattrs.isWhiteout(mount.layer(top.layer), top.inode);
  }
  for (const below of directory.lower) {
    const layer = mount.layer(below.layer);
    const inode = layer.lookup(below.inode, node.name);
    if (inode !== NO_INODE) return !mount.xattrs.isWhiteout(layer, inode);
  }
  return false;
}

/** The data of a file: its real inode, or with metadata-only copies what lies behind. Throws ENOENT when a data-only
 *  layer lacks it. */
export function dataEntry(mount: MountState, inode: OverlayInode): LowerEntry {
  if (inode.upper !== NO_INODE && inode.has(InodeFlag.upperData)) return { layer: 0, inode: inode.upper };
  const last = inode.lower[inode.lower.length - 1] as LowerEntry;
  if (last.inode !== NO_INODE) return last;
  const entry = findData(mount, inode.dataRedirect ?? '');
  mount.log.assign(inode, 'lower', [...inode.lower.slice(0, -1), entry]);
  return entry;
}

function findData(mount: MountState, path: string): LowerEntry {
  if (!path.startsWith('/')) throw mount.fail('EIO');
  for (let layer = mount.lowerCount + 1; layer < mount.layers.length; layer++) {
    const tree = mount.layer(layer);
    let inode = tree.rootInode;
    for (const name of path.slice(1).split('/')) {
      inode = isDirectory(tree.mode(inode)) ? tree.lookup(inode, name) : NO_INODE;
      if (inode === NO_INODE) break;
    }
    if (inode !== NO_INODE && isRegular(tree.mode(inode))) return { layer, inode };
  }
  throw mount.fail('ENOENT');
}
