import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SCROLLER_PX, type Scroller, scrollTopFor, scrollWindow } from '../../src/app/tree/scrollWindow.ts';

const scroller: fc.Arbitrary<Scroller> = fc.record({
  rows: fc.oneof(fc.nat(200), fc.nat(3_000_000)),
  rowPx: fc.constant(24),
  viewPx: fc.integer({ min: 24, max: 2000 }),
  scrollTopPx: fc.nat(MAX_SCROLLER_PX),
});

describe('scrollWindow', () => {
  it('covers the view, and draws no more than it and some to spare', () => {
    fc.assert(
      fc.property(scroller, (one) => {
        const { first, after, topPx, heightPx } = scrollWindow(one);
        const scrollTop = Math.min(one.scrollTopPx, Math.max(0, heightPx - one.viewPx));
        expect(heightPx).toBeLessThanOrEqual(MAX_SCROLLER_PX);
        expect(after - first).toBeLessThanOrEqual(one.viewPx / one.rowPx + 10);
        if (one.rows * one.rowPx <= one.viewPx) expect([first, after]).toEqual([0, one.rows]);
        expect(first === 0 || topPx <= scrollTop).toBe(true);
        expect(after === one.rows || topPx + (after - first) * one.rowPx >= scrollTop + one.viewPx).toBe(true);
      }),
    );
  });

  it('reaches the first and the last row of a list that is taller than a scroller may be', () => {
    const rows = 5_000_000;
    const at = (scrollTopPx: number) => scrollWindow({ rows, rowPx: 24, viewPx: 600, scrollTopPx });
    expect(at(0).first).toBe(0);
    expect(at(MAX_SCROLLER_PX).after).toBe(rows);
  });
});

describe('scrollTopFor', () => {
  it('brings any row into view', () => {
    fc.assert(
      fc.property(scroller, fc.nat(), (one, n) => {
        fc.pre(one.rows > 0);
        const row = n % one.rows;
        const { first, after, topPx } = scrollWindow({ ...one, scrollTopPx: scrollTopFor(row, one) });
        const top = scrollTopFor(row, one);
        expect(row >= first && row < after).toBe(true);
        const rowTop = topPx + (row - first) * one.rowPx;
        expect(rowTop).toBeGreaterThanOrEqual(top - 1);
        expect(rowTop + one.rowPx).toBeLessThanOrEqual(top + Math.max(one.viewPx, one.rowPx) + 1);
      }),
    );
  });

  it('leaves a row in view where it is', () => {
    expect(scrollTopFor(5, { rows: 100, rowPx: 24, viewPx: 400, scrollTopPx: 48 })).toBe(48);
  });
});
