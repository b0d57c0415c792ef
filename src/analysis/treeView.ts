import type { EntryFate } from '../vfs/unionTree.ts';
import type { Change } from './changes.ts';

/** Which rows of an image's tree to show. */
export interface TreeRowsQuery {
  /** Position in the image's stack. */
  readonly layer: number;
  /** 'layer': what this layer's tar holds. 'union': all layers from the base up to this one. */
  readonly mode: 'layer' | 'union';
  /** Also what lies hidden beneath, whiteouts and opaque marks. In mode 'layer': also what this layer hides, and
   *  what became of its own entries in the whole stack. */
  readonly xray: boolean;
  readonly filter: TreeFilter;
  /** 'size': largest first. 'layer': newest first. Each within its directory, then by name. */
  readonly sort: 'name' | 'size' | 'layer';
}

export interface TreeFilter {
  /** Changes to show; empty shows all. 'hidden' are the rows that x-ray adds. 'removed' also brings the rows that
   *  the layer removes, without x-ray. */
  readonly changes: readonly (Change | 'hidden')[];
  /** Part of a name, or a glob when it holds `*`, `?` or `[` (`**` crosses directories). Empty: all. */
  readonly text: string;
  /** Of files only: directories stay as the parents of what matches. */
  readonly minBytes: number;
}

/** The rows of a tree in pre-order, all expanded, the root left out: its children have depth 0. The page folds
 *  by `end`. Columns of one length `count`. */
export interface TreeView {
  readonly count: number;
  /** One past the last row of this row's subtree. */
  readonly end: Uint32Array;
  readonly depth: Uint16Array;
  readonly kind: Uint8Array; // EntryKind
  readonly change: Uint8Array; // index in CHANGES
  readonly fate: Uint8Array; // index in FATES; 0 visible
  readonly flags: Uint8Array; // ROW_FLAGS
  /** Position in the image's stack of the layer that supplies the row. */
  readonly layer: Uint16Array;
  /** The layer that hides a hidden row. 0xffff: none. */
  readonly byLayer: Uint16Array;
  readonly entry: Uint32Array;
  readonly mode: Uint16Array;
  readonly uid: Uint32Array;
  readonly gid: Uint32Array;
  readonly mtimeSec: Float64Array;
  /** Own size of a file; of a directory the sum of the visible files below it, hard links once, whatever the
   *  filter. Of a hidden directory the sum of the hidden files below it. */
  readonly size: Float64Array;
  /** Names as UTF-8 (bytes that are not UTF-8 as in decodeName), [nameStart[i], nameStart[i+1]). */
  readonly nameStart: Uint32Array;
  readonly names: Uint8Array;
  /** Rows that pass the filter themselves, and rows in all, for "n of m". */
  readonly matched: number;
  readonly total: number;
}

export const FATES: readonly EntryFate[] = [
  'visible',
  'merged',
  'superseded',
  'deleted',
  'opaque',
  'parentHidden',
  'whiteout',
];

export const ROW_FLAGS = {
  opaque: 1,
  implicit: 2,
  /** A further name of an inode that the layer has under another name. */
  hardLink: 4,
  hasXattrs: 8,
  sparse: 16,
  nativeWhiteout: 32,
  /** Does not pass the filter itself; here because something below it does. */
  filteredParent: 64,
} as const;
