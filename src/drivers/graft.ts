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
 *  Returns the node that was made for each entry. */
export function graftChangeset(maker: TreeMaker, at: number, source: ContentSource, form: WhiteoutForm): Uint32Array {
  const { tree } = source;
  const made = new Uint32Array(tree.length);
  made[0] = at;
  for (let entry = 0; entry < tree.length; entry++) {
    if (form === 'none' && tree.isWhiteout(entry)) continue;
    if (entry > 0) made[entry] = graftEntry(maker, made, source, entry, form);
    if (tree.isDirectory(entry) && tree.isOpaque(entry)) markOpaque(maker, made[entry] as number, source, entry, form);
  }
  return made;
}

function graftEntry(
  maker: TreeMaker,
  made: Uint32Array,
  source: ContentSource,
  entry: number,
  form: WhiteoutForm,
): number {
  const { tree } = source;
  const parent = made[tree.parent(entry)] as number;
  const name = tree.nameBytes(entry);
  if (tree.isWhiteout(entry)) return graftWhiteout(maker, parent, tree.name(entry), form);
  const first = tree.inode(entry);
  // A group's first name is the lowest entry, so it has been made.
  if (first !== entry) return maker.link(parent, name, made[first] as number);
  return maker.copy(parent, name, source, entry);
}

function graftWhiteout(maker: TreeMaker, parent: number, name: string, form: WhiteoutForm): number {
  if (form === 'overlay') return maker.device(parent, name, 'char', { mode: 0 });
  const dotName = `.wh.${name}`;
  const existing = maker.find(parent, dotName);
  return existing >= 0 ? existing : maker.file(parent, dotName, { mode: DOT_FILE_MODE }, '');
}

function markOpaque(maker: TreeMaker, node: number, source: ContentSource, entry: number, form: WhiteoutForm): void {
  if (form === 'none') return;
  if (form === 'dotFiles') {
    if (maker.find(node, '.wh..wh..opq') < 0) maker.file(node, '.wh..wh..opq', { mode: DOT_FILE_MODE }, '');
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
