import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
} from '../../vfs/overlay/fileMode.ts';

const LETTERS = new Map([
  [S_IFREG, '-'],
  [S_IFDIR, 'd'],
  [S_IFLNK, 'l'],
  [S_IFCHR, 'c'],
  [S_IFBLK, 'b'],
  [S_IFIFO, 'p'],
  [S_IFSOCK, 's'],
]);

/** The letter of a type: as in `ls -l`. */
export function typeLetter(mode: number): string {
  return LETTERS.get(mode & S_IFMT) ?? '?';
}

const texts = new Map<number, string>();

/** `drwxr-xr-x`. */
export function modeText(mode: number): string {
  let text = texts.get(mode);
  if (text === undefined) {
    text = typeLetter(mode) + permissionText(mode);
    texts.set(mode, text);
  }
  return text;
}

/** `rwxr-xr-x`. */
export function permissionText(mode: number): string {
  let text = '';
  for (const [shift, special, letter] of [
    [6, S_ISUID, 's'],
    [3, S_ISGID, 's'],
    [0, S_ISVTX, 't'],
  ] as const) {
    const bits = mode >> shift;
    text += bits & 4 ? 'r' : '-';
    text += bits & 2 ? 'w' : '-';
    if (mode & special) text += bits & 1 ? letter : letter.toUpperCase();
    else text += bits & 1 ? 'x' : '-';
  }
  return text;
}

/** As `stat`, `find` and `file` say it. */
export function typeWords(mode: number, sizeBytes: number): string {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return sizeBytes === 0 ? 'regular empty file' : 'regular file';
    case S_IFDIR:
      return 'directory';
    case S_IFLNK:
      return 'symbolic link';
    case S_IFCHR:
      return 'character special file';
    case S_IFBLK:
      return 'block special file';
    case S_IFIFO:
      return 'fifo';
    case S_IFSOCK:
      return 'socket';
    default:
      return 'weird file';
  }
}
