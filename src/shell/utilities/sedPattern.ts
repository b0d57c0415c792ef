import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import type { SedReader } from './sedReader.ts';
import type { SedRegex } from './sedScript.ts';

export interface SedSyntax {
  readonly extended: boolean;
}

/** Errors name the place that the reader has reached. */
export function parsePattern(
  reader: SedReader,
  source: string,
  { extended, ignoreCase, multiline }: SedSyntax & { readonly ignoreCase: boolean; readonly multiline: boolean },
): SedRegex {
  if (source === '') return 'last';
  try {
    return new Regex(source, {
      syntax: extended ? 'extended' : 'basic',
      ignoreCase,
      multiline,
      escapes: 'sed',
    });
  } catch (error) {
    if (error instanceof RegexError) throw reader.error(error.message);
    throw error;
  }
}
