import type { Progress, Step } from './progress.ts';

/** Whether an earlier build had the files at hand already. */
export interface LoadedBases {
  readonly has: () => boolean;
  /** They are now, and were worked with. */
  readonly keep: () => void;
}

/** The vertex of an image or a download that steps stand on or copy from. Its files are looked for only when a step that
 *  is not in the cache needs them: then it is CACHED from the second build on, and else DONE with its name alone. */
export class BaseVertex {
  readonly #progress: Progress;
  readonly #name: string;
  readonly #number: number;
  readonly #loaded: LoadedBases;
  #end: Promise<void> | undefined;

  /** Takes its number at once. */
  constructor(progress: Progress, name: string, loaded: LoadedBases, number = progress.reserve()) {
    this.#progress = progress;
    this.#name = name;
    this.#number = number;
    this.#loaded = loaded;
  }

  /** A step works with the layers. */
  need(): Promise<void> {
    this.#end ??= this.#show(this.#loaded.has() ? 'cached' : 'done').then(() => this.#loaded.keep());
    return this.#end;
  }

  /** What stands on it was in the cache. */
  skip(): Promise<void> {
    this.#end ??= this.#show('done');
    return this.#end;
  }

  async #show(kind: 'cached' | 'done'): Promise<void> {
    const step: Step = await this.#progress.start(this.#name, this.#number);
    await step.end({ kind });
  }
}
