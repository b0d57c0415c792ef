/** CRC-64 as of xz (ECMA-182, reflected polynomial 0xC96C5795D7870F42), four bytes a step, in 32-bit halves. */

const POLYNOMIAL_HIGH = 0xc96c5795;
const POLYNOMIAL_LOW = 0xd7870f42;

const HIGH = new Int32Array(4 * 256);
const LOW = new Int32Array(4 * 256);
fillTables();

// Table k holds the CRC of a byte followed by k zero bytes.
function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry) {
        high ^= POLYNOMIAL_HIGH;
        low ^= POLYNOMIAL_LOW;
      }
    }
    HIGH[byte] = high;
    LOW[byte] = low;
  }
  for (let i = 256; i < HIGH.length; i++) {
    const high = HIGH[i - 256] as number;
    const low = LOW[i - 256] as number;
    LOW[i] = ((low >>> 8) | (high << 24)) ^ (LOW[low & 0xff] as number);
    HIGH[i] = (high >>> 8) ^ (HIGH[low & 0xff] as number);
  }
}

export class Crc64 {
  #high = -1;
  #low = -1;

  update(bytes: Uint8Array, start = 0, end = bytes.length): void {
    let high = this.#high;
    let low = this.#low;
    let i = start;
    for (const last = end - 4; i <= last; i += 4) {
      const word =
        low ^
        ((bytes[i] as number) |
          ((bytes[i + 1] as number) << 8) |
          ((bytes[i + 2] as number) << 16) |
          ((bytes[i + 3] as number) << 24));
      const a = 768 + (word & 0xff);
      const b = 512 + ((word >>> 8) & 0xff);
      const c = 256 + ((word >>> 16) & 0xff);
      const d = word >>> 24;
      low = high ^ (LOW[a] as number) ^ (LOW[b] as number) ^ (LOW[c] as number) ^ (LOW[d] as number);
      high = (HIGH[a] as number) ^ (HIGH[b] as number) ^ (HIGH[c] as number) ^ (HIGH[d] as number);
    }
    for (; i < end; i++) {
      const index = (low ^ (bytes[i] as number)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (LOW[index] as number);
      high = (high >>> 8) ^ (HIGH[index] as number);
    }
    this.#high = high;
    this.#low = low;
  }

  /** Eight bytes, the lowest first, as xz stores it. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, ~this.#low, true);
    view.setInt32(4, ~this.#high, true);
    return bytes;
  }
}
