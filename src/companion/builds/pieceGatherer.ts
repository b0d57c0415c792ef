/** Smaller ones are put together: each costs some 200 bytes besides its own, and a sender chooses how small they are. */
const SMALL_BYTES = 16 * 1024;
const GATHERED_BYTES = 64 * 1024;

/** Pieces of a body as they come: large ones as they are, small ones gathered. */
export class PieceGatherer {
  readonly #pieces: Buffer[] = [];
  #gathered = Buffer.alloc(0);
  #gatheredBytes = 0;

  add(piece: Buffer): void {
    if (piece.length >= SMALL_BYTES) {
      this.#flush();
      this.#pieces.push(piece);
      return;
    }
    if (this.#gatheredBytes + piece.length > GATHERED_BYTES) this.#flush();
    if (this.#gathered.length === 0) this.#gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES);
    this.#gatheredBytes += piece.copy(this.#gathered, this.#gatheredBytes);
  }

  /** All that came, in order; from now on it begins anew. */
  take(): Buffer[] {
    this.#flush();
    return this.#pieces.splice(0);
  }

  #flush(): void {
    if (this.#gatheredBytes > 0) this.#pieces.push(Buffer.from(this.#gathered.subarray(0, this.#gatheredBytes)));
    this.#gatheredBytes = 0;
  }
}
