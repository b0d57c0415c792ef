import { EntryFlag, EntryKind, type LayerTree } from '../vfs/layerTree.ts';

/** dive knows a whiteout by its name only. */
export function isDiveWhiteout(tree: LayerTree, entry: number): boolean {
  return tree.isWhiteout(entry) && ((tree.columns.flags[entry] as number) & EntryFlag.nativeWhiteout) === 0;
}

const DOUBLE_PREFIX = [0x2e, 0x77, 0x68, 0x2e, 0x2e] as const;

/** dive passes over all names that begin with `.wh..wh..`: whiteouts, to us, of names that begin with `.wh..`. */
export function isUnknownToDive(tree: LayerTree, entry: number): boolean {
  if (!isDiveWhiteout(tree, entry)) return false;
  const name = tree.nameBytes(entry);
  return DOUBLE_PREFIX.every((byte, i) => name[i] === byte);
}

/** The sizes in the entries' own tar headers: of hard links only the member that carries the content has one. A
 *  layer tree does not keep which that was; engines write a tree in walking order, so it is taken to be the name
 *  that comes first in a walk. */
export class DiveSizes {
  readonly #tree: LayerTree;
  /** By inode with several names. */
  readonly #carriers = new Map<number, number>();

  constructor(tree: LayerTree) {
    this.#tree = tree;
    const { inode } = tree.columns;
    for (let entry = 1; entry < inode.length; entry++) {
      const first = inode[entry] as number;
      if (first === entry || tree.kind(entry) !== EntryKind.file) continue;
      const known = this.#carriers.get(first) ?? first;
      this.#carriers.set(first, walksBefore(tree, entry, known) ? entry : known);
    }
  }

  bytes(entry: number): number {
    const tree = this.#tree;
    if (tree.kind(entry) !== EntryKind.file) return 0;
    const inode = tree.inode(entry);
    return (this.#carriers.get(inode) ?? inode) === entry ? tree.sizeBytes(entry) : 0;
  }
}

/** Whether a walk that goes through each directory by name meets `a` before `b`. */
function walksBefore(tree: LayerTree, a: number, b: number): boolean {
  const pathA = fromRoot(tree, a);
  const pathB = fromRoot(tree, b);
  for (let depth = 0; depth < Math.min(pathA.length, pathB.length); depth++) {
    // Siblings lie in name order.
    if (pathA[depth] !== pathB[depth]) return (pathA[depth] as number) < (pathB[depth] as number);
  }
  return pathA.length < pathB.length;
}

function fromRoot(tree: LayerTree, entry: number): number[] {
  const path: number[] = [];
  for (let at = entry; at !== 0; at = tree.parent(at)) path.push(at);
  return path.reverse();
}
