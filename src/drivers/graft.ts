import { encodeName } from '../bytes/byteName.ts';
import { EntryKind } from '../vfs/layerTree.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';
import type { ContentSource, TreeMaker } from './treeMaker.ts';

/** How a driver stores what a changeset hides. */
export type WhiteoutForm =
  /** Elsewhere. */
  | 'none'
  /** overlayfs.rst, "whiteouts and opaque directories": a device 0:0, the xattr trusted.overlay.opaque. */
  | 'overlay'
  /** Plain files `.wh.NAME` and `.wh..wh..opq`, as in a layer's tar. */
  | 'dotFiles';

const OPAQUE_XATTR = encodeName('trusted.overlay.opaque');
const YES = encodeName('y');
/** Mode of the `.wh.` files that docker writes and unpacks. */
const DOT_FILE_MODE = 0o600;

/** Puts a layer's changeset below a directory, as the driver stores it. The directory keeps its own attributes.
 *  A hard link to a file of another layer, which engines refuse, is an empty file. Returns the node that was made for
 *  each entry. */
export function graftChangeset(maker: TreeMaker, at: number, source: ContentSource, form: WhiteoutForm): Uint32Array {
  const { tree } = source;
  const made = new Uint32Array(tree.length);
  made[0] = at;
  for (let entry = 1; entry < tree.length; entry++)
    if (!tree.isWhiteout(entry)) made[entry] = graftEntry(maker, made, source, entry);
  if (form === 'none') return made;
  // Markers come last: a name that the layer holds itself stays.
  for (let entry = 0; entry < tree.length; entry++) {
    if (tree.isWhiteout(entry)) addWhiteout(maker, made[tree.parent(entry)] as number, tree.name(entry), form);
    else if (tree.isDirectory(entry) && tree.isOpaque(entry))
      markOpaque(maker, made[entry] as number, source, entry, form);
  }
  return made;
}

function graftEntry(maker: TreeMaker, made: Uint32Array, source: ContentSource, entry: number): number {
  const { tree } = source;
  const parent = made[tree.parent(entry)] as number;
  const name = tree.nameBytes(entry);
  const first = tree.inode(entry);
  // A group's first name is the lowest entry, so it has been made.
  if (first !== entry) return maker.link(parent, name, made[first] as number);
  return maker.copy(parent, name, source, entry);
}

function addWhiteout(maker: TreeMaker, parent: number, name: string, form: 'overlay' | 'dotFiles'): void {
  if (form === 'overlay') maker.device(parent, name, 'char', { mode: 0 });
  else addMarker(maker, parent, `.wh.${name}`, DOT_FILE_MODE);
}

/** An empty file, unless the name is taken. */
export function addMarker(maker: TreeMaker, parent: number, name: string, mode: number): void {
  if (maker.find(parent, name) < 0) maker.file(parent, name, { mode }, '');
}

function markOpaque(
  maker: TreeMaker,
  node: number,
  source: ContentSource,
  entry: number,
  form: 'overlay' | 'dotFiles',
): void {
  if (form === 'dotFiles') {
    addMarker(maker, node, '.wh..wh..opq', DOT_FILE_MODE);
    return;
  }
  const isStored = source.tree.xattrs(entry).some((xattr) => equalBytes(xattr.name, OPAQUE_XATTR));
  // The root of a layer is the driver's own directory: its mark would have no effect and is not set.
  if (!isStored && entry !== 0) maker.setXattr(node, { name: OPAQUE_XATTR, value: YES });
}

/** Puts a merged view below a directory: full copies. `sources` by position in the union's stack. */
export function graftUnion(
  maker: TreeMaker,
  at: number,
  union: LayerUnion,
  sources: readonly (ContentSource | undefined)[],
): void {
  const firstNames = new Map<number, number>();
  const waiting: { node: number; at: number }[] = [{ node: 0, at }];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const first = union.firstChild(step.node);
    const end = first + union.childCount(step.node);
    for (let child = first; child < end; child++) {
      const made = graftNode(maker, step.at, union, child, sources, firstNames);
      if (union.isDirectory(child)) waiting.push({ node: child, at: made });
    }
  }
}

function graftNode(
  maker: TreeMaker,
  parent: number,
  union: LayerUnion,
  node: number,
  sources: readonly (ContentSource | undefined)[],
  firstNames: Map<number, number>,
): number {
  const layer = union.layer(node);
  const entry = union.entry(node);
  const name = union.nameBytes(node);
  const source = sources[layer] as ContentSource;
  if (union.kind(node) === EntryKind.directory) return maker.copy(parent, name, source, entry);
  const inode = layer * 2 ** 32 + source.tree.inode(entry);
  const firstName = firstNames.get(inode);
  if (firstName !== undefined) return maker.link(parent, name, firstName);
  const made = maker.copy(parent, name, source, entry);
  firstNames.set(inode, made);
  return made;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
