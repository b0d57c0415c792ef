import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { PieceGatherer } from '../../src/companion/builds/pieceGatherer.ts';
import { PieceSource } from '../../src/companion/builds/pieceSource.ts';

describe('COMP-6 a context in pieces', () => {
  it('is the same bytes as one that was put together', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 12 });
    const property = fc.asyncProperty(pieces, fc.nat(120), fc.nat(120), async (parts, offset, length) => {
      const [source, whole] = [new PieceSource(parts), new MemorySource(Buffer.concat(parts))];
      const plain = (bytes: Uint8Array): number[] => [...bytes];
      expect(source.sizeBytes).toBe(whole.sizeBytes);
      const wanted = plain(await whole.read(offset, length));
      expect(plain(await source.read(offset, length))).toEqual(wanted);
      expect(plain(Buffer.concat([...source.views(offset, length)]))).toEqual(wanted);
      const target = new Uint8Array(length);
      expect(plain(target.subarray(0, source.readIntoSync(target, offset)))).toEqual(wanted);
      const all: number[] = [];
      for await (const chunk of source.stream()) all.push(...chunk);
      expect(all).toEqual(plain(await whole.read(0, whole.sizeBytes)));
      expect(plain(await source.slice(offset, length).read(1, 5))).toEqual(
        plain(await whole.slice(offset, length).read(1, 5)),
      );
    });
    await fc.assert(property);
  });

  it('is kept in few pieces, however small they come', () => {
    const sizes = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100_000 })), { maxLength: 200 });
    const property = fc.property(sizes, (lengths) => {
      const gatherer = new PieceGatherer();
      const sent = lengths.map((length, i) => Buffer.alloc(length, i));
      for (const piece of sent) gatherer.add(piece);
      const pieces = gatherer.take();
      const whole = Buffer.concat(sent);
      expect(Buffer.concat(pieces).equals(whole)).toBe(true);
      expect(pieces.length).toBeLessThanOrEqual(2 * Math.ceil(whole.length / (16 * 1024)) + 1);
      expect(gatherer.take()).toEqual([]);
    });
    fc.assert(property);
  });

  it('negative and broken offsets are refused', () => {
    const source = new PieceSource([new Uint8Array(3)]);
    expect(() => source.readSync(-1, 1)).toThrow(RangeError);
    expect(() => source.readSync(0, 0.5)).toThrow(RangeError);
  });
});
