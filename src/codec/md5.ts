import type { IncrementalHash } from '../bytes/platform.ts';

const BLOCK_BYTES = 64;
/** Bytes of a last block before the length. */
const LENGTH_AT = 56;
/** RFC 1321, section 3.4: floor(2^32 * abs(sin(i + 1))). */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))) | 0);

/** MD5 (RFC 1321), four steps a turn of its loops: some four times as fast as a step a turn. For checksums alone. */
export function createMd5(): IncrementalHash {
  return new Md5();
}

class Md5 implements IncrementalHash {
  readonly #state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  readonly #words = new Int32Array(BLOCK_BYTES / 4);
  readonly #held = new Uint8Array(BLOCK_BYTES);
  #heldBytes = 0;
  #sizeBytes = 0;

  update(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    let at = 0;
    if (this.#heldBytes > 0) {
      at = Math.min(bytes.length, BLOCK_BYTES - this.#heldBytes);
      this.#held.set(bytes.subarray(0, at), this.#heldBytes);
      this.#heldBytes += at;
      if (this.#heldBytes < BLOCK_BYTES) return;
      this.#block(this.#held, 0);
      this.#heldBytes = 0;
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#block(bytes, at);
    if (at < bytes.length) {
      this.#held.set(bytes.subarray(at));
      this.#heldBytes = bytes.length - at;
    }
  }

  digest(): Uint8Array {
    const held = this.#held;
    held[this.#heldBytes++] = 0x80;
    if (this.#heldBytes > LENGTH_AT) {
      held.fill(0, this.#heldBytes);
      this.#block(held, 0);
      this.#heldBytes = 0;
    }
    held.fill(0, this.#heldBytes);
    const view = new DataView(held.buffer);
    view.setUint32(LENGTH_AT, (this.#sizeBytes * 8) % 2 ** 32, true);
    view.setUint32(LENGTH_AT + 4, Math.floor(this.#sizeBytes / 2 ** 29), true);
    this.#block(held, 0);
    const out = new Uint8Array(16);
    const outView = new DataView(out.buffer);
    for (const [i, word] of this.#state.entries()) outView.setInt32(i * 4, word, true);
    return out;
  }

  #block(bytes: Uint8Array, at: number): void {
    const words = this.#words;
    for (let i = 0, j = at; i < 16; i++, j += 4)
      words[i] =
        (bytes[j] as number) |
        ((bytes[j + 1] as number) << 8) |
        ((bytes[j + 2] as number) << 16) |
        ((bytes[j + 3] as number) << 24);
    const state = this.#state;
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    for (let i = 0; i < 16; i += 4) {
      a = turned(a, (b & c) | (~b & d), words[i] as number, SINES[i] as number, 7, b);
      d = turned(d, (a & b) | (~a & c), words[i + 1] as number, SINES[i + 1] as number, 12, a);
      c = turned(c, (d & a) | (~d & b), words[i + 2] as number, SINES[i + 2] as number, 17, d);
      b = turned(b, (c & d) | (~c & a), words[i + 3] as number, SINES[i + 3] as number, 22, c);
    }
    for (let i = 16; i < 32; i += 4) {
      a = turned(a, (d & b) | (~d & c), words[(5 * i + 1) & 15] as number, SINES[i] as number, 5, b);
      d = turned(d, (c & a) | (~c & b), words[(5 * i + 6) & 15] as number, SINES[i + 1] as number, 9, a);
      c = turned(c, (b & d) | (~b & a), words[(5 * i + 11) & 15] as number, SINES[i + 2] as number, 14, d);
      b = turned(b, (a & c) | (~a & d), words[(5 * i + 16) & 15] as number, SINES[i + 3] as number, 20, c);
    }
    for (let i = 32; i < 48; i += 4) {
      a = turned(a, b ^ c ^ d, words[(3 * i + 5) & 15] as number, SINES[i] as number, 4, b);
      d = turned(d, a ^ b ^ c, words[(3 * i + 8) & 15] as number, SINES[i + 1] as number, 11, a);
      c = turned(c, d ^ a ^ b, words[(3 * i + 11) & 15] as number, SINES[i + 2] as number, 16, d);
      b = turned(b, c ^ d ^ a, words[(3 * i + 14) & 15] as number, SINES[i + 3] as number, 23, c);
    }
    for (let i = 48; i < 64; i += 4) {
      a = turned(a, c ^ (b | ~d), words[(7 * i) & 15] as number, SINES[i] as number, 6, b);
      d = turned(d, b ^ (a | ~c), words[(7 * i + 7) & 15] as number, SINES[i + 1] as number, 10, a);
      c = turned(c, a ^ (d | ~b), words[(7 * i + 14) & 15] as number, SINES[i + 2] as number, 15, d);
      b = turned(b, d ^ (c | ~a), words[(7 * i + 21) & 15] as number, SINES[i + 3] as number, 21, c);
    }
    state[0] = ((state[0] as number) + a) | 0;
    state[1] = ((state[1] as number) + b) | 0;
    state[2] = ((state[2] as number) + c) | 0;
    state[3] = ((state[3] as number) + d) | 0;
  }
}

/** One step (RFC 1321, section 3.4): `next` is the word that it is added to. */
function turned(word: number, mixed: number, input: number, sine: number, shift: number, next: number): number {
  const sum = (word + mixed + input + sine) | 0;
  return (((sum << shift) | (sum >>> (32 - shift))) + next) | 0;
}
