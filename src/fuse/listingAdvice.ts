/** Files looked up between two listings from which on listings bring the attributes of files along. */
const MANY_LOOKUPS = 2;
/** Listings that do, before one without asks again whether anybody wants them. */
const FULL_LISTINGS = 64;

/** Whether listings bring the attributes of files along: who walks a tree by names alone, as find(1), is served sooner
 *  without; who looks at each file, as `ls -l`, asks for them one by one else. Directories always come with theirs: a
 *  walk goes there next. */
export class ListingAdvice {
  #lookups = 0;
  #fullLeft = 0;

  get wantsFiles(): boolean {
    return this.#fullLeft > 0;
  }

  noteFileLookup(): void {
    this.#lookups++;
  }

  /** A directory is going to be listed from its start. */
  noteListing(): void {
    if (this.#lookups >= MANY_LOOKUPS) this.#fullLeft = FULL_LISTINGS;
    else if (this.#fullLeft > 0) this.#fullLeft--;
    this.#lookups = 0;
  }
}
