import type { Digest } from '../image/digest.ts';
import type { RegistryConnection } from './connection.ts';
import { hasBlob } from './downloadBlob.ts';
import { RegistryError } from './registryError.ts';
import { beginUpload, type UploadSession } from './uploadSession.ts';

/** A blob to upload. `open` gives its bytes from the start each time. */
export interface OutgoingBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface UploadOptions {
  /** Another repository of the registry that may have the blob. */
  readonly mountFrom?: string | undefined;
  /** Blobs up to this go in one request, longer ones in chunks of it. */
  readonly chunkBytes?: number;
  readonly onBytes?: ((byteCount: number) => void) | undefined;
}

export type UploadOutcome = 'there' | 'mounted' | 'uploaded';

const CHUNK_BYTES = 16 * 1024 * 1024;
/** Uploads begun for one blob. */
const MAX_UPLOADS = 3;
/** Times in a row that a chunk may fail with nothing received. */
const MAX_BARREN_TRIES = 4;
const PAUSE_MS = 250;

/** Sees to it that a repository has a blob: it is there, or is mounted, or is uploaded. An upload that is cut goes on
 *  where the registry says it stopped; one that the registry has lost begins again. Throws RegistryError. */
export async function uploadBlob(
  connection: RegistryConnection,
  path: string,
  blob: OutgoingBlob,
  { mountFrom, chunkBytes = CHUNK_BYTES, onBytes }: UploadOptions = {},
): Promise<UploadOutcome> {
  if (await hasBlob(connection, path, blob.digest)) return 'there';
  const mount = mountFrom === undefined ? undefined : { digest: blob.digest, from: mountFrom };
  for (let upload = 1; ; upload++) {
    const begun = await beginUpload(connection, path, upload === 1 ? mount : undefined);
    if (begun.kind === 'mounted') return 'mounted';
    try {
      const size = Math.max(chunkBytes, begun.session.minChunkBytes);
      await new Upload(connection, begun.session, blob, size, onBytes).run();
      return 'uploaded';
    } catch (error) {
      const mayPass = error instanceof RegistryError && (error.code === 'network' || error.code === 'server');
      if (!mayPass) throw error;
      // The answer to the last request may have been all that was lost.
      if (await hasBlob(connection, path, blob.digest)) return 'uploaded';
      if (upload === MAX_UPLOADS) throw error;
    }
  }
}

class Upload {
  readonly #connection: RegistryConnection;
  readonly #session: UploadSession;
  readonly #blob: OutgoingBlob;
  readonly #chunkBytes: number;
  readonly #onBytes: ((byteCount: number) => void) | undefined;

  constructor(
    connection: RegistryConnection,
    session: UploadSession,
    blob: OutgoingBlob,
    chunkBytes: number,
    onBytes: ((byteCount: number) => void) | undefined,
  ) {
    this.#connection = connection;
    this.#session = session;
    this.#blob = blob;
    this.#chunkBytes = chunkBytes;
    this.#onBytes = onBytes;
  }

  async run(): Promise<void> {
    const { digest, sizeBytes } = this.#blob;
    let offset = 0;
    for await (const chunk of inChunks(this.#blob.open(), Math.min(this.#chunkBytes, sizeBytes))) {
      if (offset === 0 && chunk.length === sizeBytes) {
        await this.#session.finish(digest, chunk);
        this.#onBytes?.(chunk.length);
        return;
      }
      await this.#send(chunk, offset);
      offset += chunk.length;
      this.#onBytes?.(chunk.length);
    }
    if (offset !== sizeBytes) {
      throw new RegistryError('size', `${digest} has ${offset} bytes, not ${sizeBytes}: it is not uploaded`);
    }
    await this.#session.finish(digest, offset === 0 ? new Uint8Array() : undefined);
  }

  async #send(chunk: Uint8Array, start: number): Promise<void> {
    let sentBytes = 0;
    for (let barrenTries = 0; sentBytes < chunk.length;) {
      if ((await this.#try(chunk.subarray(sentBytes), start + sentBytes)) === 'sent') return;
      await this.#connection.network.wait(PAUSE_MS * 2 ** barrenTries, this.#connection.signal);
      const received = await this.#session.receivedBytes();
      const within = received === undefined ? -1 : received - start;
      if (within < sentBytes || within > chunk.length) {
        throw new RegistryError('network', `the upload of ${this.#blob.digest} was lost`);
      }
      barrenTries = within > sentBytes ? 0 : barrenTries + 1;
      if (barrenTries === MAX_BARREN_TRIES) {
        throw new RegistryError('network', `the upload of ${this.#blob.digest} does not get on`);
      }
      sentBytes = within;
    }
  }

  async #try(bytes: Uint8Array, offset: number): Promise<'sent' | 'refused'> {
    try {
      return await this.#session.sendChunk(bytes, offset);
    } catch (error) {
      if (error instanceof RegistryError && error.code === 'network') return 'refused';
      throw error;
    }
  }
}

/** Chunks of one size, the last perhaps shorter. Each is of its own memory: it may have to be sent again. */
async function* inChunks(pieces: AsyncIterable<Uint8Array>, chunkBytes: number): AsyncIterable<Uint8Array> {
  let chunk = new Uint8Array(chunkBytes);
  let used = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const taken = piece.subarray(at, at + chunk.length - used);
      if (taken.length === 0) {
        // More than the blob should have: the caller sees it by the offset.
        yield piece.subarray(at);
        return;
      }
      chunk.set(taken, used);
      used += taken.length;
      at += taken.length;
      if (used === chunk.length) {
        yield chunk;
        chunk = new Uint8Array(chunkBytes);
        used = 0;
      }
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}
