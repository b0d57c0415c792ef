/** A bit stream that is read from its end to its start (RFC 8878 4.1, "Bitstream"): the last byte's highest set bit
 *  marks where it begins. */
export class BackwardBits {
  bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the stream's first byte lies, in bits. */
  startBit = 0;
  /** The next bits to be read lie below this one. Below `startBit` once more was read than there is. */
  position = 0;

  /** False for a stream that is empty or lacks the mark. */
  open(bytes: Uint8Array, start: number, end: number): boolean {
    const last = end > start ? (bytes[end - 1] as number) : 0;
    if (last === 0) return false;
    if (this.bytes !== bytes) this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = bytes;
    this.startBit = start * 8;
    this.position = end * 8 - Math.clz32(last) + 23;
    return true;
  }

  /** Up to 25 bits. Past the start it gives bits of what lies before: check `isOverrun` in the end. */
  read(count: number): number {
    this.position -= count;
    const { position } = this;
    const at = position >> 3;
    const word = at >= 0 && at + 4 <= this.#view.byteLength ? this.#view.getInt32(at, true) : this.#edgeWord(at);
    return (word >>> (position & 7)) & ((1 << count) - 1);
  }

  /** Where fewer than four bytes are left of the buffer; what lies outside reads as zero. */
  #edgeWord(at: number): number {
    let word = 0;
    for (let i = 0; i < 4; i++) word |= (this.bytes[at + i] ?? 0) << (8 * i);
    return word;
  }

  get isOverrun(): boolean {
    return this.position < this.startBit;
  }

  get isAtStart(): boolean {
    return this.position === this.startBit;
  }
}
