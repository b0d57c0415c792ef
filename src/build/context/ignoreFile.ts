import { BuildError } from '../buildError.ts';
import { cleanPath } from '../go/path.ts';
import { trimSpace } from '../go/space.ts';

/** bufio.MaxScanTokenSize. */
const MAX_LINE_BYTES = 64 * 1024;

/** A pattern of an ignore file and where it stands. */
export interface IgnoreLine {
  readonly pattern: string;
  /** From 1. */
  readonly line: number;
}

/** The patterns of a `.dockerignore` (moby patternmatcher, ignorefile): comments and empty lines go, blanks around a
 *  pattern go, paths are cleaned and lose their leading slash. Throws BuildError `pattern` for a line over 64 KiB. */
export function readIgnoreFile(text: string): IgnoreLine[] {
  const out: IgnoreLine[] = [];
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length * 3 >= MAX_LINE_BYTES && new TextEncoder().encode(line).length >= MAX_LINE_BYTES) {
      throw new BuildError('pattern', `bufio.Scanner: token too long (line ${index + 1} of the ignore file)`);
    }
    if (line.startsWith('#')) continue;
    const trimmed = trimSpace(line);
    if (trimmed === '') continue;
    const inverted = trimmed.startsWith('!');
    const path = inverted ? trimSpace(trimmed.slice(1)) : trimmed;
    out.push({ pattern: (inverted ? '!' : '') + cleaned(path), line: index + 1 });
  }
  return out;
}

function cleaned(path: string): string {
  if (path === '') return '';
  const clean = cleanPath(path);
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}
