import type { EscapeCharacter } from '../expand/lexer.ts';
import { isSpace } from '../go/space.ts';

/** Splits at blanks outside quotes; quotes and escape characters stay in the words, for the expansion to judge. */
export function argumentWords(text: string, escapeToken: EscapeCharacter): string[] {
  const words: string[] = [];
  const { length } = text;
  for (let at = 0; at < length;) {
    while (at < length && isSpace(text.charCodeAt(at))) at++;
    if (at >= length) break;
    const start = at;
    let quote = '';
    let dropsLast = false;
    for (; at < length; at++) {
      const ch = text[at] as string;
      if (quote === '' && isSpace(ch.charCodeAt(0))) break;
      if (ch === escapeToken && quote !== "'") {
        // An escape character that ends the text is dropped.
        if (at + 1 === length) dropsLast = true;
        else at++;
      } else if (quote === '' ? ch === '"' || ch === "'" : ch === quote) {
        quote = quote === '' ? ch : '';
      }
    }
    const word = text.slice(start, dropsLast ? length - 1 : Math.min(at, length));
    if (word !== '') words.push(word);
  }
  return words;
}
