import { clamp, isScaled, lastTopRow, scrollTopFor, spacerPx, topRowAt, topRowToShow } from './scrollScale.ts';

const OVERSCAN_ROWS = 4;

/** Which rows a scroller shows. The top row is the truth and the scroll bar follows it: above the pixel cap a
 *  pixel is many rows, and the wheel must still move by lines. */
export class RowScroller {
  rowCount = $state(0);
  viewportPx = $state(0);
  topRow = $state(0);
  readonly rowPx: number;
  #element: HTMLElement | undefined;
  #expectedScrollTopPx = 0;

  constructor(rowPx: number) {
    this.rowPx = rowPx;
  }

  readonly spacerPx = $derived.by(() => spacerPx(this.#scale()));
  /** Rows to draw: [first, end). */
  readonly first = $derived(Math.max(0, Math.floor(this.topRow) - OVERSCAN_ROWS));
  readonly end = $derived.by(() =>
    Math.min(this.rowCount, Math.ceil(this.topRow + this.viewportPx / this.rowPx) + OVERSCAN_ROWS),
  );
  /** Where the first drawn row lies in the spacer. */
  readonly firstRowPx = $derived.by(
    () => scrollTopFor(this.#scale(), this.topRow) - (this.topRow - this.first) * this.rowPx,
  );

  /** An attachment for the scrolling element. */
  attach = (element: HTMLElement): (() => void) => {
    this.#element = element;
    const observer = new ResizeObserver(() => {
      this.viewportPx = element.clientHeight;
    });
    observer.observe(element);
    const onScroll = () => this.#onScroll(element.scrollTop);
    const onWheel = (event: WheelEvent) => this.#onWheel(event);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
      this.#element = undefined;
    };
  };

  scrollToRow(row: number): void {
    this.#setTopRow(clamp(row, lastTopRow(this.#scale())));
  }

  /** The least movement that brings the row into view. */
  showRow(row: number): void {
    this.#setTopRow(topRowToShow(this.#scale(), this.topRow, row));
  }

  get rowsInView(): number {
    return Math.max(1, Math.floor(this.viewportPx / this.rowPx));
  }

  /** Keys that move a reader through rows; true when it was one of them. */
  onKey(event: KeyboardEvent): boolean {
    const page = Math.max(1, this.rowsInView - 1);
    const target = {
      ArrowUp: this.topRow - 1,
      ArrowDown: this.topRow + 1,
      PageUp: this.topRow - page,
      PageDown: this.topRow + page,
      Home: 0,
      End: this.rowCount,
    }[event.key];
    if (target === undefined || event.altKey || event.metaKey) return false;
    event.preventDefault();
    this.scrollToRow(target);
    return true;
  }

  #scale() {
    return { rowCount: this.rowCount, rowPx: this.rowPx, viewportPx: this.viewportPx };
  }

  #setTopRow(row: number): void {
    this.topRow = row;
    this.#expectedScrollTopPx = scrollTopFor(this.#scale(), row);
    this.#element?.scrollTo({ top: this.#expectedScrollTopPx, behavior: 'instant' });
  }

  #onScroll(scrollTopPx: number): void {
    if (isScaled(this.#scale()) && Math.abs(scrollTopPx - this.#expectedScrollTopPx) < 1.5) return;
    this.#expectedScrollTopPx = scrollTopPx;
    this.topRow = topRowAt(this.#scale(), scrollTopPx);
  }

  #onWheel(event: WheelEvent): void {
    if (!isScaled(this.#scale()) || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const rows = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY : event.deltaY / this.rowPx;
    this.scrollToRow(this.topRow + rows);
  }
}
