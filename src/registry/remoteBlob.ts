import { clipRange, SlicedSource, type ByteSource } from '../bytes/byteSource.ts';
import type { Spool, Work } from '../bytes/platform.ts';
import type { RegistryConnection } from './connection.ts';
import { downloadBlob, type RegistryBlob } from './downloadBlob.ts';

/** `once`: the bytes pass through, each stream a download. `kept`: the first download fills a spool, which serves all
 *  that comes later. */
export type BlobKeeping = 'once' | 'kept';

/** A registry's blob as bytes to read: nothing is fetched before it is asked for. Every download is checked against
 *  the digest; `read` gives nothing that has not been. */
export class RemoteBlob implements ByteSource {
  readonly sizeBytes: number;
  readonly isRemote = true;
  readonly #connection: RegistryConnection;
  readonly #blob: RegistryBlob;
  readonly #keeping: BlobKeeping;
  readonly #work: Work;
  #spool: Spool | undefined;
  #whole: ByteSource | undefined;
  #fetching: Promise<ByteSource> | undefined;

  constructor(connection: RegistryConnection, blob: RegistryBlob, keeping: BlobKeeping, work: Work) {
    this.sizeBytes = blob.sizeBytes;
    this.#connection = connection;
    this.#blob = blob;
    this.#keeping = keeping;
    this.#work = work;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    if (range.length === 0) return new Uint8Array();
    return (await this.#fetchWhole()).read(range.offset, range.length);
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this, range.offset, range.length);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    const whole = this.#whole ?? (this.#fetching && (await this.#fetching));
    if (whole) yield* whole.stream();
    else if (this.#keeping === 'kept') yield* this.#streamAndKeep();
    else yield* this.#download();
  }

  /** Frees what was kept. */
  async dispose(): Promise<void> {
    await this.#spool?.dispose();
    this.#spool = undefined;
    this.#whole = undefined;
    this.#fetching = undefined;
  }

  async *#download(): AsyncIterable<Uint8Array> {
    const { platform, onProgress } = this.#work;
    let doneBytes = 0;
    for await (const chunk of downloadBlob(this.#connection, this.#blob, platform)) {
      yield chunk;
      doneBytes += chunk.length;
      onProgress?.({ phase: 'download', doneBytes, totalBytes: this.sizeBytes });
    }
  }

  async *#streamAndKeep(): AsyncIterable<Uint8Array> {
    const spool = this.#work.platform.createSpool();
    let isWhole = false;
    try {
      for await (const chunk of this.#download()) {
        await spool.write(chunk);
        yield chunk;
      }
      // Two readers may have begun at once: the first that is through is kept.
      if (this.#spool) return;
      this.#spool = spool;
      isWhole = true;
      this.#whole = await spool.finish();
    } finally {
      if (!isWhole) await spool.dispose();
    }
  }

  #fetchWhole(): Promise<ByteSource> {
    if (this.#whole) return Promise.resolve(this.#whole);
    this.#fetching ??= this.#fill().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fill(): Promise<ByteSource> {
    const spool = this.#work.platform.createSpool();
    try {
      for await (const chunk of this.#download()) await spool.write(chunk);
      if (this.#whole) {
        await spool.dispose();
        return this.#whole;
      }
      this.#spool = spool;
      this.#whole = await spool.finish();
      return this.#whole;
    } catch (error) {
      await spool.dispose();
      throw error;
    }
  }
}
