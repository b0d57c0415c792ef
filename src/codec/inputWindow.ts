/** The compressed input of a decoder: a window over a stream of chunks, which a decoder asks to hold at least so
 *  many bytes in one piece. It grows only by bytes that came, never by a size that the input claims. */
export class InputWindow {
  /** Unread bytes are [position, end). Not to be written to. */
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  end = 0;
  #bytesOffset: number;
  #ownsBytes = false;
  #own: Uint8Array = new Uint8Array(0);
  #ended = false;
  readonly #chunks: AsyncIterator<Uint8Array>;

  /** `startOffset` is where the first chunk lies in the input, for errors. */
  constructor(chunks: AsyncIterable<Uint8Array>, startOffset = 0) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#bytesOffset = startOffset;
  }

  /** Of the next unread byte, in the whole input. */
  get offset(): number {
    return this.#bytesOffset + this.position;
  }

  get availableBytes(): number {
    return this.end - this.position;
  }

  /** Tries to have `count` bytes in one piece; false where the input ends before. Cheap when they are there. */
  async fill(count: number): Promise<boolean> {
    while (this.end - this.position < count) {
      if (this.#ended) return false;
      // What is left of a chunk must be copied before the next is asked for.
      if (this.end > this.position && !this.#ownsBytes) this.#moveToOwn(this.end - this.position);
      const next = await this.#chunks.next();
      if (next.done) this.#ended = true;
      else if (next.value.length > 0) this.#append(next.value);
    }
    return true;
  }

  /** All bytes that are held, or the next chunk; undefined at the end of the input. They count as read. */
  async takeChunk(): Promise<Uint8Array | undefined> {
    if (!(await this.fill(1))) return undefined;
    const chunk = this.bytes.subarray(this.position, this.end);
    this.position = this.end;
    return chunk;
  }

  /** Gives back the last `count` bytes of what `takeChunk` returned. */
  untake(count: number): void {
    if (count > this.position) throw new RangeError(`cannot give back ${count} bytes`);
    this.position -= count;
  }

  /** After the end of the input: puts zeros behind `end`, so that a decoder may look ahead without a check. */
  padEnd(paddingBytes: number): void {
    this.#moveToOwn(this.end - this.position + paddingBytes);
    this.bytes.fill(0, this.end, this.end + paddingBytes);
  }

  /** Reads and drops the rest of the input, for a source that is hashed as it passes. */
  async drain(): Promise<void> {
    while (await this.takeChunk());
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#chunks.return?.();
    this.#ended = true;
  }

  #append(chunk: Uint8Array): void {
    const heldBytes = this.end - this.position;
    if (heldBytes <= 0) {
      // A decoder may have looked a few bytes past the end of the chunk before.
      this.#bytesOffset += this.end;
      this.position -= this.end;
      this.bytes = chunk;
      this.#ownsBytes = false;
      this.end = chunk.length;
      return;
    }
    if (this.end + chunk.length > this.bytes.length) this.#moveToOwn(heldBytes + chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** Moves what is held to the front of a buffer of our own, which is kept for the next time. */
  #moveToOwn(capacityBytes: number): void {
    const held = this.bytes.subarray(this.position, this.end);
    // Doubling, so that many small chunks cost no more than a few copies of each byte.
    if (this.#own.length < capacityBytes) {
      const own = new Uint8Array(Math.max(capacityBytes, Math.min(held.length * 2, capacityBytes * 2)));
      own.set(held);
      this.#own = own;
    } else {
      this.#own.set(held);
    }
    this.#bytesOffset += this.position;
    this.bytes = this.#own;
    this.#ownsBytes = true;
    this.position = 0;
    this.end = held.length;
  }
}
