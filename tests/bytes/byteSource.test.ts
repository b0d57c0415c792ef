import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, clipRange, MemorySource, SlicedSource } from '../../src/bytes/byteSource.ts';

const CONTENT = Uint8Array.from({ length: 100 }, (_, i) => i);

/** A source that only reads, so that slices of it are `SlicedSource`s. */
class ReadingSource implements ByteSource {
  readonly sizeBytes = CONTENT.length;

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    return CONTENT.subarray(range.offset, range.offset + range.length);
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    return new SlicedSource(this, offset, length);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    yield CONTENT;
  }
}

const sources: readonly (readonly [string, () => ByteSource])[] = [
  ['memory', () => new MemorySource(CONTENT)],
  ['a source that reads', () => new ReadingSource()],
];

describe.each(sources)('BYTE-2 reads of %s are clipped', (_, make) => {
  it('law: a read of a slice of a slice is that part of the whole', async () => {
    const position = fc.nat({ max: 150 });
    await fc.assert(
      fc.asyncProperty(
        position,
        position,
        position,
        position,
        position,
        position,
        async (a, b, c, d, offset, length) => {
          const first = CONTENT.slice(a, a + b);
          const second = first.slice(c, c + d);
          const source = make().slice(a, b).slice(c, d);
          expect(source.sizeBytes).toBe(second.length);
          expect(await source.read(offset, length)).toEqual(second.slice(offset, offset + length));
          const streamed: number[] = [];
          for await (const chunk of source.stream()) streamed.push(...chunk);
          expect(Uint8Array.from(streamed)).toEqual(second);
        },
      ),
    );
  });

  it.each([
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [0, 0.5],
    [Number.NaN, 1],
    [2 ** 53, 1],
    [0, Number.POSITIVE_INFINITY],
  ])('refuses offset %d, length %d', async (offset, length) => {
    const read = async () => make().read(offset, length);
    await expect(read()).rejects.toThrow(RangeError);
  });
});
