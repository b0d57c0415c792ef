import type { Stretches } from './runSource.ts';

/** Stretches of a source that is told from its start on. */
export class StretchBuilder {
  #offsets = new Float64Array(16);
  #storedAt = new Float64Array(16);
  #count = 0;
  #sizeBytes = 0;
  #storedBytes = 0;
  #isOpen = false;

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  addStored(lengthBytes: number): void {
    if (lengthBytes === 0) return;
    if (!this.#isOpen) this.#open();
    this.#sizeBytes += lengthBytes;
    this.#storedBytes += lengthBytes;
  }

  addZeros(lengthBytes: number): void {
    if (lengthBytes === 0) return;
    this.#isOpen = false;
    this.#sizeBytes += lengthBytes;
  }

  finish(): Stretches {
    const storedAt = this.#storedAt.slice(0, this.#count + 1);
    storedAt[this.#count] = this.#storedBytes;
    return { sizeBytes: this.#sizeBytes, offsets: this.#offsets.slice(0, this.#count), storedAt };
  }

  #open(): void {
    if (this.#count + 1 >= this.#offsets.length) {
      this.#offsets = doubled(this.#offsets);
      this.#storedAt = doubled(this.#storedAt);
    }
    this.#offsets[this.#count] = this.#sizeBytes;
    this.#storedAt[this.#count] = this.#storedBytes;
    this.#count++;
    this.#isOpen = true;
  }
}

function doubled(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(numbers.length * 2);
  longer.set(numbers);
  return longer;
}

/** Extents as a sparse file has them: ascending, not overlapping, within the size. */
export function stretchesOf(
  extents: Iterable<{ readonly offset: number; readonly length: number }>,
  sizeBytes: number,
): Stretches {
  const builder = new StretchBuilder();
  for (const { offset, length } of extents) {
    builder.addZeros(offset - builder.sizeBytes);
    builder.addStored(length);
  }
  builder.addZeros(sizeBytes - builder.sizeBytes);
  return builder.finish();
}
