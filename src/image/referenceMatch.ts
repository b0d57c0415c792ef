import { matchGlob } from './globPattern.ts';
import { familiarForm, familiarName, type Reference } from './reference.ts';

/** Does a pattern, as `docker images PATTERN` takes it, match the short form, with the tag or without (FamiliarMatch)?
 *  Throws ImageError `pattern`. */
export function familiarMatch(pattern: string, reference: Reference): boolean {
  return matchGlob(pattern, familiarForm(reference)) || matchGlob(pattern, familiarName(reference));
}
