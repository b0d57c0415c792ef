import { bitsOf, type NameBits, wordOf } from './nameBits.ts';
import type { OverlayNode } from './overlayNode.ts';

/** The names below a directory that a mount keeps nodes of. Of most other names it can tell at a look that no lower layer
 *  has them either: what bears such a name lies in the upper alone. */
export class KeptNames extends Map<string, OverlayNode> {
  /** Whether the names of the lower layers have been added. */
  hasLower = false;
  // The four words of `NameBits`. Bits of what is gone stay.
  #word0 = 0;
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;

  override set(name: string, node: OverlayNode): this {
    this.#add(node.hash);
    return super.set(name, node);
  }

  addLower([word0, word1, word2, word3]: NameBits): void {
    this.hasLower = true;
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
