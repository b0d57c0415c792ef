import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { openFileSource } from '../../platform/nodeFile.ts';
import { PieceSource } from './pieceSource.ts';
import { CONTEXT_TAR } from './prepareBuild.ts';
import { receiveInMemory, receiveUpload, type UploadBounds } from './receiveUpload.ts';

/** Where a context comes from: a body, or something that writes a file. */
export type ContextInput =
  | { readonly kind: 'body'; readonly body: Readable; readonly declaredBytes: number | undefined }
  | { readonly kind: 'writer'; readonly write: (tarFile: string, signal: AbortSignal) => Promise<void> };

/** A context that is whole. */
export interface ReceivedContext {
  readonly source: ByteSource;
  /** When it has been unpacked. */
  close(): Promise<void>;
}

/** Contexts of so many bytes are no file before they are unpacked, while all of them together stay below this. */
const SMALL_BYTES = 8 * 1024 ** 2;
const ALL_SMALL_BYTES = 64 * 1024 ** 2;

/** Contexts on their way: small ones are kept in memory until they are unpacked, others in a file. */
export class ContextUploads {
  /** An engine wants the file itself, too. */
  readonly #needsFile: boolean;
  #inMemoryBytes = 0;

  constructor(needsFile: boolean) {
    this.#needsFile = needsFile;
  }

  /** Whether it says beforehand that it is small. */
  isSmall(input: ContextInput): boolean {
    return input.kind === 'body' && input.declaredBytes !== undefined && input.declaredBytes <= SMALL_BYTES;
  }

  /** Throws CompanionError `limit`, `timeout`, `cancelled`, `request`. */
  async receive(input: ContextInput, folder: string, bounds: UploadBounds): Promise<ReceivedContext> {
    if (input.kind === 'body' && input.declaredBytes !== undefined && this.#hasRoomFor(input, bounds)) {
      return this.#inMemory(input.body, input.declaredBytes, bounds);
    }
    const tarFile = join(folder, CONTEXT_TAR);
    if (input.kind === 'writer') await input.write(tarFile, bounds.signal);
    else await receiveUpload(input.body, input.declaredBytes, tarFile, bounds);
    const source = await openFileSource(tarFile);
    return { source, close: () => source.close() };
  }

  #hasRoomFor(input: ContextInput & { readonly kind: 'body' }, { maxBytes }: UploadBounds): boolean {
    const { declaredBytes = Number.POSITIVE_INFINITY } = input;
    const fits = declaredBytes <= maxBytes && this.#inMemoryBytes + declaredBytes <= ALL_SMALL_BYTES;
    return fits && this.isSmall(input) && !this.#needsFile;
  }

  async #inMemory(body: Readable, declaredBytes: number, bounds: UploadBounds): Promise<ReceivedContext> {
    this.#inMemoryBytes += declaredBytes;
    const release = (): void => {
      this.#inMemoryBytes -= declaredBytes;
    };
    try {
      const source = new PieceSource(await receiveInMemory(body, declaredBytes, bounds));
      return { source, close: async () => release() };
    } catch (error) {
      release();
      throw error;
    }
  }
}
