import { EMPTY_ENVIRONMENT } from '../expand/environment.ts';
import { expandWords } from '../expand/lexer.ts';
import type { Heredoc } from './syntaxNode.ts';

export type HeredocStart = Omit<Heredoc, 'content'>;

/** `<<NAME`, `<<-NAME`, `3<<"NAME"`: what a word says of a here-document, or undefined when it starts none.
 *  Throws BuildError `expansion` when its quotes do not close. */
export function parseHeredocWord(word: string): HeredocStart | undefined {
  const head = /^([0-9]*)<<(-?)/.exec(word);
  if (!head) return undefined;
  let at = head[0].length;
  while (at < word.length && /[\t\n\f\r ]/.test(word[at] as string)) at++;
  const rest = word.slice(at);
  if (rest === '' || rest.includes('<')) return undefined;
  const options = { escape: '\\', keepUnset: true } as const;
  const words = expandWords(rest, EMPTY_ENVIRONMENT, options);
  if (words.length !== 1) return undefined;
  // With quotes kept there are more of them exactly when some part of the name is quoted.
  const [raw] = expandWords(rest, EMPTY_ENVIRONMENT, { ...options, rawQuotes: true });
  const name = words[0] as string;
  return {
    name,
    fileDescriptor: Number(head[1] || '0'),
    expand: countQuotes(name) === countQuotes(raw ?? ''),
    chomp: head[2] === '-',
  };
}

/** The same, where a word that cannot be read starts no here-document. */
export function heredocWord(word: string): HeredocStart | undefined {
  try {
    return parseHeredocWord(word);
  } catch {
    return undefined;
  }
}

/** The here-documents that a logical line starts, in order. */
export function heredocsOfLine(line: string): HeredocStart[] {
  let words: string[];
  try {
    words = expandWords(line, EMPTY_ENVIRONMENT, { escape: '\\', rawQuotes: true, rawEscapes: true, keepUnset: true });
  } catch {
    return [];
  }
  return words.flatMap((word) => parseHeredocWord(word) ?? []);
}

/** Takes the leading tabs from every line, as `<<-` asks. */
export function chompContent(content: string): string {
  return content.replace(/(^|\n)\t+/g, '$1');
}

function countQuotes(text: string): number {
  return text.length - text.replace(/['"]/g, '').length;
}
