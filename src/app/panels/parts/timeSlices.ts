/** Work on the page's own thread in slices: after each, the browser draws and answers. */
const SLICE_MS = 12;
/** Steps between two looks at the clock. */
const STEPS = 256;

export class TimeSlices {
  #endMs = performance.now() + SLICE_MS;
  #steps = 0;

  /** Counts a step; true when it is time to rest. */
  step(): boolean {
    return ++this.#steps % STEPS === 0 && performance.now() >= this.#endMs;
  }

  async rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#endMs = performance.now() + SLICE_MS;
  }
}
