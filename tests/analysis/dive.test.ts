import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diveFigures, type DiveInefficiency } from '../../src/analysis/dive.ts';
import { type CiVerdict, evaluateCi } from '../../src/analysis/diveCi.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { nodePlatform, openFileSource } from '../../src/platform/node.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { anyStack, directory, file, layer, trees } from './layers.ts';
import { naiveDive } from './naiveDive.ts';

/** Recorded from the real program; its version and commands stand in the file. */
interface DiveGolden {
  readonly file: string;
  readonly imageBytes: number;
  readonly wastedBytes: number;
  readonly efficiency: number;
  readonly ciExit: number;
  readonly ci: readonly string[];
  readonly inefficiencies: readonly DiveInefficiency[];
}

const goldens: { readonly archives: readonly DiveGolden[] } = JSON.parse(
  readFileSync(new URL('./goldens/dive.json', import.meta.url), 'utf8'),
);

describeWithFixtures("WASTE-3 dive's own output", (dir) => {
  it.each(goldens.archives.map((golden): [string, DiveGolden] => [golden.file, golden]))('%s', async (name, golden) => {
    const work = { platform: nodePlatform() };
    const source = await openFileSource(join(dir, 'archives', name));
    const archive = await openArchive({ fileName: name, source }, work);
    const image = archive.images.find((candidate) => candidate.describedBy === 'manifest.json') ?? archive.images[0];
    const layers = [];
    for (const stored of image?.layers ?? []) {
      layers.push(stored.presence === 'present' ? (await stored.readIndex(work)).tree : undefined);
    }
    const figures = await diveFigures(layers);
    const verdict = evaluateCi(figures);
    await archive.close();
    expect({
      imageBytes: figures.imageBytes,
      wastedBytes: figures.wastedBytes,
      efficiency: figures.efficiency,
      inefficiencies: byPath(figures.inefficiencies.map(asGoPrints)),
      ciExit: verdict.passed ? 0 : 1,
      ci: lines(verdict),
    }).toEqual({
      imageBytes: golden.imageBytes,
      wastedBytes: golden.wastedBytes,
      efficiency: golden.efficiency,
      inefficiencies: byPath(golden.inefficiencies),
      ciExit: golden.ciExit,
      ci: golden.ci,
    });
  });
});

/** Go's JSON has U+FFFD for each byte that is not UTF-8. */
function asGoPrints(inefficiency: DiveInefficiency): DiveInefficiency {
  return { ...inefficiency, path: inefficiency.path.replace(/[\udc80-\udcff]/g, '\ufffd') };
}

function byPath(inefficiencies: readonly DiveInefficiency[]): readonly DiveInefficiency[] {
  return [...inefficiencies].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function lines({ results }: CiVerdict): string[] {
  return results.map(({ status, rule, message }) => `${status.toUpperCase()}  ${rule} (${message})`);
}

describe('WASTE-3 diveFigures', () => {
  it('law: equals the plain model', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, async (layers) => {
        const figures = await diveFigures(trees(layers));
        const expected = naiveDive(trees(layers));
        expect(figures.efficiency).toBe(expected.efficiency);
        expect(figures.wastedBytes).toBe(expected.wastedBytes);
        expect(figures.inefficiencies.map(({ path }) => path.slice(1)).sort()).toEqual(expected.paths);
      }),
      { numRuns: 500 },
    );
  });

  const base = layer(directory('d'), file('d/a', '12345'), file('d/b', '123'));
  const cases: readonly [string, Parameters<typeof trees>[0], { efficiency: number; wastedBytes: number }][] = [
    ['nothing at all', [], { efficiency: 1, wastedBytes: 0 }],
    [
      'a directory removed once is no inefficiency',
      [base, layer(file('.wh.d', ''))],
      { efficiency: 1, wastedBytes: 0 },
    ],
    ['a removed file is', [base, layer(file('d/.wh.a', ''))], { efficiency: 3 / 8, wastedBytes: 5 }],
    [
      'a whiteout of nothing ends its layer',
      [base, layer(file('.wh.a', ''), file('d/b', '123'))],
      { efficiency: 7 / 8, wastedBytes: 0 },
    ],
    [
      'an opaque mark hides nothing',
      [base, layer(directory('d'), file('d/.wh..wh..opq', ''), file('d/a', '12345'))],
      { efficiency: 8 / 13, wastedBytes: 10 },
    ],
  ];
  it.each(cases)('%s', async (_, layers, expected) => {
    expect(await diveFigures(trees(layers))).toMatchObject(expected);
  });

  it('tells an endless share of no user bytes', async () => {
    const figures = await diveFigures(trees([base, layer(file('d/.wh.a', ''))]));
    expect(figures.userWastedFraction).toBe(Infinity);
    expect(evaluateCi(figures).passed).toBe(false);
  });
});

describe('WASTE-3 evaluateCi', () => {
  const figures = {
    efficiency: 0.949,
    wastedBytes: 20_000_000,
    userWastedFraction: 0.1,
    imageBytes: 0,
    userBytes: 0,
    inefficiencies: [],
  };
  const rules = { lowestEfficiency: 'disabled', highestWastedBytes: 'disabled', highestUserWastedPercent: 'disabled' };

  const verdicts: readonly [Partial<typeof rules>, 'pass' | 'fail' | 'skip'][] = [
    [{ lowestEfficiency: '0.949' }, 'pass'],
    [{ lowestEfficiency: '0.95' }, 'fail'],
    [{ lowestEfficiency: '.9' }, 'pass'],
    [{ lowestEfficiency: 'nan' }, 'pass'],
    [{ lowestEfficiency: ' Off ' }, 'skip'],
    [{ lowestEfficiency: '' }, 'skip'],
    [{ highestWastedBytes: '20MB' }, 'pass'],
    [{ highestWastedBytes: '20 mb' }, 'pass'],
    [{ highestWastedBytes: '19.9M' }, 'fail'],
    [{ highestWastedBytes: '20MiB' }, 'pass'],
    [{ highestWastedBytes: '19,999,999' }, 'fail'],
    [{ highestWastedBytes: '0' }, 'fail'],
    [{ highestUserWastedPercent: '0.1' }, 'pass'],
    [{ highestUserWastedPercent: '1e-2' }, 'fail'],
    [{ highestUserWastedPercent: 'false' }, 'skip'],
  ];
  it.each(verdicts)('%j: %s', (changed, status) => {
    const { results, passed } = evaluateCi(figures, { ...rules, ...changed });
    const [rule] = Object.keys(changed);
    expect(results.find((result) => result.rule === rule)?.status).toBe(status);
    expect(passed).toBe(status !== 'fail');
  });

  const refused: readonly Partial<typeof rules>[] = [
    { lowestEfficiency: '1.1' },
    { lowestEfficiency: '-0.1' },
    { lowestEfficiency: '95%' },
    { lowestEfficiency: '1e999' },
    { highestUserWastedPercent: 'inf' },
    { highestUserWastedPercent: ' 0.1' },
    { highestWastedBytes: 'lots' },
    { highestWastedBytes: '-1B' },
    { highestWastedBytes: '5 parsecs' },
    { highestWastedBytes: '99999 EB' },
  ];
  it.each(refused)('refuses %j', (changed) => {
    expect(() => evaluateCi(figures, { ...rules, ...changed })).toThrow(expect.objectContaining({ code: 'rule' }));
  });
});
