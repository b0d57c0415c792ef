import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { shownSizeBytes } from './fileSize.ts';
import type { LsEntry, LsStyle } from './lsStyle.ts';
import { compareNames, compareVersions } from './nameOrder.ts';

/** In place. */
export function sortEntries(entries: LsEntry[], style: LsStyle): void {
  if (style.sort !== 'none') {
    const compare = comparer(style);
    entries.sort(style.isReversed ? (a, b) => compare(b, a) : compare);
  }
  if (!style.directoriesFirst) return;
  const isFolder = (entry: LsEntry) =>
    isDirectory(entry.type) || (entry.targetStat && isDirectory(entry.targetStat.mode));
  entries.sort((a, b) => Number(!isFolder(a)) - Number(!isFolder(b)));
}

function comparer({ sort, time }: LsStyle): (a: LsEntry, b: LsEntry) => number {
  switch (sort) {
    case 'size':
      return (a, b) => sizeOf(b) - sizeOf(a) || compareNames(a.name, b.name);
    case 'time':
      return (a, b) => {
        const [one, other] = [a.stat?.[time], b.stat?.[time]];
        const later = (other?.sec ?? 0) - (one?.sec ?? 0) || (other?.nsec ?? 0) - (one?.nsec ?? 0);
        return later || compareNames(a.name, b.name);
      };
    case 'version':
      return (a, b) => compareVersions(a.name, b.name);
    case 'extension':
      return (a, b) => compareNames(extension(a.name), extension(b.name)) || compareNames(a.name, b.name);
    case 'width':
      return (a, b) => a.name.length - b.name.length || compareNames(a.name, b.name);
    default:
      return (a, b) => compareNames(a.name, b.name);
  }
}

function sizeOf({ stat }: LsEntry): number {
  return stat ? shownSizeBytes(stat) : 0;
}

function extension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}
