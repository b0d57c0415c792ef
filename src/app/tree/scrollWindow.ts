/** Which rows of a long list to draw. Browsers cap an element's height (Chromium 33,554,428 px, Firefox about
 *  17.8 million), so a taller list scrolls a scaled scroller: the same range of scrollTop covers all rows. */
export interface ScrollWindow {
  /** Height of the scroller's content. */
  readonly heightPx: number;
  /** First row to draw, and one past the last. */
  readonly first: number;
  readonly after: number;
  /** Where row `first` stands in the scroller's content. */
  readonly topPx: number;
}

export interface Scroller {
  readonly rows: number;
  readonly rowPx: number;
  readonly viewPx: number;
  readonly scrollTopPx: number;
}

export const MAX_SCROLLER_PX = 16_000_000;
const SPARE_ROWS = 4;

export function scrollWindow({ rows, rowPx, viewPx, scrollTopPx }: Scroller): ScrollWindow {
  const fullPx = rows * rowPx;
  const heightPx = Math.min(fullPx, MAX_SCROLLER_PX);
  const top = Math.min(Math.max(0, scrollTopPx), Math.max(0, heightPx - viewPx));
  const virtualTop = top * scale(fullPx, heightPx, viewPx);
  const first = Math.max(0, Math.floor(virtualTop / rowPx) - SPARE_ROWS);
  const after = Math.min(rows, Math.ceil((virtualTop + viewPx) / rowPx) + SPARE_ROWS);
  return { heightPx, first, after, topPx: top + first * rowPx - virtualTop };
}

/** The scrollTop that brings a row into view with the least movement. */
export function scrollTopFor(row: number, scroller: Scroller): number {
  const { rows, rowPx, viewPx, scrollTopPx } = scroller;
  const fullPx = rows * rowPx;
  const heightPx = Math.min(fullPx, MAX_SCROLLER_PX);
  const factor = scale(fullPx, heightPx, viewPx);
  const virtualTop = scrollTopPx * factor;
  const rowTop = row * rowPx;
  if (rowTop < virtualTop) return rowTop / factor;
  if (rowTop + rowPx > virtualTop + viewPx) return Math.max(0, rowTop + rowPx - viewPx) / factor;
  return scrollTopPx;
}

function scale(fullPx: number, heightPx: number, viewPx: number): number {
  return heightPx > viewPx ? Math.max(1, (fullPx - viewPx) / (heightPx - viewPx)) : 1;
}
