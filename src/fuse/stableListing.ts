import type { ListedName } from '../vfs/overlay/overlayNode.ts';

/** A name with the position behind which it stands in its directory. */
export interface PlacedName extends ListedName {
  readonly position: number;
}

/** Gives each name of a directory a position that it keeps while it is there, so that a reader who goes on from a
 *  position, whatever has been made and removed meanwhile, gets each name that stayed once (POSIX readdir). New names
 *  come last. */
export class StableListing {
  #source: readonly ListedName[] = [];
  #placed: readonly PlacedName[] = [];
  #positions = new Map<string, number>();
  #next: number;

  /** `first`: the lowest position. */
  constructor(first: number) {
    this.#next = first;
  }

  /** Takes over the directory's names as they are now; the same array as before costs nothing. */
  update(names: readonly ListedName[]): void {
    if (names === this.#source) return;
    this.#source = names;
    const positions = new Map<string, number>();
    const placed = names.map(({ name, type }) => {
      const position = this.#positions.get(name) ?? this.#next++;
      positions.set(name, position);
      return { name, type, position };
    });
    this.#positions = positions;
    this.#placed = placed.sort((a, b) => a.position - b.position);
  }

  /** Index of the first name at or behind a position. */
  indexFrom(position: number): number {
    let low = 0;
    let high = this.#placed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#placed[middle] as PlacedName).position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(index: number): PlacedName | undefined {
    return this.#placed[index];
  }
}
