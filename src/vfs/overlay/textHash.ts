const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a over UTF-16 code units, in 30 bits: numbers of that size lie in arrays and objects as they are, in every engine.
 *  The same in every run, as the order of large directories is by it. */
export function hashText(text: string): number {
  return hashPart(text, 0, text.length);
}

/** Of the code units [start, end). */
export function hashPart(text: string, start: number, end: number): number {
  let hash = OFFSET_BASIS;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return finished(hash);
}

/** The same of the text whose bytes these are; undefined where not all of them are ASCII. */
export function hashAscii(bytes: Uint8Array): number | undefined {
  let hash = OFFSET_BASIS;
  for (const byte of bytes) {
    if (byte >= 0x80) return undefined;
    hash = Math.imul(hash ^ byte, PRIME);
  }
  return finished(hash);
}

function finished(hash: number): number {
  return (hash ^ (hash >>> 15)) & 0x3fff_ffff;
}
