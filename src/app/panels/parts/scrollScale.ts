/** Rows in a scroller whose height may not grow with them: Chromium ends an element at 33,554,428 px, which a hex
 *  view of 26 GB or a log of a million lines exceeds. Above the cap, pixels stand for more than their share. */
export interface ScrollScale {
  readonly rowCount: number;
  readonly rowPx: number;
  readonly viewportPx: number;
}

export const MAX_SPACER_PX = 8_000_000;

export function spacerPx(scale: ScrollScale): number {
  return Math.min(scale.rowCount * scale.rowPx, MAX_SPACER_PX);
}

export function isScaled(scale: ScrollScale): boolean {
  return scale.rowCount * scale.rowPx > MAX_SPACER_PX;
}

/** The highest row that can stand at the top; fractional. */
export function lastTopRow(scale: ScrollScale): number {
  return Math.max(0, scale.rowCount - scale.viewportPx / scale.rowPx);
}

/** The row at the top edge, fractional. */
export function topRowAt(scale: ScrollScale, scrollTopPx: number): number {
  if (!isScaled(scale)) return scrollTopPx / scale.rowPx;
  const rangePx = Math.max(1, MAX_SPACER_PX - scale.viewportPx);
  return clamp(scrollTopPx / rangePx, 1) * lastTopRow(scale);
}

export function scrollTopFor(scale: ScrollScale, topRow: number): number {
  const row = clamp(topRow, lastTopRow(scale));
  if (!isScaled(scale)) return row * scale.rowPx;
  return (row / Math.max(1, lastTopRow(scale))) * Math.max(1, MAX_SPACER_PX - scale.viewportPx);
}

/** The top row that brings `row` into view with the least movement. */
export function topRowToShow(scale: ScrollScale, topRow: number, row: number): number {
  const rowsInView = scale.viewportPx / scale.rowPx;
  if (row < topRow) return row;
  if (row + 1 > topRow + rowsInView) return clamp(row + 1 - rowsInView, lastTopRow(scale));
  return topRow;
}

export function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}
