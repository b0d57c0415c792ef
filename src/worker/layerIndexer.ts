import type { LayerTree } from '../vfs/layerTree.ts';

/** Indexes an archive's layers one after another. A layer that is asked for goes before those of the background,
 *  which asks for its next only when it has the last. */
export class LayerIndexer {
  readonly #index: (layer: number) => Promise<LayerTree | undefined>;
  readonly #jobs = new Map<number, Promise<LayerTree | undefined>>();
  #last: Promise<unknown> = Promise.resolve();

  /** `index` resolves with undefined for a layer that cannot be read, and rejects when it may work later. */
  constructor(index: (layer: number) => Promise<LayerTree | undefined>) {
    this.#index = index;
  }

  tree(layer: number): Promise<LayerTree | undefined> {
    const known = this.#jobs.get(layer);
    if (known) return known;
    const job = this.#last.then(() => this.#index(layer));
    this.#jobs.set(layer, job);
    this.#last = job.catch(() => this.#jobs.delete(layer));
    return job;
  }
}
