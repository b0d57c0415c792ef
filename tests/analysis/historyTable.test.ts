import { describe, expect, it } from 'vitest';
import { type HistoryLayer, historyTable, layerInstructions } from '../../src/analysis/historyTable.ts';
import type { HistoryEntry } from '../../src/image/config.ts';
import { nodePlatform } from '../../src/platform/node.ts';

function stored(diffId: string | undefined, cumulativeBytes: number): HistoryLayer {
  return { diffId, blobDigest: undefined, storedBytes: 1, contributedBytes: 2, cumulativeBytes };
}

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const steps: readonly HistoryEntry[] = [
  { createdBy: 'ADD rootfs' },
  { createdBy: 'ENV A=1', emptyLayer: true },
  { createdBy: 'RUN make' },
];

function told(history: readonly HistoryEntry[], layers: readonly HistoryLayer[]): string[] {
  return historyTable(history, layers, nodePlatform()).map(
    ({ step, createdBy, layer, cumulativeBytes }) => `${step} ${createdBy || '-'} ${layer ?? '-'} ${cumulativeBytes}`,
  );
}

describe('IMG-6 historyTable', () => {
  const cases: readonly [string, readonly HistoryEntry[], readonly HistoryLayer[], readonly string[]][] = [
    ['as it should be', steps, [stored(A, 5), stored(B, 9)], ['0 ADD rootfs 0 5', '1 ENV A=1 - 5', '2 RUN make 1 9']],
    ['no history', [], [stored(A, 5), stored(B, 9)], ['0 - 0 5', '1 - 1 9']],
    ['too short', steps.slice(0, 2), [stored(A, 5), stored(B, 9)], ['0 ADD rootfs 0 5', '1 ENV A=1 - 5', '2 - 1 9']],
    ['too long', steps, [stored(A, 5)], ['0 ADD rootfs 0 5', '1 ENV A=1 - 5', '2 RUN make - 5']],
    ['all empty, yet layers', steps.slice(1, 2), [stored(A, 5)], ['0 ENV A=1 - 0', '1 - 0 5']],
    ['nothing at all', [], [], []],
  ];
  it.each(cases)('%s', (_, history, layers, expected) => {
    expect(told(history, layers)).toEqual(expected);
  });

  it('chains diffIDs as the spec says, up to the first that is unknown', () => {
    const rows = historyTable([], [stored(A, 1), stored(B, 2), stored(undefined, 3), stored(A, 4)], nodePlatform());
    expect(rows.map(({ chainId }) => chainId)).toEqual([
      A,
      expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      undefined,
      undefined,
    ]);
    // printf 'sha256:aa… sha256:bb…' | sha256sum
    expect(rows[1]?.chainId).toBe('sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c');
  });
});

describe('layerInstructions', () => {
  it('skips empty steps', () => {
    expect(layerInstructions(steps, 3)).toEqual(['ADD rootfs', 'RUN make', undefined]);
  });
});
