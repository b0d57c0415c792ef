/** A bit stream that is read from its end to its start (RFC 8878 4.1, "Bitstream"): the last byte's highest set bit
 *  marks where it begins. */
export class BackwardBits {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the stream's first byte lies, in bits. */
  startBit = 0;
  /** The next bits to be read lie below this one. Below `startBit` once more was read than there is. */
  position = 0;

  /** False for a stream that is empty or lacks the mark. */
  open(bytes: Uint8Array, start: number, end: number): boolean {
    const last = end > start ? (bytes[end - 1] as number) : 0;
    if (last === 0) return false;
    this.bytes = bytes;
    this.startBit = start * 8;
    this.position = end * 8 - Math.clz32(last) + 23;
    return true;
  }

  /** Up to 25 bits. Past the start it gives bits of what lies before: check `isOverrun` in the end. */
  read(count: number): number {
    this.position -= count;
    const { bytes, position } = this;
    const at = position >> 3;
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    return (word >>> (position & 7)) & ((1 << count) - 1);
  }

  get isOverrun(): boolean {
    return this.position < this.startBit;
  }

  get isAtStart(): boolean {
    return this.position === this.startBit;
  }
}
