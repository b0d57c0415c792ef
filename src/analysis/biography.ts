import { compareBytes, decodeName, encodeName } from '../bytes/byteName.ts';
import type { EntryKind, LayerTree } from '../vfs/layerTree.ts';
import { NO_ENTRY } from '../vfs/layerTree.ts';
import { ChangeCode, classifyChange, type SameContent } from './changes.ts';
import type { LayerStack } from './directoryMerge.ts';

/** One layer's deed to a path. */
export interface BiographyEvent {
  readonly layer: number;
  /** The entry (or whiteout) at the path in that layer; undefined when another path did it. */
  readonly entry: number | undefined;
  readonly deed: BiographyDeed;
  /** Kind, size and attributes of the entry; of what went away, for the deeds that remove. */
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSec: number;
  /** Which path did it, when another (a parent that was deleted). */
  readonly viaPath: string | undefined;
}

export type BiographyDeed =
  'created' | 'replaced' | 'touched' | 'rewritten' | 'deleted' | 'hiddenByParent' | 'hiddenByOpaque' | 'recreated'; // after it had been removed

interface Supplier {
  readonly layer: number;
  readonly entry: number;
}

/** Everything that the layers of a stack did to a path, oldest first: for paths that are visible, hidden, or were
 *  never there (empty). Lexical: symlinks are not followed. Cost: layers times depth lookups. */
export function biography(layers: LayerStack, path: string, sameContent?: SameContent): readonly BiographyEvent[] {
  const names = pathNames(path);
  const events: BiographyEvent[] = [];
  let present: Supplier | undefined;
  let existed = false;
  layers.forEach((tree, layer) => {
    if (!tree) return;
    const found = follow(tree, names);
    if (found.entry === undefined || tree.isWhiteout(found.entry)) {
      if (!present || !found.hides) return;
      const viaPath =
        found.hidesAt === names.length ? undefined : names.slice(0, found.hidesAt).map(decodeName).join('/');
      const gone = layers[present.layer] as LayerTree;
      events.push(event(gone, present.entry, layer, found.entry, found.hides, viaPath));
      present = undefined;
      return;
    }
    const deed = deedOf(layers, present, existed, tree, layer, found.entry, found.hides !== undefined, sameContent);
    events.push(event(tree, found.entry, layer, found.entry, deed, undefined));
    present = { layer, entry: found.entry };
    existed = true;
  });
  return events;
}

interface Found {
  /** The layer's entry at the path, a whiteout included. */
  readonly entry: number | undefined;
  /** How the layer hides what lower layers have at the path, apart from an entry of its own there. */
  readonly hides: 'deleted' | 'hiddenByParent' | 'hiddenByOpaque' | undefined;
  /** Names of the path down to what hides. */
  readonly hidesAt: number;
}

function follow(tree: LayerTree, names: readonly Uint8Array[]): Found {
  let at = 0;
  let opaqueAt: number | undefined;
  for (let depth = 0; depth < names.length; depth++) {
    // The root's own opaque mark has no effect.
    if (depth > 0 && opaqueAt === undefined && tree.isOpaque(at)) opaqueAt = depth;
    const child = tree.lookup(at, names[depth] as Uint8Array);
    if (child === NO_ENTRY) {
      return { entry: undefined, hides: opaqueAt === undefined ? undefined : 'hiddenByOpaque', hidesAt: opaqueAt ?? 0 };
    }
    const isLast = depth === names.length - 1;
    if (isLast && tree.isWhiteout(child)) return { entry: child, hides: 'deleted', hidesAt: names.length };
    if (!isLast && !tree.isDirectory(child)) return { entry: undefined, hides: 'hiddenByParent', hidesAt: depth + 1 };
    at = child;
  }
  return { entry: at, hides: opaqueAt === undefined ? undefined : 'hiddenByOpaque', hidesAt: opaqueAt ?? 0 };
}

function deedOf(
  layers: LayerStack,
  present: Supplier | undefined,
  existed: boolean,
  tree: LayerTree,
  layer: number,
  entry: number,
  parentIsNew: boolean,
  sameContent: SameContent | undefined,
): BiographyDeed {
  if (!present) return existed ? 'recreated' : 'created';
  const below = layers[present.layer] as LayerTree;
  if (entry !== 0 && tree.isDirectory(entry) && (tree.isOpaque(entry) || parentIsNew)) return 'replaced';
  const same = sameContent?.(present.layer, present.entry, layer, entry);
  const change = classifyChange(below, present.entry, tree, entry, same);
  if (change === ChangeCode.touched) return 'touched';
  return change === ChangeCode.modified ? 'replaced' : 'rewritten';
}

function event(
  tree: LayerTree,
  described: number,
  layer: number,
  entry: number | undefined,
  deed: BiographyDeed,
  viaPath: string | undefined,
): BiographyEvent {
  return {
    layer,
    entry,
    deed,
    kind: tree.kind(described),
    sizeBytes: tree.sizeBytes(described),
    mode: tree.mode(described),
    uid: tree.uid(described),
    gid: tree.gid(described),
    mtimeSec: tree.mtimeSec(described),
    viaPath,
  };
}

/** Names of a path from the root, as bytes: empty parts and `.` are skipped, `..` goes up. */
export function pathNames(path: string): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') names.pop();
    else names.push(encodeName(part));
  }
  return names;
}

/** The entry at a path in one layer, a whiteout included, or NO_ENTRY. */
export function entryAt(tree: LayerTree, names: readonly Uint8Array[]): number {
  let at = 0;
  for (const name of names) {
    at = tree.lookup(at, name);
    if (at === NO_ENTRY) return NO_ENTRY;
  }
  return at;
}

/** All names that a layer gives to an entry's inode, the entry's own included, in byte order. Cost: the layer. */
export function hardLinkPaths(tree: LayerTree, entry: number): readonly string[] {
  const { inode } = tree.columns;
  const wanted = tree.inode(entry);
  const paths: string[] = [];
  for (let at = 0; at < inode.length; at++) if (inode[at] === wanted) paths.push(tree.path(at));
  return paths.sort((a, b) => compareBytes(encodeName(a), encodeName(b)));
}
