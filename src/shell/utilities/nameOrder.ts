import { compareBytes, encodeName } from '../../bytes/byteName.ts';

/** Order of names in the C locale: by their bytes. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // UTF-16 sorts as UTF-8 does, but for what needs surrogates.
    if (x >= 0xd800 || y >= 0xd800) return compareBytes(encodeName(a), encodeName(b));
    return x - y;
  }
  return a.length - b.length;
}

/** Order of versions within names (gnulib's filevercmp): digits by their value, `~` before everything. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  for (const special of ['', '.', '..']) {
    if (a === special) return -1;
    if (b === special) return 1;
  }
  if (a.startsWith('.') !== b.startsWith('.')) return a.startsWith('.') ? -1 : 1;
  const [bareA, bareB] = [withoutSuffix(a), withoutSuffix(b)];
  const order = bareA === bareB ? 0 : verrevcmp(bareA, bareB);
  return order || verrevcmp(a, b) || compareNames(a, b);
}

/** Without endings as `.tar.gz`. */
function withoutSuffix(name: string): string {
  return name.replace(/(?<=.)(\.[A-Za-z~][A-Za-z0-9~]*)*$/, '');
}

function verrevcmp(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = rank(a, i) - rank(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a[i] === '0') i++;
    while (b[j] === '0') j++;
    let first = 0;
    while (isDigit(a, i) && isDigit(b, j)) {
      first ||= a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** Letters before other characters, the end before both, `~` before the end. */
function rank(text: string, at: number): number {
  if (at >= text.length) return -1;
  const character = text[at] as string;
  if (isDigit(text, at)) return 0;
  if (/[A-Za-z]/.test(character)) return character.charCodeAt(0);
  return character === '~' ? -2 : character.charCodeAt(0) + 256;
}
