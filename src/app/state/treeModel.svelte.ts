import {
  CHANGES,
  EntryKind,
  FATES,
  ROW_FLAGS,
  type Change,
  type EntryFate,
  type TreeView,
  decodeName,
} from '../../client/protocol.ts';
import { NO_PARENT, childRows, indexOfRow, parentRows, visibleRows } from '../tree/visibleRows.ts';

/** One row as it is drawn. */
export interface TreeRow {
  readonly row: number;
  readonly path: string;
  readonly name: string;
  /** 1 at the top level, as `aria-level` counts. */
  readonly level: number;
  readonly positionInSet: number;
  readonly setSize: number;
  readonly kind: number;
  readonly change: Change;
  readonly fate: EntryFate;
  readonly flags: number;
  /** Position in the image's stack. */
  readonly layer: number;
  readonly byLayer: number | undefined;
  readonly entry: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSec: number;
  readonly sizeBytes: number;
  readonly hasChildren: boolean;
  readonly open: boolean;
}

/** Which directories are open, by path. */
export interface FoldState {
  readonly everything: 'open' | 'folded';
  /** Paths of the directories that are not as `everything` says. */
  readonly exceptions: readonly string[];
}

const NO_LAYER = 0xffff;
const EMPTY = new Uint32Array(0);

/** A TreeView with its folds and its focused row. What is open is remembered by path, so that it outlives the
 *  view: another layer or filter opens the same directories. */
export class TreeModel {
  view = $state.raw<TreeView | undefined>(undefined);
  /** Rows of the view that show, ascending. */
  shown = $state.raw<Uint32Array>(EMPTY);
  /** The row that has the keyboard focus (a row of the view, not of `shown`). */
  focused = $state(0);
  /** Counts calls of `reveal`, so that the scroller follows. */
  revealTurn = $state(0);

  #parents: Int32Array = new Int32Array(0);
  #children = new Map<number, Uint32Array>();
  /** 1 for a directory that is open; what `#exceptions` says, by row. */
  #open: Uint8Array = new Uint8Array(0);
  #everything: 'open' | 'folded' = 'folded';
  #folds: 'kept' | 'matches' = 'kept';
  /** Paths of the directories that are not as `#everything` says. */
  #exceptions = new Set<string>();

  /** `folds`: 'kept' opens what was open before; 'matches' opens everything, for a view that a filter has thinned,
   *  and what is folded in it is not remembered. `parents` are the view's `parentRows`, when they are there already. */
  setView(view: TreeView, folds: 'kept' | 'matches', parents = parentRows(view.depth, view.count)): void {
    const focusedPath = this.view ? this.path(this.focused) : undefined;
    const focusedHidden = this.view !== undefined && this.view.fate[this.focused] !== 0;
    this.view = view;
    this.#parents = parents;
    this.#children = new Map();
    this.#folds = folds;
    const everythingOpen = folds === 'matches' || this.#everything === 'open';
    this.#open = new Uint8Array(view.count).fill(everythingOpen ? 1 : 0);
    if (folds === 'kept') this.#applyExceptions();
    this.#layOut();
    const kept = focusedPath === undefined || focusedHidden ? -1 : this.find(focusedPath);
    this.focused = kept >= 0 && indexOfRow(this.shown, kept) >= 0 ? kept : 0;
  }

  /** Another image: nothing of the old one may stay in sight. What was open is remembered. */
  clear(): void {
    this.view = undefined;
    this.shown = EMPTY;
    this.focused = 0;
  }

  get foldState(): FoldState {
    // Each fold lays the rows out anew: who reads them here is told.
    void this.shown;
    return { everything: this.#everything, exceptions: [...this.#exceptions] };
  }

  /** Takes effect with the next view. */
  set foldState({ everything, exceptions }: FoldState) {
    this.#everything = everything;
    this.#exceptions = new Set(exceptions);
  }

  #applyExceptions(): void {
    for (const path of this.#exceptions) {
      const row = this.find(path);
      if (row >= 0) this.#open[row] = this.#everything === 'open' ? 0 : 1;
    }
  }

  /** Position in `shown` of the focused row. */
  get focusedIndex(): number {
    return Math.max(0, indexOfRow(this.shown, this.focused));
  }

  isOpen(row: number): boolean {
    return this.#open[row] === 1;
  }

  hasChildren(row: number): boolean {
    return this.view !== undefined && (this.view.end[row] ?? 0) > row + 1;
  }

  parent(row: number): number {
    return this.#parents[row] ?? NO_PARENT;
  }

  siblings(row: number): Uint32Array {
    return this.children(this.parent(row));
  }

  children(parent: number): Uint32Array {
    if (!this.view) return EMPTY;
    let rows = this.#children.get(parent);
    if (!rows) {
      rows = childRows(this.view.end, this.view.count, parent);
      this.#children.set(parent, rows);
    }
    return rows;
  }

  setOpen(row: number, state: 'open' | 'folded'): void {
    if (!this.hasChildren(row) || this.isOpen(row) === (state === 'open')) return;
    this.#flip(row);
    this.#layOut();
    if (indexOfRow(this.shown, this.focused) < 0) this.focused = row;
  }

  toggle(row: number): void {
    this.setOpen(row, this.isOpen(row) ? 'folded' : 'open');
  }

  /** As `*` does in a tree: every sibling of the row. */
  openSiblings(row: number): void {
    for (const sibling of this.siblings(row)) {
      if (this.hasChildren(sibling) && !this.isOpen(sibling)) this.#flip(sibling);
    }
    this.#layOut();
  }

  openAll(): void {
    this.#setEverything('open');
  }

  foldAll(): void {
    this.focused = 0;
    this.#setEverything('folded');
  }

  #setEverything(state: 'open' | 'folded'): void {
    if (this.#folds === 'kept') {
      this.#everything = state;
      this.#exceptions.clear();
    }
    this.#open.fill(state === 'open' ? 1 : 0);
    this.#layOut();
  }

  #flip(row: number): void {
    this.#open[row] = this.#open[row] === 1 ? 0 : 1;
    if (this.#folds === 'matches') return;
    const path = this.path(row);
    if (!this.#exceptions.delete(path)) this.#exceptions.add(path);
  }

  /** Opens every directory above a path and focuses it. False when the view has no such path. */
  reveal(path: string): boolean {
    const row = this.find(path);
    if (row < 0) return false;
    for (let at = this.parent(row); at !== NO_PARENT; at = this.parent(at)) if (!this.isOpen(at)) this.#flip(at);
    this.#layOut();
    this.focused = row;
    this.revealTurn++;
    return true;
  }

  /** The row of a path: the visible one, else the topmost hidden one; -1 where there is none. */
  find(path: string): number {
    const { view } = this;
    if (!view) return -1;
    let row = NO_PARENT;
    for (const part of path.split('/')) {
      const next = this.#childNamed(row, part);
      if (next < 0) return -1;
      row = next;
    }
    return row;
  }

  #childNamed(parent: number, name: string): number {
    let hidden = -1;
    for (const row of this.children(parent)) {
      if (this.name(row) !== name) continue;
      if (this.view?.fate[row] === 0) return row;
      if (hidden < 0) hidden = row;
    }
    return hidden;
  }

  name(row: number): string {
    const { view } = this;
    return view ? decodeName(view.names.subarray(view.nameStart[row], view.nameStart[row + 1])) : '';
  }

  path(row: number): string {
    const parts: string[] = [];
    for (let at = row; at !== NO_PARENT; at = this.parent(at)) {
      const name = this.name(at);
      if (name !== '') parts.push(name);
    }
    return parts.reverse().join('/');
  }

  row(row: number): TreeRow {
    const view = this.view as TreeView;
    const siblings = this.siblings(row);
    const byLayer = view.byLayer[row] as number;
    const hasChildren = this.hasChildren(row);
    return {
      row,
      path: this.path(row),
      name: this.name(row),
      level: (view.depth[row] as number) + 1,
      positionInSet: indexOfRow(siblings, row) + 1,
      setSize: siblings.length,
      kind: view.kind[row] as number,
      change: CHANGES[view.change[row] as number] ?? 'unchanged',
      fate: FATES[view.fate[row] as number] ?? 'visible',
      flags: view.flags[row] as number,
      layer: view.layer[row] as number,
      byLayer: byLayer === NO_LAYER ? undefined : byLayer,
      entry: view.entry[row] as number,
      mode: view.mode[row] as number,
      uid: view.uid[row] as number,
      gid: view.gid[row] as number,
      mtimeSec: view.mtimeSec[row] as number,
      sizeBytes: view.size[row] as number,
      hasChildren,
      open: hasChildren && this.isOpen(row),
    };
  }

  #layOut(): void {
    const { view } = this;
    this.shown = view ? visibleRows(view.end, view.count, (row) => this.isOpen(row)) : EMPTY;
  }
}

export function isOpaque(row: TreeRow): boolean {
  return (row.flags & ROW_FLAGS.opaque) !== 0;
}

export function isDirectory(row: TreeRow): boolean {
  return row.kind === EntryKind.directory;
}
