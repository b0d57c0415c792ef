/** Bytes that are the same for the same seed (xorshift128, Marsaglia 2003): for IDs that shall repeat, not for keys. */
export function seededRandom(seed: number): (length: number) => Uint8Array {
  let [x, y, z, w] = [seed >>> 0 || 1, 362436069, 521288629, 88675123];
  const next = () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = (w ^ (w >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return w;
  };
  return (length) => Uint8Array.from({ length }, () => next() >>> 11);
}
