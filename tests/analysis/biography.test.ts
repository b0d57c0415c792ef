import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { biography, hardLinkPaths, pathNames } from '../../src/analysis/biography.ts';
import { anyStack, directory, file, layer, type TestLayer, trees } from './layers.ts';
import { naiveUnion } from './naiveUnion.ts';

function told(layers: readonly TestLayer[], path: string): string[] {
  return biography(trees(layers), path).map(
    ({ layer: at, deed, viaPath }) => `${at} ${deed}${viaPath === undefined ? '' : ` via ${viaPath || '/'}`}`,
  );
}

const base = layer(directory('d'), file('d/f', 'one'));
const nothing = layer(file('other', 'x'));

describe('biography', () => {
  const cases: readonly [string, readonly TestLayer[], string, readonly string[]][] = [
    ['never there', [base, nothing], 'nowhere/at/all', []],
    ['a whiteout of nothing', [base, layer(file('.wh.zz', ''))], 'zz', []],
    ['written once', [base, nothing], '/d/f', ['0 created']],
    ['replaced', [base, layer(file('d/f', 'three'))], 'd/f', ['0 created', '1 replaced']],
    ['touched', [base, layer(file('d/f', 'one', { uid: 7 }))], 'd/f', ['0 created', '1 touched']],
    ['rewritten', [base, nothing, layer(file('d/f', 'one'))], 'd/./f', ['0 created', '2 rewritten']],
    [
      'deleted and made again',
      [base, layer(file('d/.wh.f', '')), layer(file('d/f', 'one'))],
      'd/f',
      ['0 created', '1 deleted', '2 recreated'],
    ],
    [
      'deleted with its parent',
      [base, layer(file('.wh.d', '')), layer(file('.wh.d', ''))],
      'd/f',
      ['0 created', '1 hiddenByParent via d'],
    ],
    ['its parent became a file', [base, layer(file('d', 'x'))], 'd/f', ['0 created', '1 hiddenByParent via d']],
    [
      'its parent became opaque',
      [base, layer(file('d/.wh..wh..opq', ''))],
      'd/f',
      ['0 created', '1 hiddenByOpaque via d'],
    ],
    [
      'an opaque parent with a new version',
      [base, layer(file('d/.wh..wh..opq', ''), file('d/f', 'three'))],
      'd/f',
      ['0 created', '1 replaced'],
    ],
    ['a directory listed again', [base, layer(directory('d'), file('d/g', 'x'))], 'd', ['0 created', '1 rewritten']],
    ['a directory made opaque', [base, layer(file('d/.wh..wh..opq', ''))], 'd', ['0 created', '1 replaced']],
  ];
  it.each(cases)('%s', (_, layers, path, expected) => {
    expect(told(layers, path)).toEqual(expected);
  });

  it('passes over a missing layer', () => {
    expect(biography([base.tree, undefined, layer(file('d/.wh.f', '')).tree], 'd/f').map(({ deed }) => deed)).toEqual([
      'created',
      'deleted',
    ]);
  });

  it('VIEW-4 law: the last deed tells whether the union shows the path, and by which layer', () => {
    const paths = ['a', 'a/b', 'b', 'b/c', 'a/b/c', 'c/-x', '-x'];
    fc.assert(
      fc.property(anyStack, fc.constantFrom(...paths), (layers, path) => {
        const shown = naiveUnion(trees(layers)).get(path);
        const last = biography(trees(layers), path).at(-1);
        const isGone = last === undefined || ['deleted', 'hiddenByParent', 'hiddenByOpaque'].includes(last.deed);
        expect(isGone).toBe(shown === undefined);
        if (shown) expect({ layer: last?.layer, entry: last?.entry }).toEqual(shown);
      }),
      { numRuns: 500 },
    );
  });
});

describe('pathNames', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['', []],
    ['/', []],
    ['/a//b/./c/', ['a', 'b', 'c']],
    ['a/../b', ['b']],
    ['../../a', ['a']],
  ];
  it.each(cases)('%j', (path, names) => {
    expect(pathNames(path).map((name) => new TextDecoder().decode(name))).toEqual(names);
  });
});

describe('hardLinkPaths', () => {
  it('tells all names of an inode', () => {
    const { tree } = layer(file('x/a', '1'), { path: 'b', type: 'hardlink', link: 'x/a' }, file('c', '2'));
    const names = Array.from({ length: tree.length }, (_, entry) => hardLinkPaths(tree, entry));
    expect(names.filter((paths) => paths.length > 1)).toEqual([
      ['b', 'x/a'],
      ['b', 'x/a'],
    ]);
  });
});
