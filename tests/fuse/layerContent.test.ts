import { describe, expect, it } from 'vitest';
import { seekExtents } from '../../src/fuse/layerContent.ts';

describe('SEEK_DATA and SEEK_HOLE (lseek(2))', () => {
  const extents = [
    { offset: 10, length: 5 },
    { offset: 15, length: 5 },
    { offset: 40, length: 10 },
    { offset: 60, length: 0 },
  ];
  it.each([
    [60, extents, 0, 'data', 10],
    [60, extents, 12, 'data', 12],
    [60, extents, 20, 'data', 40],
    [60, extents, 50, 'data', undefined],
    [60, extents, 60, 'data', undefined],
    [60, extents, 0, 'hole', 0],
    [60, extents, 12, 'hole', 20],
    [60, extents, 45, 'hole', 50],
    [50, extents, 45, 'hole', 50],
    [50, undefined, 45, 'hole', 50],
    [50, undefined, 45, 'data', 45],
    [50, undefined, 50, 'hole', undefined],
  ] as const)('size %s of %j from %s to %s: %s', (size, map, offset, what, wanted) => {
    expect(seekExtents(size, map, offset, what)).toBe(wanted);
  });
});
