import { bitsOf, type NameBits, wordOf } from './nameBits.ts';
import type { Stamp } from './inodeTrie.ts';
import type { NameRows } from './nameRows.ts';
import type { OverlayNode } from './overlayNode.ts';
import type { Restorable } from './undoLog.ts';

const NO_ROWS: NameRows = [];

interface UpperRows {
  readonly rows: NameRows;
  readonly stamp: Stamp | undefined;
}

/** The names below a directory that a mount keeps nodes of. Of most other names it can tell at a look that no lower layer
 *  has them either: what bears such a name lies in the upper alone. */
export class KeptNames extends Map<string, OverlayNode> implements Restorable<UpperRows> {
  /** The directory. */
  readonly of: OverlayNode;
  /** The directory's names in the upper, where they are few, as long as the upper has the stamp (`NameTable.rows`). */
  rows: NameRows = NO_ROWS;
  stamp: Stamp | undefined = undefined;
  /** Lower parts of the directory, once their names have been added. */
  lowerCount: number | undefined = undefined;
  // The four words of `NameBits`. Bits of what is gone stay.
  #word0 = 0;
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;

  constructor(of: OverlayNode) {
    super();
    this.of = of;
  }

  override set(name: string, node: OverlayNode): this {
    this.#add(node.hash);
    return super.set(name, node);
  }

  addLower([word0, word1, word2, word3]: NameBits, lowerCount: number): void {
    this.lowerCount = lowerCount;
    this.#word0 |= word0;
    this.#word1 |= word1;
    this.#word2 |= word2;
    this.#word3 |= word3;
  }

  /** False where there is neither a node nor a name in a lower layer. */
  mayHave(hash: number): boolean {
    const bits = bitsOf(hash);
    return (this.#word(wordOf(hash)) & bits) === bits;
  }

  /** Of `rows` and `stamp`: the entries have a log's entries of their own. */
  copy(): UpperRows {
    return { rows: this.rows, stamp: this.stamp };
  }

  restore({ rows, stamp }: UpperRows): void {
    this.rows = rows;
    this.stamp = stamp;
  }

  #add(hash: number): void {
    const bits = bitsOf(hash);
    switch (wordOf(hash)) {
      case 0:
        this.#word0 |= bits;
        break;
      case 1:
        this.#word1 |= bits;
        break;
      case 2:
        this.#word2 |= bits;
        break;
      default:
        this.#word3 |= bits;
    }
  }

  #word(place: number): number {
    switch (place) {
      case 0:
        return this.#word0;
      case 1:
        return this.#word1;
      case 2:
        return this.#word2;
      default:
        return this.#word3;
    }
  }
}
