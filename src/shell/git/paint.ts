/** What git colours, and how by default (git-config(1), `color.*`). */
const CODES = {
  header: '1',
  hunk: '36',
  removed: '31',
  added: '32',
  commit: '33',
  staged: '32',
  unstaged: '31',
  branch: '32',
  head: '1;36',
  localBranch: '1;32',
  remoteBranch: '1;31',
  tag: '1;33',
  otherRemote: '31',
} as const;

export type PaintSlot = keyof typeof CODES;
/** Text as it is, or in a slot's colour. */
export type Paint = (slot: PaintSlot, text: string) => string;

export const PLAIN: Paint = (_slot, text) => text;
export const COLOURED: Paint = (slot, text) => (text === '' ? '' : `\x1b[${CODES[slot]}m${text}\x1b[m`);
