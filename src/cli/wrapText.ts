import { clipText } from './table.ts';

/** Lines of at most `width` cells; a longer word is cut. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? clipText(word, width) : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
