import { type ByteSource, clipRange, MemorySource, SlicedSource } from '../../bytes/byteSource.ts';
import { RunSource, type Stretches } from '../../bytes/runSource.ts';
import { KeepError } from './keepError.ts';

/** A layer with long runs of zeros as a part: numbers of 8 bytes, little endian (its size, the count of its stretches,
 *  each one's offset, each one's place among what is stored, and where that ends), and behind them what is stored. */
const HEAD_NUMBERS = 2;
const NUMBER_BYTES = 8;
/** As of a layer that is read (`bytes/runSpool.ts`), and what catalogues may have. */
const MAX_STRETCHES = 1 << 21;

export function packRuns({ stored, stretches }: NonNullable<RunSource['parts']>): ByteSource {
  const { sizeBytes, offsets, storedAt } = stretches;
  const numbers = [sizeBytes, offsets.length, ...offsets, ...storedAt];
  const view = new DataView(new ArrayBuffer(numbers.length * NUMBER_BYTES));
  for (const [i, number] of numbers.entries()) view.setFloat64(i * NUMBER_BYTES, number, true);
  return new TwoSources(new MemorySource(new Uint8Array(view.buffer)), stored);
}

/** Reads the numbers alone. Throws KeepError `corrupt`. */
export async function unpackRuns(part: ByteSource, name: string): Promise<RunSource> {
  const corrupt = (fault: string) => new KeepError('corrupt', name, fault);
  const head = await numbersOf(part, 0, HEAD_NUMBERS);
  const [sizeBytes = -1, count = -1] = head;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw corrupt('it has no size');
  if (!Number.isSafeInteger(count) || count < 0 || count > MAX_STRETCHES) throw corrupt('it has no count of stretches');
  const numbers = await numbersOf(part, HEAD_NUMBERS, 2 * count + 1);
  if (numbers.length < 2 * count + 1) throw corrupt('it ends within its stretches');
  const stretches = { sizeBytes, offsets: numbers.slice(0, count), storedAt: numbers.slice(count) };
  const stored = part.slice((HEAD_NUMBERS + numbers.length) * NUMBER_BYTES);
  const fault = faultOf(stretches, stored.sizeBytes);
  if (fault !== undefined) throw corrupt(fault);
  return new RunSource(stored, stretches);
}

async function numbersOf(part: ByteSource, from: number, count: number): Promise<Float64Array> {
  const bytes = await part.read(from * NUMBER_BYTES, count * NUMBER_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: Math.floor(bytes.length / NUMBER_BYTES) }, (_, i) =>
    view.getFloat64(i * NUMBER_BYTES, true),
  );
}

function faultOf({ sizeBytes, offsets, storedAt }: Stretches, storedBytes: number): string | undefined {
  let end = 0;
  for (const [i, offset] of offsets.entries()) {
    const at = storedAt[i] as number;
    const length = (storedAt[i + 1] as number) - at;
    if (i === 0 && at !== 0) return 'its first stretch does not come first';
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < end || length < 1)
      return 'its stretches are out of order';
    end = offset + length;
  }
  if (end > sizeBytes) return 'a stretch ends behind its size';
  return storedAt[offsets.length] === storedBytes ? undefined : `${storedBytes} bytes of it are stored, not as it says`;
}

/** One behind the other. */
class TwoSources implements ByteSource {
  readonly sizeBytes: number;
  readonly #first: ByteSource;
  readonly #second: ByteSource;

  constructor(first: ByteSource, second: ByteSource) {
    this.sizeBytes = first.sizeBytes + second.sizeBytes;
    this.#first = first;
    this.#second = second;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    const middle = this.#first.sizeBytes;
    if (range.offset >= middle) return this.#second.read(range.offset - middle, range.length);
    const head = await this.#first.read(range.offset, range.length);
    if (head.length === range.length) return head;
    const whole = new Uint8Array(range.length);
    whole.set(head);
    whole.set(await this.#second.read(0, range.length - head.length), head.length);
    return whole;
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    return new SlicedSource(this, offset, length);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    yield* this.#first.stream();
    yield* this.#second.stream();
  }
}
