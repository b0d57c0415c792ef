import { compareBytes, decodeName } from '../bytes/byteName.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';

/** What one layer does to a path of the union below it. */
export type Change =
  | 'unchanged' // a directory listed again as it was, or a whiteout of nothing
  | 'added'
  | 'modified' // other content, target, device numbers or kind
  | 'touched' // same content, other metadata (mode, owner, time, xattrs)
  | 'rewritten' // the same again: content and metadata
  | 'removed'; // whiteout, or below an opaque or replaced directory

/** In columns a change is its position here. */
export const CHANGES: readonly Change[] = ['unchanged', 'added', 'modified', 'touched', 'rewritten', 'removed'];

/** Positions in `CHANGES`. */
export const ChangeCode = { unchanged: 0, added: 1, modified: 2, touched: 3, rewritten: 4, removed: 5 } as const;

/** Whether two files of equal size hold the same bytes; undefined where that has not been looked at. */
export type SameContent = (
  lowerLayer: number,
  lowerEntry: number,
  upperLayer: number,
  upperEntry: number,
) => boolean | undefined;

/** What an entry makes of the one below it, neither being a whiteout; a position in `CHANGES`.
 *  A directory's time is not looked at: it follows from what happens in it. Of files whose contents have not
 *  been compared, equal size and time are taken for equal content. */
export function classifyChange(
  lower: LayerTree,
  lowerEntry: number,
  upper: LayerTree,
  upperEntry: number,
  sameContent: boolean | undefined,
): number {
  const kind = upper.kind(upperEntry);
  if (lower.kind(lowerEntry) !== kind) return ChangeCode.modified;
  const sameOwner = sameAttributes(lower, lowerEntry, upper, upperEntry);
  if (kind === EntryKind.directory) return sameOwner ? ChangeCode.unchanged : ChangeCode.touched;
  const sameTime =
    lower.mtimeSec(lowerEntry) === upper.mtimeSec(upperEntry) &&
    lower.mtimeNsec(lowerEntry) === upper.mtimeNsec(upperEntry);
  const same =
    kind === EntryKind.file
      ? lower.sizeBytes(lowerEntry) === upper.sizeBytes(upperEntry) && (sameContent ?? sameTime)
      : sameSpecial(lower, lowerEntry, upper, upperEntry);
  if (!same) return ChangeCode.modified;
  return sameOwner && sameTime ? ChangeCode.rewritten : ChangeCode.touched;
}

/** Mode, owner and xattrs; not the time. */
export function sameAttributes(a: LayerTree, entryA: number, b: LayerTree, entryB: number): boolean {
  return (
    a.mode(entryA) === b.mode(entryB) &&
    a.uid(entryA) === b.uid(entryB) &&
    a.gid(entryA) === b.gid(entryB) &&
    sameXattrs(a, entryA, b, entryB)
  );
}

function sameXattrs(a: LayerTree, entryA: number, b: LayerTree, entryB: number): boolean {
  const left = a.xattrs(entryA);
  const right = b.xattrs(entryB);
  if (left.length !== right.length) return false;
  if (left.length === 0) return true;
  // By name: writers differ in their order, and their number is for the archive to say.
  const values = new Map(right.map((xattr) => [decodeName(xattr.name), xattr.value]));
  return left.every((xattr) => {
    const value = values.get(decodeName(xattr.name));
    return value !== undefined && compareBytes(xattr.value, value) === 0;
  });
}

/** Link target or device numbers, of two entries of one kind that is neither file nor directory. */
export function sameSpecial(a: LayerTree, entryA: number, b: LayerTree, entryB: number): boolean {
  const target = a.linkTarget(entryA);
  if (target) return compareBytes(target, b.linkTarget(entryB) ?? new Uint8Array()) === 0;
  const device = a.device(entryA);
  const other = b.device(entryB);
  return device?.major === other?.major && device?.minor === other?.minor;
}
