import type { TarEntryType } from '../../tar/tarEntry.ts';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from './fileMode.ts';

const TYPES: ReadonlyMap<number, TarEntryType> = new Map<number, TarEntryType>([
  [S_IFREG, 'file'],
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'symlink'],
  [S_IFCHR, 'charDevice'],
  [S_IFBLK, 'blockDevice'],
  [S_IFIFO, 'fifo'],
]);

/** As what a tar holds a file of that mode. Undefined for a socket, which it cannot hold. */
export function tarTypeOf(mode: number): TarEntryType | undefined {
  return TYPES.get(mode & S_IFMT);
}
