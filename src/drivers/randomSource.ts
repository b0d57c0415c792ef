/** Random identifiers are drawn from here, so that a seed gives the same layout again. Not for secrets. */
export interface RandomSource {
  /** A whole number from 0 to `bound` - 1; `bound` at most 2^32. */
  next(bound: number): number;
}

/** The generator sfc32 (Chris Doty-Humphrey, PractRand), seeded from a text. */
export function seededRandom(seed: string): RandomSource {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;
  const step = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < seed.length; i++) {
    a = (a ^ seed.charCodeAt(i)) | 0;
    step();
  }
  // The state needs some rounds until every bit depends on the whole seed.
  for (let i = 0; i < 15; i++) step();
  return { next: (bound) => Math.floor((step() / 2 ** 32) * bound) };
}

const HEX = '0123456789abcdef';
/** RFC 4648 base32, as overlay2 names its links. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 32 random bytes in hexadecimal: a cache-id, mount-id or container ID (moby pkg/stringid). */
export function randomHexId(random: RandomSource): string {
  return randomText(random, HEX, 64);
}

/** The name of a link in overlay2's `l/`: 26 characters, so that a mount of 128 layers fits a page (moby
 *  daemon/graphdriver/overlay2, idLength). */
export function randomLinkName(random: RandomSource): string {
  return randomText(random, BASE32, 26);
}

function randomText(random: RandomSource, alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet.charAt(random.next(alphabet.length));
  return text;
}
