/** CRC-32 as of bzip2: the polynomial 0x04C11DB7, the highest bit first. Four bytes a step. */

const TABLES = new Int32Array(4 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  TABLES[byte] = crc;
}
for (let i = 256; i < TABLES.length; i++) {
  const before = TABLES[i - 256] as number;
  TABLES[i] = (before << 8) ^ (TABLES[before >>> 24] as number);
}

/** Continues `crc` (0 at the start) over bytes [start, end). Unsigned. */
export function crc32Bzip2(bytes: Uint8Array, crc: number, start: number, end: number): number {
  const t = TABLES;
  let c = ~crc;
  let i = start;
  for (const last = end - 4; i <= last; i += 4) {
    c ^=
      ((bytes[i] as number) << 24) |
      ((bytes[i + 1] as number) << 16) |
      ((bytes[i + 2] as number) << 8) |
      (bytes[i + 3] as number);
    c =
      (t[768 + (c >>> 24)] as number) ^
      (t[512 + ((c >>> 16) & 0xff)] as number) ^
      (t[256 + ((c >>> 8) & 0xff)] as number) ^
      (t[c & 0xff] as number);
  }
  for (; i < end; i++) c = (c << 8) ^ (t[(c >>> 24) ^ (bytes[i] as number)] as number);
  return ~c >>> 0;
}
