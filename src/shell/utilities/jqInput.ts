import { fromParsed } from './jqValue.ts';
import { type Json, JqError } from './jqSyntax.ts';

const MAX_DEPTH = 1000;

/** Documents that stand one after another in a text. Throws JqError behind those that are well. */
export function* jsonDocuments(text: string): Generator<Json> {
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (at >= text.length) return;
    const end = documentEnd(text, at);
    try {
      yield fromParsed(JSON.parse(text.slice(at, end)));
    } catch (error) {
      if (error instanceof JqError) throw error;
      const line = text.slice(0, end).split('\n').length;
      throw new JqError('run', `parse error: Invalid JSON text at line ${line}`);
    }
    at = end;
  }
}

function documentEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
      if (depth === 0) return at + 1;
    } else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) throw new JqError('run', 'parse error: Exceeds depth limit for parsing');
    } else if (character === '}' || character === ']') {
      if (--depth <= 0) return at + 1;
    } else if (depth === 0 && /\s/.test(text[at + 1] ?? ' ')) return at + 1;
    else if (depth === 0 && /["[{]/.test(text[at + 1] as string)) return at + 1;
  }
  return text.length;
}
