import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/engine/outputLog.ts';

const at = { sec: 1, nsec: 0 };
const chunk = (text: string) => ({ stream: 'stdout' as const, at, bytes: new TextEncoder().encode(text) });

/** Lengths of the entries that chunks make, those that never ended last. */
function lengths(...texts: string[]): number[] {
  const splitter = new LineSplitter();
  const lines = texts.flatMap((text) => splitter.add(chunk(text)));
  return [...lines, ...splitter.finish()].map(({ bytes }) => bytes.length);
}

describe('entries of a log', () => {
  it.each([
    ['a long line comes in pieces', [`${'x'.repeat(40_000)}\n`], [16_384, 16_384, 7_233]],
    ['pieces do not go by writes', ['x'.repeat(10_000), 'x'.repeat(10_000), '\ny\n'], [16_384, 3_617, 2]],
    ['a line of a piece has its end', [`${'x'.repeat(16_383)}\n`, 'y\n'], [16_384, 2]],
    ['without an end', ['abc'], [3]],
  ])('%s', (_, texts, expected) => {
    expect(lengths(...texts)).toEqual(expected);
  });
});
