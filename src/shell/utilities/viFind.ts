import type { TextBuffer } from './textBuffer.ts';
import type { Motion } from './viMotions.ts';

/** `f`, `F`, `t` or `T` with its character. */
export interface ViFind {
  readonly key: string;
  readonly character: string;
}

const OPPOSITE: Readonly<Record<string, string>> = { f: 'F', F: 'f', t: 'T', T: 't' };

export function reversedFind({ key, character }: ViFind): ViFind {
  return { key: OPPOSITE[key] ?? key, character };
}

/** `isAgain`: by `;` or `,`, where `t` does not stop before the same character again. */
export function findInLine(
  buffer: TextBuffer,
  { key, character }: ViFind,
  count: number,
  form: { readonly isAgain: boolean },
): Motion | undefined {
  const { row, column, line } = buffer;
  const isForward = key === 'f' || key === 't';
  const stops = key === 't' || key === 'T';
  let at = column;
  if (stops && form.isAgain && line[column + (isForward ? 1 : -1)] === character) at += isForward ? 1 : -1;
  for (let i = 0; i < count; i++) {
    at = isForward ? line.indexOf(character, at + 1) : at <= 0 ? -1 : line.lastIndexOf(character, at - 1);
    if (at < 0) return undefined;
  }
  if (key === 't') at--;
  if (key === 'T') at++;
  return { row, column: at, takes: isForward ? 'including' : 'upTo' };
}
