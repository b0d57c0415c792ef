import { joinBytes } from '../../bytes/joinBytes.ts';
import { decodeName, encodeName } from '../../bytes/byteName.ts';

/** A string and when it expires, in milliseconds since 1970. */
export interface RdbString {
  readonly text: string;
  readonly expiresMs: number | undefined;
}

// Opcodes of rdb.h. Types other than strings are not read.
const AUX = 0xfa;
const RESIZE_DB = 0xfb;
const EXPIRE_MS = 0xfc;
const SELECT_DB = 0xfe;
const EOF = 0xff;
const STRING = 0;
const MAGIC = /^REDIS\d{4}$/;
const CHECKSUM_BYTES = 8;

/** A snapshot as Redis reads it; a checksum of zeros stands for none. */
export function writeRdb(entries: readonly (readonly [string, RdbString])[], version: string): Uint8Array {
  const parts: Uint8Array[] = [encodeName('REDIS0011'), Uint8Array.of(AUX), string('redis-ver'), string(version)];
  if (entries.length > 0) {
    const expiring = entries.filter(([, { expiresMs }]) => expiresMs !== undefined).length;
    parts.push(Uint8Array.of(SELECT_DB, 0, RESIZE_DB), length(entries.length), length(expiring));
  }
  for (const [key, { text, expiresMs }] of entries) {
    if (expiresMs !== undefined) {
      const time = new Uint8Array(9);
      time[0] = EXPIRE_MS;
      new DataView(time.buffer).setBigUint64(1, BigInt(Math.max(0, expiresMs)), true);
      parts.push(time);
    }
    parts.push(Uint8Array.of(STRING), string(key), string(text));
  }
  parts.push(Uint8Array.of(EOF), new Uint8Array(CHECKSUM_BYTES));
  return joinBytes(parts);
}

function length(value: number): Uint8Array {
  if (value < 64) return Uint8Array.of(value);
  if (value < 16384) return Uint8Array.of(0x40 | (value >>> 8), value & 255);
  return Uint8Array.of(0x80, value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function string(text: string): Uint8Array {
  const bytes = encodeName(text);
  const head = length(bytes.length);
  const out = new Uint8Array(head.length + bytes.length);
  out.set(head);
  out.set(bytes, head.length);
  return out;
}

/** The strings of a snapshot, or what is wrong with it. */
export function readRdb(bytes: Uint8Array): readonly (readonly [string, RdbString])[] | string {
  if (!MAGIC.test(decodeName(bytes.subarray(0, 9)))) return 'Wrong signature trying to load DB from file';
  const reader = new RdbReader(bytes);
  const entries: [string, RdbString][] = [];
  try {
    let expiresMs: number | undefined;
    for (;;) {
      const at = reader.at;
      const code = reader.byte();
      if (code === EOF) return entries;
      if (code === AUX) {
        reader.string();
        reader.string();
      } else if (code === SELECT_DB) reader.length();
      else if (code === RESIZE_DB) {
        reader.length();
        reader.length();
      } else if (code === EXPIRE_MS) expiresMs = reader.time();
      else if (code === STRING) {
        entries.push([reader.string(), { text: reader.string(), expiresMs }]);
        expiresMs = undefined;
      } else return `type ${code} at offset ${at} is not simulated`;
    }
  } catch (fault) {
    if (fault instanceof RangeError) return `${fault.message} at offset ${reader.at}`;
    throw fault;
  }
}

/** Throws RangeError where the bytes end. */
class RdbReader {
  at = 9;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#view.getUint8(this.at++);
  }

  length(): number {
    const first = this.byte();
    switch (first >>> 6) {
      case 0:
        return first;
      case 1:
        return ((first & 63) << 8) | this.byte();
      case 2:
        this.at += 4;
        return this.#view.getUint32(this.at - 4);
      default:
        throw new RangeError('a special encoding');
    }
  }

  /** Real servers write short numbers as such (rdb.h, RDB_ENC_INT8…). */
  string(): string {
    const first = this.#view.getUint8(this.at);
    if (first >= 0xc0) {
      this.at++;
      const sizeBytes = 1 << (first & 63);
      if (sizeBytes > 4) throw new RangeError('a compressed string');
      this.at += sizeBytes;
      const at = this.at - sizeBytes;
      if (sizeBytes === 1) return String(this.#view.getInt8(at));
      return String(sizeBytes === 2 ? this.#view.getInt16(at, true) : this.#view.getInt32(at, true));
    }
    const sizeBytes = this.length();
    if (this.at + sizeBytes > this.#bytes.length) throw new RangeError('a string that is cut');
    this.at += sizeBytes;
    return decodeName(this.#bytes.subarray(this.at - sizeBytes, this.at));
  }

  time(): number {
    this.at += 8;
    return Number(this.#view.getBigUint64(this.at - 8, true));
  }
}
