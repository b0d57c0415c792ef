/** Writes bits from the lowest up, as deflate packs them (RFC 1951 section 3.1.1). */
export class BitWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  /** Bits that fill no two bytes yet. */
  #bits = 0;
  #count = 0;

  /** The lowest `count` bits of a value that has no others; at most 16. */
  put(value: number, count: number): void {
    this.#bits |= value << this.#count;
    this.#count += count;
    if (this.#count < 16) return;
    if (this.#length + 2 > this.#bytes.length) this.#grow(2);
    this.#bytes[this.#length++] = this.#bits;
    this.#bytes[this.#length++] = this.#bits >>> 8;
    this.#bits >>>= 16;
    this.#count -= 16;
  }

  /** Zeros up to the next byte. */
  align(): void {
    this.#grow(2);
    for (; this.#count > 0; this.#count -= 8) {
      this.#bytes[this.#length++] = this.#bits;
      this.#bits >>>= 8;
    }
    this.#bits = 0;
    this.#count = 0;
  }

  /** Whole bytes; only behind `align`. */
  putBytes(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The whole bytes since the last call, in an array of their own. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #grow(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const longer = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    longer.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = longer;
  }
}
