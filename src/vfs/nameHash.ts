/** Hash of a name in a directory, for tables of a power of two. Two forms of one function: over bytes, and
 *  `mixByte`/`finishHash` for callers that meet the bytes one by one. */

/** Differs from run to run, so that a file cannot be made that collides everywhere. */
const SEED = (Math.random() * 0x1_0000_0000) | 0;

export function beginHash(directory: number): number {
  return Math.imul(directory ^ SEED, 0x9e37_79b1);
}

export function mixByte(hash: number, byte: number): number {
  const mixed = Math.imul(hash ^ byte, 0x0100_0193);
  return mixed ^ (mixed >>> 15);
}

export function finishHash(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** Hash of bytes [start, end) in a directory. */
export function hashName(directory: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = beginHash(directory);
  for (let i = start; i < end; i++) hash = mixByte(hash, bytes[i] as number);
  return finishHash(hash);
}
