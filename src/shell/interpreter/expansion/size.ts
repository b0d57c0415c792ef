import { ShellError } from '../shellError.ts';

/** What one expansion may make, in characters. */
const MAX_CHARACTERS = 256 * 1024 * 1024;

/** Throws ShellError, which ends a script, as bash ends when it gets no memory. */
export function requireSize(characters: number): void {
  if (characters > MAX_CHARACTERS) throw new ShellError('fatal', 'xrealloc: cannot allocate memory', 2);
}

/** Shorter pieces need no look: so many of them do not fit in an argument list. */
export const LARGE_CHARACTERS = 1 << 16;
