import { SourceError } from '../bytes/byteSource.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import type { Spool } from '../bytes/platform.ts';
import { BlobSource } from './blobSource.ts';

/** Bytes are handed to the browser in Blobs of this size; it spills them to disk. */
const PART_BYTES = 8 * 1024 * 1024;

export class BlobSpool implements Spool {
  #parts: Blob[] = [];
  #held: Uint8Array = new Uint8Array(0);
  #heldBytes = 0;
  #writtenBytes = 0;
  #isClosed = false;

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) throw new SourceError('closed', this.#writtenBytes, 'the spool is closed');
    for (let done = 0; done < bytes.length;) {
      if (this.#heldBytes === this.#held.length) this.#makeRoom();
      const count = Math.min(bytes.length - done, this.#held.length - this.#heldBytes);
      this.#held.set(bytes.subarray(done, done + count), this.#heldBytes);
      this.#heldBytes += count;
      done += count;
    }
    this.#writtenBytes += bytes.length;
  }

  async finish(): Promise<ByteSource> {
    if (this.#isClosed) throw new SourceError('closed', this.#writtenBytes, 'the spool is closed');
    this.#isClosed = true;
    this.#addPart();
    const blob = new Blob(this.#parts);
    this.#release();
    return new BlobSource(blob);
  }

  async dispose(): Promise<void> {
    this.#isClosed = true;
    this.#release();
  }

  // Grows by doubling up to one part, so that many small spools stay small.
  #makeRoom(): void {
    if (this.#heldBytes >= PART_BYTES) {
      this.#addPart();
      return;
    }
    const grown = new Uint8Array(Math.min(PART_BYTES, Math.max(64 * 1024, this.#heldBytes * 2)));
    grown.set(this.#held.subarray(0, this.#heldBytes));
    this.#held = grown;
  }

  #addPart(): void {
    if (this.#heldBytes > 0) this.#parts.push(new Blob([this.#held.slice(0, this.#heldBytes)]));
    this.#heldBytes = 0;
  }

  #release(): void {
    this.#parts = [];
    this.#held = new Uint8Array(0);
    this.#heldBytes = 0;
  }
}
