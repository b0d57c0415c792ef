import type { DirectorySink, FuseEntry } from './fuseFilesystem.ts';
import { FileType } from './fileType.ts';
import type { ListingAdvice } from './listingAdvice.ts';
import { ENTRY_BYTES, type FuseReply } from './reply.ts';

const DIRENT_HEADER_BYTES = 24;
const TYPE_SHIFT = 12;

/** Fills a reply with `struct fuse_dirent`, or `struct fuse_direntplus` where entries are wanted. */
export class DirectoryBuffer implements DirectorySink {
  readonly #form: 'plain' | 'plus';
  readonly #advice: ListingAdvice;
  readonly #reply: FuseReply;
  readonly #capacityBytes: number;

  constructor(reply: FuseReply, capacityBytes: number, form: 'plain' | 'plus', advice: ListingAdvice) {
    this.#reply = reply;
    this.#capacityBytes = capacityBytes;
    this.#form = form;
    this.#advice = advice;
  }

  wantsEntry(type: number): boolean {
    return this.#form === 'plus' && (type === FileType.directory || this.#advice.wantsFiles);
  }

  fits(name: Uint8Array): boolean {
    const entryBytes = this.#form === 'plus' ? ENTRY_BYTES : 0;
    return this.#reply.bodyBytes + entryBytes + padded(DIRENT_HEADER_BYTES + name.length) <= this.#capacityBytes;
  }

  add(name: Uint8Array, ino: number, type: number, nextOffset: number): void {
    if (this.#form === 'plus') this.#reply.zeros(ENTRY_BYTES); // node 0: the kernel looks it up when it needs to
    this.#put(name, ino, type, nextOffset);
  }

  addEntry(name: Uint8Array, entry: FuseEntry, nextOffset: number): void {
    this.#reply.entry(entry);
    this.#put(name, entry.attributes.ino, entry.attributes.mode, nextOffset);
  }

  #put(name: Uint8Array, ino: number, mode: number, nextOffset: number): void {
    const reply = this.#reply;
    reply.u64(ino);
    reply.u64(nextOffset);
    reply.u32(name.length);
    reply.u32((mode >>> TYPE_SHIFT) & 0xf);
    reply.bytes(name);
    reply.zeros(padded(name.length) - name.length); // the header's length is a multiple of 8
  }
}

function padded(lengthBytes: number): number {
  return (lengthBytes + 7) & ~7;
}
