import { BuildError } from '../buildError.ts';

/** Characters and variables that a whole plan may make: variables that double at each step reach it soon. */
const MAX_UNITS = 256 * 1024 * 1024;

export class Budget {
  #left = MAX_UNITS;

  /** Throws BuildError `limit`. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0)
      throw new BuildError('limit', `the expansions of this Dockerfile make more than ${MAX_UNITS} characters`);
  }
}
