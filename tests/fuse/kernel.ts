import { ERRNO, type ErrnoCode } from '../../src/fuse/errno.ts';
import { FuseDispatcher } from '../../src/fuse/dispatcher.ts';
import type { FuseFilesystem } from '../../src/fuse/fuseFilesystem.ts';
import { Opcode } from '../../src/fuse/opcode.ts';

/** The kernel's side of the protocol, written from linux/fuse.h: makes requests, takes answers apart. Little-endian
 *  machines only. */
export class FakeKernel {
  readonly faults: unknown[] = [];
  readonly #dispatcher: FuseDispatcher;
  #unique = 0n;

  constructor(filesystem: FuseFilesystem) {
    this.#dispatcher = new FuseDispatcher(filesystem, (fault) => this.faults.push(fault));
  }

  /** INIT as Linux 6 sends it. */
  init(minor = 38): Promise<Reader> {
    return this.ask(Opcode.init, 0, new Writer().u32(7).u32(minor).u32(131072).u32(0xffff_ffff).zeros(48));
  }

  /** The body of the answer. Throws what the answer's error says, as `{ code }`. */
  async ask(opcode: number, node: number, body: Writer = new Writer(), caller = { uid: 0, gid: 0 }): Promise<Reader> {
    const answer = await this.send(opcode, node, body, caller);
    if (!answer) throw new Error('no answer');
    const reader = new Reader(answer);
    expectEqual(reader.u32(), answer.length);
    const error = reader.i32();
    expectEqual(reader.u64(), this.#unique);
    if (error !== 0) throw Object.assign(new Error(`answer ${error}`), { code: codeOf(-error) });
    return reader;
  }

  async send(opcode: number, node: number, body: Writer, caller = { uid: 0, gid: 0 }): Promise<Uint8Array | undefined> {
    this.#unique += 2n;
    const bytes = body.bytes();
    const header = new Writer()
      .u32(40 + bytes.length)
      .u32(opcode)
      .u64(this.#unique)
      .u64(BigInt(node))
      .u32(caller.uid)
      .u32(caller.gid)
      .u32(4711)
      .u32(0);
    return this.#dispatcher.answer(Buffer.concat([header.bytes(), bytes]));
  }
}

function expectEqual(found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${String(found)} is not ${String(wanted)}`);
}

function codeOf(errno: number): string {
  const found = (Object.keys(ERRNO) as ErrnoCode[]).find((code) => ERRNO[code] === errno);
  return found ?? `errno ${errno}`;
}

export class Writer {
  readonly #parts: Buffer[] = [];

  u32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return this.#add(bytes);
  }

  u64(value: bigint | number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    return this.#add(bytes);
  }

  name(text: string | Uint8Array): this {
    return this.#add(Buffer.concat([Buffer.from(text as string), Buffer.alloc(1)]));
  }

  raw(bytes: Uint8Array | string): this {
    return this.#add(Buffer.from(bytes as string));
  }

  zeros(lengthBytes: number): this {
    return this.#add(Buffer.alloc(lengthBytes));
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #add(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }
}

export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u16(): number {
    this.#at += 2;
    return this.#bytes.readUInt16LE(this.#at - 2);
  }

  u32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  i32(): number {
    return this.u32() | 0;
  }

  u64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigUInt64LE(this.#at - 8);
  }

  i64(): bigint {
    return BigInt.asIntN(64, this.u64());
  }

  number(): number {
    return Number(this.u64());
  }

  bytes(lengthBytes = this.left): Buffer {
    this.#at += lengthBytes;
    return this.#bytes.subarray(this.#at - lengthBytes, this.#at);
  }

  text(lengthBytes = this.left): string {
    return this.bytes(lengthBytes).toString();
  }

  skip(lengthBytes: number): void {
    this.#at += lengthBytes;
  }
}

/** `struct fuse_attr`. */
export function readAttributes(reader: Reader) {
  const [ino, size, blocks] = [reader.number(), reader.number(), reader.number()];
  const [atime, mtime, ctime] = [reader.i64(), reader.i64(), reader.i64()];
  const [atimeNsec, mtimeNsec, ctimeNsec] = [reader.u32(), reader.u32(), reader.u32()];
  const [mode, nlink, uid, gid, rdev] = [reader.u32(), reader.u32(), reader.u32(), reader.u32(), reader.u32()];
  const [blksize] = [reader.u32(), reader.u32()];
  return {
    ino,
    size,
    blocks,
    atime,
    mtime,
    ctime,
    atimeNsec,
    mtimeNsec,
    ctimeNsec,
    mode,
    nlink,
    uid,
    gid,
    rdev,
    blksize,
  };
}

/** `struct fuse_entry_out`. */
export function readEntry(reader: Reader) {
  const node = reader.number();
  const generation = reader.number();
  const [entryValid, attrValid] = [reader.number(), reader.number()];
  reader.skip(8);
  return { node, generation, entryValid, attrValid, attr: readAttributes(reader) };
}

/** A body of `struct fuse_dirent`, or with entries of `struct fuse_direntplus`. */
export function readDirents(reader: Reader, form: 'plain' | 'plus') {
  const found: { name: string; ino: number; offset: number; type: number; node: number }[] = [];
  while (reader.left > 0) {
    const node = form === 'plus' ? readEntry(reader).node : 0;
    const [ino, offset] = [reader.number(), reader.number()];
    const [length, type] = [reader.u32(), reader.u32()];
    const name = reader.text(length);
    reader.skip((8 - (length % 8)) % 8);
    found.push({ name, ino, offset, type, node });
  }
  return found;
}
