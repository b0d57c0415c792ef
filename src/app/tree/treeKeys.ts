import type { TreeModel } from '../state/treeModel.svelte.ts';
import { NO_PARENT } from './visibleRows.ts';

/** What a key does to a tree (ARIA Authoring Practices, "Tree View" and "Treegrid"): moves the focus or folds.
 *  Returns false for keys that are none of its own. */
export function handleTreeKey(tree: TreeModel, key: string, pageRows: number): boolean {
  const { shown, focused } = tree;
  if (shown.length === 0) return false;
  const at = tree.focusedIndex;
  switch (key) {
    case 'ArrowDown':
      return focusAt(tree, at + 1);
    case 'ArrowUp':
      return focusAt(tree, at - 1);
    case 'PageDown':
      return focusAt(tree, at + Math.max(1, pageRows - 1));
    case 'PageUp':
      return focusAt(tree, at - Math.max(1, pageRows - 1));
    case 'Home':
      return focusAt(tree, 0);
    case 'End':
      return focusAt(tree, shown.length - 1);
    case 'ArrowRight':
      if (!tree.hasChildren(focused)) return true;
      if (tree.isOpen(focused)) return focusAt(tree, at + 1);
      tree.setOpen(focused, 'open');
      return true;
    case 'ArrowLeft': {
      if (tree.hasChildren(focused) && tree.isOpen(focused)) {
        tree.setOpen(focused, 'folded');
        return true;
      }
      const parent = tree.parent(focused);
      if (parent !== NO_PARENT) tree.focused = parent;
      return true;
    }
    case '*':
      tree.openSiblings(focused);
      return true;
    default:
      return false;
  }
}

function focusAt(tree: TreeModel, index: number): true {
  const bounded = Math.min(Math.max(0, index), tree.shown.length - 1);
  tree.focused = tree.shown[bounded] as number;
  return true;
}

/** Typing a name: letters typed within TYPE_PAUSE_MS of one another are one prefix. */
export const TYPE_PAUSE_MS = 700;
/** Rows looked at for one key: a bound on the work in a tree of a million rows. */
const MAX_LOOKED_AT = 50_000;

/** Focuses the next shown row whose name begins with `prefix`, in any case, from the focused one on (itself
 *  included when the prefix grows), around the end. False when none is near. */
export function focusByPrefix(tree: TreeModel, prefix: string): boolean {
  const { shown } = tree;
  const wanted = prefix.toLowerCase();
  const from = tree.focusedIndex + (prefix.length > 1 ? 0 : 1);
  for (let step = 0; step < Math.min(shown.length, MAX_LOOKED_AT); step++) {
    const row = shown[(from + step) % shown.length] as number;
    if (tree.name(row).toLowerCase().startsWith(wanted)) {
      tree.focused = row;
      return true;
    }
  }
  return false;
}
