/** What one layer does to a path of the union below it. */
export type Change =
  | 'unchanged'
  | 'added'
  | 'modified' // other content, target, device numbers or kind
  | 'touched' // same content, other metadata (mode, owner, time, xattrs)
  | 'rewritten' // the same again: content and metadata
  | 'removed'; // whiteout, or below an opaque or replaced directory
