import { decodeName, printableName } from '../bytes/byteName.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { formatBytes } from './formatSize.ts';

const KIND_LETTERS: Readonly<Record<EntryKind, string>> = {
  [EntryKind.file]: '-',
  [EntryKind.directory]: 'd',
  [EntryKind.symlink]: 'l',
  [EntryKind.charDevice]: 'c',
  [EntryKind.blockDevice]: 'b',
  [EntryKind.fifo]: 'p',
  [EntryKind.whiteout]: 'w',
};

export const KIND_NAMES: Readonly<Record<EntryKind, string>> = {
  [EntryKind.file]: 'file',
  [EntryKind.directory]: 'directory',
  [EntryKind.symlink]: 'symlink',
  [EntryKind.charDevice]: 'charDevice',
  [EntryKind.blockDevice]: 'blockDevice',
  [EntryKind.fifo]: 'fifo',
  [EntryKind.whiteout]: 'whiteout',
};

/** `drwxr-sr-t` as ls(1) writes it; a whiteout is `w---------`. */
export function modeText(kind: EntryKind, mode: number): string {
  if (kind === EntryKind.whiteout) return 'w---------';
  const bit = (mask: number, letter: string): string => ((mode & mask) === 0 ? '-' : letter);
  const execute = (mask: number, special: number, letter: string): string => {
    if ((mode & special) === 0) return bit(mask, 'x');
    return (mode & mask) === 0 ? letter.toUpperCase() : letter;
  };
  return (
    KIND_LETTERS[kind] +
    bit(0o400, 'r') +
    bit(0o200, 'w') +
    execute(0o100, 0o4000, 's') +
    bit(0o040, 'r') +
    bit(0o020, 'w') +
    execute(0o010, 0o2000, 's') +
    bit(0o004, 'r') +
    bit(0o002, 'w') +
    execute(0o001, 0o1000, 't')
  );
}

/** Seconds since 1970 as `2024-01-31 12:00` (UTC). Times beyond what a Date holds are given as the number. */
export function timeText(mtimeSec: number): string {
  const date = new Date(mtimeSec * 1000);
  if (Number.isNaN(date.getTime())) return `@${mtimeSec}`;
  return date.toISOString().slice(0, 16).replace('T', ' ');
}

export interface ListingStyle {
  readonly sizes: 'exact' | 'human';
}

/** The cells of one line of a long listing but for layer and name: mode, owner, size or device, time. */
export function attributeCells(tree: LayerTree, entry: number, style: ListingStyle): string[] {
  const device = tree.device(entry);
  const bytes = tree.sizeBytes(entry);
  const size = style.sizes === 'human' ? formatBytes(bytes) : String(bytes);
  return [
    modeText(tree.kind(entry), tree.mode(entry)),
    String(tree.uid(entry)),
    String(tree.gid(entry)),
    device ? `${device.major},${device.minor}` : tree.isDirectory(entry) || tree.isWhiteout(entry) ? '-' : size,
    tree.isImplicit(entry) ? '-' : timeText(tree.mtimeSec(entry)),
  ];
}

/** ` -> target`, ` (whiteout)`, ` (opaque)`: what follows a name. */
export function nameSuffix(tree: LayerTree, entry: number): string {
  const target = tree.linkTarget(entry);
  if (target) return ` -> ${printableName(decodeName(target))}`;
  if (tree.isWhiteout(entry)) return ' (whiteout)';
  if (tree.isDirectory(entry)) return tree.isOpaque(entry) ? '/ (opaque)' : '/';
  return tree.isHardLink(entry) ? ` (hard link to ${printableName(tree.path(tree.inode(entry)))})` : '';
}
