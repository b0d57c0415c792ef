import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ComparedImage, compareImages, compareLayers } from '../../src/analysis/compareImages.ts';
import { compareConfigs } from '../../src/analysis/compareConfigs.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import type { LayerTree } from '../../src/vfs/layerTree.ts';
import { anyLayer, anyStack, contentsOf, directory, file, layer, type TestLayer, trees } from './layers.ts';
import { naiveUnion } from './naiveUnion.ts';

const work = { platform: nodePlatform() };

function image(layers: readonly TestLayer[], diffIds: readonly (string | undefined)[] = []): ComparedImage {
  return { layers: trees(layers), diffIds, config: undefined };
}

const base = layer(directory('d'), file('d/f', 'one'), file('d/g', 'two'), file('e', 'x'));

async function lines(left: ComparedImage, right: ComparedImage): Promise<string[]> {
  const { entries } = await compareImages(left, right, work);
  return entries.map(({ path, status, assumed }) => `${status} ${path}${assumed ? ' ?' : ''}`);
}

describe('compareImages', () => {
  const same = layer(directory('d'), file('d/f', 'one'), file('d/g', 'two'), file('e', 'x'));
  const cases: readonly [string, readonly TestLayer[], readonly TestLayer[], readonly string[]][] = [
    ['itself', [base], [base], []],
    ['a twin', [base], [same], []],
    ['added', [base], [base, layer(file('d/n', 'x'), directory('m'))], ['onlyRight d/n', 'onlyRight m']],
    ['removed', [base], [base, layer(file('.wh.d', ''))], ['onlyLeft d', 'onlyLeft d/f', 'onlyLeft d/g']],
    ['content', [base], [base, layer(file('e', 'xyz'))], ['content e']],
    ['kind', [base], [base, layer(directory('e'))], ['content e']],
    ['mode', [base], [base, layer(file('e', 'x', { mode: 0o600 }))], ['metadata e ?']],
    ['directory mode', [base], [base, layer(directory('d', { mode: 0o700 }))], ['metadata d']],
    ['time', [base], [base, layer(file('e', 'x', { mtimeSec: 5 }))], ['content e ?']],
    ['opaque', [base], [base, layer(file('d/.wh..wh..opq', ''), file('d/f', 'one'))], ['onlyLeft d/g']],
    ['nothing', [], [base], ['onlyRight d', 'onlyRight d/f', 'onlyRight d/g', 'onlyRight e']],
  ];
  it.each(cases)('%s', async (_, left, right, expected) => {
    expect(await lines(image(left), image(right))).toEqual(expected);
  });

  it('VIEW-5 reads contents where that settles it', async () => {
    const upper = layer(file('d/f', 'one', { mtimeSec: 5 }), file('d/g', 'TWO'), file('e', 'x', { uid: 3 }));
    const layers = [base, upper];
    const left = { ...image([base]), contents: contentsOf([base], 'random') };
    const right = { ...image(layers), contents: contentsOf(layers, 300) };
    expect(await lines(left, right)).toEqual(['metadata d/f', 'content d/g', 'metadata e']);
  });

  it('knows shared layers by diffID', async () => {
    const left = image([base, layer(file('l', 'x'))], ['sha256:a', 'sha256:b']);
    const right = image([base, layer(file('r', 'x'))], ['sha256:a', 'sha256:c']);
    expect(await compareImages(left, right, work)).toMatchObject({
      sharedLayers: 1,
      counts: { onlyLeft: 1, onlyRight: 1, content: 0, metadata: 0 },
    });
  });

  it('VIEW-5 law: tells what two plain unions differ in', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStack,
        fc.array(anyLayer, { maxLength: 2 }),
        fc.array(anyLayer, { maxLength: 2 }),
        async (below, a, b) => {
          const left = [...below, ...a];
          const right = [...below, ...b];
          const x = naiveUnion(trees(left));
          const y = naiveUnion(trees(right));
          const { entries } = await compareImages(image(left), image(right), work);
          const paths = (status: string) => entries.filter((entry) => entry.status === status).map(({ path }) => path);
          expect(paths('onlyLeft').sort()).toEqual([...x.keys()].filter((path) => !y.has(path)).sort());
          expect(paths('onlyRight').sort()).toEqual([...y.keys()].filter((path) => !x.has(path)).sort());
          for (const path of [...paths('content'), ...paths('metadata')]) {
            expect(describeEntry(left, x.get(path))).not.toEqual(describeEntry(right, y.get(path)));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

function describeEntry(layers: readonly TestLayer[], at: { layer: number; entry: number } | undefined): unknown {
  const tree = layers[at?.layer ?? 0]?.tree as LayerTree;
  const entry = at?.entry ?? 0;
  const target = String(tree.linkTarget(entry));
  return [tree.kind(entry), tree.sizeBytes(entry), tree.mode(entry), tree.mtimeSec(entry), target];
}

describe('compareLayers', () => {
  it('takes whiteouts for what they are', async () => {
    const left = image([layer(file('.wh.gone', ''), file('both', 'x'))]);
    const right = image([layer(file('.wh.other', ''), file('both', 'x'), file('gone', 'y'))]);
    const { entries } = await compareLayers(left, right, work);
    expect(entries.map(({ status, path }) => `${status} ${path}`)).toEqual(['content gone', 'onlyRight other']);
  });
});

describe('compareConfigs', () => {
  it('tells keys that differ', () => {
    const left = {
      diffIds: [],
      history: [],
      os: 'linux',
      config: { env: ['A=1', 'B=2'], cmd: ['sh'], labels: { x: 'y' } },
    };
    const right = { diffIds: [], history: [], os: 'linux', config: { env: ['A=1', 'B=3', 'C'], cmd: ['sh', '-c'] } };
    expect(compareConfigs(left, right)).toEqual([
      { key: 'Cmd', left: '["sh"]', right: '["sh","-c"]' },
      { key: 'Env.B', left: '2', right: '3' },
      { key: 'Env.C', left: undefined, right: '' },
      { key: 'Labels.x', left: 'y', right: undefined },
    ]);
    expect(compareConfigs(undefined, undefined)).toEqual([]);
  });
});
