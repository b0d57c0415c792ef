import { ESCAPE_LETTERS } from '../escapeLetters.ts';
import { encodeName } from '../../bytes/byteName.ts';

const ESCAPES: Readonly<Record<number, string>> = {
  ...ESCAPE_LETTERS,
  34: '\\"',
  92: '\\\\',
};

/** A path as git prints it: in quotes where a byte is unusual (`core.quotePath`). */
export function quotePath(path: string): string {
  if (/^[\x20-\x7e]*$/.test(path) && !/["\\]/.test(path)) return path;
  let text = '';
  for (const byte of encodeName(path)) {
    if (ESCAPES[byte] !== undefined) text += ESCAPES[byte];
    else if (byte < 0x20 || byte >= 0x7f) text += `\\${byte.toString(8).padStart(3, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return `"${text}"`;
}
