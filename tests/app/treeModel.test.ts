import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { TreeModel } from '../../src/app/state/treeModel.svelte.ts';
import { focusByPrefix, handleTreeKey } from '../../src/app/tree/treeKeys.ts';
import { NO_PARENT, childRows, parentRows, visibleRows } from '../../src/app/tree/visibleRows.ts';
import { type Node, viewOf } from './treeViews.ts';

const TOP: readonly Node[] = [
  { name: 'bin', children: [{ name: 'ash' }, { name: 'sh' }] },
  {
    name: 'etc',
    children: [
      { name: 'apt', children: [{ name: 'keys' }] },
      { name: 'motd' },
      { name: 'motd', fate: 'superseded', byLayer: 3 },
    ],
  },
  { name: 'init' },
  { name: 'gone', fate: 'deleted', byLayer: 2 },
];

let tree: TreeModel;
const shownNames = (): string[] => Array.from(tree.shown, (row) => tree.path(row));
const press = (...keys: string[]): void => {
  for (const key of keys) handleTreeKey(tree, key, 10);
};
const focusedPath = (): string => tree.path(tree.focused);

beforeEach(() => {
  tree = new TreeModel();
  tree.setView(viewOf(TOP), 'kept');
});

describe('TreeModel', () => {
  it('begins folded', () => expect(shownNames()).toEqual(['bin', 'etc', 'init', 'gone']));

  it('keeps what is open, by path, when the view changes', () => {
    tree.setOpen(tree.find('etc'), 'open');
    tree.setOpen(tree.find('etc/apt'), 'open');
    tree.setView(viewOf(TOP.slice(1)), 'kept');
    expect(shownNames()).toEqual(['etc', 'etc/apt', 'etc/apt/keys', 'etc/motd', 'etc/motd', 'init', 'gone']);
  });

  it('opens all but what is folded afterwards', () => {
    tree.openAll();
    tree.setOpen(tree.find('etc'), 'folded');
    tree.setView(viewOf(TOP), 'kept');
    expect(shownNames()).toEqual(['bin', 'bin/ash', 'bin/sh', 'etc', 'init', 'gone']);
  });

  it('opens everything in a filtered view, and forgets it with the filter', () => {
    tree.setView(viewOf(TOP), 'matches');
    expect(tree.shown.length).toBe(10);
    tree.setOpen(tree.find('bin'), 'folded');
    tree.setView(viewOf(TOP), 'kept');
    expect(shownNames()).toEqual(['bin', 'etc', 'init', 'gone']);
  });

  it('finds the visible row of a path before a hidden one, and a hidden one when there is no other', () => {
    expect(tree.row(tree.find('etc/motd')).fate).toBe('visible');
    expect(tree.row(tree.find('gone'))).toMatchObject({ fate: 'deleted', byLayer: 2 });
    expect(tree.find('etc/none')).toBe(-1);
    expect(tree.find('init/none')).toBe(-1);
  });

  it('reveals a path within folded directories', () => {
    expect(tree.reveal('etc/apt/keys')).toBe(true);
    expect(focusedPath()).toBe('etc/apt/keys');
    expect(shownNames()).toContain('etc/apt/keys');
    expect(tree.reveal('no/such')).toBe(false);
  });

  it('counts levels and positions as ARIA wants them', () => {
    expect(tree.row(tree.find('etc/apt/keys'))).toMatchObject({ level: 3, positionInSet: 1, setSize: 1 });
    expect(tree.row(tree.find('init'))).toMatchObject({ level: 1, positionInSet: 3, setSize: 4 });
  });

  it('moves the focus to the directory that folds over it', () => {
    tree.reveal('etc/apt/keys');
    tree.setOpen(tree.find('etc'), 'folded');
    expect(focusedPath()).toBe('etc');
  });

  it('keeps the focused path when the view changes, else begins at the top', () => {
    tree.reveal('init');
    tree.setView(viewOf(TOP.slice(1)), 'kept');
    expect(focusedPath()).toBe('init');
    tree.setView(viewOf(TOP.slice(0, 1)), 'kept');
    expect(focusedPath()).toBe('bin');
  });
});

describe('PAGE-3 the tree by keyboard', () => {
  it.each([
    [['ArrowDown'], 'etc'],
    [['End'], 'gone'],
    [['End', 'Home'], 'bin'],
    [['PageDown'], 'gone'],
    [['ArrowUp'], 'bin'],
    [['ArrowRight', 'ArrowRight'], 'bin/ash'],
    [['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft'], 'bin'],
    [['*', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown'], 'etc/apt'],
    [['ArrowRight', 'ArrowLeft', 'ArrowDown'], 'etc'],
  ])('%s leads to %s', (keys, path) => {
    press(...keys);
    expect(focusedPath()).toBe(path);
  });

  it('leaves other keys alone', () => expect(handleTreeKey(tree, 'F1', 10)).toBe(false));

  it('goes to the next name that begins with what is typed, around the end', () => {
    expect(focusByPrefix(tree, 'I')).toBe(true);
    expect(focusedPath()).toBe('init');
    expect(focusByPrefix(tree, 'b')).toBe(true);
    expect(focusedPath()).toBe('bin');
    expect(focusByPrefix(tree, 'zz')).toBe(false);
    expect(focusedPath()).toBe('bin');
  });
});

const node: fc.Arbitrary<Node> = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record(
    {
      name: fc.string({ minLength: 1, maxLength: 3 }),
      children: fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'tree' }),
    },
    { requiredKeys: ['name'] },
  ),
})).node;

describe('visibleRows, parentRows, childRows', () => {
  it('a row shows exactly when all directories above it are open', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 6 }), fc.infiniteStream(fc.boolean()), (top, coins) => {
        const view = viewOf(top);
        const open = Array.from({ length: view.count }, () => coins.next().value as boolean);
        const parents = parentRows(view.depth, view.count);
        const shows = (row: number): boolean => {
          const parent = parents[row] as number;
          return parent === NO_PARENT || ((open[parent] as boolean) && shows(parent));
        };
        const expected = open.flatMap((_, row) => (shows(row) ? [row] : []));
        expect(Array.from(visibleRows(view.end, view.count, (row) => open[row] as boolean))).toEqual(expected);
      }),
    );
  });

  it('children are the rows whose parent it is', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 6 }), (top) => {
        const view = viewOf(top);
        const parents = Array.from(parentRows(view.depth, view.count));
        for (let parent = NO_PARENT; parent < view.count; parent++) {
          const expected = parents.flatMap((one, row) => (one === parent ? [row] : []));
          expect(Array.from(childRows(view.end, view.count, parent))).toEqual(expected);
        }
      }),
    );
  });
});
