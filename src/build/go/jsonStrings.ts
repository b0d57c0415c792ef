import { trimSpaceStart } from './space.ts';

/** What follows the array: BuildKit from 0.9 on takes the text for no array then, 20.10 did not look at it. */
export type JsonTail = 'refused' | 'ignored';

/** encoding/json refuses deeper values. */
const MAX_DEPTH = 10_000;

/** The exec form of an instruction: `["a", "b"]` as Go's encoding/json reads it into a list.
 *  undefined when the text is no JSON array (then it is the shell form), 'mixed' when the array holds other things than
 *  strings (then it is an error). */
export function parseJsonStrings(text: string, tail: JsonTail = 'refused'): string[] | 'mixed' | undefined {
  const rest = trimSpaceStart(text);
  if (!rest.startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(tail === 'ignored' ? firstArray(rest) : rest);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || !goAccepts(value)) return undefined;
  if (!value.every((item): item is string => typeof item === 'string')) return 'mixed';
  return value.map(withoutLoneSurrogates);
}

/** Up to the bracket that closes the first one; all of it where none does. */
function firstArray(text: string): string {
  let depth = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    const [token] = match;
    if (token === '[' || token === '{') depth++;
    else if ((token === ']' || token === '}') && --depth === 0) return text.slice(0, match.index + 1);
  }
  return text;
}

// Go fails on numbers beyond float64 and on very deep values, where JSON.parse does not.
function goAccepts(value: readonly unknown[]): boolean {
  if (value.every((item) => typeof item === 'string')) return true;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === 'number' && !Number.isFinite(item)) return false;
      if (typeof item === 'object' && item !== null) for (const child of Object.values(item)) next.push(child);
    }
    level = next;
  }
  return true;
}

// Go decodes an escaped half of a surrogate pair as U+FFFD.
function withoutLoneSurrogates(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
