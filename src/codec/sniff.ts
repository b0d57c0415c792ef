/** How a run of bytes is compressed, told from its first bytes: names and media types lie. */
export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** Compressed forms that are recognised only to be refused by name. */
export type ForeignCompression = 'lz4' | 'lzip' | 'compress' | 'lzma' | 'lzop' | 'zip' | '7z' | 'rar';

/** As many bytes as `sniffCompression` and `sniffForeignCompression` look at. */
export const SNIFF_BYTES = 16;

/** The compression that the first bytes show; fewer than `SNIFF_BYTES` are enough only for a shorter file. */
export function sniffCompression(firstBytes: Uint8Array): Compression {
  if (startsWith(firstBytes, [0x1f, 0x8b, 0x08])) return 'gzip'; // RFC 1952 2.3.1
  if (startsWith(firstBytes, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return 'xz'; // xz-file-format 2.1.1.1
  if (startsWith(firstBytes, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd'; // RFC 8878 3.1.1
  if (isSkippableFrame(firstBytes)) return 'zstd';
  if (isBzip2(firstBytes)) return 'bzip2';
  return 'none';
}

/** A compressed form or a packed archive that we do not open, or undefined. */
export function sniffForeignCompression(firstBytes: Uint8Array): ForeignCompression | undefined {
  for (const [name, magic] of FOREIGN_MAGICS) if (startsWith(firstBytes, magic)) return name;
  return isLzmaAlone(firstBytes) ? 'lzma' : undefined;
}

const FOREIGN_MAGICS: readonly (readonly [ForeignCompression, readonly number[]])[] = [
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]], // the legacy frame
  ['lzip', [0x4c, 0x5a, 0x49, 0x50]],
  ['compress', [0x1f, 0x9d]],
  ['lzop', [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]], // an empty one
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
];

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}

// A zstd stream may begin with skippable frames, magic 0x184D2A50 to 0x184D2A5F (RFC 8878 3.1.2).
function isSkippableFrame(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
}

// "BZh", the level, then a block's magic (pi) or, for empty data, the end magic (the root of pi): a text that
// begins with "BZh1" is none.
function isBzip2(bytes: Uint8Array): boolean {
  const level = bytes[3] ?? 0;
  if (!startsWith(bytes, [0x42, 0x5a, 0x68]) || level < 0x31 || level > 0x39) return false;
  if (bytes.length < 10) return true;
  const magic = bytes.subarray(4);
  return (
    startsWith(magic, [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) || startsWith(magic, [0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
  );
}

// .lzma has no magic: properties 0x5d, a dictionary of a power of two from 64 KiB, and an unknown size.
function isLzmaAlone(bytes: Uint8Array): boolean {
  if (bytes.length < 13 || bytes[0] !== 0x5d || bytes[1] !== 0 || bytes[2] !== 0) return false;
  return bytes.subarray(5, 13).every((byte) => byte === 0xff);
}
