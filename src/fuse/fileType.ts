import { EntryKind } from '../vfs/layerTree.ts';

/** Type bits of a mode (inode(7)). */
export const FileType = {
  mask: 0o170000,
  fifo: 0o010000,
  charDevice: 0o020000,
  directory: 0o040000,
  blockDevice: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
} as const;

const TYPE_BY_KIND: Readonly<Record<EntryKind, number>> = {
  [EntryKind.file]: FileType.file,
  [EntryKind.directory]: FileType.directory,
  [EntryKind.symlink]: FileType.symlink,
  [EntryKind.charDevice]: FileType.charDevice,
  [EntryKind.blockDevice]: FileType.blockDevice,
  [EntryKind.fifo]: FileType.fifo,
  [EntryKind.whiteout]: FileType.charDevice,
};

export function typeOfKind(kind: EntryKind): number {
  return TYPE_BY_KIND[kind];
}
