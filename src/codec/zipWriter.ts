import { crc32 } from './crc32.ts';
import { deflateRaw } from './deflateRaw.ts';
import type { GzipLevel } from './gzipWriter.ts';

/** Zip archives (PKWARE APPNOTE 4.3) as Info-ZIP on Unix writes them, without its extra fields. */

export interface ZipMember {
  readonly name: Uint8Array;
  /** st_mode. */
  readonly mode: number;
  /** Local time. */
  readonly time: {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour: number;
    readonly minute: number;
    readonly second: number;
  };
  readonly content: Uint8Array;
}

/** What a member became: shown as it is added. */
export interface ZipPacked {
  readonly method: 'stored' | 'deflated';
  readonly packedBytes: number;
}

const LOCAL_MAGIC = 0x04034b50;
const ENTRY_MAGIC = 0x02014b50;
const END_MAGIC = 0x06054b50;
const UTF8_NAME = 1 << 11;
/** Version 3.0 of the format, made on Unix; 1.0 or 2.0 to read. */
const MADE_BY = 0x031e;
const DIRECTORY = 0x10;
const MAX_ENTRIES = 65_534;

export class ZipWriter {
  readonly #parts: Uint8Array[] = [];
  readonly #directory: Uint8Array[] = [];
  #offset = 0;

  /** Deflated where that is shorter; `level` 0 stores. Throws RangeError for more than zip without zip64 can hold. */
  add(member: ZipMember, level: GzipLevel | 0): ZipPacked {
    if (this.#directory.length >= MAX_ENTRIES || this.#offset + member.content.length > 2 ** 32 - 2 ** 20)
      throw new RangeError('too much for a zip archive without zip64');
    const deflated =
      level > 0 && member.content.length > 0 ? deflateRaw(member.content, level as GzipLevel) : undefined;
    const isDeflated = deflated !== undefined && deflated.length < member.content.length;
    const packed = isDeflated ? deflated : member.content;
    const shared = sharedFields(member, packed.length, isDeflated);
    const local = record(LOCAL_MAGIC, 30, member.name, (view) => view.setUint16(28, 0, true));
    local.set(shared, 4);
    const entry = record(ENTRY_MAGIC, 46, member.name, (view) => {
      view.setUint16(4, MADE_BY, true);
      const isFolder = (member.mode & 0o170000) === 0o040000;
      view.setUint32(38, ((member.mode << 16) | (isFolder ? DIRECTORY : 0)) >>> 0, true);
      view.setUint32(42, this.#offset, true);
    });
    entry.set(shared, 6);
    this.#parts.push(local, packed);
    this.#directory.push(entry);
    this.#offset += local.length + packed.length;
    return { method: isDeflated ? 'deflated' : 'stored', packedBytes: packed.length };
  }

  /** The whole archive, in pieces. */
  finish(): Uint8Array[] {
    const sizeBytes = this.#directory.reduce((sum, { length }) => sum + length, 0);
    const end = new Uint8Array(22);
    const view = new DataView(end.buffer);
    view.setUint32(0, END_MAGIC, true);
    view.setUint16(8, this.#directory.length, true);
    view.setUint16(10, this.#directory.length, true);
    view.setUint32(12, sizeBytes, true);
    view.setUint32(16, this.#offset, true);
    return [...this.#parts, ...this.#directory, end];
  }
}

/** Version to the length of the name: the same in both headers. */
function sharedFields({ name, time, content }: ZipMember, packedBytes: number, isDeflated: boolean): Uint8Array {
  const fields = new Uint8Array(24);
  const view = new DataView(fields.buffer);
  view.setUint16(0, isDeflated ? 20 : 10, true);
  view.setUint16(2, name.some((byte) => byte >= 0x80) ? UTF8_NAME : 0, true);
  view.setUint16(4, isDeflated ? 8 : 0, true);
  view.setUint16(6, (time.hour << 11) | (time.minute << 5) | (time.second >> 1), true);
  view.setUint16(8, (Math.max(0, time.year - 1980) << 9) | (time.month << 5) | time.day, true);
  view.setUint32(10, crc32(content), true);
  view.setUint32(14, packedBytes, true);
  view.setUint32(18, content.length, true);
  view.setUint16(22, name.length, true);
  return fields;
}

function record(magic: number, length: number, name: Uint8Array, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  fill(view);
  bytes.set(name, length);
  return bytes;
}
