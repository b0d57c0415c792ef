/** Random access to bytes wherever they lie: a Blob in the page, a file handle in Node, a decompressed
 *  stream with checkpoints, or memory. Nothing here knows what the bytes mean. */
export interface ByteSource {
  /** Length in bytes, known from the start. */
  readonly sizeBytes: number;
  /** The bytes are fetched over a network when they are first asked for: what can be told without is not read. */
  readonly isRemote?: boolean;
  /** The bytes [offset, offset+length), clipped to the end of the source: shorter than asked only there.
   *  The result may share memory with the source and must not be written to; it stays valid.
   *  Throws RangeError for a negative or non-integer argument, `SourceError` when the bytes cannot be read. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** As `read`, where the bytes are in memory or the platform can read synchronously (Node). */
  readSync?(offset: number, length: number): Uint8Array;
  /** Fills `target` from `offset` on without leaving garbage, for callers that hop through a whole source with one
   *  buffer. Returns the bytes written: fewer than `target` holds only at the end of the source. */
  readIntoSync?(target: Uint8Array, offset: number): number;
  /** Some bytes from there on, as they are kept, without a copy: fewer than asked, and never changed afterwards.
   *  Undefined where there are none to be had. */
  keptPart?(offset: number, maxBytes: number): Uint8Array | undefined;
  /** Lends the bytes to another thread of this process, where they lie so that it can read them. */
  lend?(): LentBytes;
  /** A view of a part, clipped to the end. No bytes move. */
  slice(offset: number, length?: number): ByteSource;
  /** All bytes in order. A chunk is valid only until the next one is asked for: copy what must stay. */
  stream(): AsyncIterable<Uint8Array>;
}

/** Bytes as a message can carry them to another thread. */
export interface LentBytes {
  /** What the other thread's platform reads them from (`Platform.borrow`). */
  readonly holder: unknown;
  readonly start: number;
  readonly sizeBytes: number;
  /** To be called once, when the other thread has done: until then they stay within reach. */
  release(): void;
}

/** The bytes could not be had: the file changed or vanished under us, or a device failed or is full ('write'). */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: 'read' | 'changed' | 'closed' | 'write';
  readonly offset: number;
  constructor(code: SourceError['code'], offset: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.offset = offset;
  }
}

/** Bytes per chunk of `stream()`. 4 MiB measured best in Chromium (64 KiB six times slower). */
export const STREAM_CHUNK_BYTES = 4 * 1024 * 1024;

/** A part of another source. Slices of slices refer to the origin directly. */
export class SlicedSource implements ByteSource {
  readonly sizeBytes: number;
  readonly readSync?: (offset: number, length: number) => Uint8Array;
  readonly readIntoSync?: (target: Uint8Array, offset: number) => number;
  readonly lend?: () => LentBytes;
  readonly #origin: ByteSource;
  readonly #start: number;

  constructor(origin: ByteSource, start: number, length: number) {
    this.#origin = origin;
    this.#start = Math.min(start, origin.sizeBytes);
    this.sizeBytes = Math.max(0, Math.min(length, origin.sizeBytes - this.#start));
    const readSync = origin.readSync?.bind(origin);
    if (readSync) {
      this.readSync = (offset, size) => {
        const range = clipRange(this.sizeBytes, offset, size);
        return readSync(this.#start + range.offset, range.length);
      };
    }
    const readIntoSync = origin.readIntoSync?.bind(origin);
    if (readIntoSync) {
      this.readIntoSync = (target, offset) => {
        const range = clipRange(this.sizeBytes, offset, target.length);
        return readIntoSync(target.subarray(0, range.length), this.#start + range.offset);
      };
    }
    const lend = origin.lend?.bind(origin);
    if (lend) {
      this.lend = () => {
        const lent = lend();
        return {
          holder: lent.holder,
          start: lent.start + this.#start,
          sizeBytes: this.sizeBytes,
          release: () => lent.release(),
        };
      };
    }
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    return this.#origin.read(this.#start + range.offset, range.length);
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this.#origin, this.#start + range.offset, range.length);
  }

  stream(): AsyncIterable<Uint8Array> {
    return streamByReads(this);
  }
}

/** Bytes in memory. Reads are views of the array that was given. */
export class MemorySource implements ByteSource {
  readonly sizeBytes: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.sizeBytes = bytes.length;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.readSync(offset, length);
  }

  readSync(offset: number, length: number): Uint8Array {
    const range = clipRange(this.sizeBytes, offset, length);
    return this.#bytes.subarray(range.offset, range.offset + range.length);
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    return new MemorySource(this.readSync(offset, length));
  }

  async *stream(): AsyncIterable<Uint8Array> {
    if (this.sizeBytes > 0) yield this.#bytes;
  }
}

/** `stream()` for a source that only reads. */
export async function* streamByReads(source: ByteSource, chunkBytes = STREAM_CHUNK_BYTES): AsyncIterable<Uint8Array> {
  for (let offset = 0; offset < source.sizeBytes; offset += chunkBytes) {
    yield await source.read(offset, chunkBytes);
  }
}

/** The part of [offset, offset+length) that lies within `sizeBytes`. */
export function clipRange(sizeBytes: number, offset: number, length: number): { offset: number; length: number } {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`offset ${offset} is not a byte position`);
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`length ${length} is not a byte count`);
  const start = Math.min(offset, sizeBytes);
  return { offset: start, length: Math.min(length, sizeBytes - start) };
}
