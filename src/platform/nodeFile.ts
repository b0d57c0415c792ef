import { close, closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { SourceError, clipRange } from '../bytes/byteSource.ts';
import type { ByteSource, LentBytes } from '../bytes/byteSource.ts';
import { SmallReads } from './smallReads.ts';
import { WindowCache } from './windowCache.ts';

const readAsync = promisify(read);

/** Descriptors that stay open for files named by a path; a folder of thousands of blobs must not use them all up. */
const MAX_OPEN_FILES = 64;
/** A chunk of `stream()`; two are held, one being read while the other is used. */
const CHUNK_BYTES = 1024 * 1024;
/** Synchronous reads look no more often whether the file has changed: a look costs as much as a small read. */
const LOOK_INTERVAL_MS = 10;
const WINDOW_LIMITS = { jumpBytes: 0, smallestBytes: 16 * 1024, largestBytes: 256 * 1024, count: 4 };

/** Open files that may be closed and opened again, the one used longest ago first. */
const openFiles = new Set<NodeFile>();

/** A file as it was when it was opened. */
interface FileIdentity {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

/** A file as threads of one process tell it each other: they share descriptors. */
interface LentFile extends FileIdentity {
  readonly descriptor: number;
}

/** A file that is read at random. It notices when the file is no longer the one that was opened. */
export class NodeFile {
  readonly sizeBytes: number;
  readonly cache = new WindowCache(WINDOW_LIMITS);
  readonly smallReads = new SmallReads();
  readonly #path: string | Buffer | undefined;
  readonly #opened: FileIdentity;
  #descriptor: number | undefined;
  #readsUnderWay = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  private constructor(path: string | Buffer | undefined, descriptor: number, opened?: FileIdentity) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#opened = opened ?? fstatSync(descriptor);
    this.sizeBytes = this.#opened.size;
  }

  /** Throws Node's own error, with the path, where it cannot be opened. */
  static open(path: string | Buffer): NodeFile {
    const descriptor = openSync(path, 'r');
    try {
      const file = new NodeFile(path, descriptor);
      file.#keep();
      return file;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** A file that only its descriptor leads to. It is closed by `close`. */
  static fromDescriptor(descriptor: number): NodeFile {
    return new NodeFile(undefined, descriptor);
  }

  /** A file that another thread has open, and closes. */
  static borrow(lent: LentFile): NodeFile {
    return new NodeFile(undefined, lent.descriptor, lent);
  }

  /** Stays open until `release`, whatever else is opened or closed. Throws SourceError. */
  lend(): { readonly file: LentFile; release(): void } {
    const descriptor = this.#acquire(0);
    const { size, mtimeMs, ino } = this.#opened;
    this.#readsUnderWay++;
    return { file: { descriptor, size, mtimeMs, ino }, release: () => this.#endRead() };
  }

  async readInto(target: Uint8Array, offset: number): Promise<void> {
    const descriptor = this.#acquire(offset);
    this.#readsUnderWay++;
    try {
      for (let done = 0; done < target.length;) {
        const { bytesRead } = await readAsync(descriptor, target, done, target.length - done, offset + done);
        if (bytesRead === 0) throw this.#changed(offset + done);
        done += bytesRead;
      }
    } catch (error) {
      throw asSourceError(error, offset);
    } finally {
      this.#endRead();
    }
  }

  readIntoSync(target: Uint8Array, offset: number): void {
    const isLookDue = performance.now() - this.#lookedAtMs > LOOK_INTERVAL_MS;
    const descriptor = isLookDue || this.#descriptor === undefined ? this.#acquire(offset) : this.#descriptor;
    try {
      for (let done = 0; done < target.length;) {
        const bytesRead = readSync(descriptor, target, done, target.length - done, offset + done);
        if (bytesRead === 0) throw this.#changed(offset + done);
        done += bytesRead;
      }
    } catch (error) {
      throw asSourceError(error, offset);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
    openFiles.delete(this);
    this.#closeDescriptor();
  }

  #acquire(offset: number): number {
    if (this.#isClosed) throw new SourceError('closed', offset, 'the file has been closed');
    try {
      this.#descriptor ??= openSync(this.#path as string | Buffer, 'r');
      this.#keep();
      this.#lookedAtMs = Number.NEGATIVE_INFINITY;
      const now = fstatSync(this.#descriptor);
      const before = this.#opened;
      if (now.size !== before.size || now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) {
        throw this.#changed(offset);
      }
      this.#lookedAtMs = performance.now();
      return this.#descriptor;
    } catch (error) {
      throw asSourceError(error, offset);
    }
  }

  #endRead(): void {
    this.#readsUnderWay--;
    if (this.#isClosed) this.#closeDescriptor();
  }

  #changed(offset: number): SourceError {
    return new SourceError('changed', offset, 'the file was changed while it was being read');
  }

  #keep(): void {
    if (this.#path === undefined) return;
    openFiles.delete(this);
    openFiles.add(this);
    if (openFiles.size <= MAX_OPEN_FILES) return;
    for (const file of openFiles) {
      if (file === this || file.#readsUnderWay > 0) continue;
      openFiles.delete(file);
      file.#closeDescriptor();
      return;
    }
  }

  #closeDescriptor(): void {
    if (this.#descriptor === undefined || this.#readsUnderWay > 0) return;
    close(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** A file, or a part of one. */
export class FileSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #file: NodeFile;
  readonly #start: number;

  constructor(file: NodeFile, start = 0, sizeBytes = file.sizeBytes - start) {
    this.#file = file;
    this.#start = start;
    this.sizeBytes = sizeBytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    const start = this.#start + range.offset;
    const { cache, smallReads } = this.#file;
    const found = cache.find(start, range.length) ?? smallReads.find(start, range.length);
    if (found) return found;
    const windowBytes = cache.sizeForMiss(start, range.length);
    const bytes = this.#allocate(start, windowBytes ?? range.length);
    await this.#file.readInto(bytes, start);
    if (windowBytes === undefined) {
      smallReads.add(start, bytes);
      return bytes;
    }
    cache.add(start, bytes);
    return bytes.subarray(0, range.length);
  }

  readSync(offset: number, length: number): Uint8Array {
    const range = clipRange(this.sizeBytes, offset, length);
    const start = this.#start + range.offset;
    const { cache, smallReads } = this.#file;
    const found = cache.find(start, range.length) ?? smallReads.find(start, range.length);
    if (found) return found;
    const windowBytes = cache.sizeForMiss(start, range.length);
    const bytes = this.#allocate(start, windowBytes ?? range.length);
    this.#file.readIntoSync(bytes, start);
    if (windowBytes === undefined) {
      smallReads.add(start, bytes);
      return bytes;
    }
    cache.add(start, bytes);
    return bytes.subarray(0, range.length);
  }

  readIntoSync(target: Uint8Array, offset: number): number {
    const range = clipRange(this.sizeBytes, offset, target.length);
    if (range.length > 0) this.#file.readIntoSync(target.subarray(0, range.length), this.#start + range.offset);
    return range.length;
  }

  lend(): LentBytes {
    const { file, release } = this.#file.lend();
    return { holder: file, start: this.#start, sizeBytes: this.sizeBytes, release };
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): FileSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new FileSource(this.#file, this.#start + range.offset, range.length);
  }

  /** Reads one chunk ahead of the one in use. */
  async *stream(): AsyncIterable<Uint8Array> {
    const chunkBytes = Math.min(CHUNK_BYTES, this.sizeBytes);
    const buffers = [new Uint8Array(chunkBytes), new Uint8Array(this.sizeBytes > chunkBytes ? chunkBytes : 0)];
    let turn = 0;
    let reading = this.#readChunk(buffers[turn] as Uint8Array, 0);
    try {
      for (let offset = 0; offset < this.sizeBytes; offset += chunkBytes) {
        const chunk = await reading;
        turn = 1 - turn;
        reading = this.#readChunk(buffers[turn] as Uint8Array, offset + chunkBytes);
        yield chunk;
      }
    } finally {
      // A failure ahead of where the reader stopped is of no interest, and the buffers must be at rest.
      await reading.catch(() => undefined);
    }
  }

  async #readChunk(buffer: Uint8Array, offset: number): Promise<Uint8Array> {
    const chunk = buffer.subarray(0, Math.max(0, Math.min(buffer.length, this.sizeBytes - offset)));
    if (chunk.length > 0) await this.#file.readInto(chunk, this.#start + offset);
    return chunk;
  }

  #allocate(start: number, length: number): Uint8Array {
    return new Uint8Array(Math.min(length, this.#file.sizeBytes - start));
  }
}

/** A whole file, held open until it is closed. */
export class OpenFileSource extends FileSource {
  readonly #whole: NodeFile;

  constructor(file: NodeFile) {
    super(file);
    this.#whole = file;
  }

  async close(): Promise<void> {
    this.#whole.close();
  }
}

/** Opens a file for reading at random. Rejects with Node's own error where it cannot be opened. */
export async function openFileSource(path: string | Buffer): Promise<OpenFileSource> {
  return new OpenFileSource(NodeFile.open(path));
}

/** What another thread has lent. */
export function borrowFile({ holder, start, sizeBytes }: Omit<LentBytes, 'release'>): FileSource {
  return new FileSource(NodeFile.borrow(holder as LentFile), start, sizeBytes);
}

function asSourceError(error: unknown, offset: number): SourceError {
  if (error instanceof SourceError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new SourceError('read', offset, `the file cannot be read: ${reason}`, error);
}
