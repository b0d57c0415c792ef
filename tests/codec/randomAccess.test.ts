import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemorySource, SourceError } from '../../src/bytes/byteSource.ts';
import type { ByteSource } from '../../src/bytes/byteSource.ts';
import { CodecError } from '../../src/codec/codecError.ts';
import { GzipSource } from '../../src/codec/gzipSource.ts';
import { SpooledSource } from '../../src/codec/spooledSource.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { readAll } from './streams.ts';

/** 16 MB of which every part looks different: text that counts, noise, zeros. */
function makeContent(sizeBytes: number): Uint8Array {
  const content = new Uint8Array(sizeBytes);
  let seed = 1;
  for (let i = 0; i < sizeBytes; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const kind = (i >> 16) % 4;
    content[i] = kind === 0 ? seed >>> 24 : kind === 1 ? 97 + ((seed >>> 28) & 7) : kind === 2 ? (i >> 6) & 0xff : 0;
  }
  return content;
}

const CONTENT = makeContent(16_000_000);
const THIRD = Math.floor(CONTENT.length / 3);

const sources: Record<string, () => ByteSource> = {
  'a gzip stream of one member': () =>
    new GzipSource(new MemorySource(gzipSync(CONTENT, { level: 1 })), CONTENT.length),
  'a gzip stream with few checkpoints': () =>
    new GzipSource(new MemorySource(gzipSync(CONTENT, { level: 6 })), CONTENT.length, {
      spacingBytes: 600_000,
      maxCount: 6,
    }),
  'a gzip stream of stored blocks': () =>
    new GzipSource(new MemorySource(gzipSync(CONTENT, { level: 0 })), CONTENT.length),
  'a gzip stream of several members and junk': () => {
    const members = [CONTENT.subarray(0, THIRD), new Uint8Array(0), CONTENT.subarray(THIRD)];
    const packed = Buffer.concat([...members.map((member) => gzipSync(member, { level: 1 })), Buffer.from('junk')]);
    return new GzipSource(new MemorySource(packed), CONTENT.length);
  },
  'a spooled stream': () =>
    new SpooledSource('gzip', new MemorySource(gzipSync(CONTENT, { level: 1 })), CONTENT.length, nodePlatform()),
};

describe.each(Object.entries(sources))('CODEC-2 %s read at random', (_name, make) => {
  let source: ByteSource;
  beforeAll(() => {
    source = make();
  });

  const expectSame = (got: Uint8Array, offset: number, length: number) =>
    expect(Buffer.compare(got, CONTENT.subarray(offset, offset + length))).toBe(0);

  it('gives what lies there, in any order', async () => {
    const range = fc.record({
      offset: fc.integer({ min: 0, max: CONTENT.length + 10 }),
      length: fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 2_000_000 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 6 }), async (ranges) => {
        for (const { offset, length } of ranges) expectSame(await source.read(offset, length), offset, length);
      }),
      { numRuns: 12 },
    );
  });

  it('serves reads that are under way together', async () => {
    const offsets = [12_000_000, 5, 8_000_001, 15_999_990, 6];
    const got = await Promise.all(offsets.map((offset) => source.read(offset, 1000)));
    for (const [i, offset] of offsets.entries()) expectSame(got[i] as Uint8Array, offset, 1000);
  });

  it('what was read stays valid', async () => {
    const first = await source.read(1000, 100);
    const copy = first.slice();
    await source.read(9_000_000, 6_000_000);
    expect(first).toEqual(copy);
  });

  it('streams, whole and in slices', async () => {
    expectSame(await readAll(source.stream()), 0, CONTENT.length);
    const slice = source.slice(6_000_003, 9_000_000);
    expect(slice.sizeBytes).toBe(9_000_000);
    expectSame(await readAll(slice.stream()), 6_000_003, 9_000_000);
    expectSame(await slice.slice(100, 50).read(10, 100), 6_000_113, 40);
  });

  it('refuses what is no position', async () => {
    await expect(source.read(-1, 5)).rejects.toThrow(RangeError);
    await expect(source.read(0, 1.5)).rejects.toThrow(RangeError);
  });
});

describe('CODEC-3 a source that is damaged', () => {
  const packed = gzipSync(CONTENT.subarray(0, 3_000_000), { level: 1 });

  it.each(['gzip', 'spooled'])('%s: the part before the damage, or a CodecError', async (kind) => {
    const cut = new MemorySource(packed.subarray(0, packed.length >> 1));
    const source =
      kind === 'gzip' ? new GzipSource(cut, 3_000_000) : new SpooledSource('gzip', cut, 3_000_000, nodePlatform());
    await expect(source.read(2_900_000, 10)).rejects.toBeInstanceOf(CodecError);
    if (kind === 'gzip') expect(await source.read(10, 5)).toEqual(CONTENT.slice(10, 15));
  });

  it('holds less than was said: changed', async () => {
    const source = new GzipSource(new MemorySource(packed), 4_000_000);
    await expect(source.read(3_500_000, 10)).rejects.toMatchObject({ name: 'SourceError', code: 'changed' });
    const spooled = new SpooledSource('gzip', new MemorySource(packed), 4_000_000, nodePlatform());
    await expect(spooled.read(0, 10)).rejects.toMatchObject({ name: 'SourceError', code: 'changed' });
  });

  it('a known part of a cut stream can be had to its end', async () => {
    const cut = packed.subarray(0, packed.length >> 1);
    const sizeBytes = 1_000_000;
    const source = new SpooledSource('gzip', new MemorySource(cut), sizeBytes, nodePlatform());
    expect(Buffer.compare(await source.read(0, sizeBytes), CONTENT.subarray(0, sizeBytes))).toBe(0);
    await source.dispose();
    await expect(source.read(0, 1)).rejects.toBeInstanceOf(SourceError);
  });
});
