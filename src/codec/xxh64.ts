/** XXH64 (seed 0) of a stream: the checksum of a zstd frame (RFC 8878 3.1.1). 64-bit numbers are kept as two
 *  32-bit halves: BigInt would be twenty times slower. */

// The five primes of the algorithm's specification, high half and low half.
const PRIME1 = [0x9e3779b1, 0x85ebca87] as const;
const PRIME2 = [0xc2b2ae3d, 0x27d4eb4f] as const;
const PRIME3 = [0x165667b1, 0x9e3779f9] as const;
const PRIME4 = [0x85ebca77, 0xc2b2ae63] as const;
const PRIME5 = [0x27d4eb2f, 0x165667c5] as const;

const LANE_COUNT = 4;
const STRIPE_BYTES = 32;

export class Xxh64 {
  // High and low half of each lane in turn.
  readonly #lanes = new Int32Array(LANE_COUNT * 2);
  readonly #rest = new Uint8Array(STRIPE_BYTES);
  #restBytes = 0;
  #totalBytes = 0;

  constructor() {
    this.reset();
  }

  reset(): void {
    const one = big(PRIME1);
    const two = big(PRIME2);
    [one + two, two, 0n, -one].forEach((value, lane) => {
      this.#lanes[lane * 2] = Number(BigInt.asIntN(32, value >> 32n));
      this.#lanes[lane * 2 + 1] = Number(BigInt.asIntN(32, value));
    });
    this.#restBytes = 0;
    this.#totalBytes = 0;
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#totalBytes += end - start;
    let position = start;
    if (this.#restBytes > 0) {
      const count = Math.min(STRIPE_BYTES - this.#restBytes, end - start);
      this.#rest.set(bytes.subarray(start, start + count), this.#restBytes);
      this.#restBytes += count;
      position += count;
      if (this.#restBytes < STRIPE_BYTES) return;
      this.#stripes(this.#rest, 0, STRIPE_BYTES);
    }
    const wholeEnd = position + Math.floor((end - position) / STRIPE_BYTES) * STRIPE_BYTES;
    this.#stripes(bytes, position, wholeEnd);
    this.#rest.set(bytes.subarray(wholeEnd, end));
    this.#restBytes = end - wholeEnd;
  }

  /** The lower 32 bits of the hash, unsigned. */
  low32(): number {
    const one = big(PRIME1);
    const two = big(PRIME2);
    const three = big(PRIME3);
    const four = big(PRIME4);
    const five = big(PRIME5);
    let hash = five;
    if (this.#totalBytes >= STRIPE_BYTES) {
      const lanes = Array.from({ length: LANE_COUNT }, (_, lane) => this.#lane(lane));
      const turns = [1n, 7n, 12n, 18n];
      hash = wrap(lanes.reduce((sum, lane, i) => sum + rotate(lane, turns[i] as bigint), 0n));
      for (const lane of lanes) hash = wrap((hash ^ round(0n, lane)) * one + four);
    }
    hash = wrap(hash + BigInt(this.#totalBytes));
    const view = new DataView(this.#rest.buffer);
    let at = 0;
    for (; at + 8 <= this.#restBytes; at += 8) {
      hash = wrap(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * one + four);
    }
    for (; at + 4 <= this.#restBytes; at += 4) {
      hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint32(at, true)) * one), 23n) * two + three);
    }
    for (; at < this.#restBytes; at++) {
      hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint8(at)) * five), 11n) * one);
    }
    hash = wrap((hash ^ (hash >> 33n)) * two);
    hash = wrap((hash ^ (hash >> 29n)) * three);
    hash ^= hash >> 32n;
    return Number(hash & 0xffffffffn);
  }

  #lane(lane: number): bigint {
    const high = BigInt((this.#lanes[lane * 2] as number) >>> 0);
    return (high << 32n) | BigInt((this.#lanes[lane * 2 + 1] as number) >>> 0);
  }

  #stripes(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let lane = 0; lane < LANE_COUNT; lane++) this.#laneOver(lane, view, start + lane * 8, end);
  }

  /** lane = rotl(lane + word * PRIME2, 31) * PRIME1 over every fourth word. */
  #laneOver(lane: number, view: DataView, start: number, end: number): void {
    let high = this.#lanes[lane * 2] as number;
    let low = this.#lanes[lane * 2 + 1] as number;
    for (let at = start; at < end; at += STRIPE_BYTES) {
      const wordLow = view.getInt32(at, true);
      const wordHigh = view.getInt32(at + 4, true);
      // word * PRIME2, by 16-bit halves of the lower word.
      let a = wordLow & 0xffff;
      let b = wordLow >>> 16;
      let p = Math.imul(a, 0xeb4f) >>> 0;
      let q = (Math.imul(b, 0xeb4f) >>> 0) + (p >>> 16);
      let r = (Math.imul(a, 0x27d4) >>> 0) + (q & 0xffff);
      let top = (Math.imul(b, 0x27d4) >>> 0) + (q >>> 16) + (r >>> 16);
      let productLow = (r << 16) | (p & 0xffff);
      let productHigh = (top + Math.imul(wordLow, PRIME2[0]) + Math.imul(wordHigh, PRIME2[1])) | 0;
      const sum = (low >>> 0) + (productLow >>> 0);
      high = (high + productHigh + (sum > 0xffffffff ? 1 : 0)) | 0;
      low = sum | 0;
      const turnedHigh = (high << 31) | (low >>> 1);
      const turnedLow = (low << 31) | (high >>> 1);
      a = turnedLow & 0xffff;
      b = turnedLow >>> 16;
      p = Math.imul(a, 0xca87) >>> 0;
      q = (Math.imul(b, 0xca87) >>> 0) + (p >>> 16);
      r = (Math.imul(a, 0x85eb) >>> 0) + (q & 0xffff);
      top = (Math.imul(b, 0x85eb) >>> 0) + (q >>> 16) + (r >>> 16);
      productLow = (r << 16) | (p & 0xffff);
      productHigh = (top + Math.imul(turnedLow, PRIME1[0]) + Math.imul(turnedHigh, PRIME1[1])) | 0;
      high = productHigh;
      low = productLow;
    }
    this.#lanes[lane * 2] = high;
    this.#lanes[lane * 2 + 1] = low;
  }
}

function big(prime: readonly [number, number]): bigint {
  return (BigInt(prime[0]) << 32n) | BigInt(prime[1]);
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, count: bigint): bigint {
  return wrap(value << count) | (value >> (64n - count));
}

function round(accumulator: bigint, word: bigint): bigint {
  return wrap(rotate(wrap(accumulator + word * big(PRIME2)), 31n) * big(PRIME1));
}
