import { hashText } from './textHash.ts';

/** Bits of a word: numbers of that size lie in arrays and objects as they are, in every engine. */
const WORD_BITS = 30;
const FULL = 2 ** WORD_BITS - 1;
/** Of more names the bits would say little. */
const MAX_NAMES = 64;

/** Four words with two bits, both in one word, for the `hashText` of each of a few names: a name of which a bit is not set
 *  is none of them. */
export type NameBits = readonly [number, number, number, number];

/** Says of every name that it may be one. */
export const ALL_NAMES: NameBits = [FULL, FULL, FULL, FULL];

/** `tell` is asked for the hashes where there are no more than it pays to tell apart. */
export function nameBits(count: number, tell: (add: (hash: number) => void) => void): NameBits {
  if (count > MAX_NAMES) return ALL_NAMES;
  const words: [number, number, number, number] = [0, 0, 0, 0];
  tell((hash) => {
    (words[wordOf(hash)] as number) |= bitsOf(hash);
  });
  return words;
}

export function bitsOfNames(names: ReadonlyMap<string, unknown>): NameBits {
  return nameBits(names.size, (add) => {
    for (const name of names.keys()) add(hashText(name));
  });
}

/** The word that has a hash's bits. */
export function wordOf(hash: number): number {
  return hash & 3;
}

export function bitsOf(hash: number): number {
  return (1 << ((hash >>> 2) % WORD_BITS)) | (1 << ((hash >>> 12) % WORD_BITS));
}
