import { beforeAll, describe, expect, it } from 'vitest';
import { BuildRun } from '../../src/app/builds/buildRun.svelte.ts';
import { whyWords } from '../../src/app/builds/whyWords.ts';
import type { StepEvent } from '../../src/client/labClient.ts';
import { loadMessages, setLanguage } from '../../src/i18n/i18n.svelte.ts';

type Digest = Extract<StepEvent, { kind: 'ended' }>['layers'][number];
const digest = (letter: string) => `sha256:${letter.repeat(64)}` as Digest;
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(digest) as [Digest, Digest, Digest, Digest];

beforeAll(async () => {
  await setLanguage('en');
  await loadMessages('builds');
});

/** Steps as `stage source layers`, each an event apart. */
function runOf(steps: readonly (readonly [number, string, readonly Digest[]])[]): BuildRun {
  const run = new BuildRun(1);
  let atMs = 0;
  steps.forEach(([stage, source, layers], i) => {
    const step = i + 1;
    const lines = { startLine: step, endLine: step };
    const tell = (event: StepEvent) => {
      atMs += 10;
      run.take([{ kind: 'step', build: 1, atMs, event }]);
    };
    tell({ kind: 'started', step, source, stage, stageName: '', lines });
    tell({ kind: 'ended', step, outcome: 'built', layers });
  });
  return run;
}

describe('BUILDS-1 a build as the page shows it', () => {
  const run = runOf([
    [0, 'FROM base', [A, B]],
    [0, 'RUN one', [A, B, C]],
    [0, 'ENV X=1', [A, B, C]],
    [1, 'FROM other', [A]],
    [1, 'COPY --from=0 / /', [A, D]],
  ]);

  it('knows which layer a step made, and which step made a layer', () => {
    expect(run.steps.map((step) => run.layerOf(step))).toEqual([1, 2, undefined, 0, 1]);
    const stepOf = (layers: readonly string[]) => run.stepOfLayer(layers, layers.length - 1)?.source;
    expect(stepOf([A])).toBe('FROM base');
    expect(stepOf([A, B])).toBe('FROM base');
    expect(stepOf([A, B, C])).toBe('RUN one');
    expect(stepOf([A, D])).toBe('COPY --from=0 / /');
    expect(stepOf([B])).toBeUndefined();
  });

  it('keeps stages apart, and times', () => {
    expect(run.stages.map(({ number, steps }) => [number, steps.length])).toEqual([
      [0, 3],
      [1, 2],
    ]);
    expect(run.steps.map(({ tookMs }) => tookMs)).toEqual([10, 10, 10, 10, 10]);
  });

  it('a step that had not ended when its build did was called off', () => {
    const open = new BuildRun(2);
    const event = { kind: 'started', step: 1, source: 'RUN x', stage: 0, stageName: '', lines: undefined } as const;
    open.take([
      { kind: 'step', build: 2, atMs: 0, event },
      { kind: 'ended', build: 2, imageId: undefined },
    ]);
    expect(open.steps[0]?.outcome).toBe('canceled');
  });

  it('what a build prints steers nothing, and does not grow without end', () => {
    const noisy = new BuildRun(3);
    noisy.take([{ kind: 'log', build: 3, text: 'a\r\r\n\u001b[91mred\u001b[0m\u0007\u202e\n' }]);
    expect(noisy.log).toBe('a\nred\n');
    for (let i = 0; i < 20; i++) noisy.take([{ kind: 'log', build: 3, text: 'x'.repeat(100_000) }]);
    expect(noisy.log.length).toBeLessThan(600_000);
  });
});

describe('BUILDS-1 reasons in words', () => {
  it.each([
    [{ outcome: 'hit', createdAt: '' }, /^Hit/, []],
    [{ outcome: 'miss', reason: 'earlierMiss' }, /a step before it/, []],
    [{ outcome: 'miss', reason: 'neverBuilt' }, /nothing like it/, []],
    [{ outcome: 'miss', reason: 'noChildren' }, /nothing like it/, []],
    [{ outcome: 'miss', reason: 'disabled' }, /cache is off/, []],
    [
      {
        outcome: 'miss',
        reason: 'differs',
        parts: [{ part: 'command', cached: '["/bin/sh","-c","a b"]', wanted: '["/bin/sh","-c","a c"]' }],
      },
      /not what was built/,
      [{ name: 'the command', before: '/bin/sh -c a b', now: '/bin/sh -c a c' }],
    ],
    [
      {
        outcome: 'miss',
        reason: 'differs',
        parts: [{ part: 'environment', cached: '[["A","1"],["B","2"]]', wanted: '[["A","1"],["B","3"],["C","4"]]' }],
      },
      /not what was built/,
      [
        { name: 'ENV or ARG B', before: '2', now: '3' },
        { name: 'ENV or ARG C', before: '', now: '4' },
      ],
    ],
    [
      {
        outcome: 'miss',
        reason: 'differs',
        nearest: A,
        fields: [{ field: 'Cmd', cached: '["/bin/sh","-c","#(nop)  CMD [\\"a\\"]"]', wanted: '["/bin/sh","-c","x"]' }],
      },
      /not what was built/,
      [{ name: 'the command', before: 'CMD ["a"]', now: 'x' }],
    ],
    [
      {
        outcome: 'miss',
        reason: 'differs',
        parts: [{ part: 'files', cached: '1', wanted: '2' }],
        files: { files: [{ path: 'a.txt', change: 'added' }], count: 3 },
      },
      /3 files differ/,
      [
        { name: 'a.txt is new', before: undefined, now: undefined },
        { name: 'and 2 more', before: undefined, now: undefined },
      ],
    ],
  ] as const)('%o', (decision, text, details) => {
    const words = whyWords(decision);
    expect(words.text).toMatch(text);
    expect(words.details).toEqual(details);
  });
});
