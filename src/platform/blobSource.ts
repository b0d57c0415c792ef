import { SourceError, clipRange } from '../bytes/byteSource.ts';
import type { BulkReading, ByteSource, LentBytes } from '../bytes/byteSource.ts';
import { type BlobReaders, blobReaders } from './blobReaders.ts';
import { freeBuffer } from './freeBuffer.ts';
import { WindowCache } from './windowCache.ts';

/** Measured in Chromium: a slice of 512 bytes takes 0.7 ms, one of 1 MiB 5 ms; dense archives want 4 MiB. */
const WINDOW_LIMITS = { jumpBytes: 64 * 1024, smallestBytes: 64 * 1024, largestBytes: 4 * 1024 * 1024, count: 3 };
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Reads from here on are made on other threads. */
const BULK_BYTES = 1024 * 1024;

/** With other threads to read, for several layers at a time. Each read brings a pipe with it, some 2 MiB of fresh memory
 *  in two processes: longer ones cost less. Of 32 MiB they wait for each other. */
const BULK_ELSEWHERE = { readBytes: 16 * 1024 * 1024, ahead: 3 };
/** On a thread of its own, beside others: fewer, for each thread holds as many. Synchronous reads (FileReaderSync) take
 *  no longer, but their memory stays until the thread rests. */
const BULK_HERE: BulkReading = { readBytes: 8 * 1024 * 1024, ahead: 2 };

/** What the slices of a Blob have in common. */
interface Shared {
  readonly cache: WindowCache;
  readonly bulk: BulkReading;
  /** What bulk reads gave and nobody else has. */
  readonly loose: WeakSet<ArrayBufferLike>;
  /** Threads that take in large parts. */
  readonly readers: BlobReaders | undefined;
}

/** A Blob or File of the browser, or a part of one. */
export class BlobSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #blob: Blob;
  readonly #start: number;
  readonly #shared: Shared;

  constructor(blob: Blob, start = 0, sizeBytes = blob.size - start, shared: Shared = readElsewhere()) {
    this.#blob = blob;
    this.#start = start;
    this.sizeBytes = sizeBytes;
    this.#shared = shared;
  }

  get bulk(): BulkReading {
    return this.#shared.bulk;
  }

  /** What another thread has lent to one that does nothing but read: it takes in all bytes by itself. */
  static borrow({ holder, start, sizeBytes }: Omit<LentBytes, 'release'>): BlobSource {
    return new BlobSource(holder as Blob, start, sizeBytes, readHere());
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    const start = this.#start + range.offset;
    const found = this.#shared.cache.find(start, range.length);
    if (found) return found;
    const windowBytes = this.#shared.cache.sizeForMiss(start, range.length);
    const bytes = await this.#readBlob(start, Math.max(windowBytes ?? 0, range.length));
    if (bytes.length < range.length) throw changed(start + bytes.length);
    if (windowBytes === undefined) {
      this.#shared.loose.add(bytes.buffer);
      return bytes;
    }
    this.#shared.cache.add(start, bytes);
    return bytes.subarray(0, range.length);
  }

  lend(): LentBytes {
    return { holder: this.#blob, start: this.#start, sizeBytes: this.sizeBytes, release: () => undefined };
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): BlobSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new BlobSource(this.#blob, this.#start + range.offset, range.length, this.#shared);
  }

  /** By slices, one read ahead: File.stream() with a byte reader hangs in Chromium, and its chunks are small. */
  async *stream(): AsyncIterable<Uint8Array> {
    let reading = this.#readChunk(0);
    try {
      for (let offset = 0; offset < this.sizeBytes; offset += CHUNK_BYTES) {
        const chunk = await reading;
        reading = this.#readChunk(offset + CHUNK_BYTES);
        yield chunk;
      }
    } finally {
      // A failure ahead of where the reader stopped is of no interest.
      reading.catch(() => undefined);
    }
  }

  async #readChunk(offset: number): Promise<Uint8Array> {
    const length = Math.min(CHUNK_BYTES, this.sizeBytes - offset);
    if (length <= 0) return new Uint8Array(0);
    const bytes = await this.#readBlob(this.#start + offset, length);
    if (bytes.length < length) throw changed(this.#start + offset + bytes.length);
    return bytes;
  }

  async #readBlob(start: number, length: number): Promise<Uint8Array> {
    try {
      const readers = length >= BULK_BYTES ? this.#shared.readers : undefined;
      const bytes = await readers?.read(this.#blob, start, start + length);
      return new Uint8Array(bytes ?? (await this.#blob.slice(start, start + length).arrayBuffer()));
    } catch (error) {
      throw asSourceError(error, start);
    }
  }
}

function readElsewhere(): Shared {
  return { ...shared(BULK_ELSEWHERE), readers: blobReaders };
}

function readHere(): Shared {
  return { ...shared(BULK_HERE), readers: undefined };
}

function shared(bulk: BulkReading) {
  const loose = new WeakSet<ArrayBufferLike>();
  const free = ({ buffer }: Uint8Array) => {
    if (loose.delete(buffer)) freeBuffer(buffer as ArrayBuffer);
  };
  return { cache: new WindowCache(WINDOW_LIMITS), bulk: { ...bulk, free }, loose };
}

function changed(offset: number): SourceError {
  return new SourceError('changed', offset, 'the file was changed while it was being read');
}

// File API, "Errors and exceptions": a file that has been changed or removed since it was picked gives
// NotReadableError or NotFoundError.
function asSourceError(error: unknown, offset: number): SourceError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotFoundError' || name === 'NotReadableError') {
    const message = 'the file was changed, moved or removed since it was opened';
    return new SourceError('changed', offset, message, error);
  }
  return new SourceError('read', offset, `the file cannot be read: ${String(error)}`, error);
}
