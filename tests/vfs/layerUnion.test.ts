import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeName, encodeName } from '../../src/bytes/byteName.ts';
import type { LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import type { StackedEntry } from '../../src/vfs/unionTree.ts';
import { entry, hardLink, layer, shown } from './layers.ts';
import { naivePaths } from './naiveUnion.ts';

type Case = readonly [string, readonly (LayerTree | undefined)[], readonly string[]];

const dir = layer(entry('d/'), entry('d/x'));

const cases: readonly Case[] = [
  ['nothing at all', [], []],
  ['a missing layer contributes nothing', [dir, undefined, layer(entry('y'))], ['d/:0', 'd/x:0', 'y:2']],
  ['the topmost file', [layer(entry('f')), layer(entry('f')), layer(entry('g'))], ['f:1', 'g:2']],
  [
    'directories merge, the topmost gives the attributes',
    [dir, layer(entry('d/'), entry('d/y'))],
    ['d/:1', 'd/x:0', 'd/y:1'],
  ],
  ['a whiteout', [dir, layer(entry('d/.wh.x'))], ['d/:1']],
  ['a whiteout of a directory', [dir, layer(entry('.wh.d'))], []],
  ['a whiteout of nothing', [layer(entry('.wh.x'), entry('y'))], ['y:0']],
  [
    'a directory made again above its whiteout',
    [dir, layer(entry('.wh.d')), layer(entry('d/'), entry('d/z'))],
    ['d/:2', 'd/z:2'],
  ],
  ['an opaque directory', [dir, layer(entry('d/'), entry('d/.wh..wh..opq'), entry('d/y'))], ['d/:1', 'd/y:1']],
  ['the root’s own mark has no effect', [dir, layer(entry('.wh..wh..opq'), entry('y'))], ['d/:0', 'd/x:0', 'y:1']],
  ['a file over a directory', [dir, layer(entry('d'))], ['d:1']],
  [
    'UNION-2 a file in a middle layer cuts the merge',
    [dir, layer(entry('d')), layer(entry('d/'), entry('d/y'))],
    ['d/:2', 'd/y:2'],
  ],
  ['a symlink over a directory', [dir, layer(entry('d', { link: 'e' }))], ['d:1']],
  [
    'order is that of path bytes',
    [layer(entry('a/c'), entry('a-b'), entry('a.b/z'), entry('a0'))],
    ['a/:0', 'a-b:0', 'a.b/:0', 'a.b/z:0', 'a/c:0', 'a0:0'],
  ],
];

test.each(cases)('UNION-1 %s', (_, layers, expected) => {
  expect(shown(new LayerUnion(layers))).toEqual(expected);
});

const part = fc.constantFrom('a', 'b', 'c', 'a-', '.wh.a', '.wh.b', '.wh..wh..opq');
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const anyLayer = fc
  .array(
    fc.oneof(
      path.map((name) => entry(name)),
      path.map((name) => entry(`${name}/`)),
      path.map((name) => entry(name, { link: 'a' })),
    ),
    { maxLength: 8 },
  )
  .map((entries) => layer(...entries));
const anyStack = fc.array(anyLayer, { maxLength: 6 });

describe('laws', () => {
  test('UNION-1 equals the plain reading of overlayfs.rst', () => {
    fc.assert(
      fc.property(anyStack, (layers) => {
        expect([...shown(new LayerUnion(layers))].sort()).toEqual(naivePaths(layers));
      }),
      { numRuns: 1000 },
    );
  });

  test('UNION-3 a node’s stack holds one visible entry, the union’s own; the rest is accounted for', () => {
    fc.assert(
      fc.property(anyStack, (layers) => {
        const union = new LayerUnion(layers);
        const waiting = layers.length > 0 ? [0] : [];
        for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
          const stack = union.stackAt(node);
          const visible = stack.filter((item) => item.fate === 'visible');
          expect(visible).toHaveLength(1);
          if (node > 0) expect(visible[0]).toMatchObject({ layer: union.layer(node), entry: union.entry(node) });
          for (const item of stack) expect(item.byLayer !== undefined).toBe(isHidden(item));
          for (const hidden of union.hiddenChildren(node)) {
            expect(union.lookup(node, hidden.name)).toBe(-1);
            expect(hidden.stack.every((item) => item.fate !== 'visible' && item.fate !== 'merged')).toBe(true);
          }
          waiting.push(...union.children(node));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('every path leads back to its node, by text and by bytes', () => {
    fc.assert(
      fc.property(anyStack, (layers) => {
        const union = new LayerUnion(layers);
        for (const node of [...union.children(0)]) {
          expect(union.resolve(union.path(node))).toBe(node);
          expect(union.lookup(union.parent(node), union.nameBytes(node))).toBe(node);
        }
      }),
    );
  });
});

function isHidden(item: StackedEntry): boolean {
  return item.fate !== 'visible' && item.fate !== 'merged' && item.fate !== 'whiteout';
}

describe('UNION-3 fates', () => {
  const fates = (layers: readonly LayerTree[], ...parts: readonly string[]) =>
    new LayerUnion(layers)
      .stackAtParts(parts.map((name) => encodeName(name)))
      .map((item) => `${item.layer} ${item.fate}${item.byLayer === undefined ? '' : ` by ${item.byLayer}`}`);
  const file = layer(entry('d/x', { size: 1 }));

  test.each<[string, readonly string[], readonly string[]]>([
    [
      'superseded by the next above it',
      fates([file, file, file], 'd', 'x'),
      ['2 visible', '1 superseded by 2', '0 superseded by 1'],
    ],
    ['deleted', fates([file, layer(entry('d/.wh.x')), file], 'd', 'x'), ['2 visible', '1 whiteout', '0 deleted by 1']],
    ['a directory deleted', fates([file, layer(entry('.wh.d'))], 'd', 'x'), ['0 parentHidden by 1']],
    ['a directory replaced', fates([file, layer(entry('d')), file], 'd', 'x'), ['2 visible', '0 parentHidden by 1']],
    ['opaque', fates([file, layer(entry('d/'), entry('d/.wh..wh..opq'))], 'd', 'x'), ['0 opaque by 1']],
    ['directories', fates([file, file, file], 'd'), ['2 visible', '1 merged', '0 merged']],
    [
      'directories below a whiteout',
      fates([file, file, layer(entry('.wh.d'))], 'd'),
      ['2 whiteout', '1 deleted by 2', '0 deleted by 2'],
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });

  test('UNION-3 hidden children, also below what is hidden itself', () => {
    const union = new LayerUnion([file, layer(entry('.wh.d'), entry('e/'))]);
    expect(union.hiddenChildren(0).map((child) => decodeName(child.name))).toEqual(['d']);
    const below = union.hiddenChildrenAtParts([encodeName('d')]);
    expect(below.map((child) => [decodeName(child.name), child.stack[0]?.fate])).toEqual([['x', 'parentHidden']]);
  });
});

describe('paths', () => {
  const union = new LayerUnion([
    layer(
      entry('a/b/c'),
      entry('abs', { link: '/a' }),
      entry('up', { link: '../../a/b' }),
      entry('l1', { link: 'l2' }),
      entry('l2', { link: 'l1' }),
    ),
    layer(entry('é/\udcff')),
  ]);

  test.each([
    ['', ''],
    ['/', ''],
    ['a/b/c', 'a/b/c'],
    ['//a/./b/../b/c/', 'a/b/c'],
    ['../../a', 'a'],
    ['é/\udcff', 'é/\udcff'],
  ])('“%s” is found', (text, found) => {
    expect(union.path(union.resolve(text))).toBe(found);
  });

  test.each(['x', 'a/b/c/d', 'abs/b', 'é/x'])('“%s” is not', (text) => {
    expect(union.resolve(text)).toBe(-1);
  });

  test.each([
    ['abs/b/c', 'a/b/c'],
    ['up/c', 'a/b/c'],
    ['up/../b', 'a/b'],
    ['/abs', 'a'],
  ])('following symlinks “%s” is %s', (text, found) => {
    expect(union.path(union.resolveFollowing(text))).toBe(found);
  });

  test.each(['l1', 'abs/x', 'a/b/c/d'])('following symlinks “%s” is nowhere', (text) => {
    expect(union.resolveFollowing(text)).toBe(-1);
  });

  test('readdir gives names that are no ASCII, or no UTF-8, too', () => {
    const names = ['\udcff\ufeff', 'a', 'ab', 'é', '中'];
    const mixed = new LayerUnion([layer(...names.map((name) => entry(name))), layer(entry('b'))]);
    expect(mixed.readdir(0)).toEqual(['a', 'ab', 'b', 'é', '中', '\udcff\ufeff']);
    const marked = new LayerUnion([layer(entry('\ufeffx'), entry('y'))]);
    expect([...marked.readdir(0)]).toEqual(['y', '\ufeffx']);
  });

  test('ids stay when more is opened', () => {
    const before = union.resolve('a/b/c');
    union.children(union.resolve('é'));
    expect(union.resolve('a/b/c')).toBe(before);
  });
});

describe('hard links', () => {
  const group = (layers: readonly LayerTree[], text: string) => {
    const union = new LayerUnion(layers);
    return union.hardLinkGroup(union.resolve(text)).map((node) => union.path(node));
  };
  const linked = layer(entry('z', { size: 3 }), hardLink('a/b', 'z'), hardLink('a-', 'z'));

  test('all visible names, by path bytes', () => {
    expect(group([linked], 'z')).toEqual(['a-', 'a/b', 'z']);
  });

  test('a name that a layer above replaced has left the group', () => {
    expect(group([linked, layer(entry('a-'))], 'z')).toEqual(['a/b', 'z']);
    expect(group([linked, layer(entry('a-'))], 'a-')).toEqual(['a-']);
  });

  test('TREE-4 a link to a file of a lower layer stands for it', () => {
    const layers = [layer(entry('f', { size: 7 })), layer(hardLink('g', 'f')), layer(hardLink('h', '/g'))];
    const union = new LayerUnion(layers);
    const node = union.resolve('h');
    expect([union.layer(node), union.sizeBytes(node), union.linkCount(node)]).toEqual([0, 7, 3]);
    expect(group(layers, 'f')).toEqual(['f', 'g', 'h']);
  });

  test('TREE-5 links from layer to layer cost no more than there are layers', () => {
    const layers = Array.from({ length: 100 }, (_, i) =>
      layer(...Array.from({ length: 5 }, (_, j) => hardLink(`n${i}.${j}`, `n${i - 1}.${j}`))),
    );
    const union = new LayerUnion(layers);
    expect(union.readdir(0)).toHaveLength(500);
    expect(union.sizeBytes(union.resolve('n99.0'))).toBe(0);
  });
});

test('UNION-1 500 layers', () => {
  const union = new LayerUnion(Array.from({ length: 500 }, (_, i) => layer(entry('common'), entry(`d/own${i}`))));
  expect(union.layer(union.resolve('common'))).toBe(499);
  expect(union.readdir(union.resolve('d'))).toHaveLength(500);
});
