import { untrack } from 'svelte';
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
    const observer = new ResizeObserver(() => this.#measure(element));
    observer.observe(element);
    const onScroll = () => this.#onScroll(element);
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

  /** The rows there are; what stands at the top stays there. May be called in an effect. */
  setRowCount(rowCount: number): void {
    untrack(() => {
      if (rowCount === this.rowCount) return;
      this.rowCount = rowCount;
      this.#keepTopRow();
    });
  }

  /** Above the cap a pixel means other rows once the count or the viewport has changed: the bar has to move. */
  #keepTopRow(): void {
    const scale = this.#scale();
    if (isScaled(scale) || this.topRow > lastTopRow(scale)) this.#setTopRow(clamp(this.topRow, lastTopRow(scale)));
  }

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

  #measure(element: HTMLElement): void {
    if (element.clientHeight === this.viewportPx) return;
    this.viewportPx = element.clientHeight;
    this.#keepTopRow();
  }

  #onScroll(element: HTMLElement): void {
    const { scrollTop } = element;
    // The browser moves the bar when the viewport grows at the end; it tells that before it tells the new size.
    const isResize = element.clientHeight !== this.viewportPx;
    this.#measure(element);
    if (isScaled(this.#scale()) && (isResize || Math.abs(scrollTop - this.#expectedScrollTopPx) < 1.5)) return;
    this.#expectedScrollTopPx = scrollTop;
    this.topRow = topRowAt(this.#scale(), scrollTop);
  }

  #onWheel(event: WheelEvent): void {
    if (!isScaled(this.#scale()) || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const rows = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY : event.deltaY / this.rowPx;
    this.scrollToRow(this.topRow + rows);
  }
}
