import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { deviceMajor, deviceMinor, deviceNumber } from '../../vfs/overlay/fileMode.ts';
import { alignmentOf, type CpioEntry, CpioFailure, type CpioFormat, paddingTo } from './cpioEntry.ts';

/** Of all but tars: `070701`, `070702`, `070707`, or 0o070707 as a word of either order. */
export type PlainCpioFormat = Exclude<CpioFormat, 'tar' | 'ustar'>;

export const HEADER_BYTES: Readonly<Record<PlainCpioFormat, number>> = { bin: 26, odc: 76, newc: 110, crc: 110 };
const BINARY_MAGIC = 0o070707;
/** Names of more are refused: PATH_MAX, with room for what is stripped. */
const MAX_NAME_BYTES = 65_536;
const MAX_NEWC_SIZE = 0xffffffff;
const MAX_ODC_SIZE = 0o77777777777;
const MAX_BINARY_SIZE = 0x7fffffff;

/** By the first six bytes; undefined for what is none. */
export function plainFormatOf(bytes: Uint8Array): PlainCpioFormat | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 6));
  if (text === '070701') return 'newc';
  if (text === '070702') return 'crc';
  if (text === '070707') return 'odc';
  const word = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  return word === BINARY_MAGIC || swapped(word) === BINARY_MAGIC ? 'bin' : undefined;
}

function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >> 8);
}

export interface HeaderFields extends Omit<CpioEntry, 'name'> {
  /** With the NUL behind it, and what pads it. */
  readonly nameBytes: number;
  readonly namePadding: number;
}

/** Reads a header. Throws CpioFailure. */
export function readHeader(bytes: Uint8Array, format: PlainCpioFormat): HeaderFields {
  const fields = format === 'bin' ? readBinary(bytes) : format === 'odc' ? readOld(bytes) : readNew(bytes);
  if (fields.nameBytes < 1 || fields.nameBytes > MAX_NAME_BYTES)
    throw new CpioFailure(`a name of ${fields.nameBytes} bytes`);
  return fields;
}

function numbers(bytes: Uint8Array, base: 8 | 16) {
  const text = String.fromCharCode(...bytes);
  let at = 6;
  return (length: number): number => {
    const field = text.slice(at, at + length);
    at += length;
    const digits = base === 8 ? /^ *[0-7]* *$/ : /^ *[0-9a-fA-F]* *$/;
    if (!digits.test(field)) throw new CpioFailure(`Malformed number ${field}`);
    return Number.parseInt(field.trim() || '0', base);
  };
}

function readNew(bytes: Uint8Array): HeaderFields {
  const digits = numbers(bytes, 16);
  const next = () => digits(8);
  // As they lie in the header.
  const fields = {
    inode: next(),
    mode: next(),
    uid: next(),
    gid: next(),
    linkCount: next(),
    mtimeSec: next(),
    sizeBytes: next(),
    device: deviceNumber(next(), next()),
    major: next(),
    minor: next(),
    nameBytes: next(),
    checksum: next(),
  };
  return { ...fields, namePadding: paddingTo(4, HEADER_BYTES.newc + fields.nameBytes) };
}

function readOld(bytes: Uint8Array): HeaderFields {
  const next = numbers(bytes, 8);
  const { special, ...fields } = {
    device: next(6),
    inode: next(6),
    mode: next(6),
    uid: next(6),
    gid: next(6),
    linkCount: next(6),
    special: next(6),
    mtimeSec: next(11),
    nameBytes: next(6),
    sizeBytes: next(11),
  };
  return { ...fields, major: deviceMajor(special), minor: deviceMinor(special), checksum: 0, namePadding: 0 };
}

function readBinary(bytes: Uint8Array): HeaderFields {
  const first = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  const word = (index: number) => {
    const value = (bytes[2 * index] ?? 0) | ((bytes[2 * index + 1] ?? 0) << 8);
    return first === BINARY_MAGIC ? value : swapped(value);
  };
  // Long numbers have their high word first, whatever the order of bytes.
  const long = (index: number) => word(index) * 65_536 + word(index + 1);
  const nameBytes = word(10);
  return {
    device: word(1),
    inode: word(2),
    mode: word(3),
    uid: word(4),
    gid: word(5),
    linkCount: word(6),
    major: deviceMajor(word(7)),
    minor: deviceMinor(word(7)),
    mtimeSec: long(8),
    nameBytes,
    sizeBytes: long(11),
    checksum: 0,
    namePadding: nameBytes % 2,
  };
}

/** The header with its name. Throws CpioFailure for a size that has no room. */
export function plainHeader(entry: CpioEntry, format: PlainCpioFormat): Uint8Array {
  const name = encodeName(entry.name);
  const largest = format === 'bin' ? MAX_BINARY_SIZE : format === 'odc' ? MAX_ODC_SIZE : MAX_NEWC_SIZE;
  if (entry.sizeBytes > largest)
    throw new CpioFailure(`${entry.name}: field width not sufficient for storing file size`);
  const head = format === 'bin' ? binaryHead(entry, name) : textHead(entry, name, format);
  const padding = paddingTo(alignmentOf(format), head.length + name.length + 1);
  const bytes = new Uint8Array(head.length + name.length + 1 + padding);
  bytes.set(head);
  bytes.set(name, head.length);
  return bytes;
}

function textHead(entry: CpioEntry, name: Uint8Array, format: 'odc' | 'newc' | 'crc'): Uint8Array {
  const { inode, mode, uid, gid, linkCount, mtimeSec, sizeBytes, device, major, minor, checksum } = entry;
  if (format === 'odc') {
    // What has no room loses its upper digits.
    const octal = (value: number, length: number) => value.toString(8).padStart(length, '0').slice(-length);
    const short = [device, inode, mode, uid, gid, linkCount, deviceNumber(major, minor)].map((one) => octal(one, 6));
    return encodeName(
      `070707${short.join('')}${octal(mtimeSec, 11)}${octal(name.length + 1, 6)}${octal(sizeBytes, 11)}`,
    );
  }
  const values = [
    ...[inode, mode, uid, gid, linkCount, mtimeSec, sizeBytes, deviceMajor(device), deviceMinor(device)],
    ...[major, minor, name.length + 1, format === 'crc' ? checksum : 0],
  ];
  const hex = values.map((value) => value.toString(16).toUpperCase().padStart(8, '0').slice(-8));
  return encodeName(`07070${format === 'crc' ? 2 : 1}${hex.join('')}`);
}

function binaryHead(entry: CpioEntry, name: Uint8Array): Uint8Array {
  const { device, inode, mode, uid, gid, linkCount, mtimeSec, sizeBytes, major, minor } = entry;
  const long = (value: number) => [Math.floor(value / 65_536), value];
  const words = [
    ...[BINARY_MAGIC, device, inode, mode, uid, gid, linkCount, deviceNumber(major, minor)],
    ...long(mtimeSec),
    name.length + 1,
    ...long(sizeBytes),
  ];
  return Uint8Array.from(words.flatMap((word) => [word & 0xff, (word >> 8) & 0xff]));
}

/** Without the NUL behind it. */
export function nameOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeName(bytes.subarray(0, end < 0 ? bytes.length : end));
}
