import { ERRNO, type ErrnoCode } from './errno.ts';
import type { FuseRequest } from './request.ts';
import type { FileAttributes, FuseEntry } from './fuseFilesystem.ts';

/** Bytes of `struct fuse_out_header`. */
export const REPLY_HEADER_BYTES = 16;
export const ENTRY_BYTES = 128;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const BLOCK_BYTES = 512;

/** One buffer in which replies are made, one after the other (linux/fuse.h, the `_out` structures). */
export class FuseReply {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = REPLY_HEADER_BYTES;

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(capacityBytes + REPLY_HEADER_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Forgets what was put. */
  clear(): void {
    this.#at = REPLY_HEADER_BYTES;
  }

  get bodyBytes(): number {
    return this.#at - REPLY_HEADER_BYTES;
  }

  /** The whole reply to a request, valid until the next is begun. */
  finish(request: FuseRequest): Uint8Array {
    return this.#seal(request, 0);
  }

  /** A reply that is nothing but an error. */
  fail(request: FuseRequest, code: ErrnoCode): Uint8Array {
    this.clear();
    return this.#seal(request, -ERRNO[code]);
  }

  /** What answers no request. */
  finishNotice(code: number): Uint8Array {
    return this.#seal({ uniqueLow: 0, uniqueHigh: 0 }, code);
  }

  u16(value: number): void {
    this.#view.setUint16(this.#at, value, LITTLE_ENDIAN);
    this.#at += 2;
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, LITTLE_ENDIAN);
    this.#at += 4;
  }

  /** Negative numbers in two's complement. */
  u64(value: number): void {
    this.#view.setUint32(this.#at + (LITTLE_ENDIAN ? 0 : 4), value >>> 0, LITTLE_ENDIAN);
    this.#view.setUint32(this.#at + (LITTLE_ENDIAN ? 4 : 0), Math.floor(value / 2 ** 32) >>> 0, LITTLE_ENDIAN);
    this.#at += 8;
  }

  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  zeros(lengthBytes: number): void {
    this.#bytes.fill(0, this.#at, this.#at + lengthBytes);
    this.#at += lengthBytes;
  }

  /** Room of that size, to be filled by the caller; `take` then says how much was. */
  room(lengthBytes: number): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#at + lengthBytes);
  }

  take(lengthBytes: number): void {
    this.#at += lengthBytes;
  }

  /** `struct fuse_entry_out`. */
  entry(entry: FuseEntry): void {
    this.u64(entry.node);
    this.u64(entry.generation);
    this.u64(entry.entryTimeoutSec);
    this.u64(entry.attributesTimeoutSec);
    this.zeros(8);
    this.attributes(entry.attributes);
  }

  /** `struct fuse_entry_out` for a name that is not there, to be remembered for so long. */
  negativeEntry(timeoutSec: number): void {
    this.zeros(16);
    this.u64(timeoutSec);
    this.zeros(ENTRY_BYTES - 24);
  }

  /** `struct fuse_attr_out`. */
  attributesReply(attributes: FileAttributes, timeoutSec: number): void {
    this.u64(timeoutSec);
    this.zeros(8);
    this.attributes(attributes);
  }

  /** `struct fuse_attr`. */
  attributes(attributes: FileAttributes): void {
    this.u64(attributes.ino);
    this.u64(attributes.sizeBytes);
    this.u64(Math.ceil(attributes.storedBytes / BLOCK_BYTES));
    this.u64(attributes.atimeSec);
    this.u64(attributes.mtimeSec);
    this.u64(attributes.ctimeSec);
    this.u32(attributes.atimeNsec);
    this.u32(attributes.mtimeNsec);
    this.u32(attributes.ctimeNsec);
    this.u32(attributes.mode);
    this.u32(attributes.linkCount);
    this.u32(attributes.uid);
    this.u32(attributes.gid);
    this.u32(encodeDevice(attributes.deviceMajor, attributes.deviceMinor));
    this.u32(attributes.blockSizeBytes);
    this.u32(0);
  }

  #seal(request: Pick<FuseRequest, 'uniqueLow' | 'uniqueHigh'>, error: number): Uint8Array {
    const lengthBytes = this.#at;
    this.#view.setUint32(0, lengthBytes, LITTLE_ENDIAN);
    this.#view.setInt32(4, error, LITTLE_ENDIAN);
    this.#view.setUint32(LITTLE_ENDIAN ? 8 : 12, request.uniqueLow, LITTLE_ENDIAN);
    this.#view.setUint32(LITTLE_ENDIAN ? 12 : 8, request.uniqueHigh, LITTLE_ENDIAN);
    return this.#bytes.subarray(0, lengthBytes);
  }
}

const NOTIFY_INVALID_INODE = 2;

/** Tells the kernel to ask for a node's attributes again (`struct fuse_notify_inval_inode_out`); its pages stay. */
export function invalidAttributes(node: number): Uint8Array {
  const reply = new FuseReply(24);
  reply.u64(node);
  reply.u64(-1);
  reply.u64(0);
  return reply.finishNotice(NOTIFY_INVALID_INODE);
}

/** A device number as user space sees it (linux/kdev_t.h, new_encode_dev). */
export function encodeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** linux/kdev_t.h, new_decode_dev. */
export function decodeDevice(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: ((device & 0xff) | ((device >>> 12) & 0xfff00)) >>> 0 };
}
