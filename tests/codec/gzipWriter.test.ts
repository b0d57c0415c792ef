import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Deflate } from 'pako';
import { describe, expect, it } from 'vitest';
import { gzip } from '../../src/codec/gzipWriter.ts';
import { inChunks, readAll } from './streams.ts';

const TEXT = Buffer.from(Array.from({ length: 9000 }, (_, i) => `line ${(i * i) % 977} of the layer\n`).join(''));

function zlibGzip(content: Uint8Array): Uint8Array {
  const deflate = new Deflate({ gzip: true, level: 6 });
  deflate.push(content, true);
  return deflate.result as Uint8Array;
}

describe('gzip', () => {
  it.each([1, 6, 9] as const)(
    'SAVE-2 level %i: zlib reads it, and the bytes do not depend on the chunks',
    async (level) => {
      const whole = await readAll(gzip(inChunks(TEXT, TEXT.length), level));
      expect(Buffer.compare(gunzipSync(whole), TEXT)).toBe(0);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 50, max: 100_000 }), async (chunkBytes) => {
          expect(Buffer.compare(await readAll(gzip(inChunks(TEXT, chunkBytes), level)), whole)).toBe(0);
        }),
        { numRuns: 20 },
      );
    },
  );

  it('SAVE-2 blocks of zeros: zlib reads them, and the bytes do not depend on the chunks', async () => {
    const run = fc.record({ byteCount: fc.integer({ min: 0, max: 900_000 }), isZero: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { maxLength: 5 }),
        fc.integer({ min: 30_000, max: 2_000_000 }),
        fc.constantFrom(1, 6, 9),
        async (runs, chunkBytes, level) => {
          const content = Buffer.concat(
            runs.map(({ byteCount, isZero }) => (isZero ? Buffer.alloc(byteCount) : Buffer.alloc(byteCount, TEXT))),
          );
          const packed = await readAll(gzip(inChunks(content, chunkBytes), level as 6));
          expect(Buffer.compare(gunzipSync(packed), content)).toBe(0);
          const whole = await readAll(gzip(inChunks(content, content.length), level as 6));
          expect(Buffer.compare(packed, whole)).toBe(0);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('SAVE-2 where there is no block of zeros the bytes are those of zlib', async () => {
    const content = Buffer.concat([TEXT, Buffer.alloc(65_000), TEXT]);
    const packed = await readAll(gzip(inChunks(content, 100_000), 6));
    expect(Buffer.compare(packed, zlibGzip(content))).toBe(0);
  });

  it('SAVE-2 carries neither name nor time', async () => {
    const packed = await readAll(gzip(inChunks(TEXT, 1000), 6));
    expect(Buffer.from(packed.subarray(0, 8)).toString('hex')).toBe('1f8b080000000000');
  });

  it('nothing at all', async () => {
    expect(gunzipSync(await readAll(gzip(inChunks(new Uint8Array(0), 1), 6)))).toHaveLength(0);
  });
});
