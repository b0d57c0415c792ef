import { SlicedSource, SourceError, clipRange } from '../bytes/byteSource.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import type { Platform, Spool } from '../bytes/platform.ts';
import { decompress } from './decompress.ts';
import type { Compression } from './sniff.ts';

/** Random access into a stream whose codec has no points to start from: at the first read it is decompressed once
 *  into a spool. `dispose` frees that; reads throw CodecError where the stream is damaged. */
export class SpooledSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #compression: Compression;
  readonly #compressed: ByteSource;
  readonly #platform: Platform;
  #spool: Spool | undefined;
  #content: Promise<ByteSource> | undefined;
  #isDisposed = false;

  /** `sizeBytes` is the length of the content, known from an earlier pass: no more than that is spooled. */
  constructor(compression: Compression, compressed: ByteSource, sizeBytes: number, platform: Platform) {
    this.#compression = compression;
    this.#compressed = compressed;
    this.sizeBytes = sizeBytes;
    this.#platform = platform;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    if (range.length === 0) return new Uint8Array(0);
    return (await this.#open()).read(range.offset, range.length);
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this, range.offset, range.length);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    if (this.sizeBytes > 0) yield* (await this.#open()).stream();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    // A running decompression ends by itself at its next piece.
    await this.#content?.catch(() => undefined);
    await this.#spool?.dispose();
    this.#spool = undefined;
  }

  #open(): Promise<ByteSource> {
    this.#checkOpen();
    this.#content ??= this.#decompressAll().catch(async (error: unknown) => {
      this.#content = undefined;
      await this.#spool?.dispose();
      this.#spool = undefined;
      throw error;
    });
    return this.#content;
  }

  async #decompressAll(): Promise<ByteSource> {
    const spool = this.#platform.createSpool();
    this.#spool = spool;
    let leftBytes = this.sizeBytes;
    for await (const piece of decompress(this.#compression, this.#compressed.stream(), this.#platform)) {
      this.#checkOpen();
      await spool.write(piece.length <= leftBytes ? piece : piece.subarray(0, leftBytes));
      leftBytes -= piece.length;
      if (leftBytes <= 0) break;
    }
    if (leftBytes > 0) {
      const offset = this.sizeBytes - leftBytes;
      throw new SourceError('changed', offset, 'the compressed stream holds less than it did when it was indexed');
    }
    return spool.finish();
  }

  #checkOpen(): void {
    if (this.#isDisposed) throw new SourceError('closed', 0, 'the archive has been closed');
  }
}
