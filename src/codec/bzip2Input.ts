import { crc32Bzip2 } from './crc32Bzip2.ts';

/** Four equal bytes are followed by how many more there are. */
const RUN_START = 4;
const MAX_RUN = 255;

/** The first step of bzip2: runs of bytes are shortened as they come, until a block is full. */
export class RunLengthInput {
  readonly bytes: Uint8Array;
  length = 0;
  readonly #limit: number;
  #byte = -1;
  #run = 0;
  /** Of what the block holds, runs at their length; unsigned. */
  crc = 0;

  constructor(limit: number) {
    this.#limit = limit;
    // A run that is written out at the end of a block may go beyond the limit.
    this.bytes = new Uint8Array(limit + RUN_START + 1);
  }

  get isFull(): boolean {
    return this.length >= this.#limit;
  }

  /** Takes bytes from `at` on until the block is full; gives where it stopped. */
  take(chunk: Uint8Array, at: number): number {
    let i = at;
    for (; i < chunk.length && this.length < this.#limit; i++) {
      const byte = chunk[i] as number;
      if (byte === this.#byte && this.#run < MAX_RUN) this.#run++;
      else {
        this.finishRun();
        this.#byte = byte;
        this.#run = 1;
      }
    }
    return i;
  }

  /** Writes the run that is pending. A full block leaves it to the next one. */
  finishRun(): void {
    const { bytes } = this;
    const run = this.#run;
    if (run === 0) return;
    const byte = this.#byte;
    runBytes.fill(byte, 0, run);
    this.crc = crc32Bzip2(runBytes, this.crc, 0, run);
    for (let i = 0; i < Math.min(run, RUN_START); i++) bytes[this.length++] = byte;
    if (run >= RUN_START) bytes[this.length++] = run - RUN_START;
    this.#run = 0;
    this.#byte = -1;
  }

  clear(): void {
    this.length = 0;
    this.crc = 0;
  }
}

const runBytes = new Uint8Array(MAX_RUN);
