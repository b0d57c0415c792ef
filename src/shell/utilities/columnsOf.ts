import { widthOf } from '../lineEditor/display.ts';

/** What of a text stands in the columns from `start` up to `end` of a terminal. Blanks stand for a wide character that
 *  an edge cuts. */
export function columnsOf(text: string, start: number, end: number): string {
  if (/^[ -~]*$/.test(text)) return text.slice(start, end);
  let out = '';
  let column = 0;
  for (const character of text) {
    if (column >= end) break;
    const next = column + widthOf(character);
    if (column >= start && next <= end) out += character;
    else if (next > start) out += ' '.repeat(Math.min(next, end) - Math.max(column, start));
    column = next;
  }
  return out;
}
