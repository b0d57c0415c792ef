import type { LayerTree } from '../vfs/layerTree.ts';

/** Indexes an archive's layers, no more than `lanes` at a time. A layer that is asked for goes before those of the
 *  background, which asks for its next only when it has the last. */
export class LayerIndexer {
  lanes = 1;
  readonly #index: (layer: number) => Promise<LayerTree | undefined>;
  readonly #jobs = new Map<number, Promise<LayerTree | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `index` resolves with undefined for a layer that cannot be read, and rejects when it may work later. */
  constructor(index: (layer: number) => Promise<LayerTree | undefined>) {
    this.#index = index;
  }

  tree(layer: number): Promise<LayerTree | undefined> {
    const known = this.#jobs.get(layer);
    if (known) return known;
    const job = this.#run(layer);
    this.#jobs.set(layer, job);
    job.catch(() => this.#jobs.delete(layer));
    return job;
  }

  async #run(layer: number): Promise<LayerTree | undefined> {
    // Whoever waits already goes first.
    if (this.#running >= this.lanes || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      return await this.#index(layer);
    } finally {
      this.#running--;
      if (this.#running < this.lanes) this.#waiting.shift()?.();
    }
  }
}
