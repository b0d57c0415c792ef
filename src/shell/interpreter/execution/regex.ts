import { Regex } from '../../regex/regex.ts';
import { RegexError } from '../../regex/regexError.ts';
import { ShellError } from '../shellError.ts';

const MAX_CACHED = 200;
const cache = new Map<string, Regex>();

/** The groups of the match of an extended regular expression; undefined for none. Throws ShellError for a bad one. */
export function matchRegex(source: string, text: string, ignoresCase: boolean): readonly string[] | undefined {
  try {
    const regex = compiled(source, ignoresCase);
    const slots = regex.exec(text);
    if (!slots) return undefined;
    return Array.from({ length: regex.groupCount + 1 }, (_, i) => {
      const start = slots[2 * i] ?? -1;
      return start < 0 ? '' : text.slice(start, slots[2 * i + 1]);
    });
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    // bash gives the status alone.
    throw new ShellError('command', '', 2);
  }
}

function compiled(source: string, ignoresCase: boolean): Regex {
  const key = (ignoresCase ? 'i' : ' ') + source;
  const known = cache.get(key);
  if (known) return known;
  const made = new Regex(source, { syntax: 'extended', ignoreCase: ignoresCase });
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, made);
  return made;
}
