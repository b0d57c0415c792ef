import { FuseError } from './fuseError.ts';

/** Bytes of `struct fuse_in_header`. */
export const REQUEST_HEADER_BYTES = 40;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** One request as it came from /dev/fuse: its header, and a cursor over its arguments. The kernel speaks the
 *  machine's own byte order. 64-bit numbers above 2^53 become Infinity. Throws FuseError EINVAL beyond the end. */
export class FuseRequest {
  readonly opcode: number;
  readonly uniqueLow: number;
  readonly uniqueHigh: number;
  readonly node: number;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = REQUEST_HEADER_BYTES;

  /** `bytes` may be used again once the request has been answered. */
  constructor(bytes: Uint8Array) {
    if (bytes.length < REQUEST_HEADER_BYTES) throw new FuseError('EPROTO', `a request of ${bytes.length} bytes`);
    this.#bytes = bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = view;
    const lengthBytes = view.getUint32(0, LITTLE_ENDIAN);
    if (lengthBytes !== bytes.length) {
      throw new FuseError('EPROTO', `a request of ${bytes.length} bytes that says it has ${lengthBytes}`);
    }
    this.opcode = view.getUint32(4, LITTLE_ENDIAN);
    this.uniqueLow = view.getUint32(LITTLE_ENDIAN ? 8 : 12, LITTLE_ENDIAN);
    this.uniqueHigh = view.getUint32(LITTLE_ENDIAN ? 12 : 8, LITTLE_ENDIAN);
    this.node = this.#u64At(16);
    this.uid = view.getUint32(24, LITTLE_ENDIAN);
    this.gid = view.getUint32(28, LITTLE_ENDIAN);
    this.pid = view.getUint32(32, LITTLE_ENDIAN);
  }

  /** Bytes of arguments that have not been read. */
  get leftBytes(): number {
    return this.#bytes.length - this.#at;
  }

  u32(): number {
    this.#need(4);
    const value = this.#view.getUint32(this.#at, LITTLE_ENDIAN);
    this.#at += 4;
    return value;
  }

  u64(): number {
    this.#need(8);
    const value = this.#u64At(this.#at);
    this.#at += 8;
    return value;
  }

  /** Two's complement: times before 1970. */
  i64(): number {
    this.#need(8);
    const high = this.#view.getInt32(this.#at + (LITTLE_ENDIAN ? 4 : 0), LITTLE_ENDIAN);
    const low = this.#view.getUint32(this.#at + (LITTLE_ENDIAN ? 0 : 4), LITTLE_ENDIAN);
    this.#at += 8;
    return high * 2 ** 32 + low;
  }

  skip(lengthBytes: number): void {
    this.#need(lengthBytes);
    this.#at += lengthBytes;
  }

  /** The next NUL-terminated string; a view. */
  name(): Uint8Array {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new FuseError('EINVAL', 'a name without an end');
    const name = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return name;
  }

  /** The next bytes; a view. */
  bytes(lengthBytes: number): Uint8Array {
    this.#need(lengthBytes);
    const bytes = this.#bytes.subarray(this.#at, this.#at + lengthBytes);
    this.#at += lengthBytes;
    return bytes;
  }

  #need(lengthBytes: number): void {
    if (lengthBytes > this.leftBytes) throw new FuseError('EINVAL', `request ${this.opcode} is too short`);
  }

  #u64At(at: number): number {
    const high = this.#view.getUint32(at + (LITTLE_ENDIAN ? 4 : 0), LITTLE_ENDIAN);
    const low = this.#view.getUint32(at + (LITTLE_ENDIAN ? 0 : 4), LITTLE_ENDIAN);
    return high >= 2 ** 21 ? Number.POSITIVE_INFINITY : high * 2 ** 32 + low;
  }
}
