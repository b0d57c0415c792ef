import { CodecError } from './codecError.ts';

/** The central directory of a zip archive (PKWARE APPNOTE 4.3). Neither zip64 nor encryption nor several disks. */

export interface ZipEntry {
  readonly name: Uint8Array;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** st_mode where a Unix made it, else 0. */
  readonly mode: number;
  /** Of the local header. */
  readonly offset: number;
  /** As DOS writes local time: two-second steps. */
  readonly time: {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour: number;
    readonly minute: number;
    readonly second: number;
  };
  readonly isEncrypted: boolean;
}

const END_MAGIC = 0x06054b50;
const ENTRY_MAGIC = 0x02014b50;
const LOCAL_MAGIC = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 65535;
const MADE_ON_UNIX = 3;

/** Entries in the order of the directory. Throws CodecError. */
export function readZipDirectory(archive: Uint8Array): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const end = findEnd(view);
  if (end < 0) throw new CodecError('corrupt', archive.length, 'no end of central directory');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) throw new CodecError('unsupported', end, 'zip64');
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > archive.length || view.getUint32(at, true) !== ENTRY_MAGIC)
      throw new CodecError('corrupt', at, `entry ${i} of the central directory is none`);
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > archive.length) throw new CodecError('truncated', at, `entry ${i} of the central directory is cut`);
    entries.push(readEntry(view, archive, at, nameBytes));
    at = next;
  }
  return entries;
}

function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) if (view.getUint32(at, true) === END_MAGIC) return at;
  return -1;
}

function readEntry(view: DataView, archive: Uint8Array, at: number, nameBytes: number): ZipEntry {
  const date = view.getUint16(at + 14, true);
  const clock = view.getUint16(at + 12, true);
  const isUnix = view.getUint8(at + 5) === MADE_ON_UNIX;
  return {
    name: archive.slice(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedBytes: view.getUint32(at + 20, true),
    sizeBytes: view.getUint32(at + 24, true),
    mode: isUnix ? view.getUint32(at + 38, true) >>> 16 : 0,
    offset: view.getUint32(at + 42, true),
    time: {
      year: 1980 + (date >> 9),
      month: (date >> 5) & 15,
      day: date & 31,
      hour: clock >> 11,
      minute: (clock >> 5) & 63,
      second: (clock & 31) * 2,
    },
    isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
  };
}

/** The packed bytes of an entry. Throws CodecError. */
export function packedContent(archive: Uint8Array, entry: ZipEntry): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const { offset } = entry;
  if (offset + LOCAL_BYTES > archive.length || view.getUint32(offset, true) !== LOCAL_MAGIC)
    throw new CodecError('corrupt', offset, 'no local header');
  const start = offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + entry.packedBytes > archive.length) throw new CodecError('truncated', offset, 'the content is cut');
  return archive.subarray(start, start + entry.packedBytes);
}
