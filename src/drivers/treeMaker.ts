import { encodeName } from '../bytes/byteName.ts';
import { TarError, type Xattr } from '../tar/tarEntry.ts';
import { freezeLayer } from '../vfs/freezeLayer.ts';
import { InodeTable } from '../vfs/inodeTable.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { NodeFlag, NodeTable } from '../vfs/nodeTable.ts';
import { type ContentOrigin, DriverError, type MadeTree } from './driver.ts';

/** Attributes of a made entry. Times of what an engine makes are those of its clock: none here, 1970. */
export interface MadeAttributes {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A tree whose files are copied from: a layer's or a container's. */
export interface ContentSource {
  readonly tree: LayerTree;
  /** From `TreeMaker.addSource`. */
  readonly index: number;
}

/** Bound of ours: vfs of a big image with many layers would fill the memory. */
const MAX_ENTRIES = 4_000_000;

/** A file's position holds its source's index times this, plus the entry there. */
const SOURCE_STRIDE = 2 ** 32;

type SourceOrigin =
  | { readonly from: 'layer'; readonly layer: number }
  | { readonly from: 'container'; readonly container: number }
  /** Files that are empty, as those of an init layer. */
  | { readonly from: 'empty' }
  | { readonly from: 'generated' }
  | { readonly from: 'unmodelled' };

/** Makes a tree in memory, name by name, as a driver does on disk. Nodes are numbers, the root is 0. Memory: some
 *  110 bytes an entry while it is made. */
export class TreeMaker {
  readonly root = 0;
  readonly #inodes = new InodeTable();
  readonly #nodes: NodeTable;
  readonly #sources: SourceOrigin[] = [{ from: 'unmodelled' }, { from: 'generated' }];
  readonly #generated: Uint8Array[] = [];

  constructor(rootAttributes: MadeAttributes) {
    const inode = this.#inodes.allocate(EntryKind.directory);
    this.#nodes = new NodeTable(inode);
    this.#setAttributes(inode, rootAttributes);
    this.#setFlag(0, NodeFlag.listed);
  }

  /** Names a source of contents, for `copy`. */
  addSource(origin: SourceOrigin): number {
    this.#sources.push(origin);
    return this.#sources.length - 1;
  }

  directory(parent: number, name: string, attributes: MadeAttributes): number {
    return this.#make(parent, encodeName(name), EntryKind.directory, attributes);
  }

  /** A small file that the engine writes itself. */
  file(parent: number, name: string, attributes: MadeAttributes, content: string): number {
    const node = this.#make(parent, encodeName(name), EntryKind.file, attributes);
    const inode = this.#inodeOf(node);
    const bytes = encodeName(content);
    this.#inodes.size[inode] = bytes.length;
    this.#inodes.position[inode] = SOURCE_STRIDE + this.#generated.length;
    this.#generated.push(bytes);
    return node;
  }

  /** A file that is there and whose content is not modelled. */
  unmodelledFile(parent: number, name: string, attributes: MadeAttributes): number {
    return this.#make(parent, encodeName(name), EntryKind.file, attributes);
  }

  symlink(parent: number, name: string, target: string): number {
    const node = this.#make(parent, encodeName(name), EntryKind.symlink, { mode: 0o777 });
    this.#setTarget(this.#inodeOf(node), encodeName(target));
    return node;
  }

  /** A device node of number 0:0, overlay's whiteout among them, or any other. */
  device(parent: number, name: string, kind: 'char' | 'block', attributes: MadeAttributes): number {
    const entryKind = kind === 'char' ? EntryKind.charDevice : EntryKind.blockDevice;
    return this.#make(parent, encodeName(name), entryKind, attributes);
  }

  /** A whiteout as layers know it, for changesets that are made here. */
  whiteout(parent: number, name: string): number {
    return this.#make(parent, encodeName(name), EntryKind.whiteout, { mode: 0 });
  }

  setXattr(node: number, xattr: Xattr): void {
    const inode = this.#inodeOf(node);
    const rare = this.#inodes.rare.get(inode);
    this.#inodes.rare.set(inode, { ...rare, xattrs: [...(rare?.xattrs ?? []), xattr] });
  }

  /** Marks a directory of a changeset opaque. */
  setOpaque(node: number): void {
    this.#setFlag(node, NodeFlag.opaque);
  }

  /** A further name of a file. */
  link(parent: number, name: Uint8Array, target: number): number {
    const inode = this.#inodeOf(target);
    this.#inodes.link(inode);
    return this.#add(parent, name, inode);
  }

  /** The same object as an entry of a source: kind, attributes, xattrs, content; not what lies below it. */
  copy(parent: number, name: Uint8Array, source: ContentSource, entry: number): number {
    const node = this.#make(parent, name, source.tree.kind(entry), { mode: 0 });
    this.copyAttributes(node, source, entry);
    const inode = this.#inodeOf(node);
    const { tree } = source;
    const first = tree.inode(entry);
    if (tree.kind(entry) === EntryKind.file) {
      this.#inodes.size[inode] = tree.sizeBytes(entry);
      this.#inodes.position[inode] = source.index * SOURCE_STRIDE + first;
    } else if (tree.kind(entry) === EntryKind.symlink) {
      this.#setTarget(inode, tree.linkTarget(entry) ?? new Uint8Array(0));
    } else this.#inodes.position[inode] = tree.columns.position[first] as number;
    return node;
  }

  /** Owner, mode, time and xattrs of an entry. */
  copyAttributes(node: number, source: ContentSource, entry: number): void {
    const inode = this.#inodeOf(node);
    const { tree } = source;
    this.#setAttributes(inode, { mode: tree.mode(entry), uid: tree.uid(entry), gid: tree.gid(entry) });
    this.#inodes.mtimeSec[inode] = tree.mtimeSec(entry);
    this.#inodes.mtimeNsec[inode] = tree.mtimeNsec(entry);
    const xattrs = tree.xattrs(entry);
    if (xattrs.length > 0) this.#inodes.rare.set(inode, { ...this.#inodes.rare.get(inode), xattrs });
  }

  /** The child of that name, or -1. */
  find(parent: number, name: string): number {
    const bytes = encodeName(name);
    return this.#nodes.find(parent, bytes, 0, bytes.length);
  }

  /** Ends the making; the maker is of no use afterwards. */
  finish(): MadeTree {
    const tree = freezeLayer(this.#nodes, this.#inodes, Number.POSITIVE_INFINITY);
    const sources = this.#sources;
    const generated = this.#generated;
    return { tree, origin: (entry) => originOf(tree, sources, generated, entry) };
  }

  #make(parent: number, name: Uint8Array, kind: EntryKind, attributes: MadeAttributes): number {
    const inode = this.#inodes.allocate(kind);
    this.#setAttributes(inode, attributes);
    return this.#add(parent, name, inode);
  }

  #add(parent: number, name: Uint8Array, inode: number): number {
    if (this.#nodes.length >= MAX_ENTRIES)
      throw new DriverError('tooLarge', `the layout has more than ${MAX_ENTRIES} entries`);
    if (this.#nodes.find(parent, name, 0, name.length) >= 0) throw new DriverError('host', 'a name is made twice');
    try {
      const node = this.#nodes.add(parent, name, 0, name.length, inode);
      this.#setFlag(node, NodeFlag.listed);
      return node;
    } catch (error) {
      if (error instanceof TarError) throw new DriverError('tooLarge', 'the layout is too deep or its names too long');
      throw error;
    }
  }

  #inodeOf(node: number): number {
    return this.#nodes.inode[node] as number;
  }

  #setAttributes(inode: number, { mode, uid = 0, gid = 0 }: MadeAttributes): void {
    this.#inodes.mode[inode] = mode;
    this.#inodes.uid[inode] = uid;
    this.#inodes.gid[inode] = gid;
  }

  #setTarget(inode: number, target: Uint8Array): void {
    this.#inodes.size[inode] = target.length;
    this.#inodes.position[inode] = this.#nodes.pool.append(target, 0, target.length);
  }

  #setFlag(node: number, flag: number): void {
    this.#nodes.flags[node] = (this.#nodes.flags[node] as number) | flag;
  }
}

function originOf(
  tree: LayerTree,
  sources: readonly SourceOrigin[],
  generated: readonly Uint8Array[],
  entry: number,
): ContentOrigin | undefined {
  if (tree.kind(entry) !== EntryKind.file) return undefined;
  const position = tree.contentOffset(entry);
  const source = sources[Math.floor(position / SOURCE_STRIDE)] ?? { from: 'unmodelled' };
  const within = position % SOURCE_STRIDE;
  if (source.from === 'empty') return { from: 'generated', bytes: new Uint8Array(0) };
  if (source.from === 'generated') return { from: 'generated', bytes: generated[within] ?? new Uint8Array(0) };
  return source.from === 'unmodelled' ? source : { ...source, entry: within };
}

/** The changeset of a container that has changed nothing. */
export function emptyChangeset(): LayerTree {
  return new TreeMaker({ mode: 0o755 }).finish().tree;
}
