import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isScaled,
  lastTopRow,
  MAX_SPACER_PX,
  scrollTopFor,
  spacerPx,
  topRowAt,
  topRowToShow,
} from '../../src/app/panels/parts/scrollScale.ts';

const scale = fc.record({
  rowCount: fc.integer({ min: 1, max: 2 ** 40 }),
  rowPx: fc.integer({ min: 16, max: 40 }),
  viewportPx: fc.integer({ min: 50, max: 3000 }),
});

describe('scroll scale', () => {
  it('never makes an element higher than a browser allows', () => {
    fc.assert(fc.property(scale, (one) => spacerPx(one) <= MAX_SPACER_PX));
  });

  it('comes back to the row that it scrolled to', () => {
    fc.assert(
      fc.property(scale, fc.double({ min: 0, max: 1, noNaN: true }), (one, share) => {
        const row = Math.floor(share * lastTopRow(one));
        expect(topRowAt(one, scrollTopFor(one, row))).toBeCloseTo(row, 2);
      }),
    );
  });

  it('reaches the last row, scaled or not', () => {
    for (const rowCount of [10, 1000, 400_000, 400_001, 5e7, 1e12]) {
      const one = { rowCount, rowPx: 20, viewportPx: 400 };
      const end = spacerPx(one) - one.viewportPx;
      if (rowCount > 20) expect(topRowAt(one, end) + 20).toBeCloseTo(rowCount, 3);
      expect(isScaled(one)).toBe(rowCount > 400_000);
    }
  });

  it.each([
    [50, 10, 10],
    [50, 55, 50],
    [50, 69, 50],
    [50, 70, 51],
    [50, 999, 980],
  ])('from top row %i, showing row %i moves to %i', (top, row, result) => {
    expect(topRowToShow({ rowCount: 1000, rowPx: 20, viewportPx: 400 }, top, row)).toBe(result);
  });
});
