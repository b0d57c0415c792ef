import type { ViEditor } from './viEditor.ts';

const MAX_COUNT = 10_000;

/** What may be typed before a command. */
export interface ViCall {
  readonly count: number | undefined;
  readonly register: string | undefined;
}

/** A count whose first digit was typed, times the one that was typed before; and the key behind it. */
export async function readCount(
  editor: ViEditor,
  first: string,
  before: number | undefined,
): Promise<{ readonly count: number; readonly next: string }> {
  let digits = first;
  let next = await editor.next();
  while (/^[0-9]$/.test(next)) {
    digits += next;
    next = await editor.next();
  }
  return { count: Math.min(MAX_COUNT, (before ?? 1) * Math.min(Number(digits), MAX_COUNT)), next };
}

/** The rest of a command that has a letter behind its `g`. */
export async function wholeKey(editor: ViEditor, key: string): Promise<string> {
  return key === 'g' ? `g${await editor.next()}` : key;
}
