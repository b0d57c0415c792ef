import type { Text } from '@codemirror/state';

/** Lines that are looked at to find where an instruction begins. */
const MAX_LINES_BACK = 500;

export interface InstructionPlace {
  /** In capitals; empty where the position is in the keyword itself. */
  readonly keyword: string;
  /** Offset of the keyword. */
  readonly from: number;
  /** From the keyword to the position, continuations joined. */
  readonly before: string;
}

/** The instruction that a position is in; undefined in a comment. */
export function instructionAt(doc: Text, position: number): InstructionPlace | undefined {
  const line = doc.lineAt(position);
  if (/^\s*#/.test(line.text)) return undefined;
  let first = line;
  for (let i = 0; i < MAX_LINES_BACK && first.number > 1; i++) {
    const above = doc.line(first.number - 1);
    if (!/\\\s*$/.test(above.text) && !/^\s*#/.test(above.text)) break;
    if (/^\s*#/.test(above.text) && !goesOn(doc, above.number)) break;
    first = above;
  }
  const before = doc
    .sliceString(first.from, position)
    .replace(/\\\s*\n/g, ' ')
    .trimStart();
  const from = first.from + (first.text.length - first.text.trimStart().length);
  const [keyword = ''] = before.split(/\s/, 1);
  return { keyword: /\s/.test(before) ? keyword.toUpperCase() : '', from, before };
}

/** Whether a comment stands between the lines of an instruction. */
function goesOn(doc: Text, comment: number): boolean {
  for (let i = comment - 1; i >= 1 && comment - i < MAX_LINES_BACK; i--) {
    const { text } = doc.line(i);
    if (!/^\s*#/.test(text)) return /\\\s*$/.test(text);
  }
  return false;
}
