import { badPattern } from './characterClass.ts';

/** Tries a pattern as Go's filepath.Match does on the name `.`, which is how moby looks for faults: a fault in a part that
 *  is never reached stays unseen. Throws BuildError `pattern`. */
export function checkFilePattern(pattern: string): void {
  let rest = pattern;
  let name = '.';
  while (rest !== '') {
    const { star, chunk, after } = scanChunk(rest);
    if (star && chunk === '') return;
    let left = matchChunk(chunk, name);
    if (left === undefined || (left !== '' && after === '')) {
      // The name is one character at most: a star can take that one.
      left = star && name !== '' ? matchChunk(chunk, '') : undefined;
      if (left === undefined) return;
    }
    name = left;
    rest = after;
  }
}

/** Go's filepath.Match: `*` and `?` stop at slashes, a backslash hides the next character. Throws BuildError `pattern`. */
export function matchFilePattern(pattern: string, fileName: string): boolean {
  let rest = pattern;
  let name = fileName;
  while (rest !== '') {
    const { star, chunk, after } = scanChunk(rest);
    if (star && chunk === '') return !name.includes('/');
    const next = matchFrom(chunk, name, { star, isLast: after === '' });
    if (next === undefined) return false;
    name = next;
    rest = after;
  }
  return name === '';
}

/** What of the name is left behind the chunk, wherever it matches first. */
function matchFrom(chunk: string, name: string, form: { star: boolean; isLast: boolean }): string | undefined {
  const fits = (left: string | undefined) => left !== undefined && (left === '' || !form.isLast);
  const left = matchChunk(chunk, name);
  if (fits(left)) return left;
  if (!form.star) return undefined;
  for (let at = 0; at < name.length && name[at] !== '/'; at++) {
    const later = matchChunk(chunk, name.slice(at + 1));
    if (fits(later)) return later;
  }
  return undefined;
}

/** Stars, and what stands up to the next star. */
function scanChunk(pattern: string): { star: boolean; chunk: string; after: string } {
  let start = 0;
  while (pattern[start] === '*') start++;
  let inClass = false;
  for (let at = start; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') at++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '*' && !inClass) {
      return { star: start > 0, chunk: pattern.slice(start, at), after: pattern.slice(at) };
    }
  }
  return { star: start > 0, chunk: pattern.slice(start), after: '' };
}

/** What of the name is left behind the chunk, or undefined when it does not match. */
function matchChunk(chunk: string, name: string): string | undefined {
  let left = name;
  let failed = false;
  for (let at = 0; at < chunk.length;) {
    failed ||= left === '';
    const character = chunk[at] as string;
    const here = left.codePointAt(0) ?? 0;
    left = left.slice(1);
    if (character === '[') {
      const { matches, end } = matchClass(chunk, at + 1, here);
      failed ||= !matches;
      at = end;
      continue;
    }
    if (character === '\\' && ++at >= chunk.length) throw badPattern();
    if (character !== '?') failed ||= chunk.codePointAt(at) !== here;
    at++;
  }
  return failed ? undefined : left;
}

function matchClass(chunk: string, from: number, code: number): { matches: boolean; end: number } {
  const negated = chunk[from] === '^';
  let at = negated ? from + 1 : from;
  let matched = false;
  for (let count = 0; chunk[at] !== ']' || count === 0; count++) {
    const low = classCharacter(chunk, at);
    let high = low;
    if (chunk[low.end] === '-') high = classCharacter(chunk, low.end + 1);
    matched ||= low.code <= code && code <= high.code;
    at = high.end;
  }
  return { matches: matched !== negated, end: at + 1 };
}

/** A class must go on behind each of its characters. */
function classCharacter(chunk: string, at: number): { code: number; end: number } {
  const first = chunk[at];
  if (first === undefined || first === '-' || first === ']') throw badPattern();
  const place = first === '\\' ? at + 1 : at;
  const code = chunk.codePointAt(place);
  if (code === undefined) throw badPattern();
  const end = place + (code > 0xffff ? 2 : 1);
  if (end >= chunk.length) throw badPattern();
  return { code, end };
}
