/** Spare room when a column grows: little, for a layer's columns are most of the memory that opening takes. */
const GROWTH = 1.25;

/** Elements that a column begins with. */
export const FIRST_CAPACITY = 512;

/** The capacity for at least `needed` elements. */
export function grownCapacity(capacity: number, needed: number): number {
  return Math.max(needed, Math.ceil(capacity * GROWTH), FIRST_CAPACITY);
}

type Growable = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** The same elements in a longer array. */
export function grown<T extends Growable>(array: T, capacity: number): T {
  const longer = new (array.constructor as new (length: number) => T)(capacity);
  longer.set(array);
  return longer;
}

/** Bytes appended one after the other. */
export class BytePool {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Appends bytes [start, end) of `source` and returns where they lie. */
  append(source: Uint8Array, start: number, end: number): number {
    const at = this.length;
    const length = at + end - start;
    if (length > this.bytes.length) this.bytes = grown(this.bytes, grownCapacity(this.bytes.length, length));
    for (let i = start, j = at; i < end; i++, j++) this.bytes[j] = source[i] as number;
    this.length = length;
    return at;
  }
}
