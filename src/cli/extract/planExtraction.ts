import { EntryKind, type LayerTree } from '../../vfs/layerTree.ts';
import type { View } from '../view.ts';

/** An object to be written: where it comes from and its path from the root, '' for the root itself. */
export interface PlannedEntry {
  readonly path: string;
  readonly layer: number;
  readonly tree: LayerTree;
  readonly entry: number;
}

export interface ExtractionPlan {
  /** Parents before children. */
  readonly directories: readonly PlannedEntry[];
  /** In the order in which their contents lie in the layers: a compressed layer is then inflated once. Names of
   *  one inode follow each other. */
  readonly files: readonly PlannedEntry[];
  readonly symlinks: readonly PlannedEntry[];
  readonly specials: readonly PlannedEntry[];
  readonly whiteoutCount: number;
  /** Files that carry xattrs, which Node cannot set. */
  readonly xattrCount: number;
}

/** Everything at and below the starting points (nodes of the union, or entries of the layer), each path once. */
export function planExtraction(view: View, starts: readonly number[]): ExtractionPlan {
  const directories: PlannedEntry[] = [];
  const files: PlannedEntry[] = [];
  const symlinks: PlannedEntry[] = [];
  const specials: PlannedEntry[] = [];
  let whiteoutCount = 0;
  let xattrCount = 0;
  for (const planned of view.kind === 'layer' ? layerEntries(view, starts) : unionEntries(view, starts)) {
    const { tree, entry } = planned;
    const kind = tree.kind(entry);
    if (tree.xattrs(entry).length > 0) xattrCount++;
    if (kind === EntryKind.directory) directories.push(planned);
    else if (kind === EntryKind.file) files.push(planned);
    else if (kind === EntryKind.symlink) symlinks.push(planned);
    else if (kind === EntryKind.whiteout) whiteoutCount++;
    else specials.push(planned);
  }
  files.sort(
    (a, b) =>
      a.layer - b.layer ||
      a.tree.contentOffset(a.entry) - b.tree.contentOffset(b.entry) ||
      a.tree.inode(a.entry) - b.tree.inode(b.entry),
  );
  return { directories, files, symlinks, specials, whiteoutCount, xattrCount };
}

function* layerEntries(view: Extract<View, { kind: 'layer' }>, starts: readonly number[]): Iterable<PlannedEntry> {
  const { tree, position } = view;
  const seen = new Set<number>();
  const waiting = [...starts].reverse();
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (seen.has(entry)) continue;
    seen.add(entry);
    yield { path: tree.path(entry), layer: position, tree, entry };
    if (!tree.isDirectory(entry)) continue;
    const first = tree.firstChild(entry);
    for (let i = tree.childCount(entry) - 1; i >= 0; i--) waiting.push(first + i);
  }
}

function* unionEntries(view: Extract<View, { kind: 'union' }>, starts: readonly number[]): Iterable<PlannedEntry> {
  const { union, trees } = view.stack;
  const seen = new Set<number>();
  const waiting = [...starts].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const layer = union.layer(node);
    const tree = trees[layer];
    if (tree) yield { path: union.path(node), layer, tree, entry: union.entry(node) };
    const children = union.children(node);
    for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i] as number);
  }
}
