import { type Errno, VfsError } from '../vfsError.ts';
import { KeptPaths } from './keptPaths.ts';
import type { MountCounters, MountListener } from './mountEvents.ts';
import { encodeHandle, sameBytes } from './fileHandle.ts';
import { S_IFDIR, S_IFREG } from './fileMode.ts';
import { type Layer, NO_INODE } from './layer.ts';
import { LayerTreeLayer } from './layerTreeLayer.ts';
import type { MountOptions } from './mountOptions.ts';
import { InodeFlag, type LowerEntry, NodeFlag, OverlayInode, OverlayNode } from './overlayNode.ts';
import { OverlayXattrs } from './overlayXattr.ts';
import { StatRows } from './statRows.ts';
import { UndoLog } from './undoLog.ts';
import type { Upper } from './upper.ts';

/** Names kept at most that nothing stands behind. */
const MAX_MISSES = 1 << 16;

/** What all calls of one mount share. */
export class MountState {
  readonly options: MountOptions;
  readonly upper: Upper | undefined;
  /** Index 0 is the upper's place; 1 the topmost lower; the data-only layers come last. */
  readonly layers: readonly (Layer | undefined)[];
  readonly dataLayerCount: number;
  /** All lowers are trees of layers, whose names lie sorted. */
  readonly lowersAreTrees: boolean;
  readonly xattrs: OverlayXattrs;
  readonly log: UndoLog;
  readonly root: OverlayNode;
  readonly #inodes: readonly Map<number, OverlayInode>[];
  readonly keptPaths = new KeptPaths();
  readonly statRows = new StatRows();
  /** Layers in which a directory with opaque=x was found. */
  readonly fileWhiteoutLayers = new Set<number>();
  readonly counters: MountCounters;
  listener: MountListener | undefined;
  /** How often somebody holds an inode of the upper open, through whatever name. */
  readonly #openUppers = new Map<number, number>();
  /** Lookups kept since the last clearance that found nothing. */
  missCount = 0;
  /** The call under way, for its error. */
  syscall = '';
  path = '';

  constructor(
    options: MountOptions,
    upper: Upper | undefined,
    lowers: readonly Layer[],
    dataLayers: readonly Layer[],
    counters: MountCounters,
  ) {
    this.options = options;
    this.upper = upper;
    this.layers = [upper, ...lowers, ...dataLayers];
    this.#inodes = this.layers.map(() => new Map<number, OverlayInode>());
    this.dataLayerCount = dataLayers.length;
    this.lowersAreTrees = lowers.every((layer) => layer instanceof LayerTreeLayer);
    this.xattrs = new OverlayXattrs(options.userXattr);
    this.log = upper?.log ?? new UndoLog();
    this.counters = counters;
    this.root = this.#makeRoot(lowers.length);
  }

  /** Lowers that take part in the merge. */
  get lowerCount(): number {
    return this.layers.length - 1 - this.dataLayerCount;
  }

  fail(code: Errno): VfsError {
    return new VfsError(code, this.syscall, this.path);
  }

  /** The upper of a mount that is being changed. Throws EROFS where there is none. */
  writable(): Upper {
    if (!this.upper) throw this.fail('EROFS');
    return this.upper;
  }

  layer(index: number): Layer {
    return this.layers[index] as Layer;
  }

  /** The layer of a given id, or 0. */
  lowerOfId(id: Uint8Array): number {
    for (let i = 1; i < this.layers.length; i++) if (sameBytes(this.layer(i).id, id)) return i;
    return 0;
  }

  /** The layer that gives an inode its attributes. */
  realLayer(inode: OverlayInode): Layer {
    return this.layer(inode.upper !== NO_INODE ? 0 : (inode.lower[0] as LowerEntry).layer);
  }

  /** The inode in that layer. */
  realInode(inode: OverlayInode): number {
    return inode.upper !== NO_INODE ? inode.upper : (inode.lower[0] as LowerEntry).inode;
  }

  mode(inode: OverlayInode): number {
    return this.realLayer(inode).mode(this.realInode(inode));
  }

  setFlag(target: OverlayInode | OverlayNode, flag: number): void {
    if (target.has(flag)) return;
    this.log.note(target, 'flags', target.flags);
    target.flags |= flag;
  }

  clearFlag(target: OverlayInode | OverlayNode, flag: number): void {
    if (!target.has(flag)) return;
    this.log.note(target, 'flags', target.flags);
    target.flags &= ~flag;
  }

  /** A directory, or a metadata-only copy, that has something in the upper and below, or below in several layers. */
  isMerged(inode: OverlayInode): boolean {
    if (inode.upper === NO_INODE) return inode.lower.length > 1;
    if (inode.lower.length === 0) return false;
    return inode.type === S_IFDIR || (inode.type === S_IFREG && !inode.has(InodeFlag.upperData));
  }

  /** Copied up from an inode whose number it keeps. */
  hasOrigin(inode: OverlayInode): boolean {
    return inode.upper !== NO_INODE && inode.lower.length > 0 && inode.has(InodeFlag.lowerNumber);
  }

  isWhiteoutNode(node: OverlayNode): boolean {
    return node.inode === undefined && node.has(NodeFlag.opaque);
  }

  /** The inodes that one of a layer stands for. The upper's stands for what has several names, or had. */
  inodesOf(layer: number): Map<number, OverlayInode> {
    return this.#inodes[layer] as Map<number, OverlayInode>;
  }

  hold(inode: OverlayInode): void {
    this.log.note(inode, 'references', inode.references);
    inode.references++;
  }

  release(inode: OverlayInode): void {
    this.log.note(inode, 'references', inode.references);
    inode.references--;
    if (inode.references === 0 && inode.keyInode !== NO_INODE) {
      this.log.deleteEntry(this.inodesOf(inode.keyLayer), inode.keyInode);
      this.log.assign(inode, 'keyInode', NO_INODE);
      this.log.assign(inode, 'keyLayer', 0);
    }
  }

  /** Somebody opens the inode: it outlives its names. */
  addUser(inode: OverlayInode): void {
    this.hold(inode);
    this.log.assign(inode, 'openCount', inode.openCount + 1);
    this.#countUsers(inode.upper, 1);
  }

  /** Somebody closes it: without names and other users it is freed. */
  dropUser(inode: OverlayInode): void {
    this.log.assign(inode, 'openCount', inode.openCount - 1);
    this.#countUsers(inode.upper, -1);
    this.release(inode);
    if (inode.references === 0) this.discard(inode.upper);
  }

  /** An inode that may be open has got its upper. */
  setUpper(inode: OverlayInode, upper: number): void {
    this.log.assign(inode, 'upper', upper);
    this.#countUsers(upper, inode.openCount);
  }

  /** Frees what has lost its last name, unless it is open. Names may have come and gone, so that the inode that is
   *  open is another one than the last name led to. */
  discard(upper: number): void {
    if (upper !== NO_INODE && !this.#openUppers.has(upper)) this.writable().discard(upper);
  }

  #countUsers(upper: number, difference: number): void {
    if (upper === NO_INODE || difference === 0) return;
    const count = (this.#openUppers.get(upper) ?? 0) + difference;
    if (count > 0) this.log.setEntry(this.#openUppers, upper, count);
    else this.log.deleteEntry(this.#openUppers, upper);
  }

  /** Takes a name out of the tree: what is looked up next is looked for in the layers. */
  drop(node: OverlayNode): void {
    if (node.has(NodeFlag.apart)) {
      // It lasts for one call: nobody asks what it was before.
      node.flags |= NodeFlag.unhashed;
      return;
    }
    this.setFlag(node, NodeFlag.unhashed);
    if (!node.inode) this.missCount--;
    const siblings = node.parent?.children;
    if (siblings?.get(node.name) === node) this.log.removeEntry(siblings, node.name, node);
  }

  /** Ends a call that is done. */
  end(): void {
    if (this.upper) {
      if (this.log.length > 0) this.upper.endOperation();
    } else this.log.forget();
    if (this.missCount > MAX_MISSES) this.#forgetMisses();
  }

  /** Takes back all that the call under way has changed. */
  rollBack(): void {
    // What was looked up on the way is no part of the tree any more.
    this.keptPaths.forget();
    if (this.upper) this.upper.rollBack();
    else this.log.rollBack();
  }

  /** What mounting itself changes: with an index, the upper remembers which lower it lies on. Throws ESTALE when it
   *  was on another one. */
  prepare(): void {
    if (!this.upper || !this.options.index) return;
    this.syscall = 'mount';
    const lower = this.layer(1);
    const handle = encodeHandle(lower.id, lower.rootInode);
    const known = this.xattrs.get(this.upper, this.upper.rootInode, 'origin');
    if (known && !sameBytes(known, handle)) throw this.fail('ESTALE');
    if (!known) this.upper.setXattr(this.upper.rootInode, this.xattrs.name('origin'), handle);
  }

  /** Whoever asks for ever new names must not fill memory. Between calls, for calls hold on to names. */
  #forgetMisses(): void {
    this.missCount = 0;
    const waiting = [this.root];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      for (const [name, child] of node.children ?? []) {
        if (!child.inode) node.children?.delete(name);
        else if (child.children) waiting.push(child);
      }
    }
  }

  #makeRoot(lowerCount: number): OverlayNode {
    const lower: LowerEntry[] = [];
    for (let i = 1; i <= lowerCount; i++) lower.push({ layer: i, inode: this.layer(i).rootInode });
    const inode = new OverlayInode(S_IFDIR, this.upper?.rootInode ?? NO_INODE, lower);
    inode.flags = InodeFlag.upperData | InodeFlag.whiteouts;
    if (this.upper && this.xattrs.get(this.upper, inode.upper, 'impure')) inode.flags |= InodeFlag.impure;
    inode.references = 1;
    const root = new OverlayNode(undefined, '');
    root.inode = inode;
    root.flags = NodeFlag.upperAlias;
    for (const { layer, inode: directory } of lower) {
      if (this.xattrs.opaque(this.layer(layer), directory) !== 'x') continue;
      this.fileWhiteoutLayers.add(layer);
      root.flags |= NodeFlag.fileWhiteouts;
    }
    return root;
  }
}
