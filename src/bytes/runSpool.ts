import type { ByteSource } from './byteSource.ts';
import type { Spool } from './platform.ts';
import { RunSource } from './runSource.ts';
import { StretchBuilder } from './stretchBuilder.ts';
import { areZeros, ZERO_PAGE_BYTES, zeros } from './zeros.ts';

/** Zeros are looked for in blocks: those of a tar. */
const BLOCK_BYTES = 512;
/** A shorter run costs more than it saves. */
const MIN_RUN_BYTES = 2048;
/** With more the rest is stored as it comes: 16 MiB of memory for whatever somebody makes up. */
const MAX_STRETCHES = 1 << 20;

/** A spool that stores no long runs of zeros. */
export function runSpool(origin: Spool, maxStretches = MAX_STRETCHES): Spool {
  return new RunSpool(origin, maxStretches);
}

class RunSpool implements Spool {
  readonly #origin: Spool;
  readonly #maxStretches: number;
  readonly #stretches = new StretchBuilder();
  /** Of zeros that came last, and are neither stored nor a run yet. */
  #pendingBytes = 0;
  #sizeBytes = 0;

  constructor(origin: Spool, maxStretches: number) {
    this.#origin = origin;
    this.#maxStretches = maxStretches;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (areZeros(bytes)) {
      this.#pendingBytes += bytes.length;
      this.#sizeBytes += bytes.length;
      return;
    }
    let from = 0;
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + BLOCK_BYTES - ((this.#sizeBytes + at) % BLOCK_BYTES));
      if (areZeros(bytes, at, end)) this.#pendingBytes += end - at;
      else if (this.#pendingBytes > 0) {
        const before = Math.max(from, at - this.#pendingBytes);
        if (this.#isRun()) {
          await this.#store(bytes.subarray(from, before));
          this.#skip();
          from = at;
        } else if (this.#pendingBytes > at - from) {
          await this.#storePending();
          from = at;
        }
        this.#pendingBytes = 0;
      }
      at = end;
    }
    await this.#store(bytes.subarray(from, Math.max(from, bytes.length - this.#pendingBytes)));
    this.#sizeBytes += bytes.length;
  }

  async finish(): Promise<ByteSource> {
    if (this.#isRun()) this.#skip();
    else await this.#storePending();
    this.#pendingBytes = 0;
    const stored = await this.#origin.finish();
    const stretches = this.#stretches.finish();
    return stretches.sizeBytes === stored.sizeBytes ? stored : new RunSource(stored, stretches);
  }

  dispose(): Promise<void> {
    return this.#origin.dispose();
  }

  #isRun(): boolean {
    return this.#pendingBytes >= MIN_RUN_BYTES && this.#stretches.count < this.#maxStretches;
  }

  #skip(): void {
    this.#stretches.addZeros(this.#pendingBytes);
  }

  async #storePending(): Promise<void> {
    for (let left = this.#pendingBytes; left > 0; left -= ZERO_PAGE_BYTES)
      await this.#store(zeros(Math.min(left, ZERO_PAGE_BYTES)));
  }

  async #store(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#stretches.addStored(bytes.length);
    await this.#origin.write(bytes);
  }
}
