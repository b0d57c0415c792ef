import type { CallWork } from './calls.ts';

/** Chunks are gathered to this size before they become a Blob, which the browser may spill to disk. */
const PART_BYTES = 8 * 1024 * 1024;

/** Makes a Blob of a stream while holding little of it in memory. */
export class BlobWriter {
  readonly #parts: Blob[] = [];
  #part = new Uint8Array(0);
  #partBytes = 0;
  #doneBytes = 0;

  get doneBytes(): number {
    return this.#doneBytes;
  }

  /** Copies the chunk. */
  write(chunk: Uint8Array): void {
    this.#doneBytes += chunk.length;
    for (let at = 0; at < chunk.length;) {
      // Grows with what has come, not with what is promised: small files stay small.
      if (this.#partBytes === this.#part.length) this.#grow(chunk.length - at);
      const taken = Math.min(chunk.length - at, this.#part.length - this.#partBytes);
      this.#part.set(chunk.subarray(at, at + taken), this.#partBytes);
      this.#partBytes += taken;
      at += taken;
    }
  }

  finish(type = ''): Blob {
    this.#flush();
    return new Blob(this.#parts, { type });
  }

  #grow(wantedBytes: number): void {
    if (this.#partBytes >= PART_BYTES) this.#flush();
    const length = Math.min(PART_BYTES, Math.max(64 * 1024, this.#part.length * 2, this.#partBytes + wantedBytes));
    if (length === this.#part.length) return;
    const grown = new Uint8Array(length);
    grown.set(this.#part.subarray(0, this.#partBytes));
    this.#part = grown;
  }

  #flush(): void {
    if (this.#partBytes > 0) this.#parts.push(new Blob([this.#part.subarray(0, this.#partBytes)]));
    this.#partBytes = 0;
  }
}

/** All of a stream as a Blob, with progress. */
export async function collectBlob(
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly phase: string; readonly totalBytes: number | undefined; readonly type?: string },
  work: CallWork,
): Promise<Blob> {
  const writer = new BlobWriter();
  const { phase, totalBytes } = options;
  for await (const chunk of chunks) {
    work.signal.throwIfAborted();
    writer.write(chunk);
    work.onProgress({ phase, doneBytes: writer.doneBytes, totalBytes });
  }
  return writer.finish(options.type);
}
