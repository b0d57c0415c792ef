import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import type { TextBuffer } from './textBuffer.ts';
import type { Position } from './viRange.ts';

/** A pattern of vi: basic, or extended behind `\v`; `\c` ignores case. Throws RegexError. */
export function viRegex(pattern: string, form: { readonly ignoreCase: boolean }): Regex {
  const isExtended = pattern.includes('\\v');
  const ignoreCase = form.ignoreCase || pattern.includes('\\c');
  const bare = pattern.replace(/\\[vmcC]/g, '');
  return new Regex(bare, { syntax: isExtended ? 'extended' : 'basic', ignoreCase, escapes: 'sed' });
}

/** The next match from the cursor on, around the end of the text; words for why there is none otherwise. */
export function findPattern(
  buffer: TextBuffer,
  pattern: string,
  form: { readonly isBackward: boolean; readonly ignoreCase: boolean },
): Position | string {
  const { lines, row, column } = buffer;
  try {
    const regex = viRegex(pattern, form);
    for (let i = 0; i <= lines.length; i++) {
      const at = (row + (form.isBackward ? lines.length - i : i) + lines.length) % lines.length;
      const line = lines[at] as string;
      const found = form.isBackward
        ? lastMatch(regex, line, i === 0 ? column : undefined)
        : regex.find(line, i === 0 ? column + 1 : 0)?.start;
      if (found !== undefined && found >= 0) return { row: at, column: found };
    }
    return `E486: Pattern not found: ${pattern}`;
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    return `E486: ${error.message}`;
  }
}

function lastMatch(regex: Regex, line: string, before: number | undefined): number {
  let best = -1;
  for (let found = regex.find(line, 0); found; found = regex.find(line, found.start + 1)) {
    if (before !== undefined && found.start >= before) break;
    best = found.start;
    if (found.start + 1 > line.length) break;
  }
  return best;
}
