import { encodeName } from '../../bytes/byteName.ts';

const NAMES = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);

/** A line as sed's `l` prints it: unambiguous, folded at `width` (0 and 1: never), with `$` at its end. */
export function escapedLine(text: string, width: number): string {
  let out = '';
  let column = 0;
  for (const byte of encodeName(text)) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    const part = isPlain ? String.fromCharCode(byte) : (NAMES.get(byte) ?? `\\${byte.toString(8).padStart(3, '0')}`);
    if (width > 1 && column + part.length > width - 1) {
      out += '\\\n';
      column = 0;
    }
    out += part;
    column += part.length;
  }
  return `${out}$\n`;
}
