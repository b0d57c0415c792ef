import { EntryKind } from '../../../client/protocol.ts';

const KEYS = {
  [EntryKind.file]: 'kind.file',
  [EntryKind.directory]: 'kind.directory',
  [EntryKind.symlink]: 'kind.symlink',
  [EntryKind.charDevice]: 'kind.charDevice',
  [EntryKind.blockDevice]: 'kind.blockDevice',
  [EntryKind.fifo]: 'kind.fifo',
  [EntryKind.whiteout]: 'kind.whiteout',
} as const;

/** The message key of an EntryKind's name. */
export function kindKey(kind: number): (typeof KEYS)[EntryKind] {
  return KEYS[kind as EntryKind] ?? 'kind.file';
}
