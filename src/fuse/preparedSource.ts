import { type ByteSource, clipRange, SlicedSource, streamByReads } from '../bytes/byteSource.ts';
import { NotReady } from './notReady.ts';

/** Bytes that can be read synchronously once they have been prepared, such as a compressed layer that is decompressed
 *  when something in it is first read. Until then a synchronous read throws NotReady. */
export class PreparedSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #prepare: () => Promise<ByteSource>;
  #preparing: Promise<ByteSource> | undefined;
  #source: ByteSource | undefined;

  /** `prepare` gives a source with `readSync`; it is called once, or again after it failed. */
  constructor(sizeBytes: number, prepare: () => Promise<ByteSource>) {
    this.sizeBytes = sizeBytes;
    this.#prepare = prepare;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    return (await this.#prepared()).read(range.offset, range.length);
  }

  readSync(offset: number, length: number): Uint8Array {
    const range = clipRange(this.sizeBytes, offset, length);
    const { readSync } = this.#ready();
    if (!readSync) throw new Error('the source that was prepared cannot be read synchronously');
    return readSync.call(this.#source, range.offset, range.length);
  }

  readIntoSync(target: Uint8Array, offset: number): number {
    const range = clipRange(this.sizeBytes, offset, target.length);
    const source = this.#ready();
    const wanted = target.subarray(0, range.length);
    if (source.readIntoSync) return source.readIntoSync(wanted, range.offset);
    wanted.set(this.readSync(range.offset, range.length));
    return range.length;
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this, range.offset, range.length);
  }

  stream(): AsyncIterable<Uint8Array> {
    return streamByReads(this);
  }

  #ready(): ByteSource {
    if (!this.#source) throw new NotReady(this.#prepared());
    return this.#source;
  }

  #prepared(): Promise<ByteSource> {
    this.#preparing ??= this.#prepare().then(
      (source) => {
        this.#source = source;
        return source;
      },
      (error: unknown) => {
        this.#preparing = undefined; // the disk was full, perhaps
        throw error;
      },
    );
    return this.#preparing;
  }
}
