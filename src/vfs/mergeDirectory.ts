import { compareBytes } from '../bytes/byteName.ts';
import { EntryKind, type LayerTree } from './layerTree.ts';

/** One layer's directory that takes part in a merged one. */
export interface DirectoryPart {
  readonly layer: number;
  readonly entry: number;
}

/** A name that a merged directory shows. */
export interface MergedChild {
  readonly layer: number;
  readonly entry: number;
  /** For a directory that several layers hold: all of them, top first. */
  readonly parts: readonly DirectoryPart[] | undefined;
}

/** What a directory shows whose parts are given, top first (overlayfs.rst, "Merging directories"): of each name
 *  the topmost entry, unless it is a whiteout; directories gather what lies below them down to the first opaque
 *  directory, whiteout or other file. Sorted by name bytes. Cost: a sort of all parts' names, which are sorted
 *  runs already. */
export function mergeDirectory(
  layers: readonly (LayerTree | undefined)[],
  parts: readonly DirectoryPart[],
): readonly MergedChild[] {
  const candidates: Candidate[] = [];
  for (const part of parts) {
    const tree = layers[part.layer] as LayerTree;
    const first = tree.firstChild(part.entry);
    const end = first + tree.childCount(part.entry);
    for (let entry = first; entry < end; entry++)
      candidates.push({ layer: part.layer, entry, name: tree.nameBytes(entry) });
  }
  // Stable: of equal names the topmost stays first.
  candidates.sort((a, b) => compareBytes(a.name, b.name));
  const children: MergedChild[] = [];
  for (let i = 0; i < candidates.length;) {
    const start = i++;
    const { name } = candidates[start] as Candidate;
    while (i < candidates.length && compareBytes((candidates[i] as Candidate).name, name) === 0) i++;
    const child = mergeName(layers, candidates, start, i);
    if (child) children.push(child);
  }
  return children;
}

interface Candidate extends DirectoryPart {
  readonly name: Uint8Array;
}

function mergeName(
  layers: readonly (LayerTree | undefined)[],
  candidates: readonly Candidate[],
  start: number,
  end: number,
): MergedChild | undefined {
  const { layer, entry } = candidates[start] as Candidate;
  const tree = layers[layer] as LayerTree;
  if (tree.isWhiteout(entry)) return undefined;
  if (end - start === 1 || !tree.isDirectory(entry) || tree.isOpaque(entry)) return { layer, entry, parts: undefined };
  const parts: DirectoryPart[] = [{ layer, entry }];
  for (let i = start + 1; i < end; i++) {
    const below = candidates[i] as Candidate;
    const belowTree = layers[below.layer] as LayerTree;
    if (belowTree.kind(below.entry) !== EntryKind.directory) break;
    parts.push({ layer: below.layer, entry: below.entry });
    if (belowTree.isOpaque(below.entry)) break;
  }
  return { layer, entry, parts: parts.length > 1 ? parts : undefined };
}
