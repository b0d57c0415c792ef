import type { SedReader } from './sedReader.ts';

/** Text of a, i, c: on the same line, or behind a backslash and a newline. */
export function parseText(reader: SedReader): string {
  reader.skip(/[ \t]/);
  if (reader.isAtEnd) throw reader.error("expected \\ after `a', `c' or `i'");
  if (reader.peek() === '\\') {
    const behind = ++reader.at;
    reader.skip(/[ \t]/);
    if (reader.peek() === '\n') reader.at++;
    else if (reader.isAtEnd) throw reader.error("expected \\ after `a', `c' or `i'");
    // A text on the same line keeps its blanks.
    else reader.at = behind;
  }
  let text = '';
  while (!reader.isAtEnd) {
    const character = reader.take() as string;
    if (character === '\n') return `${text}\n`;
    if (character !== '\\') {
      text += character;
      continue;
    }
    const next = reader.take();
    if (next === undefined) break;
    text += next === 't' ? '\t' : next;
  }
  return `${text}\n`;
}
