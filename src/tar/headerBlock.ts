import { readNumericField } from './numericField.ts';

export const BLOCK_BYTES = 512;

/** Fields of a header block: position and length (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual,
 *  "Basic Tar Format"). */
export const Field = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  typeflag: [156, 1],
  linkName: [157, 100],
  magic: [257, 8],
  userName: [265, 32],
  groupName: [297, 32],
  deviceMajor: [329, 8],
  deviceMinor: [337, 8],
  prefix: [345, 155],
  /** star keeps its own times behind a shorter prefix. */
  starPrefix: [345, 131],
  gnuAccessTime: [345, 12],
  gnuChangeTime: [357, 12],
  gnuSparse: [386, 96],
  gnuIsExtended: [482, 1],
  gnuRealSize: [483, 12],
} as const;

export const NO_BYTES = new Uint8Array(0);

export type HeaderDialect = 'v7' | 'ustar' | 'star' | 'gnu';

export function isZeroBlock(buffer: Uint8Array, at: number, length = BLOCK_BYTES): boolean {
  for (let i = at; i < at + length; i++) if (buffer[i] !== 0) return false;
  return true;
}

export function dialectOf(buffer: Uint8Array, at: number): HeaderDialect {
  const magic = at + Field.magic[0];
  // "ustar"
  if (
    buffer[magic] !== 0x75 ||
    buffer[magic + 1] !== 0x73 ||
    buffer[magic + 2] !== 0x74 ||
    buffer[magic + 3] !== 0x61 ||
    buffer[magic + 4] !== 0x72
  )
    return 'v7';
  const byte5 = buffer[magic + 5];
  const byte6 = buffer[magic + 6];
  const byte7 = buffer[magic + 7];
  if (byte5 === 0x20 && byte6 === 0x20 && byte7 === 0) return 'gnu';
  if (byte5 !== 0) return 'v7';
  // "tar\0" in the last four bytes
  const isStar =
    buffer[at + 508] === 0x74 && buffer[at + 509] === 0x61 && buffer[at + 510] === 0x72 && buffer[at + 511] === 0;
  return isStar ? 'star' : 'ustar';
}

/** A text field up to its first NUL, as a view. */
export function readTextField(buffer: Uint8Array, at: number, field: readonly [number, number]): Uint8Array {
  const start = at + field[0];
  if (buffer[start] === 0) return NO_BYTES;
  const limit = start + field[1];
  let end = start;
  while (end < limit && buffer[end] !== 0) end++;
  return buffer.subarray(start, end);
}

/** The name with its prefix, as a view where there is no prefix. */
export function readName(buffer: Uint8Array, at: number, dialect: HeaderDialect): Uint8Array {
  const name = readTextField(buffer, at, Field.name);
  const prefix = readPrefix(buffer, at, dialect);
  if (prefix.length === 0) return name;
  const joined = new Uint8Array(prefix.length + 1 + name.length);
  joined.set(prefix);
  joined[prefix.length] = 0x2f;
  joined.set(name, prefix.length + 1);
  return joined;
}

function readPrefix(buffer: Uint8Array, at: number, dialect: HeaderDialect): Uint8Array {
  if (buffer[at + Field.prefix[0]] === 0 || dialect === 'v7') return NO_BYTES;
  if (dialect === 'ustar') return readTextField(buffer, at, Field.prefix);
  if (dialect === 'star') return readTextField(buffer, at, Field.starPrefix);
  return hasGnuTimes(buffer, at) ? NO_BYTES : asciiOnly(readTextField(buffer, at, Field.prefix));
}

/** In GNU headers the prefix's place holds two times. Writers built with Go before 1.8 put a prefix there all the
 *  same: what is no number is taken for one. */
function hasGnuTimes(buffer: Uint8Array, at: number): boolean {
  try {
    readNumericField(buffer, at + Field.gnuAccessTime[0], Field.gnuAccessTime[1], 0);
    readNumericField(buffer, at + Field.gnuChangeTime[0], Field.gnuChangeTime[1], 0);
    return true;
  } catch {
    return false;
  }
}

function asciiOnly(bytes: Uint8Array): Uint8Array {
  return bytes.every((byte) => byte < 0x80) ? bytes : NO_BYTES;
}
