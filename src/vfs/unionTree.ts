import type { LayerTree } from './layerTree.ts';

/** The read-only union of a stack, as OverlayFS shows it when every layer is a lowerdir (overlayfs.rst,
 *  "Upper and Lower", "whiteouts and opaque directories", "Multiple lower layers").
 *
 *  A node is a path of the merged view; ids are small integers, the root is 0, made as directories are first
 *  opened and stable from then on. A directory is merged once and kept, so a lookup costs the same under one
 *  layer as under 127.
 *
 *  Kernel rules: a lookup goes from the top layer down and ends at a whiteout (nothing), at a non-directory,
 *  or below an opaque directory; directories met before that merge, and the topmost gives the attributes; a
 *  non-directory in a middle layer cuts the merge. The root's own opaque mark has no effect. */
export interface UnionTree {
  /** Base first. A layer that is missing from its archive is undefined and contributes nothing. */
  readonly layers: readonly (LayerTree | undefined)[];

  /** The layer whose entry gives the node its content and attributes. For the root, when no layer lists it: 0. */
  layer(node: number): number;
  /** The entry in that layer's tree. */
  entry(node: number): number;
  isDirectory(node: number): boolean;
  name(node: number): string;
  nameBytes(node: number): Uint8Array;
  path(node: number): string;
  parent(node: number): number;

  /** Visible children, sorted by name bytes. Empty for what is no directory. */
  children(node: number): ArrayLike<number>;
  /** The visible child with that name, or -1. */
  lookup(node: number, name: Uint8Array): number;
  /** The node at a path ('a/b', '/a/b', '' for the root), lexically: symlinks are not followed, '.' and empty
   *  parts are skipped, '..' goes up. -1 where there is none. */
  resolve(path: string): number;
  /** As `resolve`, following symlinks inside the root as chroot(2) would (at most 40). -1 where there is none. */
  resolveFollowing(path: string): number;

  /** Everything that layers hold at this path, top first: the supplier, what merges into a directory, what is
   *  hidden, and the whiteouts. This is what x-ray shows. */
  stackAt(node: number): readonly StackedEntry[];
  /** Names that exist in some layer below this directory's path, but that the union does not show (deleted or
   *  under an opaque directory), sorted; each with what the layers hold there, top first. */
  hiddenChildren(node: number): readonly { readonly name: Uint8Array; readonly stack: readonly StackedEntry[] }[];
}

/** One layer's entry at a path, and what became of it in the union. */
export interface StackedEntry {
  readonly layer: number;
  readonly entry: number;
  readonly fate: EntryFate;
  /** The layer that hid it, for the hidden fates. */
  readonly byLayer: number | undefined;
}

export type EntryFate =
  | 'visible' // supplies the node
  | 'merged' // a directory under a directory
  | 'superseded' // another entry of the same name lies above it
  | 'deleted' // a whiteout of its own name lies above it
  | 'opaque' // a directory on its path is opaque above it
  | 'parentHidden' // a directory on its path was deleted or replaced by something else
  | 'whiteout'; // is itself a whiteout
