/** A bit stream that is read from its start, the highest bit of a byte first, as bzip2 writes it. */
export class ForwardBits {
  readonly bytes: Uint8Array;
  /** Of the next byte that is not in `hold`. */
  position: number;
  /** The next bits, at the top of 32. */
  hold = 0;
  count = 0;

  /** Begins at a bit within the byte at `position`. Behind the end of `bytes` it reads zeros. */
  constructor(bytes: Uint8Array, position: number, bit: number) {
    this.bytes = bytes;
    this.position = position;
    this.refill();
    this.hold <<= bit;
    this.count -= bit;
  }

  /** Afterwards at least 25 bits are held. */
  refill(): void {
    while (this.count <= 24) {
      this.hold |= (this.bytes[this.position++] ?? 0) << (24 - this.count);
      this.count += 8;
    }
  }

  /** Up to 24 bits. */
  read(count: number): number {
    if (this.count < count) this.refill();
    const value = this.hold >>> (32 - count);
    this.hold <<= count;
    this.count -= count;
    return value;
  }

  /** 32 bits, unsigned. */
  readUint32(): number {
    const high = this.read(16);
    return ((high << 16) | this.read(16)) >>> 0;
  }

  /** Of the next bit, counted from the start of `bytes`. */
  get bitPosition(): number {
    return this.position * 8 - this.count;
  }
}
